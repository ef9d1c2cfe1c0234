"""What kind of input a case has, in words that give none of its numbers away.

Of a hidden case a student may learn that `x` held float32 numbers, not which.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from c2a.exercises.cases import Case

HUGE = 1e6


def telling_traits(
    parameters: Sequence[str], cases: Sequence[Case], failing: set[int]
) -> dict[str, list[str]]:
    """For each group with a failing case, what sets its failing cases apart.

    These are the traits that all failing cases of the group share and no passing one
    has; if there are none, those that not every passing one has. The passing cases are
    the group's, or, where none of these passes, the exercise's.
    """
    if not failing:
        return {}
    traits = [dict.fromkeys(_traits(parameters, case.args)) for case in cases]
    telling = {}
    for group in {cases[i].group for i in failing}:
        wrong = [traits[i] for i in sorted(failing) if cases[i].group == group]
        right = [each for i, each in enumerate(traits) if i not in failing]
        own = [
            each
            for i, each in enumerate(traits)
            if i not in failing and cases[i].group == group
        ]
        shared = [trait for trait in wrong[0] if all(trait in each for each in wrong)]
        telling[group] = _apart(shared, own or right)
    return telling


def _apart(shared: list[str], others: list[dict[str, None]]) -> list[str]:
    """The traits that no other case has, or else those that some lack."""
    never = [trait for trait in shared if not any(trait in each for each in others)]
    some = [trait for trait in shared if not all(trait in each for each in others)]
    return (never or some) if others else []


def _traits(parameters: Sequence[str], args: tuple) -> Iterator[str]:
    for name, value in zip(parameters, args, strict=False):
        kinds = _of_array(value) if isinstance(value, np.ndarray) else _of_value(value)
        for kind in kinds:
            yield f"`{name}` {kind}"


def _of_value(value: Any) -> Iterator[str]:
    if type(value) is int:
        kinds = "is negative", "is 0", "is 1", "is above 1"
        yield kinds[min(max(value, -1), 2) + 1]
    whole = isinstance(value, tuple) and all(type(each) is int for each in value)
    if whole and len(set(value)) > 1:
        yield "holds different numbers"


def _of_array(array: np.ndarray) -> Iterator[str]:
    yield f"holds {array.dtype} numbers"
    if not array.flags.c_contiguous:
        yield "is not contiguous in memory"
    if array.size <= 1:
        yield "holds one number" if array.size else "is empty"
    numbers = array if array.dtype.kind in "iufc" else np.zeros(1)
    largest = float(np.abs(numbers).max(initial=0.0))
    if largest > HUGE or 0 < largest < 1 / HUGE:
        yield "holds huge numbers" if largest > HUGE else "holds tiny numbers"
    if array.ndim >= 2 and array.shape[-2] != array.shape[-1]:
        yield "is not square"
    for axis, length in enumerate(array.shape[:-2]):
        if length > 1:
            yield f"is longer than 1 along axis {axis}"
