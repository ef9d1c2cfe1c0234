"""Exercise: which units have a given pixel in their field?"""

from __future__ import annotations

from c2a.exercises.c04_receptive_fields.inputs import (
    Layers,
    beyond_doubt,
    field_of,
    read,
    stack,
    units,
)
from c2a.exercises.kit import Draw, Group, declare, raising_like

Arguments = tuple[Layers, int, int]  # layers, pixels of the line, number of the pixel


def reference(layers: Layers, n: int, pixel: int) -> list[int]:
    """All units whose field covers the pixel; ValueError if it is none of the n."""
    count = units(layers, n)
    if not 0 <= pixel < n:
        raise ValueError("there is no such pixel")
    size, jump, start = field_of(layers)
    fields = (range(start + i * jump, start + i * jump + size) for i in range(count))
    return [i for i, field in enumerate(fields) if pixel in field]


def by_division(layers: Layers, n: int, pixel: int) -> list[int]:
    """Right: first and last unit from two divisions, rounded up and down."""
    if pixel not in range(n):
        raise ValueError("outside")
    size, jump, start = field_of(layers)
    first = -((start + size - 1 - pixel) // jump)
    last = (pixel - start) // jump
    return list(range(max(first, 0), min(last, units(layers, n) - 1) + 1))


def by_ends(layers: Layers, n: int, pixel: int) -> list[int]:
    """Right: walk back from every unit, and compare with both ends."""
    if pixel < 0 or pixel >= n:
        raise ValueError("outside")
    found = []
    for unit in range(units(layers, n)):
        reached = read(layers, n, unit)
        if min(reached) <= pixel <= max(reached):
            found.append(unit)
    return found


def ends(layers: Layers, n: int, pixel: int) -> list[int]:
    found = reference(layers, n, pixel)
    return [found[0], found[-1]] if found else []


def beyond_the_map(layers: Layers, n: int, pixel: int) -> list[int]:
    size, jump, start = field_of(layers)
    first = -((start + size - 1 - pixel) // jump)
    return list(range(first, (pixel - start) // jump + 1))


def one_off(layers: Layers, n: int, pixel: int) -> list[int]:
    size, jump, start = field_of(layers)
    count = units(layers, n)
    return [i for i in range(count) if 0 <= pixel - start - i * jump <= size]


def centered(layers: Layers, n: int, pixel: int) -> list[int]:
    """The unit that starts nearest to the pixel, alone."""
    _, jump, start = field_of(layers)
    return [min(range(units(layers, n)), key=lambda i: abs(start + i * jump - pixel))]


def unchecked(layers: Layers, n: int, pixel: int) -> list[int]:
    size, jump, start = field_of(layers)
    count = units(layers, n)
    return [i for i in range(count) if 0 <= pixel - start - i * jump < size]


def unpadded_start(layers: Layers, n: int, pixel: int) -> list[int]:
    size, jump, _ = field_of(layers)
    return [i for i in range(units(layers, n)) if 0 <= pixel - i * jump < size]


def jump_of_one(layers: Layers, n: int, pixel: int) -> list[int]:
    size, _, start = field_of(layers)
    return [i for i in range(units(layers, n)) if 0 <= pixel - start - i < size]


def arguments(d: Draw, where: str, **options: tuple) -> Arguments:
    """A stack, a line and a pixel in its middle, at its border or outside."""
    while True:
        layers, n = stack(d, **options), d.int(16, 50)
        try:
            count = units(layers, n)
        except ValueError:
            continue
        if count < 3 or field_of(layers)[0] == 1:
            continue
        if not all(beyond_doubt(layers, n, unit) for unit in range(count)):
            continue
        if where == "outside":
            return layers, n, d.choose(-1, -2, n, n + 1)
        edge = d.choose(0, 1, n - 2, n - 1)
        return layers, n, edge if where == "border" else n // 2 + d.int(-2, 2)


EXERCISE = declare(
    "units_that_see",
    "Who sees this pixel?",
    reference,
    difficulty=3,
    minutes=20,
    example=([(3, 2, 1, 1)], 9, 3),
    groups={
        "stride 1": Group(
            1, lambda d: arguments(d, "middle", strides=(1,), paddings=(0, 1))
        ),
        "stride": Group(
            2,
            lambda d: arguments(d, "middle", strides=(1, 2)),
            ([(1, 3, 0, 1)], 9, 4),  # a pixel that nobody sees
            section="stride-and-jump",
        ),
        "border": Group(1, lambda d: arguments(d, "border"), section="window-start"),
        "impossible": Group(
            1,
            lambda d: arguments(d, "outside"),
            lambda d: arguments(d, "border"),
            visible=1,
        ),
    },
    mistakes={
        "These are the first and the last unit. Return all of them.": raising_like(
            reference, ends
        ),
        "Some of these units do not exist. Units are numbered from 0 up to the size of "
        "the map, less one.": raising_like(reference, beyond_the_map),
        "A field of `size` pixels ends at start + size - 1. You let it end one "
        "later.": raising_like(reference, one_off),
        "This is the unit whose field starts nearest to the pixel. Fields overlap: "
        "there are others.": raising_like(reference, centered),
        "The fields are taken to start at pixel 0. Padding moves them to the "
        "left.": raising_like(reference, unpadded_start),
        "Neighboring fields are taken to lie one pixel apart. They lie one jump "
        "apart.": raising_like(reference, jump_of_one),
        "There is no such pixel, so there is no answer. Raise ValueError.": unchecked,
    },
    alternatives=(by_division, by_ends),
    hints=(
        "Turn the question of seen_pixels around. How many units has the last layer, "
        "and which pixels does each see?",
        "Unit i sees the pixels from start + i * jump to start + i * jump + size - 1. "
        "Is the pixel among them?",
        "Go through all units of the map and keep those for which it is. A pixel that "
        "is negative, or not below n, is none: raise ValueError.",
    ),
    section="window-start",
)
