"""What the exercises of this chapter share."""

import numpy as np

from c2a.exercises.kit import Draw

#: Where the task is to write a layer, these are not to be used.
LIBRARIES = ("torch", "scipy", "c2a")
WITH_NUMPY = "Write it yourself, with NumPy's means and sums."


def columns(*vectors: np.ndarray) -> list[np.ndarray]:
    """Numbers a channel (C,), made ready to meet maps (N, C, H, W)."""
    return [np.asarray(vector)[:, None, None] for vector in vectors]


def maps(d: Draw, images: int | None = None, channels: int | None = None) -> np.ndarray:
    """Maps (N, C, H, W), not square, far enough from constant."""
    n, c = images or d.int(2, 4), channels or d.int(2, 4)
    return d.array(n, c, d.int(2, 4), d.int(3, 5))


def positive(d: Draw, *shape: int) -> np.ndarray:
    """Numbers from 0.5 to 2.5, as variances and scales are."""
    return d.rng.uniform(0.5, 2.5, shape).round(2)
