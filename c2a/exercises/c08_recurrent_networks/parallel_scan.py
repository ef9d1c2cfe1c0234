"""Exercise: any associative step, T times, in a logarithm of T rounds."""

from collections.abc import Callable
from typing import Any

import numpy as np

from c2a.exercises.c08_recurrent_networks.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, declare

Combine = Callable[[np.ndarray, np.ndarray], np.ndarray]


def drive(parallel_scan, kind, items):
    """The scan of one kind of item, and how often it called `combine`."""
    calls = []

    def combine(earlier, later):
        calls.append(len(earlier))
        if len(earlier) != len(later):
            raise ValueError("combine needs two arrays of equal length")
        if kind == "sums":
            return earlier + later
        if kind == "matrices":
            return later @ earlier
        a = later[:, 0] * earlier[:, 0]  # h -> a h + b, one after the other
        return np.stack([a, later[:, 0] * earlier[:, 1] + later[:, 1]], 1)

    found = parallel_scan(combine, items)
    return found, len(calls)


def reference(combine: Combine, items: np.ndarray) -> np.ndarray:
    """Reach one step back, then two, then four."""
    done, reach = items, 1
    while reach < len(items):
        done = np.concatenate([done[:reach], combine(done[:-reach], done[reach:])])
        reach *= 2
    return done


def by_halves(combine: Combine, items: np.ndarray) -> np.ndarray:
    """Right: scan both halves side by side, then carry the left one's end over."""
    rounds = (len(items) - 1).bit_length()
    done = items.copy()
    for k in range(rounds):
        place = np.arange(len(items))
        right = place[(place >> k) % 2 == 1]
        done[right] = combine(done[(right >> k << k) - 1], done[right])
    return done


def by_rounds(combine: Combine, items: np.ndarray) -> np.ndarray:
    """Right: the number of rounds first, with a copy for each."""
    done = np.array(items)
    for k in range(int(np.ceil(np.log2(len(items))))):
        old = done.copy()
        done[2**k :] = combine(old[: -(2**k)], old[2**k :])
    return done


def one_by_one(combine: Combine, items: np.ndarray) -> np.ndarray:
    done = items.copy()
    for t in range(1, len(items)):
        done[t : t + 1] = combine(done[t - 1 : t], items[t : t + 1])
    return done


def swapped(combine: Combine, items: np.ndarray) -> np.ndarray:
    return reference(lambda one, two: combine(two, one), items)


def doubled_once(combine: Combine, items: np.ndarray) -> np.ndarray:
    done = items
    for reach in range(1, (len(items) - 1).bit_length() + 1):
        done = np.concatenate([done[:reach], combine(done[:-reach], done[reach:])])
    return done


def with_items(combine: Combine, items: np.ndarray) -> np.ndarray:
    """Merges with the items of the beginning in each round."""
    done, reach = items, 1
    while reach < len(items):
        done = np.concatenate([done[:reach], combine(items[:-reach], done[reach:])])
        reach *= 2
    return done


def too_few(combine: Combine, items: np.ndarray) -> np.ndarray:
    done, reach = items, 1
    while 2 * reach <= len(items):
        done = np.concatenate([done[:reach], combine(done[:-reach], done[reach:])])
        reach *= 2
    return done


def last_only(combine: Combine, items: np.ndarray) -> np.ndarray:
    return reference(combine, items)[-1:]


def items(d: Draw, kind: str, T: int) -> tuple[str, Any]:
    """T items of a kind; sums of rows, h -> a h + b as pairs, or matrices."""
    shape = {"sums": (T, d.int(1, 3)), "steps": (T, 2), "matrices": (T, 2, 2)}[kind]
    if d.shown:
        return kind, d.rng.integers(-3, 4, shape).astype(float)
    return kind, d.rng.uniform(-1.5, 1.5, shape)


def power(d: Draw) -> int:
    return 2 ** d.int(1, 4)


def between(d: Draw) -> int:
    """A length that is no power of two."""
    return 2 ** d.int(2, 4) + d.int(1, 3)


EXERCISE = declare(
    "parallel_scan",
    "A thousand steps in ten rounds",
    reference,
    drive=drive,
    difficulty=4,
    minutes=30,
    example=("sums", np.array([[1.0], [2.0], [3.0], [4.0]])),
    groups={
        "powers of two": Group(
            2,
            lambda d: items(d, "sums", power(d)),
            lambda d: items(d, "steps", power(d)),
        ),
        "any length": Group(
            2,
            lambda d: items(d, "steps", between(d)),
            lambda d: items(d, "sums", d.int(30, 40)),
            lambda d: items(d, "sums", 1),
        ),
        "order": Group(1, lambda d: items(d, "matrices", between(d))),
    },
    mistakes={
        "The result is right, but it takes T - 1 rounds, one after the other. Call "
        "combine on many places at once.": one_by_one,
        "The earlier item comes first: combine(earlier, later).": swapped,
        "The reach grows by one. After a round that reached 1, each place holds two "
        "items, so the next can reach 2, then 4.": doubled_once,
        "Merge what the rounds before have made, on both sides: the earlier side is "
        "still the raw items here.": with_items,
        "For lengths that are no power of two, one more round is needed.": too_few,
        "Only the last result comes back. Wanted is one for each place.": last_only,
    },
    alternatives=(by_halves, by_rounds),
    hints=(
        "After the first round, place t should hold items t - 1 and t, merged. That is "
        "one call of combine, for all places but the first.",
        "In the next round merge place t with place t - 2. What does it hold then? How "
        "far do you reach in the round after?",
        "done[reach:] becomes combine(done[:-reach], done[reach:]), the first `reach` "
        "places stay, and reach doubles, as long as it is below T.",
    ),
    section="one-after-another",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
