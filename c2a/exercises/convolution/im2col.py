"""Exercise: lay the windows of an image out as the columns of a matrix."""

import numpy as np

from c2a.exercises.convolution.inputs import (
    FORMS,
    LIBRARIES,
    WITH_NUMPY,
    draw,
    fixed,
)
from c2a.exercises.core import Case, Exercise, Mistake

Size = tuple[int, int]


def _windows(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """All windows as a view of shape (C, H_out, W_out, k_h, k_w)."""
    views = np.lib.stride_tricks.sliding_window_view(x, kernel_size, axis=(1, 2))
    return views[:, ::stride, ::stride]


def reference(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """NumPy's window view; rows are (channel, row, column), columns are positions."""
    windows = _windows(x, kernel_size, stride).transpose(0, 3, 4, 1, 2)
    return windows.reshape(x.shape[0] * kernel_size[0] * kernel_size[1], -1)


def by_positions(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """Right: one flattened window per position, stacked as columns."""
    rows, columns = kernel_size
    return np.stack(
        [
            x[:, i : i + rows, j : j + columns].ravel()
            for i in range(0, x.shape[1] - rows + 1, stride)
            for j in range(0, x.shape[2] - columns + 1, stride)
        ],
        axis=1,
    )


def by_weights(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """Right: one row of the matrix for each weight of the kernel."""
    channels, height, width = x.shape
    last_row, last_column = height - kernel_size[0], width - kernel_size[1]
    rows = [
        x[c, a : a + last_row + 1 : stride, b : b + last_column + 1 : stride].ravel()
        for c in range(channels)
        for a in range(kernel_size[0])
        for b in range(kernel_size[1])
    ]
    return np.array(rows)


def channels_last(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """The channel runs fastest down a column."""
    windows = _windows(x, kernel_size, stride).transpose(3, 4, 0, 1, 2)
    return windows.reshape(x.shape[0] * kernel_size[0] * kernel_size[1], -1)


def kernel_columns_first(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """Goes down each window before it goes along its rows."""
    windows = _windows(x, kernel_size, stride).transpose(0, 4, 3, 1, 2)
    return windows.reshape(x.shape[0] * kernel_size[0] * kernel_size[1], -1)


def column_by_column(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """Positions run down the image first."""
    windows = _windows(x, kernel_size, stride).transpose(0, 3, 4, 2, 1)
    return windows.reshape(x.shape[0] * kernel_size[0] * kernel_size[1], -1)


def only_reshaped(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """Forgets to bring the axes into order before the reshape."""
    windows = _windows(x, kernel_size, stride)
    return windows.reshape(x.shape[0] * kernel_size[0] * kernel_size[1], -1)


def steps_of_one(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """As many windows as the stride allows, but taken one pixel apart."""
    shape = _windows(x, kernel_size, stride).shape
    windows = _windows(x, kernel_size, 1)[:, : shape[1], : shape[2]]
    return windows.transpose(0, 3, 4, 1, 2).reshape(shape[0] * shape[3] * shape[4], -1)


def rows_only(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """Uses the stride down the image, not along its rows."""
    windows = _windows(x, kernel_size, 1)[:, ::stride].transpose(0, 3, 4, 1, 2)
    return windows.reshape(x.shape[0] * kernel_size[0] * kernel_size[1], -1)


def one_short(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """Ends one start too early: range(0, H - k_h)."""
    rows, columns = kernel_size
    return np.stack(
        [
            x[:, i : i + rows, j : j + columns].ravel()
            for i in range(0, x.shape[1] - rows, stride)
            for j in range(0, x.shape[2] - columns, stride)
        ],
        axis=1,
    )


def as_high_as_wide(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """Lets the starts along a row end where those down the image do."""
    rows, columns = kernel_size
    starts = range(0, x.shape[1] - rows + 1, stride)
    return np.stack(
        [x[:, i : i + rows, j : j + columns].ravel() for i in starts for j in starts],
        axis=1,
    )


def tiled(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """Moves by the kernel size, so that windows never overlap."""
    rows, columns = kernel_size
    return np.stack(
        [
            x[:, i : i + rows, j : j + columns].ravel()
            for i in range(0, x.shape[1] - rows + 1, rows)
            for j in range(0, x.shape[2] - columns + 1, columns)
        ],
        axis=1,
    )


def _case(
    rng: np.random.Generator,
    group: str,
    shape: tuple[int, ...],
    kernel_size: Size,
    stride: int = 1,
    form: str = "whole",
) -> Case:
    return Case((draw(rng, shape, form), kernel_size, stride), group)


def _visible() -> list[Case]:
    rng = fixed()
    return [
        _case(rng, "one channel", (1, 3, 3), (2, 2)),
        _case(rng, "one channel", (1, 4, 4), (3, 3)),
        _case(rng, "channels", (2, 3, 3), (2, 2)),
        _case(rng, "channels", (3, 4, 4), (3, 3), 1, "strided"),
        _case(rng, "stride", (1, 6, 6), (2, 2), 2),
        _case(rng, "stride", (2, 7, 7), (2, 2), 3, "float32"),
        _case(rng, "not square", (1, 3, 4), (2, 2)),
        _case(rng, "not square", (1, 5, 3), (2, 2), 1, "float64"),
        _case(rng, "not square", (1, 3, 3), (2, 3)),
        _case(rng, "not square", (1, 4, 4), (3, 2), 1, "float64"),
    ]


def _hidden(rng: np.random.Generator) -> list[Case]:
    def whole(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    def image(channels: int, wider: int = 0) -> tuple[int, int, int]:
        height = whole(6, 10)
        return channels, height, height + wider

    def kernel(wider: int = 0) -> Size:
        rows = whole(2, 4)
        return rows, rows + wider

    forms = [str(form) for form in rng.permutation(FORMS)]
    cases = [_case(rng, "one channel", image(1), kernel(), 1, form) for form in forms]
    cases += [
        _case(rng, "one channel", (1, 1, 1), (1, 1), 1, "float64"),
        _case(rng, "one channel", (1, 3, 3), (3, 3), 1, "float64"),
        _case(rng, "one channel", image(1), (1, 1), 1, "float64"),
        _case(rng, "not square", (1, 3, 4), (3, 4), 1, "float64"),
        _case(rng, "not square", (1, 3, 5), (1, 1), 1, "float64"),
    ]
    # By how much the image and the kernel are wider than high.
    sides = (whole(1, 4), 0), (-whole(1, 4), 0), (0, 1), (0, -1), (-1, 2)
    for form, (of_x, of_k) in zip(forms, sides, strict=False):
        cases.append(_case(rng, "not square", image(1, of_x), kernel(of_k), 1, form))
    for form in forms[:3]:
        c = whole(2, 5)
        cases.append(_case(rng, "channels", image(c), kernel(), 1, form))
        cases.append(_case(rng, "stride", image(1), kernel(), 2, form))
        cases.append(_case(rng, "stride", image(c), (2, 2), 3, form))
    return cases


EXERCISE = Exercise(
    name="im2col",
    title="Windows as columns",
    points={"one channel": 1, "channels": 1, "stride": 1, "not square": 1},
    reference=reference,
    visible=_visible,
    hidden=_hidden,
    mistakes=(
        Mistake(
            "The matrix is transposed: each window should be a column, not a row.",
            lambda x, k, s: reference(x, k, s).T,
        ),
        Mistake(
            "Down a column, the channel changes fastest. It must change slowest, so "
            "that the rows match w.reshape(O, -1).",
            channels_last,
        ),
        Mistake(
            "Down a column, the kernel's columns come before its rows. Go through a "
            "window row by row.",
            kernel_columns_first,
        ),
        Mistake(
            "Only the first channel is there. Take windows of all channels: x[:, ...].",
            lambda x, k, s: reference(x[:1], k, s),
        ),
        Mistake(
            "The columns are in the wrong order: go along the first row of positions, "
            "then the second.",
            column_by_column,
        ),
        Mistake(
            "The shape is right, but a reshape alone does not reorder axes. Bring the "
            "kernel's axes before the positions first, with transpose.",
            only_reshaped,
        ),
        Mistake(
            "The stride is not used: these are the windows at every position.",
            lambda x, k, s: reference(x, k, 1),
        ),
        Mistake(
            "There are as many windows as the stride asks for, but they start one "
            "pixel apart. They start at 0, stride, 2 * stride and so on.",
            steps_of_one,
        ),
        Mistake(
            "The stride is used down the image only. It holds along the rows, too.",
            rows_only,
        ),
        Mistake(
            "The last windows are missing. The last start is H - k_h itself, and "
            "`range` leaves out its end.",
            one_short,
        ),
        Mistake(
            "The kernel's height is used for its width as well. A kernel need not be "
            "square: kernel_size is (k_h, k_w).",
            lambda x, k, s: reference(x, (k[0], k[0]), s),
        ),
        Mistake(
            "The kernel's width is used for its height as well. A kernel need not be "
            "square: kernel_size is (k_h, k_w).",
            lambda x, k, s: reference(x, (k[1], k[1]), s),
        ),
        Mistake(
            "Along a row there are as many windows as down the image. An image need "
            "not be square: use its width for the columns.",
            as_high_as_wide,
        ),
        Mistake(
            "The windows move by the kernel size. Move them by the stride.",
            tiled,
        ),
        Mistake(
            "Each window is upside down: its first pixel is at the bottom.",
            lambda x, k, s: reference(x, k, s)[::-1],
        ),
    ),
    alternatives=(by_positions, by_weights),
    hints=(
        "How many columns are there? One for each position of the output. How many "
        "rows? One for each weight of a kernel: C * k_h * k_w.",
        "Take one window with all its channels: x[:, top:top + k_h, left:left + k_w], "
        "where top and left are multiples of the stride. Flattened, it is one column.",
        "Collect the flattened windows in a list, rows of positions first, and stack "
        "the list along axis 1.",
    ),
    section="02-convolution.html#im2col",
    sections={"stride": "02-convolution.html#stride"},
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
