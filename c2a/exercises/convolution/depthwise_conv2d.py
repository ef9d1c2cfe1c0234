"""Exercise: mend a depthwise convolution with three planted bugs."""

from collections.abc import Callable

import numpy as np
from scipy.signal import correlate2d

from c2a.exercises.convolution.inputs import (
    FORMS,
    LIBRARIES,
    WITH_NUMPY,
    draw,
    fixed,
)
from c2a.exercises.core import Case, Exercise, Mistake


def reference(x: np.ndarray, w: np.ndarray, stride: int, dilation: int) -> np.ndarray:
    """SciPy's correlation of each channel with its kernel, spread out by zeros."""
    spread = _spread(w, dilation)
    return np.stack(
        [
            correlate2d(channel, kernel, mode="valid")[::stride, ::stride]
            for channel, kernel in zip(x, spread, strict=True)
        ]
    )


def _spread(w: np.ndarray, dilation: int) -> np.ndarray:
    """Kernels with dilation - 1 zeros between their weights."""
    rows, columns = ((size - 1) * dilation + 1 for size in w.shape[1:])
    spread = np.zeros((w.shape[0], rows, columns), w.dtype)
    spread[:, ::dilation, ::dilation] = w
    return spread


def by_loops(x: np.ndarray, w: np.ndarray, stride: int, dilation: int) -> np.ndarray:
    """Right: the given code, mended."""
    return _given(x, w, stride, dilation, mended=("size", "step", "sum"))


def by_windows(x: np.ndarray, w: np.ndarray, stride: int, dilation: int) -> np.ndarray:
    """Right: all windows as one view."""
    size = tuple((k - 1) * dilation + 1 for k in w.shape[1:])
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))
    thinned = windows[:, ::stride, ::stride, ::dilation, ::dilation]
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


def _given(
    x: np.ndarray, w: np.ndarray, stride: int, dilation: int, mended: tuple[str, ...]
) -> np.ndarray:
    """The code of the task, with some of its three bugs mended."""
    channels, height, width = x.shape
    rows, columns = w.shape[1:]
    down = dilation if {"size", "height"} & set(mended) else 1
    along = dilation if {"size", "width"} & set(mended) else 1
    height_out = (height - down * (rows - 1) - 1) // stride + 1
    width_out = (width - along * (columns - 1) - 1) // stride + 1
    y = np.zeros((channels, height_out, width_out))
    for i in range(height_out):
        for j in range(width_out):
            top, left = i * stride, j * stride if "step" in mended else j
            bottom, right = top + dilation * rows, left + dilation * columns
            window = x[:, top:bottom:dilation, left:right:dilation]
            axes = (1, 2) if "sum" in mended else None
            y[:, i, j] = (window * w).sum(axis=axes)
    return y


def _with(*mended: str) -> Callable[..., np.ndarray]:
    """The given code with only these bugs mended."""

    def answer(x: np.ndarray, w: np.ndarray, stride: int, dilation: int) -> np.ndarray:
        return _given(x, w, stride, dilation, mended)

    return answer


def reach_too_long(
    x: np.ndarray, w: np.ndarray, stride: int, dilation: int
) -> np.ndarray:
    """Takes dilation * kernel_size for the reach of the kernel."""
    rows, columns = (
        (size - dilation * k) // stride + 1
        for size, k in zip(x.shape[1:], w.shape[1:], strict=True)
    )
    return by_loops(x, w, stride, dilation)[:, : max(rows, 0), : max(columns, 0)]


def _summed(axes: int | tuple[int, int]) -> Callable[..., np.ndarray]:
    """Sums along other axes, and puts that where one number per channel belongs."""

    def answer(x: np.ndarray, w: np.ndarray, stride: int, dilation: int) -> np.ndarray:
        y = by_windows(x, w, stride, dilation)
        rows, columns = (dilation * k for k in w.shape[1:])
        for i, j in np.ndindex(*y.shape[1:]):
            top, left = i * stride, j * stride
            window = x[:, top : top + rows : dilation, left : left + columns : dilation]
            y[:, i, j] = (window * w).sum(axis=axes)
        return y

    return answer


def _case(
    rng: np.random.Generator,
    group: str,
    x: tuple[int, ...],
    kernel: tuple[int, int],
    setting: tuple[int, int] = (1, 1),
    form: str = "whole",
) -> Case:
    w = draw(rng, (x[0], *kernel), form if form in ("whole", "float32") else "float64")
    return Case((draw(rng, x, form), w, *setting), group)


def _visible() -> list[Case]:
    rng = fixed()
    return [
        _case(rng, "channels", (2, 3, 3), (2, 2)),
        _case(rng, "channels", (3, 4, 5), (3, 2), form="float64"),
        _case(rng, "stride", (1, 4, 5), (2, 2), (2, 1)),
        _case(rng, "stride", (1, 5, 7), (2, 3), (3, 1), "float64"),
        _case(rng, "dilation", (1, 4, 5), (2, 2), (1, 2)),
        _case(rng, "dilation", (1, 7, 6), (3, 2), (1, 3), "strided"),
        _case(rng, "together", (2, 6, 7), (2, 2), (2, 2)),
    ]


