"""Exercise: the field of a block whose branches are added."""

from __future__ import annotations

from collections.abc import Sequence

from c2a.exercises.c04_receptive_fields.inputs import (
    Field,
    Layer,
    Layers,
    field_of,
    taps,
)
from c2a.exercises.kit import Draw, Group, after, declare, raising_like

Branches = Sequence[Layers]


def reference(branches: Branches) -> Field:
    """From the first to the last pixel of any branch; ValueError if jumps differ."""
    fields = [field_of(layers) for layers in branches]
    if len({jump for _, jump, _ in fields}) != 1:
        raise ValueError("branches of different jumps cannot be added")
    first = min(start for _, _, start in fields)
    last = max(start + size for size, _, start in fields)
    return last - first, fields[0][1], first


def by_sets(branches: Branches) -> Field:
    """Right: the union of the places that each branch reaches."""
    fields = [field_of(layers) for layers in branches]
    if not fields or any(jump != fields[0][1] for _, jump, _ in fields):
        raise ValueError("jumps differ")
    reached = set().union(*(taps(layers, 0) for layers in branches))
    return max(reached) - min(reached) + 1, fields[0][1], min(reached)


def by_folding(branches: Branches) -> Field:
    """Right: branch by branch, the interval grows."""
    if len(branches) == 0:
        raise ValueError("no branch")
    size, jump, start = field_of(branches[0])
    end = start + size
    for layers in branches[1:]:
        more, same, left = field_of(layers)
        if same != jump:
            raise ValueError("jumps differ")
        start, end = min(start, left), max(end, left + more)
    return end - start, jump, start


def slip(choose):
    """Wrong, from the list of the branches' fields."""
    return raising_like(
        reference, lambda branches: choose([field_of(layers) for layers in branches])
    )


def unchecked(branches: Branches) -> Field:
    fields = [field_of(layers) for layers in branches]
    first = min((start for _, _, start in fields), default=0)
    last = max((start + size for size, _, start in fields), default=1)
    return last - first, fields[-1][1] if fields else 1, first


def branch(d: Draw, strides: tuple[int, ...], same: bool) -> list[Layer]:
    """A branch with these strides; `same` padding keeps fields centered."""
    layers = []
    for s in strides:
        k, dilation = d.choose(1, 3, 5, 7), d.choose(1, 1, 2)
        p = dilation * (k - 1) // 2 if same else d.int(0, 3)
        layers.append((k, s, p, dilation))
    return layers


def residual(d: Draw) -> tuple[Branches]:
    """A block and its shortcut."""
    return ([branch(d, (1,) * d.int(2, 3), same=True), []],)


def strided(d: Draw) -> tuple[Branches]:
    """A block that halves the map, and a shortcut of 1 x 1 with stride 2."""
    main = branch(d, d.choose((2, 1), (1, 2), (1, 2, 1)), same=True)
    return ([main, [(1, 2, 0, 1)]] if d.int(0, 1) else [[(1, 2, 0, 1)], main],)


def shifted(d: Draw) -> tuple[Branches]:
    """Branches whose paddings do not fit each other."""
    strides = d.choose((1, 1), (2, 1), (1, 2, 2))
    while True:
        branches = [branch(d, strides, same=False) for _ in range(d.int(2, 3))]
        fields = [field_of(layers) for layers in branches]
        first, last = min(a for _, _, a in fields), max(r + a for r, _, a in fields)
        if last - first > max(r for r, _, _ in fields):
            return (branches,)


def unequal(d: Draw) -> tuple[Branches]:
    """Jumps that differ."""
    return ([branch(d, (2, 1), same=True), branch(d, (1, d.choose(1, 3)), same=True)],)


EXERCISE = declare(
    "block_field",
    "The field of a residual block",
    reference,
    difficulty=3,
    minutes=20,
    example=([[(3, 1, 1, 1), (3, 1, 1, 1)], []],),
    groups={
        "shortcut": Group(1, residual, ([[]],)),
        "stride": Group(1, strided, section="stride-and-jump"),
        "shifted": Group(2, shifted, section="window-start"),
        "impossible": Group(
            1,
            unequal,
            ([],),
            ([[], [(1, 2, 0, 1)]],),
            ([[(3, 2, 1, 1)], [(1, 2, 0, 1)]],),
            visible=1,
        ),
    },
    mistakes={
        "This is the largest branch. Where paddings differ, branches see different "
        "places, and the field reaches from the first to the last.": slip(
            lambda fields: max(fields, key=lambda field: field[0])
        ),
        "This is the first branch. All branches are added.": slip(
            lambda fields: fields[0]
        ),
        "This is the smallest branch. A pixel that any branch sees can change the "
        "sum.": slip(lambda fields: min(fields, key=lambda field: field[0])),
        "The sizes are added. Branches lie beside each other, not one on the "
        "other.": slip(
            lambda fields: (
                sum(size for size, _, _ in fields),
                fields[0][1],
                min(start for _, _, start in fields),
            )
        ),
        "The start is that of the first branch, not of the one that begins "
        "first.": slip(
            lambda fields: (
                max(r + a for r, _, a in fields) - min(a for _, _, a in fields),
                fields[0][1],
                fields[0][2],
            )
        ),
        "The size is the largest branch's, though the start is right. Take the last "
        "pixel of any branch, less the first of any.": slip(
            lambda fields: (
                max(size for size, _, _ in fields),
                fields[0][1],
                min(start for _, _, start in fields),
            )
        ),
        "Maps of different jumps cannot be added: they differ in size. Raise "
        "ValueError.": unchecked,
        "The order is size, jump, start.": after(
            reference, lambda field: (field[0], field[2], field[1])
        ),
    },
    alternatives=(by_sets, by_folding),
    hints=(
        "Compute size, jump and start of every branch, as in receptive_field. An empty "
        "list is a shortcut: size 1, jump 1, start 0.",
        "A branch sees from start to start + size - 1. The sum sees whatever one of "
        "the branches sees.",
        "The first pixel is the smallest start, the last one the largest start + size "
        "- 1. If the jumps differ, or there is no branch, raise ValueError.",
    ),
    section="branches-of-a-block",
)
