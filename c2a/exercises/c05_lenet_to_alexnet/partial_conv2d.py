"""Exercise: a convolution whose filters see only some of the maps."""

import numpy as np
from scipy.signal import correlate2d

from c2a.exercises.c05_lenet_to_alexnet.inputs import (
    LIBRARIES,
    WITH_NUMPY,
    lenet_table,
)
from c2a.exercises.kit import Draw, Group, declare, given


def reference(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, table: np.ndarray
) -> np.ndarray:
    """SciPy's correlation of every map that a filter sees, added up."""
    return np.stack(
        [
            b
            + sum(
                correlate2d(x[c], w[c], mode="valid") for c in range(len(x)) if sees[c]
            )
            for w, b, sees in zip(weight, bias, table, strict=True)
        ]
    )


def by_mask(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, table: np.ndarray
) -> np.ndarray:
    """Right: an ordinary convolution with zeros where the table has none."""
    views = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(1, 2))
    masked = weight * table[:, :, None, None]
    return np.einsum("cijuv,ocuv->oij", views, masked) + bias[:, None, None]


def by_loops(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, table: np.ndarray
) -> np.ndarray:
    """Right: filter by filter, place by place."""
    k, m = weight.shape[2:]
    rows, columns = x.shape[1] - k + 1, x.shape[2] - m + 1
    y = np.empty((len(weight), rows, columns))
    for o, i, j in np.ndindex(*y.shape):
        seen = np.flatnonzero(table[o])
        window = x[seen, i : i + k, j : j + m]
        y[o, i, j] = bias[o] + (weight[o, seen] * window).sum()
    return y


def averaged(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, table: np.ndarray
) -> np.ndarray:
    seen = np.maximum(table.sum(1), 1)
    no_bias = by_mask(x, weight, 0 * bias, table)
    return no_bias / seen[:, None, None] + bias[:, None, None]


def bias_each(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, table: np.ndarray
) -> np.ndarray:
    return by_mask(x, weight, bias * table.sum(1), table)


def compacted(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, table: np.ndarray
) -> np.ndarray:
    """Takes the first maps, as many as the filter sees."""
    first = np.arange(len(x)) < table.sum(1)[:, None]
    return by_mask(x, weight, bias, first)


def layer(d: Draw, table: np.ndarray, wider: int = 0) -> tuple:
    o, c = table.shape
    k = d.int(2, 3)
    height = d.int(4, 7)
    x = d.array(c, height, height + wider)
    return x, d.array(o, c, k, k), d.array(o), table


def some(d: Draw, filters: int, maps: int) -> np.ndarray:
    """A table in which every filter sees a map, and not the first ones only."""
    table = d.rng.random((filters, maps)) < 0.5
    table[:, -1] = True
    table[0, 0] = False
    return table


EXERCISE = declare(
    "partial_conv2d",
    "The table of 1998",
    reference,
    difficulty=2,
    minutes=15,
    example=(
        np.array([[[1.0, 2.0]], [[10.0, 20.0]]]),
        np.array([[[[1.0]], [[1.0]]], [[[1.0]], [[1.0]]]]),
        np.array([0.0, 5.0]),
        np.array([[True, True], [False, True]]),
    ),
    groups={
        "all maps": Group(1, lambda d: layer(d, np.ones((d.int(1, 3), 2), bool))),
        "some maps": Group(
            2,
            lambda d: layer(d, some(d, d.int(2, 4), d.int(2, 4))),
            lambda d: layer(d, some(d, 3, 3), d.int(1, 3)),
            lambda d: layer(d, np.array([[False, True], [True, False]])),
        ),
        "LeNet": Group(1, lambda d: layer(d, lenet_table()), visible=1),
    },
    mistakes={
        "The table is not used: every filter sees every map.": given(
            by_mask, table=np.ones_like
        ),
        "The bias is missing.": given(by_mask, bias=np.zeros_like),
        "The bias is added once for each map that the filter sees. A filter has one "
        "bias.": bias_each,
        "The maps are averaged. A filter adds up what its kernels answer.": averaged,
        "The kernels are flipped. Libraries slide them as they are.": given(
            by_mask, weight=lambda w: w[..., ::-1, ::-1]
        ),
        "The table is read the wrong way round: these are the maps that the filter "
        "does not see.": given(by_mask, table=np.logical_not),
        "These are the first maps, as many as the table has. Which ones matters.": (
            compacted
        ),
    },
    alternatives=(by_mask, by_loops),
    hints=(
        "A weight that is zero sees nothing. What must be multiplied by what?",
        "weight has shape (O, C, k, k) and table (O, C). `table[:, :, None, None]` "
        "gives each kernel its own True or False.",
        "With the masked weights it is an ordinary convolution: for every filter and "
        "place, the sum over maps and kernel, and the bias of the filter.",
    ),
    section="lenet-table",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
