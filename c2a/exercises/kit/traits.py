"""What kind of input a case has, in words that give none of its numbers away.

Of a hidden case a student may learn that `x` held float32 numbers, not which.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from c2a.exercises.kit.cases import Case
from c2a.exercises.kit.values import Tensor

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
        for kind in _kinds(value):
            yield f"`{name}` {kind}"
        for part, inner in value.items() if isinstance(value, dict) else ():
            for kind in _kinds(inner):
                yield f"`{name}[{part!r}]` {kind}"


def _kinds(value: Any) -> Iterator[str]:
    if isinstance(value, Tensor):
        yield from _of_array(value.array)
    elif isinstance(value, np.ndarray):
        yield from _of_array(value)
    elif isinstance(value, str):
        yield from _of_text(value)
    elif isinstance(value, list | tuple):
        yield from _of_sequence(value)
    elif type(value) in (int, float):
        yield from _of_number(value)
    elif isinstance(value, bool) or value is None:
        yield f"is {value}"


def _of_number(value: float) -> Iterator[str]:
    if value in (0, 1):
        yield f"is {value:g}"
    elif value < 0:
        yield "is negative"
    elif type(value) is int:
        yield "is above 1"


def _of_text(text: str) -> Iterator[str]:
    if len(text) < 2:
        yield "is one character" if text else "is empty"
    if len(set(text)) < len(text):
        yield "has a character twice"
    if any(not each.isascii() for each in text):
        yield "has letters beyond ASCII"
    if any(each.isspace() for each in text):
        yield "has spaces"
    if any(each.isupper() for each in text):
        yield "has capital letters"


def _of_sequence(values: Sequence[Any]) -> Iterator[str]:
    if len(values) < 2 and isinstance(values, list):
        yield "holds one value" if values else "is empty"
    if values and all(type(each) is int for each in values):
        if len(set(values)) > 1:
            yield "holds different numbers"
        if isinstance(values, list) and len(set(values)) < len(values):
            yield "has a number twice"
    sizes = {len(each) for each in values if isinstance(each, str | list | np.ndarray)}
    if len(sizes) > 1:
        yield "holds parts of different lengths"


def _of_array(array: np.ndarray) -> Iterator[str]:
    yield f"holds {array.dtype} numbers"
    if not array.flags.c_contiguous:
        yield "is not contiguous in memory"
    if array.size <= 1:
        yield "holds one number" if array.size else "is empty"
    if array.dtype.kind == "b":
        yield "is True everywhere" if array.all() else "is False somewhere"
    if array.dtype.kind in "iu" and np.unique(array).size < array.size:
        yield "has a number twice"
    numbers = array if array.dtype.kind in "iufc" else np.zeros(1)
    largest = float(np.abs(numbers).max(initial=0.0))
    if largest > HUGE or 0 < largest < 1 / HUGE:
        yield "holds huge numbers" if largest > HUGE else "holds tiny numbers"
    if array.ndim >= 2 and array.shape[-2] != array.shape[-1]:
        yield "is not square"
    for axis, length in enumerate(array.shape[:-2]):
        if length > 1:
            yield f"is longer than 1 along axis {axis}"
