"""Exercise: a GRU from equations in the papers' convention."""

from collections.abc import Callable

import numpy as np

from c2a.exercises.c10_lstm_gru.inputs import (
    CELL_FORMS,
    LIBRARIES,
    WITH_NUMPY,
    cell_inputs,
    parts,
    sigmoid,
    swapped,
)
from c2a.exercises.kit import Draw, Group, declare


def solution(
    candidate: Callable = lambda n_x, r, h, w: np.tanh(n_x + (r * h) @ w.T),
    mix: Callable = lambda z, old, new: (1 - z) * old + z * new,
) -> Callable[..., np.ndarray]:
    """A step as in 2014, right by default; one of its parts can be a slip."""

    def step(x, h, w_x, w_h, b) -> np.ndarray:
        (r_x, z_x, n_x), (r_w, z_w, n_w) = parts(x @ w_x.T + b, 3), np.split(w_h, 3)
        r, z = sigmoid(r_x + h @ r_w.T), sigmoid(z_x + h @ z_w.T)
        return mix(z, h, candidate(n_x, r, h, n_w))

    return step


reference = solution()


def by_units(x, h, w_x, w_h, b) -> np.ndarray:
    """Right: unit by unit."""
    count, n = h.shape
    new = np.empty((count, n))
    for row in range(count):
        sums = w_x @ x[row] + b
        r = 1 / (1 + np.exp(-(sums[:n] + w_h[:n] @ h[row])))
        for k in range(n):
            z = 1 / (1 + np.exp(-(sums[n + k] + w_h[n + k] @ h[row])))
            value = np.tanh(sums[2 * n + k] + w_h[2 * n + k] @ (r * h[row]))
            new[row, k] = h[row, k] + z * (value - h[row, k])
    return new


def by_one_product(x, h, w_x, w_h, b) -> np.ndarray:
    """Right: input and state side by side, one matrix for both gates."""
    n = h.shape[1]
    both = np.concatenate([x, h], 1) @ np.concatenate([w_x, w_h], 1)[: 2 * n].T
    r, z = parts(sigmoid(both + b[: 2 * n]), 2)
    value = np.tanh(x @ w_x[2 * n :].T + (h * r) @ w_h[2 * n :].T + b[2 * n :])
    return h - z * h + z * value


def draw(d: Draw, n: int) -> tuple:
    return cell_inputs(d, 3, n, n + 1, cell=False)


EXERCISE = declare(
    "gru_step",
    "A GRU in the other convention",
    reference,
    difficulty=2,
    minutes=15,
    example=(
        np.array([[1.0]]),
        np.array([[0.5]]),
        np.array([[0.0], [1.0], [-1.0]]),
        np.array([[1.0], [0.0], [2.0]]),
        np.array([0.0, 1.0, 0.0]),
    ),
    forms=CELL_FORMS,
    groups={
        "one unit": Group(1, lambda d: draw(d, 1)),
        "many units": Group(3, lambda d: draw(d, d.int(2, 5))),
    },
    mistakes={
        "This keeps where z is near 1, as torch does. In these equations z takes the "
        "new value.": solution(mix=lambda z, old, new: z * old + (1 - z) * new),
        "The reset comes after the matrix here, as in torch. These equations reset h "
        "first: W (r * h).": solution(
            candidate=lambda n_x, r, h, w: np.tanh(n_x + r * (h @ w.T))
        ),
        "The candidate sees the whole state. The reset gate multiplies it first.": (
            solution(candidate=lambda n_x, r, h, w: np.tanh(n_x + h @ w.T))
        ),
        "The reset gate multiplies what comes from the input, too.": solution(
            candidate=lambda n_x, r, h, w: np.tanh(r * n_x + (r * h) @ w.T)
        ),
        "The state's matrix in the candidate is not transposed: its rows are the new "
        "units.": solution(candidate=lambda n_x, r, h, w: np.tanh(n_x + (r * h) @ w)),
        "The candidate lacks its tanh.": solution(
            candidate=lambda n_x, r, h, w: n_x + (r * h) @ w.T
        ),
        "The blocks are r, z, candidate. You took z first.": swapped(
            reference, (1, 0, 2)
        ),
        "The old state is kept whole: the two shares add up to 1.": solution(
            mix=lambda z, old, new: old + z * new
        ),
    },
    alternatives=(by_units, by_one_product),
    hints=(
        "Split w_x, w_h and b into three blocks of n rows each: r, z, candidate.",
        "r and z are sigmoids of their block of x @ w_x.T + h @ w_h.T + b.",
        "The candidate needs (r * h) @ (third block of w_h).T. Then mix old and new.",
    ),
    section="gru-cell",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
