"""Exercise: keep every second pixel, and commute with every shift."""

import numpy as np

from c2a.exercises.c03_pooling.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, declare, given, such_that


def grids(x, stride):
    """The stride * stride grids that a stride could keep, in row order."""
    return [x[:, a::stride, b::stride] for a in range(stride) for b in range(stride)]


def pick(x, stride, weigh):
    """The grid of most weight; the first where two are equal."""
    return max(grids(x, stride), key=weigh).copy()


def energy(grid):
    return float((grid.astype(float) ** 2).sum())


def steady_pool(x, stride):
    """Of all grids, the one of largest energy."""
    return pick(x, stride, energy)


def by_reshape(x, stride):
    """Right: the offsets as axes of their own."""
    c, rows, columns = x.shape
    cut = x.reshape(c, rows // stride, stride, columns // stride, stride)
    sums = np.einsum("ciajb,ciajb->ab", cut, cut)
    a, b = np.unravel_index(sums.argmax(), sums.shape)
    return cut[:, :, a, :, b]


def by_norm(x, stride):
    """Right: the norm of each grid, the first largest."""
    found = grids(x, stride)
    return found[int(np.argmax([np.linalg.norm(grid) for grid in found]))]


def each_channel(x, stride):
    """Wrong: a grid for each channel."""
    return np.concatenate([pick(channel[None], stride, energy) for channel in x])


def by_sizes(x, stride):
    """Wrong: large sizes, not large squares."""
    return pick(x, stride, lambda grid: np.abs(grid).sum())


def diagonal(x, stride):
    """Wrong: the same offset for rows and columns."""
    return max((x[:, a::stride, a::stride] for a in range(stride)), key=energy).copy()


def settled(x, stride):
    """No two grids of nearly equal energy: rounding must not decide."""
    second, most = sorted([0.0, *(energy(grid) for grid in grids(x, stride))])[-2:]
    return most > 1.01 * second


def image(d: Draw, stride: int, channels: int = 1, wider: int = 0):
    side = stride * d.int(2, 4)
    return d.array(channels, side, side + stride * wider), stride


def shifted(d: Draw):
    """An image and, beside it, where the first grid never wins: a bright pixel."""
    x, stride = image(d, 2, d.int(1, 2))
    scale = np.abs(x).max() + np.finfo(x.dtype).tiny
    x[:, 1::2, d.int(0, 1) :: 2] += 3 * scale
    return x, stride


def by_squares(x, stride):
    """The grid of most energy is not that of the largest sum of sizes."""
    return settled(x, stride) and not np.array_equal(
        by_sizes(x, stride), steady_pool(x, stride)
    )


def drawn(*options, **named):
    return such_that(lambda d: image(d, *options, **named), settled)


EXERCISE = declare(
    "steady_pool",
    "A stride that no shift can fool",
    steady_pool,
    difficulty=4,
    minutes=25,
    example=(np.array([[[1.0, 0.0, 2.0, 0.0], [0.0, 3.0, 1.0, 1.0]]]), 2),
    groups={
        "stride 2": Group(
            1,
            drawn(2),
            such_that(shifted, settled),
            (np.array([[[3.0]]]), 1),
            # The grid of larger squares, 9 > 8, has the smaller sizes, 3 < 4.
            (np.array([[[3.0, 2.0, 0.0, 2.0], [0.0, 0.0, 0.0, 0.0]]]), 2),
            # Two grids of equal energy, 5: the first of them is kept.
            (np.array([[[2.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 2.0]]]), 2),
            such_that(lambda d: image(d, 2), by_squares),
        ),
        "stride 3": Group(1, drawn(3)),
        "channels": Group(
            2,
            such_that(lambda d: image(d, 2, d.int(2, 4)), settled),
            visible=3,
            hidden=5,
        ),
        "not square": Group(1, drawn(2, wider=1), drawn(2, wider=-1)),
    },
    mistakes={
        "That is a plain stride: always the first grid. Of all stride * stride grids, "
        "keep the one with the largest sum of squares.": lambda x, stride: grids(
            x, stride
        )[0].copy(),
        "The grid with the smallest sum of squares is kept.": lambda x, stride: pick(
            x, stride, lambda grid: -energy(grid)
        ),
        "The sum of sizes is largest, not the sum of squares: square each number "
        "first.": by_sizes,
        "The sum is largest, not the sum of squares.": lambda x, stride: pick(
            x, stride, np.sum
        ),
        "Each channel picks a grid of its own, so that the channels no longer fit on "
        "each other. One grid for all.": each_channel,
        "Of two grids with equal sums of squares the later is kept. Keep the first.": (
            lambda x, stride: max(grids(x, stride)[::-1], key=energy).copy()
        ),
        "Only grids with equal offsets of rows and columns are tried. There are "
        "stride * stride.": diagonal,
        "The grid of the largest single pixel is kept. Sum the squares of the whole "
        "grid.": lambda x, stride: pick(x, stride, lambda grid: np.abs(grid).max()),
        "The stride is not used.": given(steady_pool, stride=1),
    },
    alternatives=(by_reshape, by_norm),
    hints=(
        "With stride 2 there are four ways to keep every second pixel, x[:, a::2, "
        "b::2] with a and b 0 or 1. A plain stride always takes a = b = 0.",
        "Shift the image by one: which of the four grids is now which? A choice that "
        "depends on the numbers of a grid, and not on its place, moves along.",
        "Compute (grid ** 2).sum() of each, over all channels together, and keep the "
        "grid where it is largest.",
    ),
    section="blur-before-you-skip",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
