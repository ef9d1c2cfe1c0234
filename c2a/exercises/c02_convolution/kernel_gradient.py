"""Exercise: the gradient of a loss with respect to the kernel."""

from collections.abc import Callable

import numpy as np
from scipy.signal import correlate2d

from c2a.exercises.c02_convolution.inputs import LIBRARIES, WITH_NUMPY, pad
from c2a.exercises.kit import Draw, Group, after, declare, given

Size = tuple[int, int]


def reference(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Correlation of the input with the gradient, spread out by the stride."""
    rows, columns = ((size - 1) * stride + 1 for size in grad_y.shape[1:])
    spread = np.zeros((len(grad_y), rows, columns), grad_y.dtype)
    spread[:, ::stride, ::stride] = grad_y
    grad_w = [
        [correlate2d(channel, g, mode="valid") for channel in pad(x, padding)]
        for g in spread
    ]
    return np.array(grad_w)[..., : kernel_size[0], : kernel_size[1]]


def by_positions(
    x: np.ndarray, grad_y: np.ndarray, size: Size, stride: int, padding: int
) -> np.ndarray:
    """Right: every position adds its window, times its gradient."""
    x = pad(x, padding)
    grad_w = np.zeros((len(grad_y), len(x), *size))
    for o, i, j in np.ndindex(*grad_y.shape):
        top, left = i * stride, j * stride
        window = x[:, top : top + size[0], left : left + size[1]]
        grad_w[o] += grad_y[o, i, j] * window
    return grad_w


def by_weights(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Right: every weight sums over the pixels that it met."""
    x = pad(x, padding)
    height, width = grad_y.shape[1:]
    grad_w = np.empty((len(grad_y), len(x), *kernel_size))
    for a, b in np.ndindex(*kernel_size):
        met = x[:, a : a + stride * height : stride, b : b + stride * width : stride]
        grad_w[:, :, a, b] = np.tensordot(grad_y, met, axes=([1, 2], [1, 2]))
    return grad_w


def divided(by: Callable[[np.ndarray, np.ndarray], int]) -> Callable:
    """The gradient divided by a number of x and grad_y."""
    return lambda x, grad_y, *rest: by_weights(x, grad_y, *rest) / by(x, grad_y)


def only_last(grad_y: np.ndarray) -> np.ndarray:
    """Zeros but for the last position."""
    last = np.zeros_like(grad_y)
    last[:, -1, -1] = grad_y[:, -1, -1]
    return last


def size_from_shapes(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Counts pixels that are left over as pixels of the kernel."""
    rows, columns = (
        size + 2 * padding - (steps - 1) * stride
        for size, steps in zip(x.shape[1:], grad_y.shape[1:], strict=True)
    )
    return by_weights(x, grad_y, (rows, columns), stride, padding)


def layer(
    d: Draw,
    stride: int = 1,
    padding: int = 0,
    channels: int = 1,
    out: int = 1,
    wider: int = 0,
    kernel_wider: int = 0,
) -> tuple:
    """An image, the gradient of a response of the size that belongs to it, the rest."""
    side, rows = d.int(4, 8), d.int(2, 3)
    x, size = d.array(channels, side, side + wider), (rows, rows + kernel_wider)
    steps = [
        (n + 2 * padding - k) // stride + 1
        for n, k in zip(x.shape[1:], size, strict=True)
    ]
    return x, np.ascontiguousarray(d.array(out, *steps)), size, stride, padding


EXERCISE = declare(
    "kernel_gradient",
    "The gradient of a kernel",
    reference,
    difficulty=4,
    minutes=25,
    example=(np.array([[[1.0, 2.0, 3.0]]]), np.array([[[1.0, 10.0]]]), (1, 2), 1, 0),
    groups={
        "one channel": Group(
            2,
            lambda d: layer(d),
            lambda d: (d.array(1, 3, 3), d.array(1, 1, 1), (3, 3), 1, 0),
            lambda d: (d.array(1, 4, 4), d.array(1, 4, 4), (1, 1), 1, 0),
        ),
        "channels": Group(
            1,
            lambda d: layer(d, channels=d.int(2, 3), out=d.int(2, 4)),
            lambda d: layer(d, channels=2, out=2),
        ),
        "stride": Group(
            1,
            lambda d: layer(d, 2),
            # One pixel is left over: no window covers the last row.
            lambda d: (d.array(1, 6, 6), d.array(1, 2, 2), (3, 3), 2, 0),
            lambda d: layer(d, 2, channels=d.int(2, 3), out=d.int(2, 3)),
            section="stride",
        ),
        "padding": Group(
            1,
            lambda d: layer(d, 1, d.int(1, 2)),
            lambda d: layer(d, 1, 1, wider=d.int(1, 2)),
            lambda d: layer(d, d.int(1, 2), 1, channels=d.int(2, 3), out=2),
            section="padding",
        ),
        "not square": Group(
            1,
            lambda d: layer(d, wider=d.int(1, 3)),
            lambda d: layer(d, wider=-1),
            lambda d: layer(d, kernel_wider=1),
            lambda d: layer(d, kernel_wider=-1),
        ),
    },
    mistakes={
        "This gradient is flipped. Flipping belongs to the gradient of the input; here "
        "each weight keeps its place.": after(by_weights, lambda g: g[..., ::-1, ::-1]),
        "Input and output channels are swapped. The gradient has the kernel's shape: "
        "(O, C, k_h, k_w).": after(by_weights, lambda g: g.swapaxes(0, 1)),
        "This is the gradient of the last position alone. Every position used the same "
        "weights, so add up: +=, not =.": given(by_weights, grad_y=only_last),
        "This is averaged over the positions. The chain rule adds.": divided(
            lambda x, grad_y: grad_y[0].size
        ),
        "This is divided by the number of channels. The chain rule adds, and each "
        "channel has weights of its own.": divided(lambda x, grad_y: len(x)),
        "The windows are one pixel apart. With a stride, output row i saw the rows "
        "from i * stride on.": given(by_weights, stride=1),
        "The input is not padded, so the windows at the border are too small. Pad it "
        "as the forward pass did.": given(by_positions, padding=0),
        "`np.pad(x, padding)` pads the channels, too. Give each axis its own widths: "
        "none for the channels.": lambda x, grad_y, size, stride, padding: by_positions(
            np.pad(x, padding), grad_y, size, stride, 0
        ),
        "The kernel's size is worked out from the other two shapes. Pixels that no "
        "window met make it too large: take kernel_size.": size_from_shapes,
        "The kernel's height is used for its width as well. A kernel need not be "
        "square: kernel_size is (k_h, k_w).": given(
            by_positions, size=lambda size: (size[0], size[0])
        ),
    },
    alternatives=(by_positions, by_weights),
    hints=(
        "Write y[o, i, j] as a sum over c, u and v. Which terms contain w[o, c, u, v]? "
        "With what factor?",
        "dL/dw[o, c, u, v] is the sum over all positions (i, j) of grad_y[o, i, j] "
        "times the pixel that this weight met there: row i * stride + u, column "
        "j * stride + v of the padded channel c.",
        "Loop over o, i and j. Each position adds something of shape (C, k_h, k_w) to "
        "grad_w[o]: what did all weights of w[o] meet there, and how much did that "
        "count?",
    ),
    section="gradients",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
