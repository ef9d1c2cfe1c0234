"""How far rounding alone may carry a right answer away from the reference's.

Where large numbers cancel, what is left of them has few right digits, and a tolerance
that is relative to it is not fair.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from c2a.exercises.kit.cases import Reply
from c2a.exercises.kit.values import Tensor, numbers

DIGIT = 2.0**-23  # the last one of single precision, relative to a number
TRIES = 4
ROOM = 8  # times what a change of the last digits does
FURTHEST = 1e-4  # of the largest input; what lies beyond is no rounding


def furthest(args: tuple) -> float:
    """The most that rounding may do, absolute; 0 where the inputs are not finite."""
    largest = max((np.abs(a).max(initial=0.0) for a in _floats(args)), default=0.0)
    return FURTHEST * float(largest) if np.isfinite(largest) else 0.0


def rounding(args: tuple, reference: Callable[[tuple], Reply]) -> float:
    """What rounding may do to the values of a function, absolute.

    Found by asking the reference again with the last digits of all floats in arrays and
    tensors changed. It is 0 where that changes more than rounding can: at a tie, say.
    """
    rng = np.random.default_rng(0)
    base = reference(args)
    others = [reference(_nudged(args, rng)) for _ in range(TRIES)]
    if any(each.kind != "ok" for each in (base, *others)):
        return 0.0
    near = ROOM * max(_apart(base.value, each.value) for each in others)
    return near if near <= furthest(args) else 0.0


def _floats(value: Any) -> Iterator[np.ndarray]:
    """The floats that a plain value holds, and its arrays of floats, in order."""
    value = numbers(value)
    floats = isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f"
    if type(value) is float or floats:
        yield np.asarray(value)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _floats(part)
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from _floats(value[key])


def _nudged(value: Any, rng: np.random.Generator) -> Any:
    """The value with the last digit of every float in its arrays changed."""
    if isinstance(value, Tensor):
        return Tensor(_nudged(value.array, rng))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        change = 1 + DIGIT * rng.choice([-1, 1], value.shape)
        return (value * change).astype(value.dtype)
    if isinstance(value, list | tuple):
        return type(value)(_nudged(part, rng) for part in value)
    if isinstance(value, dict):
        return {key: _nudged(part, rng) for key, part in value.items()}
    return value


def _apart(one: Any, other: Any) -> float:
    """How far two values are apart; infinitely, where their form differs."""
    ours, theirs = list(_floats(one)), list(_floats(other))
    if [each.shape for each in ours] != [each.shape for each in theirs]:
        return np.inf
    gaps = [np.abs(a - b).max(initial=0.0) for a, b in zip(ours, theirs, strict=True)]
    return float(max(gaps, default=0.0))
