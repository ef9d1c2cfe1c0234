"""Answers to `conv2d`: right ones, written differently, and wrong ones.

They stand apart from the declaration for its length.
"""

from collections.abc import Callable

import numpy as np

from c2a.exercises.convolution.inputs import pad

Answer = Callable[[np.ndarray, np.ndarray, int, int], np.ndarray]


def by_loops(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Right: one window at a time."""
    x = pad(x, padding)
    return slide(x, w, stride, w.shape[2], w.shape[3])


def slide(
    x: np.ndarray, w: np.ndarray, stride: int, rows: int, columns: int
) -> np.ndarray:
    """Loops over windows of rows x columns pixels."""
    height = (x.shape[1] - rows) // stride + 1
    width = (x.shape[2] - columns) // stride + 1
    y = np.zeros((len(w), height, width), x.dtype)
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            window = x[:, top : top + rows, left : left + columns]
            for o, kernel in enumerate(w):
                y[o, i, j] = (window * kernel).sum()
    return y


def by_weights(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Right: one weight at a time, over all positions at once."""
    channels, height, width = x.shape
    padded = np.zeros((channels, height + 2 * padding, width + 2 * padding))
    padded[:, padding : padding + height, padding : padding + width] = x
    rows = (padded.shape[1] - w.shape[2]) // stride + 1
    columns = (padded.shape[2] - w.shape[3]) // stride + 1
    y = np.zeros((w.shape[0], rows, columns))
    for a in range(w.shape[2]):
        for b in range(w.shape[3]):
            bottom, right = a + stride * rows, b + stride * columns
            view = padded[:, a:bottom:stride, b:right:stride]
            y += np.einsum("oc,cij->oij", w[:, :, a, b], view)
    return y


def by_windows(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Right: all windows as one view."""
    x = pad(x, padding)
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(1, 2))
    return np.einsum("cijab,ocab->oij", windows[:, ::stride, ::stride], w)


def padded_by(
    sides: Callable[[int], tuple[int, int]],
) -> Answer:
    """Pads with other widths than `padding` on both sides."""

    def answer(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
        widths = sides(padding)
        return by_windows(np.pad(x, ((0, 0), widths, widths)), w, stride, 0)

    return answer


def steps_of_one(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Right size, but every window starts one pixel after the last."""
    _, height, width = by_windows(x, w, stride, padding).shape
    return by_windows(x, w, 1, padding)[:, :height, :width]


def replicated(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Repeats the border instead of adding zeros."""
    widths = (padding, padding)
    return by_windows(np.pad(x, ((0, 0), widths, widths), mode="edge"), w, stride, 0)


def as_high_as_wide(
    x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> np.ndarray:
    """Uses the height of the output for its width as well."""
    x = pad(x, padding)
    size = (x.shape[1] - w.shape[2]) // stride + 1
    y = np.zeros((len(w), size, size))
    for o, i, j in np.ndindex(*y.shape):
        top, left = i * stride, j * stride
        window = x[:, top : top + w.shape[2], left : left + w.shape[3]]
        y[o, i, j] = (window * w[o]).sum()
    return y


def square_sums(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Lets both sums over weights run to the kernel's height."""
    x = pad(x, padding)
    k = w.shape[2]
    height, width = ((size - k) // stride + 1 for size in x.shape[1:])
    y = np.zeros((len(w), height, width))
    for a, b in np.ndindex(k, k):
        met = x[:, a : a + stride * height : stride, b : b + stride * width : stride]
        y += np.einsum("oc,cij->oij", w[:, :, a, b], met)
    return y


def zero_channels(
    x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> np.ndarray:
    """Pads the channels, and then takes as many as the kernel has."""
    return by_windows(np.pad(x, padding)[: w.shape[1]], w, stride, 0)


def filled(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Fills the inside of the padded input by a slice that is empty at padding 0."""
    channels, height, width = x.shape
    padded = np.zeros((channels, height + 2 * padding, width + 2 * padding))
    padded[:, padding:-padding, padding:-padding] = x
    return by_loops(padded, w, stride, 0)


def cropped(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Cuts a border off instead of adding one."""
    return by_loops(x[:, padding:-padding, padding:-padding], w, stride, 0)


def truncated(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Writes into an array of whole numbers."""
    return by_windows(x, w, stride, padding).astype(int)


def last_product(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Overwrites each product by the next."""
    alone = np.zeros_like(w)
    alone[:, -1, -1, -1] = w[:, -1, -1, -1]
    return by_windows(x, alone, stride, padding)


def zeros_swapped(
    x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> np.ndarray:
    """Makes an output as high as it should be wide, and as wide as high."""
    right = by_windows(x, w, stride, padding)
    y = np.zeros(right.swapaxes(1, 2).shape)
    for o, i, j in np.ndindex(*right.shape):
        y[o, i, j] = right[o, i, j]
    return y


def one_short(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Counts the steps instead of the windows."""
    height, width = (
        (size + 2 * padding - k) // stride
        for size, k in zip(x.shape[1:], w.shape[2:], strict=True)
    )
    return by_windows(x, w, stride, padding)[:, :height, :width]


def sizes_swapped(
    x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> np.ndarray:
    """Takes the width of the image for its height, and the height for its width."""
    x = pad(x, padding)
    rows, columns = w.shape[2:]
    height = (x.shape[2] - rows) // stride + 1
    width = (x.shape[1] - columns) // stride + 1
    y = np.zeros((len(w), height, width))
    for o, i, j in np.ndindex(*y.shape):
        top, left = i * stride, j * stride
        y[o, i, j] = (x[:, top : top + rows, left : left + columns] * w[o]).sum()
    return y
