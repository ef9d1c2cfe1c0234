"""Exercise: the matrix of a patch embedding, as the kernels of a convolution."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, after, declare


def reference(matrix, patch):
    """Name the rows by (row, column, channel), then put the axes in torch's order."""
    channels = len(matrix) // patch**2
    return matrix.reshape(patch, patch, channels, -1).transpose(3, 2, 0, 1)


def by_loops(matrix, patch):
    """Right: number by number."""
    channels = len(matrix) // patch**2
    kernel = np.zeros((matrix.shape[1], channels, patch, patch), matrix.dtype)
    for u in range(patch):
        for v in range(patch):
            for c in range(channels):
                kernel[:, c, u, v] = matrix[(u * patch + v) * channels + c]
    return kernel


def by_transpose_first(matrix, patch):
    """Right: filters first, channels forward by moveaxis."""
    rows = np.ascontiguousarray(matrix.T).reshape(matrix.shape[1], patch, patch, -1)
    return np.moveaxis(rows, -1, 1)


def reshaped(matrix, patch):
    return matrix.reshape(matrix.shape[1], -1, patch, patch)


def channels_first(matrix, patch):
    return matrix.T.reshape(matrix.shape[1], -1, patch, patch)


def channels_last(matrix, patch):
    return matrix.T.reshape(matrix.shape[1], patch, patch, -1)


def numbered_only(matrix, patch):
    return matrix.reshape(patch, patch, -1, matrix.shape[1])


def plan(d: Draw, c: int) -> tuple:
    patch = d.int(2, 3)
    return d.array(patch * patch * c, d.int(2, 5)), patch


EXERCISE = declare(
    "patch_kernel",
    "The matrix is a kernel",
    reference,
    difficulty=2,
    minutes=15,
    example=(np.arange(8.0).reshape(8, 1), 2),
    groups={
        "one channel": Group(
            1, lambda d: plan(d, 1), (np.arange(8.0).reshape(4, 2), 2)
        ),
        "channels": Group(
            3, lambda d: plan(d, d.int(2, 4)), (np.arange(24.0).reshape(12, 2), 2)
        ),
    },
    mistakes={
        "A bare reshape: a column of the matrix is one filter, so the matrix has to be "
        "transposed.": reshaped,
        "The rows of the matrix are read as (channel, row, column). They are given as "
        "(row, column, channel).": channels_first,
        "The channels stand last. A convolution of torch has (out, in, row, column).": (
            channels_last
        ),
        "The kernel is flipped. What libraries call convolution does not flip.": after(
            reference, lambda y: y[:, :, ::-1, ::-1]
        ),
        "Inside the kernel, rows and columns are exchanged.": after(
            reference, lambda y: y.swapaxes(2, 3)
        ),
        "Filters and channels are exchanged: torch puts the filters first.": after(
            reference, lambda y: y.swapaxes(0, 1)
        ),
        "The axes are named, but still in the order of the matrix: (row, column, "
        "channel, filter).": numbered_only,
    },
    alternatives=(by_loops, by_transpose_first),
    hints=(
        "Row number r of the matrix belongs to a pixel and a channel. Which, if the "
        "pixels are read row by row and each has its channels side by side?",
        "Reshape the matrix to (row, column, channel, filter).",
        "Then order the axes as torch wants them: filter, channel, row, column.",
    ),
    section="vit-patches",
)
