"""Inputs for the cases of this chapter: plain ones, the edges, and padding."""

import numpy as np

#: Where the task is to write a convolution, these are not to be used.
LIBRARIES = ("torch", "scipy", "skimage", "cv2", "c2a")
WITH_NUMPY = "Write it yourself, with NumPy's slices, products and sums."

#: Ways in which an input may be unusual without being another input.
FORMS = ("float64", "float32", "strided", "fortran", "large", "tiny")


def draw(
    rng: np.random.Generator, shape: tuple[int, ...], form: str = "float64"
) -> np.ndarray:
    """Random numbers of a form.

    "strided" and "fortran" are not contiguous; "large" is about 1e12, "tiny" about
    1e-12; "whole" are whole numbers from -4 to 4 (as floats), easy to follow by hand.
    """
    if form == "strided":
        return rng.uniform(-1, 1, (*shape[:-1], 2 * shape[-1]))[..., ::2]
    if form == "whole":
        return rng.integers(-4, 5, shape).astype(np.float64)
    numbers = rng.uniform(-1, 1, shape)
    if form == "fortran":
        return np.asfortranarray(numbers)
    if form == "float32":
        return numbers.astype(np.float32)
    return numbers * {"large": 1e12, "tiny": 1e-12}.get(form, 1.0)


def pad(x: np.ndarray, padding: int) -> np.ndarray:
    """Zeros on the four sides of each channel."""
    return np.pad(x, ((0, 0), (padding, padding), (padding, padding)))


def fixed() -> np.random.Generator:
    """The generator of the visible cases: the same numbers for every reader."""
    return np.random.default_rng(2)
