"""Exercise: the distance of two clouds of features."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, after, declare


def frechet_distance(a, b):
    """By the eigenvalues of the product of the covariances."""
    A, B = (np.atleast_2d(np.cov(each, rowvar=False)) for each in (a, b))
    roots = np.sqrt(np.linalg.eigvals(A @ B).real.clip(min=0))
    shift = ((a.mean(0) - b.mean(0)) ** 2).sum()
    return float(shift + np.trace(A) + np.trace(B) - 2 * roots.sum())


def by_scipy(a, b):
    """Right: scipy's root of the matrix."""
    from scipy.linalg import sqrtm

    A, B = (np.cov(each.T).reshape(each.shape[1], -1) for each in (a, b))
    root = np.real(sqrtm(A @ B))
    return np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(A + B - 2 * root)


def by_symmetric_root(a, b):
    """Right: the root of A first, so that everything stays symmetric."""
    a0, b0 = a - a.mean(0), b - b.mean(0)
    A, B = a0.T @ a0 / (len(a) - 1), b0.T @ b0 / (len(b) - 1)
    values, vectors = np.linalg.eigh(A)
    half = vectors @ np.diag(np.sqrt(values.clip(min=0))) @ vectors.T
    inner = np.linalg.eigvalsh(half @ B @ half).clip(min=0)
    total = np.trace(A) + np.trace(B) - 2 * np.sqrt(inner).sum()
    return np.linalg.norm(a.mean(0) - b.mean(0)) ** 2 + total


def variant(*, shift=2, two=2.0, root="matrix", ddof=1, diagonal=False, rows=False):
    """Wrong: one thing done otherwise."""

    def distance(a, b):
        A, B = (np.atleast_2d(np.cov(each, rowvar=rows, ddof=ddof)) for each in (a, b))
        if diagonal:
            A, B = A * np.eye(len(A)), B * np.eye(len(B))
        moved = np.linalg.norm(a.mean(0) - b.mean(0)) ** shift
        if root == "matrix":
            both = np.sqrt(np.linalg.eigvals(A @ B).real.clip(min=0)).sum()
        elif root == "symmetric":
            both = np.sqrt(np.linalg.eigvalsh(A @ B).clip(min=0)).sum()
        else:
            both = np.trace(np.sqrt(np.abs(A @ B)))
        return float(moved + np.trace(A) + np.trace(B) - two * both)

    return distance


def bare_numbers(a, b):
    """Wrong: of one feature, np.cov makes no matrix."""
    A, B = (np.cov(each, rowvar=False) for each in (a, b))
    roots = np.sqrt(np.linalg.eigvals(A @ B).real.clip(min=0))
    shift = ((a.mean(0) - b.mean(0)) ** 2).sum()
    return float(shift + np.trace(A) + np.trace(B) - 2 * roots.sum())


def clouds(d: Draw, width: int) -> tuple:
    a = d.array(d.int(12, 20), width)
    mix = d.array(width, width) + 1.5 * np.eye(width)
    return a, d.array(d.int(12, 20), width) @ mix + 2 * d.array(width)


EXERCISE = declare(
    "frechet_distance",
    "How far apart are two clouds?",
    frechet_distance,
    difficulty=3,
    minutes=25,
    forms=("float64", "strided", "fortran"),
    groups={
        "several features": Group(3, lambda d: clouds(d, d.int(2, 4)), atol=1e-4),
        "one feature": Group(1, lambda d: clouds(d, 1)),
    },
    mistakes={
        "You took the root of each entry of A B. It is the root of the matrix: the one "
        "that multiplied by itself gives A B.": variant(root="each"),
        "A B is not symmetric, and eigvalsh reads one triangle of a matrix only. Use "
        "eigvals.": variant(root="symmetric"),
        "np.cov takes rows for features. Yours are the columns: rowvar=False.": variant(
            rows=True
        ),
        "Of one feature np.cov makes a bare number. np.atleast_2d makes it a matrix.": (
            bare_numbers
        ),
        "The factor 2 before the root is missing.": variant(two=1.0),
        "The distance of the means is squared.": variant(shift=1),
        "You looked at the variances only. Features are correlated: use the whole "
        "covariance matrices.": variant(diagonal=True),
        "Take the square, not its root: the formula ends without a root.": after(
            frechet_distance, np.sqrt
        ),
        "You divided the covariance by N. np.cov and torch divide by N - 1.": variant(
            ddof=0
        ),
    },
    alternatives=(by_scipy, by_symmetric_root),
    hints=(
        "np.cov(a, rowvar=False) is the covariance of the columns. With one feature it "
        "is a bare number: np.atleast_2d mends that.",
        "The trace of the root of A B is the sum of the roots of its eigenvalues: "
        "np.linalg.eigvals(A @ B).",
        "Rounding can make an eigenvalue slightly negative or complex: take its real "
        "part, and nothing below 0.",
    ),
    section="ae-score",
)
