"""Exercise: the best answer of a denoiser, for a set of clean points."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def weights_of(x, alpha_bar, points, spread=2.0, shrink=True, stable=True):
    """Softmax of the distances to the shrunk points, each row of x by itself."""
    known = np.sqrt(alpha_bar) * points if shrink else points
    away = ((x[:, None] - known) ** 2).sum(-1)
    scores = -away / (spread * (1 - alpha_bar))
    scores = scores - scores.max(1, keepdims=True) if stable else scores
    p = np.exp(scores)
    return p / p.sum(1, keepdims=True)


def best_guess(x, alpha_bar, points):
    """Mean of the points, by how likely each became x."""
    return weights_of(x, alpha_bar, points) @ points


def by_scipy(x, alpha_bar, points):
    """Right: scipy's distances and softmax."""
    from scipy.spatial.distance import cdist
    from scipy.special import softmax

    scores = -cdist(x, alpha_bar**0.5 * points, "sqeuclidean") / (2 - 2 * alpha_bar)
    return softmax(scores, axis=1) @ points


def by_attention(x, alpha_bar, points):
    """Right: as attention, with the keys' lengths as a bias."""
    keys = np.sqrt(alpha_bar) * points
    scores = (x @ keys.T - (keys**2).sum(1) / 2) / (1 - alpha_bar)
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (p @ points) / p.sum(axis=1, keepdims=True)


def nearest(x, alpha_bar, points):
    p = weights_of(x, alpha_bar, points)
    return points[p.argmax(1)]


def changed(**change):
    def answer(x, alpha_bar, points):
        return weights_of(x, alpha_bar, points, **change) @ points

    return answer


def wrong_deviation(x, alpha_bar, points):
    away = ((x[:, None] - np.sqrt(alpha_bar) * points) ** 2).sum(-1)
    scores = -away / (2 * np.sqrt(1 - alpha_bar))
    p = np.exp(scores - scores.max(1, keepdims=True))
    return p @ points / p.sum(1, keepdims=True)


def not_divided(x, alpha_bar, points):
    away = ((x[:, None] - np.sqrt(alpha_bar) * points) ** 2).sum(-1)
    return np.exp(-away / (2 * (1 - alpha_bar))) @ points


def over_queries(x, alpha_bar, points):
    away = ((x[:, None] - np.sqrt(alpha_bar) * points) ** 2).sum(-1)
    scores = -away / (2 * (1 - alpha_bar))
    p = np.exp(scores - scores.max())
    with np.errstate(all="ignore"):
        return p / p.sum(0) @ points


def overflowing(x, alpha_bar, points):
    with np.errstate(all="ignore"):
        return weights_of(x, alpha_bar, points, stable=False) @ points


def drawn(d: Draw, points: int, dims: int, queries: int, level=None) -> tuple:
    level = level or d.choose(0.25, 0.5, 0.64)
    spots = d.array(points, dims)
    return d.array(queries, dims) * 0.5, level, spots


def far(d: Draw) -> tuple:
    """So little noise that every exponential is zero without care."""
    x, _, spots = drawn(d, 3, 2, 2)
    return x + 60, 0.9, spots


EXERCISE = declare(
    "best_guess",
    "Which way is back?",
    best_guess,
    difficulty=3,
    minutes=25,
    forms=("float64", "float32", "strided", "fortran"),
    example=(np.array([[0.5]]), 0.5, np.array([[-1.0], [1.0]])),
    groups={
        "two points": Group(1, lambda d: drawn(d, 2, 1, 1)),
        "many points": Group(
            2, lambda d: drawn(d, d.int(3, 8), 2, d.int(1, 4)), rtol=1e-4, atol=1e-4
        ),
        "noise alone": Group(1, lambda d: drawn(d, d.int(2, 5), 2, 2, 0.0001)),
        "far away": Group(1, far, rtol=1e-3, atol=1e-3),
    },
    mistakes={
        "The weights do not sum to 1. Divide them by their sum, row by row.": (
            not_divided
        ),
        "You took the nearest point. The best guess is the mean of all, by their "
        "weights.": nearest,
        "The clean points are not shrunk. A noisy point lies near root(alpha_bar) "
        "times a clean one.": changed(shrink=False),
        "The factor 2 below the squared distance is missing.": changed(spread=1.0),
        "You divided by the deviation of the noise. It is its variance, "
        "1 - alpha_bar.": wrong_deviation,
        "You shrank the points by alpha_bar. A noisy point lies near its root times a "
        "clean one.": lambda x, alpha_bar, points: (
            weights_of(x, alpha_bar, np.sqrt(alpha_bar) * points) @ points
        ),
        "Far from all points every exponential is zero, and 0 / 0 is NaN. Subtract the "
        "largest score of each row first.": overflowing,
        "The softmax runs over the noisy points. Each noisy point has weights of its "
        "own, which sum to 1 over the clean ones.": over_queries,
        "This is the mean of the shrunk points. Weigh the clean points "
        "themselves.": lambda x, alpha_bar, points: (
            np.sqrt(alpha_bar) * best_guess(x, alpha_bar, points)
        ),
        "Far points count more than near ones: a minus sign is missing.": changed(
            spread=-2.0
        ),
    },
    alternatives=(by_scipy, by_attention),
    hints=(
        "Three lines: squared distances (N, M) from every noisy point to every shrunk "
        "clean point; a softmax over the clean points; the weights times the points.",
        "x[:, None] - np.sqrt(alpha_bar) * points has the shape (N, M, d).",
        "Before the exponential, subtract the largest score of each row: the softmax "
        "stays the same.",
    ),
    section="diffusion-best-guess",
)
