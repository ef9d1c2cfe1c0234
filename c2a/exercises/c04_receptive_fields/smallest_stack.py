"""Exercise: the fewest layers that see a field without holes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from c2a.exercises.c04_receptive_fields.inputs import taps
from c2a.exercises.kit import Draw, Group, declare, raising_like

LARGEST = 3001  # what a judge is willing to walk through


def reference(field: int, budget: int) -> list[int]:
    """Dilations that triple the field, the last one shortened; ValueError if over."""
    if field < 1 or field % 2 == 0:
        raise ValueError("3 x 3 layers of stride 1 give odd fields")
    dilations, size = [], 1
    while size < field:
        dilations.append(min(size, (field - size) // 2))
        size += 2 * dilations[-1]
    if len(dilations) > budget:
        raise ValueError("the budget is too small")
    return dilations


def from_the_top(field: int, budget: int) -> list[int]:
    """Right: split the field into three windows that touch, again and again."""
    if field < 1 or field % 2 == 0:
        raise ValueError("even")
    dilations: list[int] = []
    while field > 1:
        below = -(-field // 3)  # the smallest odd size whose three copies reach
        below += 1 - below % 2
        dilations.append((field - below) // 2)
        field = below
    if len(dilations) > budget:
        raise ValueError("too many layers")
    return dilations


def by_logarithm(field: int, budget: int) -> np.ndarray:
    """Right: the count first, then the powers of three."""
    if field <= 0 or field % 2 != 1:
        raise ValueError("impossible")
    count = 0
    while 3**count < field:
        count += 1
    if count > budget:
        raise ValueError("impossible")
    powers = [3**level for level in range(count - 1)]
    rest = (field - 1) // 2 - sum(powers)
    return np.array([*powers, rest] if count else [], dtype=int)


def within(budget: int, dilations: list[int]) -> list[int]:
    """The dilations; ValueError if they are too many, as a careful student has it."""
    if len(dilations) > budget:
        raise ValueError
    return dilations


def plain(field: int, budget: int) -> list[int]:
    return within(budget, [1] * ((field - 1) // 2))


def doubled(field: int) -> list[int]:
    dilations: list[int] = []
    size = 1
    while size < field:
        dilations.append(min(2 ** len(dilations), (field - size) // 2))
        size += 2 * dilations[-1]
    return dilations


def doubling(field: int, budget: int) -> list[int]:
    return within(budget, doubled(field))


def one_layer(field: int, budget: int) -> list[int]:
    return [(field - 1) // 2] if field > 1 else []


def tripling(field: int, budget: int) -> list[int]:
    return [3**level for level in range(math.ceil(math.log(field, 3) - 1e-9))]


def unchecked(field: int, budget: int) -> list[int]:
    dilations, size = [], 1
    while size < field:
        dilations.append(max(min(size, (field - size) // 2), 1))
        size += 2 * dilations[-1]
    return dilations


HOLES = (
    "The field is right, but it has holes: some of its pixels are read by nobody. A "
    "dilation may not be larger than the field below it."
)
TOO_LONG = (
    "The field is right and without holes, but takes more layers than the budget "
    "allows. How large may a dilation be before the first hole appears?"
)
DOUBLED = (
    "Doubling leaves no holes, but takes more layers than the budget allows. A 3 x 3 "
    "layer can put three windows side by side."
)
NOT_THE_FIELD = (
    "These dilations do not give the field that was asked for. A 3 x 3 layer of "
    "dilation d adds 2 * d."
)


def problem(dilations: Any) -> str:
    """What is wrong with the form of an answer."""
    values = np.asarray(dilations)
    if values.ndim != 1:
        return "Return one list of dilations."
    if len(values) > LARGEST or (values != np.floor(values)).any():
        return "Return whole numbers, one for each layer."
    if (values < 1).any() or values.sum() > LARGEST:
        return "Dilations start at 1, and these lead far beyond the field."
    return ""


def judge(dilations: Any, field: int, budget: int) -> str:
    """Whether a stack has the field, no holes, and few enough layers."""
    if said := problem(dilations):
        return said
    layers = [(3, 1, 0, int(d)) for d in np.asarray(dilations)]
    if 1 + 2 * sum(d for *_, d in layers) != field:
        return NOT_THE_FIELD
    if len(taps(layers, 0)) < field:
        return HOLES
    if len(layers) <= budget:
        return ""
    return DOUBLED if max(d for *_, d in layers) > 1 else TOO_LONG


def fewest(field: int) -> int:
    return len(reference(field, field))


def odd(d: Draw) -> int:
    return 2 * (d.int(4, 12) if d.shown else d.int(4, 200)) + 1


def tight(d: Draw) -> tuple[int, int]:
    """Fields at which doubling the dilation takes more layers than needed."""
    while True:
        field = odd(d)
        if len(doubled(field)) > fewest(field):
            return field, fewest(field)


def too_small(d: Draw) -> tuple[int, int]:
    field = odd(d)
    return field, fewest(field) - d.int(1, 2)


EXERCISE = declare(
    "smallest_stack",
    "The smallest stack for a field",
    reference,
    difficulty=4,
    minutes=30,
    example=(7, 2),
    groups={
        "field": Group(
            2, lambda d: ((field := odd(d)), len(doubled(field))), (3, 1), judge=judge
        ),
        "budget": Group(
            2, tight, (81, 4), lambda d: (3 ** d.int(3, 6), 6), judge=judge
        ),
        "impossible": Group(
            1,
            too_small,
            lambda d: (odd(d) + 1, 99),
            (0, 5),
            (-3, 5),
            (9, 2),  # possible
            visible=1,
            judge=judge,
        ),
    },
    mistakes={
        TOO_LONG: raising_like(reference, plain),
        DOUBLED: raising_like(reference, doubling),
        HOLES: raising_like(reference, one_layer),
        NOT_THE_FIELD: raising_like(reference, tripling),
        "This field or budget is impossible. 3 x 3 layers of stride 1 give odd fields "
        "only, and each layer at most triples the field. Raise ValueError.": unchecked,
    },
    alternatives=(from_the_top, by_logarithm),
    hints=(
        "Without dilation each layer adds 2. How large may the dilation of the second "
        "layer be before a pixel is left out? Draw it.",
        "Three windows of size r that touch cover 3 * r pixels: the dilation is then "
        "r, the field below. Larger, and there are holes.",
        "Let the fields grow 1, 3, 9, 27, and shorten the last dilation so that the "
        "field is met exactly. Count the layers, and raise ValueError if there are "
        "more than the budget.",
    ),
    section="dilation-and-holes",
    reveal=False,
)
