"""Answers to `kernel_gradient`: right ones, written differently, and wrong ones.

They stand apart from the declaration for its length.
"""

from collections.abc import Callable

import numpy as np

from c2a.exercises.convolution.inputs import pad

Size = tuple[int, int]
Answer = Callable[[np.ndarray, np.ndarray, Size, int, int], np.ndarray]


def by_positions(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Right: every position adds its window, times its gradient."""
    x = pad(x, padding)
    grad_w = np.zeros((len(grad_y), len(x), *kernel_size))
    for o, i, j in np.ndindex(*grad_y.shape):
        grad_w[o] += grad_y[o, i, j] * _window(x, i * stride, j * stride, kernel_size)
    return grad_w


def by_weights(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Right: every weight sums over the pixels that it met."""
    x = pad(x, padding)
    height, width = grad_y.shape[1:]
    grad_w = np.empty((len(grad_y), len(x), *kernel_size), np.result_type(x, grad_y))
    for a, b in np.ndindex(*kernel_size):
        met = x[:, a : a + stride * height : stride, b : b + stride * width : stride]
        grad_w[:, :, a, b] = np.tensordot(grad_y, met, axes=([1, 2], [1, 2]))
    return grad_w


def _window(x: np.ndarray, top: int, left: int, size: Size) -> np.ndarray:
    return x[:, top : top + size[0], left : left + size[1]]


def last_position(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Overwrites the gradient at every position instead of adding to it."""
    x = pad(x, padding)
    i, j = grad_y.shape[1] - 1, grad_y.shape[2] - 1
    window = _window(x, i * stride, j * stride, kernel_size)
    return grad_y[:, i, j][:, None, None, None] * window


def padding_cut(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Pads at the bottom and right only, by twice the amount."""
    x = np.pad(x, ((0, 0), (0, 2 * padding), (0, 2 * padding)))
    return by_weights(x, grad_y, kernel_size, stride, 0)


def steps_of_one(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Takes the windows at stride 1."""
    return by_weights(x, grad_y, kernel_size, 1, padding)


def size_from_shapes(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Counts pixels that are left over as pixels of the kernel."""
    x = pad(x, padding)
    rows, columns = (
        size - (steps - 1) * stride
        for size, steps in zip(x.shape[1:], grad_y.shape[1:], strict=True)
    )
    return by_weights(x, grad_y, (rows, columns), stride, 0)


def all_axes_padded(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Pads the channels, too."""
    return by_positions(np.pad(x, padding), grad_y, kernel_size, stride, 0)


def square_kernel(side: int) -> Answer:
    """Takes one side of the kernel (0: height, 1: width) for both."""

    def answer(
        x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
    ) -> np.ndarray:
        k = kernel_size[side]
        return by_positions(x, grad_y, (k, k), stride, padding)

    return answer


def square_gradient(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Visits as many columns of the output as it has rows."""
    x, size = pad(x, padding), grad_y.shape[1]
    grad_w = np.zeros((len(grad_y), len(x), *kernel_size))
    for o, i, j in np.ndindex(len(grad_y), size, size):
        grad_w[o] += grad_y[o, i, j] * _window(x, i * stride, j * stride, kernel_size)
    return grad_w


Change = Callable[[np.ndarray, np.ndarray], np.ndarray]


def changed(change: Change) -> Answer:
    """The right gradient, changed by a slip: change(gradient, grad_y)."""

    def answer(
        x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
    ) -> np.ndarray:
        return change(by_weights(x, grad_y, kernel_size, stride, padding), grad_y)

    return answer


def unpadded_products(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Multiplies grad_y by the pixels that each weight met, without padding."""
    return _products(x, grad_y, kernel_size, stride)


def _products(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int
) -> np.ndarray:
    """One number after another, each a sum over a product of two arrays."""
    height, width = grad_y.shape[1:]
    grad_w = np.zeros((len(grad_y), len(x), *kernel_size))
    for o, c, a, b in np.ndindex(*grad_w.shape):
        met = x[c, a : a + stride * height : stride, b : b + stride * width : stride]
        grad_w[o, c, a, b] = (grad_y[o] * met).sum()
    return grad_w


def unpadded_windows(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Adds up the windows of each channel, without padding."""
    grad_w = np.zeros((len(grad_y), len(x), *kernel_size))
    for o, c, i, j in np.ndindex(len(grad_y), len(x), *grad_y.shape[1:]):
        window = _window(x[c : c + 1], i * stride, j * stride, kernel_size)[0]
        grad_w[o, c] += grad_y[o, i, j] * window
    return grad_w


def unpadded_pixels(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Adds up single pixels, without padding."""
    grad_w = np.zeros((len(grad_y), len(x), *kernel_size))
    for o, c, i, j in np.ndindex(len(grad_y), len(x), *grad_y.shape[1:]):
        for a, b in np.ndindex(*kernel_size):
            pixel = x[c, i * stride + a, j * stride + b]
            grad_w[o, c, a, b] += grad_y[o, i, j] * pixel
    return grad_w


def size_at_stride_one(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Works the kernel's size out from the other two, as if the stride were 1."""
    x = pad(x, padding)
    rows, columns = (
        size - steps + 1
        for size, steps in zip(x.shape[1:], grad_y.shape[1:], strict=True)
    )
    return _products(x, grad_y, (rows, columns), stride)


def zeros_at_the_end(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Spreads grad_y with zeros after its last row and column, too."""
    x = pad(x, padding)
    rows, columns = (
        size - steps * stride + 1
        for size, steps in zip(x.shape[1:], grad_y.shape[1:], strict=True)
    )
    grad_w = np.zeros((len(grad_y), len(x), rows, columns))
    return grad_w + by_weights(x, grad_y, (rows, columns), stride, 0)
