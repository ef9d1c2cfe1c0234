"""Exercise: convolution from loops, with channels, stride and padding."""

import numpy as np
from scipy.signal import correlate2d

from c2a.exercises.c02_convolution.inputs import LIBRARIES, WITH_NUMPY, pad, windows
from c2a.exercises.kit import Draw, Group, declare, given


def reference(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """SciPy's correlation of each pair of channels, summed over input channels."""
    padded = pad(x, padding)
    return np.stack(
        [
            sum(
                correlate2d(channel, kernel, mode="valid")
                for channel, kernel in zip(padded, kernels, strict=True)
            )[::stride, ::stride]
            for kernels in w
        ]
    )


def by_windows(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Right: all windows as one view."""
    views = windows(pad(x, padding), w.shape[2:], stride)
    return np.einsum("cijab,ocab->oij", views, w)


def by_loops(
    x: np.ndarray,
    w: np.ndarray,
    stride: int,
    padding: int,
    size: tuple[int, int] | None = None,
    square: bool = False,
) -> np.ndarray:
    """Right: one window at a time, of the kernel's size unless told otherwise.

    square: whether the output's height is used for its width as well.
    """
    x = pad(x, padding)
    rows, columns = size or w.shape[2:]
    height = (x.shape[1] - rows) // stride + 1
    width = height if square else (x.shape[2] - columns) // stride + 1
    y = np.zeros((len(w), height, width))
    for i, j in np.ndindex(height, width):
        top, left = i * stride, j * stride
        window = x[:, top : top + rows, left : left + columns]
        for o, kernel in enumerate(w):
            y[o, i, j] = (window * kernel).sum()
    return y


def by_weights(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Right: one weight at a time, over all positions at once."""
    x = pad(x, padding)
    rows = (x.shape[1] - w.shape[2]) // stride + 1
    columns = (x.shape[2] - w.shape[3]) // stride + 1
    y = np.zeros((len(w), rows, columns))
    for a, b in np.ndindex(*w.shape[2:]):
        bottom, right = a + stride * rows, b + stride * columns
        met = x[:, a:bottom:stride, b:right:stride]
        y += np.einsum("oc,cij->oij", w[:, :, a, b], met)
    return y


def one_short(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Counts the steps instead of the windows."""
    height, width = (
        (size + 2 * padding - k) // stride
        for size, k in zip(x.shape[1:], w.shape[2:], strict=True)
    )
    return by_windows(x, w, stride, padding)[:, :height, :width]


def close_windows(
    x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> np.ndarray:
    """The windows of the first outputs of stride 1, as many as the stride leaves."""
    height, width = by_windows(x, w, stride, padding).shape[1:]
    return by_windows(x, w, 1, padding)[:, :height, :width]


def image(d: Draw, channels: int = 1, wider: int = 0) -> np.ndarray:
    side = d.int(4, 9)
    return d.array(channels, side, side + wider)


def kernel(d: Draw, out: int = 1, channels: int = 1, wider: int = 0) -> np.ndarray:
    side = d.int(2, 3)
    return np.ascontiguousarray(d.array(out, channels, side, side + wider))


def symmetric(d: Draw) -> np.ndarray:
    """A kernel that is the same when it is turned by 180 degrees."""
    w = kernel(d)
    return w + w[:, :, ::-1, ::-1]


def layer(d: Draw, stride: int, padding: int) -> tuple:
    """Several channels in and out, with settings together."""
    channels = d.int(2, 4)
    return image(d, channels), kernel(d, d.int(2, 4), channels), stride, padding


EXERCISE = declare(
    "conv2d",
    "Convolution from loops",
    reference,
    difficulty=2,
    minutes=25,
    example=(
        np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]),
        np.array([[[[1.0, 10.0]]]]),
        1,
        0,
    ),
    groups={
        "one channel": Group(
            1,
            lambda d: (image(d), kernel(d), 1, 0),
            lambda d: (d.array(1, 3, 3), d.array(1, 1, 3, 3), 1, 0),
            lambda d: (image(d), d.array(1, 1, 1, 1), 1, 0),
            section="definition",
        ),
        "symmetric kernel": Group(
            1, lambda d: (image(d), symmetric(d), 1, 0), section="definition"
        ),
        "channels": Group(
            1,
            lambda d: layer(d, 1, 0),
            lambda d: (d.array(2, 2, 2), d.array(2, 2, 2, 2), 1, 0),
        ),
        "stride": Group(
            1,
            lambda d: (image(d), kernel(d), 2, 0),
            lambda d: (image(d), d.array(1, 1, 2, 2), 3, 0),
            lambda d: layer(d, 2, 0),
            section="stride",
        ),
        "padding": Group(
            1,
            lambda d: (image(d), kernel(d), 1, d.int(1, 2)),
            lambda d: layer(d, d.int(1, 2), 1),
            (np.array([[[2.0]]]), np.arange(9.0).reshape(1, 1, 3, 3), 1, 1),
            section="padding",
        ),
        "not square": Group(
            1,
            lambda d: (image(d, wider=d.int(1, 3)), kernel(d), 1, 0),
            lambda d: (image(d, wider=-1), kernel(d), 1, 0),
            lambda d: (image(d), kernel(d, wider=1), 1, 0),
            lambda d: (image(d), kernel(d, wider=-1), 1, 0),
        ),
    },
    mistakes={
        "This is convolution with the kernel flipped. Deep-learning libraries do not "
        "flip it.": given(by_windows, w=lambda w: w[:, :, ::-1, ::-1]),
        "Only the last input channel is left: each channel overwrites the one before. "
        "Add them up: +=, not =.": given(
            by_windows, x=lambda x: x[-1:], w=lambda w: w[:, -1:]
        ),
        "Every input channel meets the kernel of channel 0. A filter has a kernel for "
        "each input channel: w[o, c] slides over x[c].": given(
            by_windows, w=lambda w: w[:, [0] * w.shape[1]]
        ),
        "The output lacks its last row and column: the first window counts, too. Add 1 "
        "after dividing by the stride.": one_short,
        "The stride is not used: these are the windows at every position. The window "
        "of output row i starts at row i * stride.": given(by_windows, stride=1),
        "The size is right, but the windows are one pixel apart: that of output row i "
        "starts at row i * stride.": close_windows,
        "The padding is not used.": given(by_windows, padding=0),
        "`np.pad(x, padding)` pads the channels, too. Give each axis its own widths: "
        "none for the channels.": lambda x, w, stride, padding: by_loops(
            np.pad(x, padding), w, stride, 0
        ),
        "The kernel's height is used for its width as well. A kernel need not be "
        "square: k_h = w.shape[2], k_w = w.shape[3].": lambda x, w, stride, padding: (
            by_loops(x, w, stride, padding, (w.shape[2], w.shape[2]))
        ),
        "The output's height is used for its width as well. Compute both: an image "
        "need not be as wide as it is high.": lambda x, w, stride, padding: by_loops(
            x, w, stride, padding, square=True
        ),
    },
    alternatives=(by_loops, by_weights, by_windows),
    hints=(
        "Start with the output: an array of zeros of shape (O, H_out, W_out). The "
        "formula of output_size gives the two sizes.",
        "Two loops run over the rows i and columns j of the output. The window that "
        "belongs to (i, j) starts at row i * stride and column j * stride.",
        "For output channel o the number is the sum of window * w[o], where the window "
        "has all channels: shape (C, k_h, k_w). Pad x with np.pad before you start, "
        "rows and columns only.",
    ),
    section="channels",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
