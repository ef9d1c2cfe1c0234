"""Exercise: windows of a series, made so that nothing of the future leaks."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from c2a.exercises.c08_recurrent_networks.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, declare

Windows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class Slip(NamedTuple):
    """What a leaking recipe does otherwise."""

    ahead: int = 1  # how far the targets are ahead of the inputs
    scale: str = "past"  # whose mean and deviation: past, all, own, none
    straddle: bool = False  # windows are cut before the series is split
    every_fifth: bool = False  # held out are windows from everywhere
    overlap: bool = False


RIGHT = Slip()


def windows_of(part: np.ndarray, length: int, slip: Slip) -> tuple:
    step = 1 if slip.overlap else length
    starts = range(0, len(part) - length, step)
    x = [part[i : i + length] for i in starts]
    y = [part[i + slip.ahead : i + slip.ahead + length] for i in starts]
    shape = (-1, length)
    return np.reshape(x, shape), np.reshape(y, shape)


def recipe(slip: Slip = RIGHT) -> Callable[[np.ndarray, int, int], Windows]:
    """Windows of a series, right by default."""

    def windows(series: np.ndarray, length: int, cut: int) -> Windows:
        series = series.astype(float)
        past, future = series[:cut], series[cut:]
        if slip.scale in ("past", "all"):
            known = past if slip.scale == "past" else series
            past, future = (
                (part - known.mean()) / known.std() for part in (past, future)
            )
        elif slip.scale == "own":
            past, future = (
                (part - part.mean()) / (part.std() or 1) for part in (past, future)
            )
        if not slip.straddle and not slip.every_fifth:
            return *windows_of(past, length, slip), *windows_of(future, length, slip)
        x, y = windows_of(np.concatenate([past, future]), length, slip)
        place = np.arange(len(x))
        held = place % 5 == 4 if slip.every_fifth else place * length >= cut
        return x[~held], y[~held], x[held], y[held]

    return windows


reference = recipe()


def by_reshape(series: np.ndarray, length: int, cut: int) -> list:
    """Right: whole rows of each part, and the same moved by one."""
    mean, deviation = np.mean(series[:cut]), np.std(series[:cut])
    found = []
    for part in (series[:cut], series[cut:]):
        scaled = (part - mean) / deviation
        rows = (len(scaled) - 1) // length
        found.append(scaled[: rows * length].reshape(rows, length))
        found.append(scaled[1 : rows * length + 1].reshape(rows, length))
    return found


def by_view(series: np.ndarray, length: int, cut: int) -> Windows:
    """Right: views of length + 1, every length-th of them."""
    scaled = (series - series[:cut].mean()) / series[:cut].std()
    found: list[np.ndarray] = []
    for part in np.split(scaled, [cut]):
        if len(part) <= length:
            found += [np.zeros((0, length))] * 2
            continue
        views = np.lib.stride_tricks.sliding_window_view(part, length + 1)[::length]
        found += [views[:, :-1], views[:, 1:]]
    return tuple(found)  # type: ignore[return-value]


def drive(honest_windows, series, length, cut, wanted):
    """One of the four arrays, so that a slip in one costs only the points of one."""
    names = ["inputs", "targets", "held-out inputs", "held-out targets"]
    return honest_windows(series, length, cut)[names.index(wanted)]


def series(d: Draw, rows: int, later: int, *wanted: str) -> tuple:
    """A series that drifts, so that past and future have other means."""
    length = d.int(2, 4)
    cut = rows * length + d.int(1, length)
    total = cut + later * length + d.int(1, length)
    values = d.array(total)
    drift = np.arange(total) * (1.0 if d.shown else 0.1 * np.abs(values).max())
    return values + drift.astype(values.dtype), length, cut, d.choose(*wanted)


EXERCISE = declare(
    "honest_windows",
    "Mend what leaks the future",
    reference,
    drive=drive,
    difficulty=3,
    minutes=25,
    example=(
        np.array([1.0, 3.0, 1.0, 3.0, 1.0, 9.0, 8.0, 7.0]),
        2,
        5,
        "held-out inputs",
    ),
    groups={
        "inputs": Group(
            1,
            lambda d: series(d, d.int(2, 3), 5, "inputs"),
            lambda d: series(d, d.int(6, 8), d.int(2, 4), "inputs"),
        ),
        "targets": Group(
            1,
            lambda d: series(d, d.int(2, 3), 5, "targets"),
            lambda d: series(d, d.int(6, 8), d.int(2, 4), "targets"),
        ),
        "held out": Group(
            2,
            lambda d: series(d, d.int(2, 8), d.int(2, 5), "held-out inputs"),
            lambda d: series(d, d.int(2, 8), d.int(2, 5), "held-out targets"),
        ),
        "hardly any future": Group(
            1,
            lambda d: series(d, 3, 0, "held-out inputs", "held-out targets"),
            lambda d: series(d, 5, 1, "held-out inputs", "held-out targets"),
        ),
    },
    mistakes={
        "The targets are the inputs. Move them by one, or the network learns to "
        "copy.": recipe(Slip(ahead=0)),
        "Mean and deviation know the future: take them from series[:cut] alone.": (
            recipe(Slip(scale="all"))
        ),
        "The future is scaled by its own mean and deviation, which nobody knows "
        "beforehand. Use those of the past for both.": recipe(Slip(scale="own")),
        "Nothing is scaled.": recipe(Slip(scale="none")),
        "A window reaches over the cut. Split the series first, then cut windows.": (
            recipe(Slip(straddle=True))
        ),
        "Every fifth window is held out, so the network has seen what comes before "
        "and after each of them. Hold out the end.": recipe(Slip(every_fifth=True)),
        "The windows overlap: each begins where the one before ends.": recipe(
            Slip(overlap=True)
        ),
    },
    alternatives=(by_reshape, by_view),
    hints=(
        "Ask of each number that goes into training: could I have known it at the "
        "time of the cut?",
        "Split the series into past and future before anything else. Mean and "
        "deviation come from the past, and are used for both.",
        "For a part of n values, windows begin at 0, length, 2 * length, ... as long "
        "as the target of the last place, i + length, still exists.",
    ),
    section="network-that-writes",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
