"""Exercise: the first and the last pixel that one unit can see."""

from __future__ import annotations

from c2a.exercises.c04_receptive_fields.inputs import (
    Layers,
    beyond_doubt,
    field_of,
    read,
    stack,
    units,
)
from c2a.exercises.kit import Draw, Group, after, declare, raising_like, such_that

Pixels = tuple[int, int]
Arguments = tuple[Layers, int, int]  # layers, pixels of the line, number of the unit


def reference(layers: Layers, n: int, unit: int) -> Pixels:
    """The field of a unit, cut at the borders; ValueError if there is no such unit."""
    if not 0 <= unit < units(layers, n):
        raise ValueError("there is no such unit")
    size, jump, start = field_of(layers)
    first = start + unit * jump
    return max(first, 0), min(first + size, n) - 1


def by_walking_back(layers: Layers, n: int, unit: int) -> Pixels:
    """Right: from the unit down, layer by layer; the cut comes last."""
    sizes = [n]
    for k, s, p, d in layers:
        sizes.append((sizes[-1] + 2 * p - d * (k - 1) - 1) // s + 1)
        if sizes[-1] < 1:
            raise ValueError("a kernel does not fit")
    if unit < 0 or unit >= sizes[-1]:
        raise ValueError("no unit of that number")
    first = last = unit
    for k, s, p, d in reversed(layers):
        first, last = first * s - p, last * s - p + d * (k - 1)
    return max(0, first), min(n - 1, last)


def by_sets(layers: Layers, n: int, unit: int) -> Pixels:
    """Right: the pixels that the unit depends on, padding left out in every layer."""
    if unit not in range(units(layers, n)):
        raise ValueError("no such unit")
    reached = read(layers, n, unit)
    return min(reached), max(reached)


def slip(first, last):
    """Wrong: ends from size, jump, start, unit and n; looks for impossible units."""

    def wrong(layers: Layers, n: int, unit: int) -> Pixels:
        numbers = (*field_of(layers), unit, n)
        return first(*numbers), last(*numbers)

    return raising_like(reference, wrong)


def unpadded(layers: Layers) -> Layers:
    return [(k, s, 0, d) for k, s, _, d in layers]


def without_padding(layers: Layers, n: int, unit: int) -> Pixels:
    size, jump, _ = field_of(unpadded(layers))
    return unit * jump, min(unit * jump + size, n) - 1


def unchecked(layers: Layers, n: int, unit: int) -> Pixels:
    size, jump, start = field_of(layers)
    first = start + unit * jump
    return max(first, 0), min(first + size, n) - 1


def drawn(d: Draw) -> Arguments:
    """A stack with dilation over a line, and one of its units."""
    layers, n = stack(d, dilations=(1, 1, 2)), d.int(16, 60)
    try:
        count = units(layers, n)
    except ValueError:
        return layers, n, 0
    return layers, n, int(d.rng.integers(count))


def possible(layers: Layers, n: int, unit: int) -> bool:
    try:
        return unit < units(layers, n) and beyond_doubt(layers, n, unit)
    except ValueError:
        return False


def inside(layers: Layers, n: int, unit: int) -> bool:
    if not possible(layers, n, unit):
        return False
    size, jump, start = field_of(layers)
    first = start + unit * jump
    return first > 0 and first + size <= n and unit > 0 and start < 0 and size > 1


def over_the_edge(layers: Layers, n: int, unit: int) -> bool:
    return possible(layers, n, unit) and not inside(layers, n, unit)


def first_unit(d: Draw) -> Arguments:
    return stack(d, strides=(1, 2), paddings=(1, 2)), d.int(30, 60), 0


def no_such_unit(d: Draw) -> Arguments:
    layers, n = stack(d, strides=(1, 2), paddings=(1, 2)), d.int(30, 60)
    return layers, n, units(layers, n) + d.int(0, 2) if d.int(0, 1) else -d.int(1, 3)


EXERCISE = declare(
    "seen_pixels",
    "What does this unit see?",
    reference,
    difficulty=2,
    minutes=20,
    example=([(3, 2, 1, 1), (3, 1, 1, 1)], 12, 5),
    groups={
        "inside": Group(2, such_that(drawn, inside)),
        "border": Group(
            1,
            such_that(drawn, over_the_edge),
            such_that(first_unit, over_the_edge),
            ([], 5, 4),
        ),
        "impossible": Group(
            1,
            no_such_unit,
            ([(5, 1, 0, 1)], 3, 0),
            ([(5, 1, 0, 1)], 5, 0),  # possible: the kernel just fits
            such_that(drawn, inside),
            visible=1,
        ),
    },
    mistakes={
        "The first field is taken to start at pixel 0. Padding moves all fields to the "
        "left.": raising_like(reference, without_padding),
        "Neighboring units are taken to see fields one pixel apart. They lie one jump "
        "apart.": slip(
            lambda r, j, a, i, n: max(a + i, 0),
            lambda r, j, a, i, n: min(a + i + r, n) - 1,
        ),
        "The last pixel is one too many: first + size is the pixel after it.": slip(
            lambda r, j, a, i, n: max(a + i * j, 0),
            lambda r, j, a, i, n: min(a + i * j + r, n - 1),
        ),
        "The field is not cut at the borders. What lies outside is padding, not "
        "pixels.": slip(
            lambda r, j, a, i, n: a + i * j, lambda r, j, a, i, n: a + i * j + r - 1
        ),
        "The last pixel is counted from the first one that was cut. Cut both ends at "
        "the end.": slip(
            lambda r, j, a, i, n: max(a + i * j, 0),
            lambda r, j, a, i, n: min(max(a + i * j, 0) + r, n) - 1,
        ),
        "Units are counted from 1. The first has number 0.": slip(
            lambda r, j, a, i, n: max(a + (i - 1) * j, 0),
            lambda r, j, a, i, n: min(max(a + (i - 1) * j + r, 1), n) - 1,
        ),
        "There is no such unit, and you answer all the same. Compute how many units "
        "each layer has, and raise ValueError.": unchecked,
        "The two pixels are swapped: the first comes first.": after(
            reference, lambda pixels: pixels[::-1]
        ),
    },
    alternatives=(by_walking_back, by_sets),
    hints=(
        "Compute size, jump and start first. Unit 0 sees from start on, unit 1 from "
        "one jump further to the right.",
        "So unit i sees start + i * jump up to, but not including, start + i * jump + "
        "size. Cut at 0 and at n - 1.",
        "How many units are there? Use the formula of the output size, layer by layer. "
        "If a layer has fewer than 1, or the unit's number is too large or negative, "
        "raise ValueError.",
    ),
    section="window-start",
)
