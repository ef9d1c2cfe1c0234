"""Exercise: the largest stretch of a matrix, by power iteration."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, after, declare


def unit(vector):
    """The vector at length one."""
    return vector / np.linalg.norm(vector)


def spectral_norm(W, u, rounds):
    """There and back; the stretch between the last two directions."""
    for _ in range(rounds):
        v = unit(W @ u)
        u = unit(W.T @ v)
    return float(v @ W @ u), u


def by_square(W, u, rounds):
    """Right: u goes through W^T W each round; the last v is W times the u before."""
    square = W.T @ W
    for _ in range(rounds):
        before, u = u, unit(square @ u)
    v = unit(np.dot(W, before))
    return np.linalg.norm(W.T.dot(v)), u


def by_loops(W, u, rounds):
    """Right: sums in loops."""
    m, n = W.shape
    u = [float(each) for each in u]
    for _ in range(rounds):
        v = unit(np.array([sum(W[i, j] * u[j] for j in range(n)) for i in range(m)]))
        u = unit(np.array([sum(W[i, j] * v[i] for i in range(m)) for j in range(n)]))
    sigma = sum(v[i] * W[i, j] * u[j] for i in range(m) for j in range(n))
    return sigma, u


def unscaled(W, u, rounds):
    """Wrong: the directions keep their lengths."""
    for _ in range(rounds):
        v = W @ u
        u = W.T @ v
    return float(v @ W @ u), u


def one_way(W, u, rounds):
    """Wrong: never back through the transpose."""
    for _ in range(rounds):
        u = unit(W @ u)
    return float(u @ W @ u), u


def result(of):
    """Wrong: the right direction, another number for the stretch."""

    def wrong(W, u, rounds):
        return float(of(W)), spectral_norm(W, u, rounds)[1]

    return wrong


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
        "square": Group(1, square),
        "not square": Group(
            2, lambda d: inputs(d, d.int(1, 3), d.int(4, 5), d.int(1, 3))
        ),
        "many rounds": Group(1, lambda d: inputs(d, d.int(2, 4), d.int(2, 4), 40)),
    },
    mistakes={
        "Scale to length one after each of the two products, or the numbers run "
        "away.": unscaled,
        "The way back goes through the transpose, W.T.": lambda W, u, rounds: one_way(
            W[: min(W.shape), : min(W.shape)], u[: min(W.shape)], rounds
        ),
        "This is the exact largest singular value. Asked is what power iteration has "
        "after these rounds.": result(lambda W: np.linalg.norm(W, 2)),
        "This is the root of the sum of all squares, which counts every direction.": (
            result(np.linalg.norm)
        ),
        "This is the square of the stretch, as W.T @ W has it.": after(
            spectral_norm, lambda both: (both[0] ** 2, both[1])
        ),
        "One round only: repeat it, starting from the last u.": (
            lambda W, u, rounds: spectral_norm(W, u, 1)
        ),
        "You return W divided by its stretch. The stretch itself, and u, are asked "
        "for.": lambda W, u, rounds: (
            W / spectral_norm(W, u, rounds)[0],
            spectral_norm(W, u, rounds)[1],
        ),
        "The second result is u, the direction before W. You return v.": (
            lambda W, u, rounds: (
                spectral_norm(W, u, rounds)[0],
                unit(W @ spectral_norm(W, u, rounds)[1]),
            )
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
