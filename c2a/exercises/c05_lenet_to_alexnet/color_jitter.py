"""Exercise: AlexNet's change of colors, along the directions that colors take."""

from collections.abc import Callable

import numpy as np

from c2a.exercises.c05_lenet_to_alexnet.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, declare


def directions(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues, largest first; eigenvectors (columns), largest entry positive."""
    values, vectors = np.linalg.eigh(np.cov(pixels.T, bias=True))
    values, vectors = values[::-1], vectors[:, ::-1]
    largest = np.abs(vectors).argmax(0)
    return values, vectors * np.sign(vectors[largest, range(3)])


def solution(
    shift: Callable = lambda values, vectors, alphas: vectors @ (alphas * values),
    pixels_of: Callable = lambda images: images.reshape(-1, 3),
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """The jitter, right by default; the settings make its slips."""

    def jitter(images: np.ndarray, alphas: np.ndarray) -> np.ndarray:
        values, vectors = directions(pixels_of(images.astype(float)))
        shifts = np.stack([shift(values, vectors, a) for a in alphas])
        return images + shifts[:, None, None]

    return jitter


reference = solution()


def by_svd(images: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Right: singular values of the centered pixels, squared, over their number."""
    pixels = images.reshape(-1, 3).astype(float)
    _, singular, rows = np.linalg.svd(pixels - pixels.mean(0), full_matrices=False)
    flips = np.sign(rows[range(3), np.abs(rows).argmax(1)])
    shifts = (alphas * singular**2 / len(pixels)) @ (rows * flips[:, None])
    return images + shifts.reshape(-1, 1, 1, 3)


def by_covariance(images: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Right: the covariance written out, image by image."""
    centered = images.reshape(-1, 3).astype(float)
    centered = centered - centered.mean(0)
    values, vectors = np.linalg.eigh(centered.T @ centered / len(centered))
    out = np.array(images, dtype=float)
    for n, alpha in enumerate(alphas):
        for rank, a in enumerate(alpha):
            v = vectors[:, 2 - rank]
            v = v if v[np.abs(v).argmax()] > 0 else -v
            out[n] += a * values[2 - rank] * v
    return out


def unsigned(images: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """The eigenvectors as they come."""
    values, vectors = np.linalg.eigh(np.cov(images.reshape(-1, 3).T, bias=True))
    return images + ((alphas * values[::-1]) @ vectors[:, ::-1].T)[:, None, None]


def of_a_sample(images: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """The covariance divided by one less than the number of pixels."""
    n = images[..., 0].size
    return images + (reference(images, alphas) - images) * n / max(n - 1, 1)


def clipped(images: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    return reference(images, alphas).clip(0, 1)


def photographs(d: Draw, count: int, wider: int = 0) -> tuple:
    """Images whose colors vary by quite different amounts along three directions."""
    side = d.int(2, 5)
    mixing = np.linalg.qr(d.rng.normal(size=(3, 3)))[0] + 0.02
    spread = d.rng.normal(size=(count, side, side + wider, 3)) * np.array(
        [0.5, 0.2, 0.05]
    )
    return spread @ mixing.T + 0.5, d.array(count, 3) + 0.3


EXERCISE = declare(
    "color_jitter",
    "Other light",
    reference,
    difficulty=4,
    minutes=30,
    example=(
        np.array([[[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]]]),
        np.array([[2.0, 0.0, 0.0]]),
    ),
    groups={
        "one image": Group(
            2,
            lambda d: photographs(d, 1),
            lambda d: (photographs(d, 1)[0], np.zeros((1, 3))),
        ),
        "images": Group(
            2, lambda d: photographs(d, d.int(2, 4)), lambda d: photographs(d, 3, 2)
        ),
    },
    mistakes={
        "The eigenvalues are not used: a direction in which colors vary much must move "
        "them much.": solution(lambda values, vectors, a: vectors @ a),
        "The shift is scaled by the standard deviation. The paper multiplies by the "
        "eigenvalue, which is a variance.": solution(
            lambda values, vectors, a: vectors @ (a * np.sqrt(values))
        ),
        "The eigenvectors are the columns of the matrix, not its rows.": solution(
            lambda values, vectors, a: vectors.T @ (a * values)
        ),
        "The order is reversed: the first alpha belongs to the largest eigenvalue, "
        "and eigh begins with the smallest.": solution(
            lambda values, vectors, a: vectors @ (a[::-1] * values)
        ),
        "The eigenvectors are taken as they come. Turn each so that its entry of "
        "largest size is positive.": unsigned,
        "The covariance is divided by one less than the number of pixels, which is "
        "NumPy's habit.": of_a_sample,
        "The colors are cut to 0 to 1. Return them as they come out.": clipped,
        "Subtract the mean color before the covariance: this is the matrix of raw "
        "products.": solution(
            pixels_of=lambda images: np.concatenate(
                [images.reshape(-1, 3), -images.reshape(-1, 3)]
            )
        ),
    },
    alternatives=(by_svd, by_covariance),
    hints=(
        "All pixels of all images, one a row: images.reshape(-1, 3). Their "
        "covariance is a 3 x 3 matrix: np.cov(pixels.T, bias=True) divides by their "
        "number.",
        "np.linalg.eigh gives eigenvalues from the smallest, and eigenvectors as "
        "columns. Reverse both. Then turn each column whose largest entry in size is "
        "negative.",
        "An image's shift is vectors @ (alpha * values), three numbers, added to each "
        "of its pixels.",
    ),
    section="alexnet-ideas",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
