"""Exercise: the largest of each window, with padding."""

import numpy as np

from c2a.exercises.c03_pooling.inputs import LIBRARIES, WITH_NUMPY, pad, pool
from c2a.exercises.kit import Draw, Group, after, declare, given


def reference(x, window, stride, padding):
    """NumPy's view of all windows; padding that can never win."""
    return pool(pad(x, padding, -np.inf), window, stride)


def by_loops(x, window, stride, padding):
    """Right: each window cut to what lies inside the map."""
    channels, rows, columns = x.shape
    height = (rows + 2 * padding - window) // stride + 1
    width = (columns + 2 * padding - window) // stride + 1
    y = np.empty((channels, height, width), x.dtype)
    for i, j in np.ndindex(height, width):
        top, left = i * stride - padding, j * stride - padding
        seen = x[:, max(top, 0) : top + window, max(left, 0) : left + window]
        y[:, i, j] = seen.max(axis=(1, 2))
    return y


def by_offsets(x, window, stride, padding):
    """Right: the largest over all places inside the window, all windows at once."""
    low = pad(x, padding, -np.inf)
    height = (low.shape[1] - window) // stride + 1
    width = (low.shape[2] - window) // stride + 1
    y = np.full((len(x), height, width), -np.inf)
    for u, v in np.ndindex(window, window):
        bottom, right = u + stride * height, v + stride * width
        np.maximum(y, low[:, u:bottom:stride, v:right:stride], out=y)
    return y


def mean_of_inside(x, window, stride, padding):
    """The mean of the pixels of each window that lie inside the map."""
    count = pool(pad(np.ones_like(x), padding, 0), window, stride, np.sum)
    return pool(pad(x, padding, 0), window, stride, np.sum) / count


def rounded_up(x, window, stride, padding):
    """Also the windows that hang over the end."""
    low = pad(x, padding, -np.inf)
    more = [-(n - window) % stride for n in low.shape[1:]]
    low = np.pad(low, ((0, 0), *((0, by) for by in more)), constant_values=-np.inf)
    return pool(low, window, stride)


def image(d: Draw, channels: int = 1, wider: int = 0):
    side = d.int(4, 9)
    return d.array(channels, side, side + wider)


def negative(d: Draw):
    """All below zero, so that a zero of the padding would win."""
    return -np.abs(image(d, d.int(1, 2))) - 0.5


EXERCISE = declare(
    "max_pool2d",
    "The largest of each window",
    reference,
    difficulty=2,
    minutes=20,
    example=(np.array([[[1.0, 3.0, 2.0], [4.0, 2.0, 0.0]]]), 2, 1, 0),
    groups={
        "windows": Group(
            1,
            lambda d: (image(d), 2, 2, 0),
            lambda d: (image(d), d.int(1, 3), d.int(1, 3), 0),
            (np.array([[[-5.0]]]), 1, 1, 0),
        ),
        "overlap and gaps": Group(
            1,
            lambda d: (image(d), 3, d.int(1, 2), 0),
            lambda d: (image(d), 2, 3, 0),
        ),
        "channels": Group(1, lambda d: (image(d, d.int(2, 4)), 2, d.int(1, 2), 0)),
        "padding": Group(
            2,
            lambda d: (negative(d), d.int(2, 3), d.int(1, 2), 1),
            lambda d: (image(d, 2), 4, d.int(1, 3), d.int(1, 2)),
            # Padding with some number that looks small enough would win here.
            (np.array([[[-2e9, -3e9], [-5e9, -4e9]]]), 2, 2, 1),
            section="half-of-five",
        ),
        "not square": Group(
            1,
            lambda d: (image(d, 1, d.int(1, 3)), 2, 2, 0),
            lambda d: (image(d, 2, -1), 3, d.int(1, 2), 0),
        ),
    },
    mistakes={
        "These are means. Take the largest number of each window.": mean_of_inside,
        "The padding is made of zeros, and a zero wins where all numbers are negative. "
        "Max pooling pads with -inf.": lambda x, window, stride, padding: pool(
            pad(x, padding, 0), window, stride
        ),
        "The windows move by their own size. They start `stride` pixels apart.": (
            lambda x, window, stride, padding: reference(x, window, window, padding)
        ),
        "The windows overlap: the next one starts `stride` pixels on, not one.": given(
            reference, stride=1
        ),
        "The padding is not used.": given(reference, padding=0),
        "The largest is taken over the channels, too. Each channel is pooled by "
        "itself.": after(
            reference, lambda y: np.broadcast_to(y.max(0), y.shape).copy()
        ),
        "Rows and columns of the output are swapped.": after(
            reference, lambda y: y.swapaxes(1, 2)
        ),
        "A window that hangs over the end is counted. Only whole windows count here: "
        "round down.": rounded_up,
        "The output lacks its last row and column: count the first window, too.": after(
            reference, lambda y: y[:, :-1, :-1]
        ),
    },
    alternatives=(by_loops, by_offsets),
    hints=(
        "Start with the size of the output, as in `pooled_size` without `ceil`.",
        "The window of output (i, j) starts at row i * stride and column j * stride of "
        "the padded map. All channels can be treated at once: `.max(axis=(1, 2))`.",
        "`np.pad` takes the widths for each axis, ((0, 0), (p, p), (p, p)), and "
        "`constant_values=-np.inf`.",
    ),
    section="one-number-for-each-window",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
