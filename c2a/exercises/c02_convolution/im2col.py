"""Exercise: lay the windows of an image out as the columns of a matrix."""

from collections.abc import Callable, Iterable

import numpy as np

from c2a.exercises.c02_convolution.inputs import LIBRARIES, WITH_NUMPY, windows
from c2a.exercises.kit import Draw, Group, after, declare, given

Size = tuple[int, int]


def reference(x: np.ndarray, kernel_size: Size, stride: int) -> np.ndarray:
    """NumPy's window view; rows are (channel, row, column), columns are positions."""
    return ordered(0, 3, 4, 1, 2)(x, kernel_size, stride)


def ordered(*axes: int) -> Callable:
    """The axes (C, H_out, W_out, k_h, k_w) in another order, made a matrix."""

    def answer(x: np.ndarray, size: Size, stride: int) -> np.ndarray:
        views = windows(x, size, stride).transpose(axes)
        return views.reshape(len(x) * size[0] * size[1], -1)

    return answer


def by_starts(
    starts: Callable[[int, int, int], Iterable] = lambda n, k, s: range(
        0, n - k + 1, s
    ),
) -> Callable:
    """Right, unless told of other starts: flattened windows, stacked as columns."""

    def answer(x: np.ndarray, size: Size, stride: int) -> np.ndarray:
        down = starts(x.shape[1], size[0], stride)
        along = list(starts(x.shape[2], size[1], stride))
        cut = [
            x[:, i : i + size[0], j : j + size[1]].ravel() for i in down for j in along
        ]
        return np.stack(cut, axis=1)

    return answer


def by_weights(x: np.ndarray, size: Size, stride: int) -> np.ndarray:
    """Right: one row of the matrix for each weight of the kernel."""
    down, along = x.shape[1] - size[0] + 1, x.shape[2] - size[1] + 1
    return np.array(
        [
            x[c, a : a + down : stride, b : b + along : stride].ravel()
            for c, a, b in np.ndindex(len(x), *size)
        ]
    )


def same_numbers(value: np.ndarray, x: np.ndarray, size: Size, stride: int) -> str:
    """Judges which windows were cut, in whatever order they are laid out."""
    right = np.sort(reference(x, size, stride), axis=None)
    found = np.sort(np.asarray(value, float), axis=None)
    if found.size != right.size:
        return f"The windows hold {right.size} numbers in all, yours {found.size}."
    same = np.allclose(found, right, rtol=1e-5, atol=1e-5 * np.abs(right).max())
    return "" if same else "The windows hold other numbers than these."


def image(d: Draw, channels: int = 1, wider: int = 0) -> np.ndarray:
    side = d.int(4, 9)
    return d.array(channels, side, side + wider)


def kernel(d: Draw, wider: int = 0) -> Size:
    rows = d.int(2, 3)
    return rows, rows + wider


EXERCISE = declare(
    "im2col",
    "Windows as columns",
    reference,
    difficulty=3,
    minutes=15,
    example=(np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]), (2, 2), 1),
    groups={
        "any order": Group(
            1, lambda d: (image(d, d.int(1, 2)), kernel(d), 1), judge=same_numbers
        ),
        "one channel": Group(
            1,
            lambda d: (image(d), kernel(d), 1),
            (np.array([[[5.0]]]), (1, 1), 1),
            lambda d: (d.array(1, 3, 3), (3, 3), 1),
        ),
        "channels": Group(1, lambda d: (image(d, d.int(2, 4)), kernel(d), 1)),
        "stride": Group(
            1,
            lambda d: (image(d), kernel(d), 2),
            lambda d: (image(d, 2), (2, 2), 3),
            section="stride",
        ),
        "not square": Group(
            1,
            lambda d: (image(d, wider=d.int(1, 3)), kernel(d), 1),
            lambda d: (image(d, wider=-1), kernel(d), 1),
            lambda d: (image(d), kernel(d, 1), 1),
            lambda d: (image(d), kernel(d, -1), 1),
        ),
    },
    mistakes={
        "The matrix is transposed: each window should be a column, not a row.": after(
            reference, np.transpose
        ),
        "Down a column, the channel changes fastest. It must change slowest, so that "
        "the rows match w.reshape(O, -1).": ordered(3, 4, 0, 1, 2),
        "The columns are in the wrong order: go along the first row of positions, then "
        "the second.": ordered(0, 3, 4, 2, 1),
        "The shape is right, but a reshape alone does not reorder axes. Bring the "
        "kernel's axes before the positions first, with transpose.": ordered(*range(5)),
        "The stride is not used: these are the windows at every position.": given(
            reference, stride=1
        ),
        "There are as many windows as the stride asks for, but they start one pixel "
        "apart. They start at 0, stride, 2 * stride and so on.": by_starts(
            lambda n, k, s: range((n - k) // s + 1)
        ),
        "The last windows are missing. The last start is H - k_h itself, and `range` "
        "leaves out its end.": by_starts(lambda n, k, s: range(0, n - k, s)),
        "The last windows hang over the edge, so they are smaller: end the starts at "
        "H - k_h.": by_starts(lambda n, k, s: range(0, n, s)),
        "The kernel's height is used for its width as well. A kernel need not be "
        "square: kernel_size is (k_h, k_w).": given(
            reference, kernel_size=lambda size: (size[0], size[0])
        ),
    },
    alternatives=(by_starts(), by_weights),
    hints=(
        "How many columns are there? One for each position of the output. How many "
        "rows? One for each weight of a kernel: C * k_h * k_w.",
        "Take one window with all its channels: x[:, top:top + k_h, left:left + k_w], "
        "where top and left are multiples of the stride. Flattened, it is one column.",
        "Collect the flattened windows in a list, rows of positions first, and stack "
        "the list along axis 1.",
    ),
    section="im2col",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
