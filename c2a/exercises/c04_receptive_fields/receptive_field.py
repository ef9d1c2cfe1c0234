"""Exercise: size, jump and start of the fields of a network given as a list."""

from __future__ import annotations

import numpy as np

from c2a.exercises.c04_receptive_fields.inputs import (
    Field,
    Layer,
    Layers,
    check,
    field_of,
    stack,
    taps,
)
from c2a.exercises.kit import Draw, Group, declare, given, raising_like, such_that


def by_walking_back(layers: Layers) -> Field:
    """Right: follow two neighboring units back to the input."""
    check(layers)
    first, second = taps(layers, 0), taps(layers, 1)
    return max(first) - min(first) + 1, min(second) - min(first), min(first)


def by_products(layers: Layers) -> Field:
    """Right: the closed form, with NumPy's cumulative product."""
    check(layers)
    k, s, p, d = np.array(layers, dtype=int).reshape(-1, 4).T
    jumps = np.cumprod([1, *s])
    return (
        int(1 + (d * (k - 1) * jumps[:-1]).sum()),
        int(jumps[-1]),
        -int((p * jumps[:-1]).sum()),
    )


def own_stride(layers: Layers) -> Field:
    size = 1 + sum(d * (k - 1) * s for k, s, _, d in layers)
    return size, *field_of(layers)[1:]


def product_with_own(layers: Layers) -> Field:
    size, jump = 1, 1
    for k, s, _, d in layers:
        jump *= s
        size += d * (k - 1) * jump
    return size, *field_of(layers)[1:]


def added_kernels(layers: Layers) -> Field:
    size, jump = 0, 1
    for k, s, _, d in layers:
        size += (d * (k - 1) + 1) * jump
        jump *= s
    return size, *field_of(layers)[1:]


def padded_size(layers: Layers) -> Field:
    size, jump, start = field_of(layers)
    return size + 2 * sum(p for _, _, p, _ in layers), jump, start


def padding_as_it_is(layers: Layers) -> Field:
    return *field_of(layers)[:2], -sum(p for _, _, p, _ in layers)


def positive_start(layers: Layers) -> Field:
    size, jump, start = field_of(layers)
    return size, jump, -start


def added_jumps(layers: Layers) -> Field:
    size, _, start = field_of(layers)
    return size, sum(s for _, s, _, _ in layers), start


def unchecked(layers: Layers) -> Field:
    size, jump, start = 1, 1, 0
    for k, s, p, d in layers:
        size, start, jump = size + d * (k - 1) * jump, start - p * jump, jump * s
    return size, jump, start


def undilated(layers: Layers) -> list[Layer]:
    return [(k, s, p, 1) for k, s, p, _ in layers]


def senseless(d: Draw) -> tuple[list[Layer]]:
    """One number too low, everything else varied."""
    layers = stack(d, dilations=(1, 2))
    at, position = d.int(0, len(layers) - 1), d.int(0, 3)
    k, s, p, dilation = (
        number if i != position else (-1 if i == 2 else d.int(-1, 0))
        for i, number in enumerate(layers[at])
    )
    return ([*layers[:at], (k, s, p, dilation), *layers[at + 1 :]],)


def telling(layers: Layers) -> bool:
    """The stack tells the right size from what the usual slips give."""
    slips = (own_stride, product_with_own, added_kernels)
    return all(slip(layers)[0] != field_of(layers)[0] for slip in slips)


EXERCISE = declare(
    "receptive_field",
    "The field of a list of layers",
    field_of,
    difficulty=2,
    minutes=15,
    example=([(3, 2, 1, 1), (3, 1, 1, 1)],),
    groups={
        "stride 1": Group(
            1,
            lambda d: (stack(d, strides=(1,), paddings=(0,)),),
            ([],),
            ([(1, 1, 0, 1)],),
        ),
        "stride": Group(
            2,
            such_that(lambda d: (stack(d, paddings=(0,)),), telling),
            ([(3, 2, 0, 1)],),
            section="stride-and-jump",
        ),
        "padding": Group(
            1,
            such_that(
                lambda d: (stack(d, paddings=(1, 2, 3)),),
                lambda layers: field_of(layers)[1] > 2,
            ),
            section="window-start",
        ),
        "dilation": Group(
            1,
            such_that(
                lambda d: (stack(d, paddings=(0,), dilations=(2, 3, 4)),),
                lambda layers: field_of(layers)[0] > 5,
            ),
            section="dilation-and-holes",
        ),
        "impossible": Group(
            1,
            senseless,
            ([(0, 1, 0, 1)],),
            ([(3, 1, -1, 1)],),
            ([(3, 2, 1, 2), (3, 1, 1, 1)],),
            visible=1,
        ),
    },
    mistakes={
        "Each kernel is stretched by its own stride. Only the strides of the layers "
        "before it, multiplied, stretch a kernel.": raising_like(field_of, own_stride),
        "The jump is multiplied by the layer's stride too early. Use the old jump for "
        "this layer's kernel, then multiply.": raising_like(field_of, product_with_own),
        "The kernels are added up whole. A layer adds k - 1 steps to what is there "
        "already; only the first pixel counts as 1.": raising_like(
            field_of, added_kernels
        ),
        "Padding does not make the field larger. It moves the field.": raising_like(
            field_of, padded_size
        ),
        "The paddings are added up as they are. A frame around a later map is as wide "
        "as its padding times the jump so far.": raising_like(
            field_of, padding_as_it_is
        ),
        "The start has the wrong sign. Padding moves the first field to the left, "
        "below pixel 0.": raising_like(field_of, positive_start),
        "The strides are added. Each multiplies the jump.": raising_like(
            field_of, added_jumps
        ),
        "The dilation is not used. A kernel of k weights spans d * (k - 1) steps.": (
            raising_like(field_of, given(field_of, layers=undilated))
        ),
    },
    alternatives=(by_walking_back, by_products),
    hints=(
        "Keep three numbers while you go through the list: size, jump and start of the "
        "fields so far. Before the first layer they are 1, 1 and 0.",
        "A layer makes the field larger by d * (k - 1) jumps, and moves its start to "
        "the left by p jumps. Which jump: the one before the layer, or after it?",
        "The one before it. Multiply the jump by the stride last. Check the numbers of "
        "each layer first, and raise ValueError.",
    ),
    section="stride-and-jump",
)
