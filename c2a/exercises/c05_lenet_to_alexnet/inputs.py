"""What the exercises of this chapter share."""

import numpy as np

#: Where the task is to write it oneself, these are not to be used.
LIBRARIES = ("torch", "scipy", "skimage", "cv2", "c2a")
WITH_NUMPY = "Write it yourself, with NumPy's slices, products and sums."


def output_size(n: int, k: int, s: int, p: int) -> int:
    """How many outputs a line of n pixels has; ValueError where none fits."""
    if n + 2 * p < k:
        raise ValueError("the window does not fit")
    return (n + 2 * p - k) // s + 1


def lenet_table() -> np.ndarray:
    """Which six maps each of LeNet's sixteen filters sees: (16, 6), bool."""
    rows = [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [0, 4, 5], [0, 1, 5]]
    rows += [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [0, 3, 4, 5], [0, 1, 4, 5]]
    rows += [[0, 1, 2, 5], [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [*range(6)]]
    return np.array([[c in row for c in range(6)] for row in rows])
