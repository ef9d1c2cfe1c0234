"""Exercise: mend a depthwise convolution with three planted bugs."""

from collections.abc import Callable

import numpy as np
from scipy.signal import correlate2d

from c2a.exercises.c02_convolution.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, Mistake, declare, given


def reference(x: np.ndarray, w: np.ndarray, stride: int, dilation: int) -> np.ndarray:
    """SciPy's correlation of each channel with its kernel, spread out by zeros."""
    rows, columns = ((size - 1) * dilation + 1 for size in w.shape[1:])
    spread = np.zeros((len(w), rows, columns), w.dtype)
    spread[:, ::dilation, ::dilation] = w
    return np.stack(
        [
            correlate2d(channel, kernel, mode="valid")[::stride, ::stride]
            for channel, kernel in zip(x, spread, strict=True)
        ]
    )


def mended(*bugs: str, last: int = 0) -> Callable:
    """The code of the task with some of its bugs mended: size, step, sum.

    last: rows and columns that the windows lack at their end.
    """

    def answer(x: np.ndarray, w: np.ndarray, stride: int, dilation: int) -> np.ndarray:
        channels, height, width = x.shape
        rows, columns = w.shape[1:]
        apart = dilation if "size" in bugs else 1
        height_out = (height - apart * (rows - 1) - 1) // stride + 1
        width_out = (width - apart * (columns - 1) - 1) // stride + 1
        y = np.zeros((channels, max(height_out, 0), max(width_out, 0)))
        for i, j in np.ndindex(*y.shape[1:]):
            top, left = i * stride, j * stride if "step" in bugs else j
            bottom = top + dilation * (rows - last)
            right = left + dilation * (columns - last)
            window = x[:, top:bottom:dilation, left:right:dilation]
            y[:, i, j] = (window * w).sum(axis=(1, 2) if "sum" in bugs else None)
        return y

    return answer


def by_windows(x: np.ndarray, w: np.ndarray, stride: int, dilation: int) -> np.ndarray:
    """Right: all windows as one view."""
    size = tuple((k - 1) * dilation + 1 for k in w.shape[1:])
    views = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))
    thinned = views[:, ::stride, ::stride, ::dilation, ::dilation]
    return (thinned * w[:, None, None]).sum(axis=(3, 4))


def by_weights(x: np.ndarray, w: np.ndarray, stride: int, dilation: int) -> np.ndarray:
    """Right: one shifted copy of the input for each weight."""
    rows = (x.shape[1] - dilation * (w.shape[1] - 1) - 1) // stride + 1
    columns = (x.shape[2] - dilation * (w.shape[2] - 1) - 1) // stride + 1
    y = np.zeros((len(x), rows, columns))
    for a, b in np.ndindex(*w.shape[1:]):
        top, left = a * dilation, b * dilation
        view = x[:, top : top + stride * rows : stride]
        view = view[:, :, left : left + stride * columns : stride]
        y += w[:, a, b][:, None, None] * view
    return y


def layer(d: Draw, channels: int, stride: int, dilation: int) -> tuple:
    height = d.int(7, 11)
    x = d.array(channels, height, height + d.int(1, 3))
    return x, d.array(channels, d.int(2, 3), d.int(2, 3)), stride, dilation


EXERCISE = declare(
    "depthwise_conv2d",
    "Mend the bugs",
    reference,
    difficulty=3,
    minutes=20,
    example=(
        np.array([[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]]),
        np.array([[[1.0, 1.0]], [[1.0, -1.0]]]),
        1,
        2,
    ),
    groups={
        "channels": Group(
            1,
            lambda d: (d.array(2, 3, 4), d.array(2, 2, 2), 1, 1),
            lambda d: layer(d, d.int(2, 4), 1, 1),
            lambda d: (d.array(3, 1, 1), d.array(3, 1, 1), 1, 1),
            section="groups",
        ),
        "stride": Group(
            1,
            lambda d: (d.array(1, 4, 6), d.array(1, 2, 2), 2, 1),
            lambda d: layer(d, 1, d.int(2, 4), 1),
            section="stride",
        ),
        "dilation": Group(
            1,
            lambda d: (d.array(1, 4, 5), d.array(1, 2, 2), 1, 2),
            lambda d: layer(d, 1, 1, d.int(2, 3)),
            lambda d: (d.array(1, 5, 5), d.array(1, 3, 3), 1, 2),
        ),
        "together": Group(1, lambda d: layer(d, d.int(2, 4), d.int(2, 3), 2)),
    },
    mistakes=[
        Mistake(
            "The sum runs over the channels too. A depthwise convolution keeps them "
            "apart: which axes does `sum` need?",
            mended("size", "step"),
        ),
        Mistake(
            "The channels are added together, and their axis is gone. Each channel has "
            "a response of its own: the shape is (C, H_out, W_out).",
            lambda x, w, s, d: by_windows(x, w, s, d).sum(0),
        ),
        Mistake(
            "The size of the output ignores the dilation, so the last windows hang "
            "over the edge.",
            mended("step", "sum"),
        ),
        Mistake(
            "Along the columns the window still moves by one pixel. Only the rows use "
            "the stride.",
            mended("size", "sum"),
        ),
        Mistake(
            "The windows lack their last row and column: a slice ends before its "
            "stop. `rows - 1` belongs into the size of the output only.",
            mended("size", "step", "sum", last=1),
        ),
        Mistake(
            "The dilation spreads the output, not the kernel. This is the response "
            "without dilation.",
            given(by_windows, dilation=1),
        ),
        Mistake(
            "The sum is mended. Two bugs are left: they show with stride 2 and with "
            "dilation 2.",
            mended("sum"),
            whole=True,
        ),
        Mistake(
            "This is the given code, bugs and all. Test it with two channels, with "
            "stride 2 and with dilation 2, each by itself.",
            mended(),
            whole=True,
        ),
    ],
    alternatives=(mended("size", "step", "sum"), by_windows, by_weights),
    hints=(
        "There are three bugs, and each shows in one setting only: several channels, a "
        "stride above 1, a dilation above 1. Try these one at a time.",
        "One bug is in the size of the output, one in where a window starts, one in "
        "what is summed.",
        "Print the shape of `window` at every position with dilation 2: the last ones "
        "are too small. Then compare `top` with `left`. Then look at what "
        "`(window * w).sum()` returns for two channels.",
    ),
    section="stride",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
