"""Exercise: the largest stretch of a matrix, by power iteration."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def unit(vector):
    """The vector at length one."""
    return vector / np.linalg.norm(vector)


def spectral_norm(W, u, rounds):
    """There and back; the stretch between the last two directions."""
    for _ in range(rounds):
        v = unit(W @ u)
        u = unit(W.T @ v)
    return float(v @ W @ u)


def by_square(W, u, rounds):
    """Right: u goes through W^T W each round; the stretch is that of the last v."""
    square = W.T @ W
    for _ in range(rounds - 1):
        u = unit(square @ u)
    return np.linalg.norm(W.T.dot(unit(np.dot(W, u))))


def by_loops(W, u, rounds):
    """Right: sums in loops."""
    m, n = W.shape
    u = [float(each) for each in u]
    for _ in range(rounds):
        v = unit(np.array([sum(W[i, j] * u[j] for j in range(n)) for i in range(m)]))
        u = unit(np.array([sum(W[i, j] * v[i] for i in range(m)) for j in range(n)]))
    return sum(v[i] * W[i, j] * u[j] for i in range(m) for j in range(n))


def unscaled(W, u, rounds):
    """Wrong: the directions keep their lengths."""
    for _ in range(rounds):
        v = W @ u
        u = W.T @ v
    return float(v @ W @ u)


def half_scaled(W, u, rounds):
    """Wrong: only v is scaled."""
    for _ in range(rounds):
        v = unit(W @ u)
        u = W.T @ v
    return float(v @ W @ u)


def one_way(W, u, rounds):
    """Wrong: never back through the transpose; fails where W is not square."""
    for _ in range(rounds):
        v = unit(W @ u)
        u = unit(W @ v)
    return float(v @ W @ u)


def old_direction(W, u, rounds):
    """Wrong: the stretch is taken with the u before the last."""
    for _ in range(rounds):
        before, v = u, unit(W @ u)
        u = unit(W.T @ v)
    return float(v @ W @ before)


def inputs(d: Draw, m: int, n: int, rounds: int) -> tuple:
    W = d.array(m, n)
    W = W + (np.abs(W).max() + 1) * np.eye(m, n, dtype=W.dtype)  # never all zero
    u = d.array(n)
    return W, u + (np.abs(u).max() + 0.5) * np.eye(1, n, dtype=u.dtype)[0], rounds


def square(d: Draw) -> tuple:
    side = d.int(2, 4)
    return inputs(d, side, side, d.int(1, 3))


EXERCISE = declare(
    "spectral_norm",
    "The largest stretch",
    spectral_norm,
    difficulty=2,
    minutes=15,
    forms=("float64", "strided", "fortran"),
    example=(np.array([[3.0, 0.0], [0.0, 4.0]]), np.array([1.0, 1.0]), 1),
    groups={
        "square": Group(1, square, (np.array([[1.0, 2.0], [0.0, 3.0]]), np.ones(2), 2)),
        "not square": Group(
            2, lambda d: inputs(d, d.int(1, 3), d.int(4, 5), d.int(1, 3))
        ),
        "many rounds": Group(1, lambda d: inputs(d, d.int(2, 4), d.int(2, 4), 40)),
    },
    mistakes={
        "Scale to length one after each of the two products, or the numbers run "
        "away.": unscaled,
        "This is the square of the stretch: scale u to length one as well as v.": (
            half_scaled
        ),
        "The way back goes through the transpose, W.T.": one_way,
        "You use the u of before the last round. After it, v and u belong together: "
        "v @ W @ u with the last of both.": old_direction,
        "This is the exact largest singular value. Asked is what power iteration has "
        "after these rounds.": lambda W, u, rounds: float(np.linalg.norm(W, 2)),
        "This is the root of the sum of all squares, which counts every direction.": (
            lambda W, u, rounds: float(np.linalg.norm(W))
        ),
        "One round only: repeat it, starting from the last u.": (
            lambda W, u, rounds: spectral_norm(W, u, 1)
        ),
    },
    alternatives=(by_square, by_loops),
    forbidden=("svd", "svdvals", "eig", "eigh", "eigvals", "eigvalsh", "cond"),
    instead="Find it by power iteration.",
    hints=(
        "A round: v is W @ u at length one, and the new u is W.T @ v at length one.",
        "np.linalg.norm(v) is the length of a vector.",
        "After the last round the stretch is v @ W @ u, with the last v and u.",
    ),
    section="gan-cures",
)