def _hidden(rng: np.random.Generator) -> list[Case]:
    def whole(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    def image(channels: int) -> tuple[int, int, int]:
        height = whole(8, 12)
        return channels, height, height + whole(1, 4)

    def kernel() -> tuple[int, int]:
        return whole(2, 4), whole(2, 4)

    cases = [_case(rng, "channels", (3, 1, 1), (1, 1), form="float64")]
    for form in rng.permutation(FORMS):
        channels = whole(2, 5)
        cases.append(_case(rng, "channels", image(channels), kernel(), form=str(form)))
        setting = whole(2, 5), 1
        cases.append(_case(rng, "stride", image(1), kernel(), setting, str(form)))
        setting = 1, whole(2, 4)
        cases.append(_case(rng, "dilation", image(1), kernel(), setting, str(form)))
        setting = whole(2, 4), whole(2, 4)
        cases.append(
            _case(rng, "together", image(channels), kernel(), setting, str(form))
        )
    # The dilated kernel just fits: one position.
    cases.append(_case(rng, "dilation", (1, 5, 5), (3, 3), (1, 2), "float64"))
    return cases


EXERCISE = Exercise(
    name="depthwise_conv2d",
    title="Mend the bugs",
    points={"channels": 1, "stride": 1, "dilation": 1, "together": 1},
    reference=reference,
    visible=_visible,
    hidden=_hidden,
    mistakes=(
        Mistake(
            "The sum runs over the channels too. A depthwise convolution keeps them "
            "apart: which axes does `sum` need?",
            _with("size", "step"),
        ),
        Mistake(
            "The channels are added together, and their axis is gone. Each channel has "
            "a response of its own: the shape is (C, H_out, W_out).",
            lambda x, w, s, d: by_windows(x, w, s, d).sum(0),
        ),
        Mistake(
            "The channels are added together. Each has a response of its own: the "
            "first axis of the output is as long as that of the input.",
            lambda x, w, s, d: by_windows(x, w, s, d).sum(0, keepdims=True),
        ),
        Mistake(
            "Axis 0 holds the channels, which stay apart. Sum over the rows and "
            "columns of the window.",
            _summed(0),
        ),
        Mistake(
            "The sum runs over the channels and down the columns. Axis 0 holds the "
            "channels: sum over the other two.",
            _summed((0, 1)),
        ),
        Mistake(
            "The sum runs over the channels and along the rows. Axis 0 holds the "
            "channels: sum over the other two.",
            _summed((0, 2)),
        ),
        Mistake(
            "The sum runs down the columns of the window only. Sum over both of its "
            "axes, rows and columns.",
            _summed(1),
        ),
        Mistake(
            "The sum runs along the rows of the window only. Sum over both of its "
            "axes, rows and columns.",
            _summed(-1),
        ),
        Mistake(
            "The dilation is in the height of the output, but not in its width.",
            _with("height", "step", "sum"),
        ),
        Mistake(
            "The dilation is in the width of the output, but not in its height.",
            _with("width", "step", "sum"),
        ),
        Mistake(
            "Along the columns the window still moves by one pixel. Only the rows use "
            "the stride.",
            _with("size", "sum"),
        ),
        Mistake(
            "The size of the output ignores the dilation, so the last windows hang "
            "over the edge.",
            _with("step", "sum"),
        ),
        Mistake(
            "A dilated kernel reaches over dilation * (k - 1) + 1 pixels, not over "
            "dilation * k: the last rows or columns of the output are missing.",
            reach_too_long,
        ),
        Mistake(
            "The dilation spreads the output, not the kernel. This is the response "
            "without dilation.",
            lambda x, w, s, d: by_loops(x, w, s, 1),
        ),
        Mistake(
            "The stride is gone: this is the response at every position.",
            lambda x, w, s, d: by_loops(x, w, 1, d),
        ),
        Mistake(
            "The sum is mended. Two bugs are left: they show with stride 2 and with "
            "dilation 2.",
            _with("sum"),
            whole=True,
        ),
        Mistake(
            "The stride is mended. Two bugs are left: they show with two channels and "
            "with dilation 2.",
            _with("step"),
            whole=True,
        ),
        Mistake(
            "The size is mended. Two bugs are left: they show with two channels and "
            "with stride 2.",
            _with("size"),
            whole=True,
        ),
        Mistake(
            "This is the given code, bugs and all. Test it with two channels, with "
            "stride 2 and with dilation 2, each by itself.",
            _with(),
            whole=True,
        ),
    ),
    alternatives=(by_loops, by_windows, by_weights),
    hints=(
        "There are three bugs, and each shows in one setting only: several channels, a "
        "stride above 1, a dilation above 1. Try these one at a time.",
        "One bug is in the size of the output, one in where a window starts, one in "
        "what is summed.",
        "Print the shape of `window` at every position with dilation 2: the last ones "
        "are too small. Then compare `top` with `left`. Then look at what "
        "`(window * w).sum()` returns for two channels.",
    ),
    section="02-convolution.html#dilation",
    sections={
        "channels": "02-convolution.html#groups",
        "stride": "02-convolution.html#stride",
    },
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
