"""What the exercises of this chapter share."""

import numpy as np

#: Where the task is to write a convolution, these are not to be used.
LIBRARIES = ("torch", "scipy", "skimage", "cv2", "c2a")
WITH_NUMPY = "Write it yourself, with NumPy's slices, products and sums."


def pad(x: np.ndarray, before: int, after: int | None = None) -> np.ndarray:
    """Zeros around each channel; below and to the right `after`, if that is given."""
    sides = before, before if after is None else after
    return np.pad(x, ((0, 0), sides, sides))


def windows(x: np.ndarray, size: tuple[int, int], stride: int) -> np.ndarray:
    """All windows as a view of shape (C, H_out, W_out, k_h, k_w)."""
    views = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))
    return views[:, ::stride, ::stride]
