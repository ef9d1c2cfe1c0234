"""Exercise: one step of an LSTM."""

from collections.abc import Callable

import numpy as np
import torch

from c2a.exercises.c10_lstm_gru.inputs import (
    CELL_FORMS,
    LIBRARIES,
    WITH_NUMPY,
    cell_inputs,
    parts,
    sigmoid,
    swapped,
)
from c2a.exercises.kit import Draw, Group, after, declare

States = tuple[np.ndarray, np.ndarray]


def reference(x, h, c, w_x, w_h, b) -> States:
    """torch's own cell, its second bias zero."""
    cell = torch.nn.LSTMCell(x.shape[1], h.shape[1], dtype=torch.float64)
    given = {"weight_ih": w_x, "weight_hh": w_h, "bias_ih": b, "bias_hh": 0 * b}
    cell.load_state_dict({k: torch.tensor(np.array(v)) for k, v in given.items()})
    with torch.no_grad():
        new = cell(
            *(torch.tensor(np.array(v, float)) for v in (x,)),
            tuple(torch.tensor(np.array(v, float)) for v in (h, c)),
        )
    return new[0].numpy(), new[1].numpy()


def solution(
    squash: Callable = np.tanh,
    show: Callable = np.tanh,
    shown: Callable = lambda new, old: new,
    keep: Callable = lambda i, f: f,
) -> Callable[..., States]:
    """A step, right by default; one of its parts can be replaced by a slip."""

    def step(x, h, c, w_x, w_h, b) -> States:
        i, f, g, o = parts(x @ w_x.T + h @ w_h.T + b, 4)
        i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
        new = keep(i, f) * c + i * squash(g)
        return o * show(shown(new, c)), new

    return step


def by_blocks(x, h, c, w_x, w_h, b) -> States:
    """Right: a product for each block, one row after the other."""
    n = h.shape[1]
    out_h, out_c = np.empty(h.shape), np.empty(c.shape)
    for row in range(len(x)):
        sums = [
            w_x[k * n : (k + 1) * n] @ x[row]
            + w_h[k * n : (k + 1) * n] @ h[row]
            + b[k * n : (k + 1) * n]
            for k in range(4)
        ]
        gates = [1 / (1 + np.exp(-sums[k])) for k in (0, 1, 3)]
        out_c[row] = gates[1] * c[row] + gates[0] * np.tanh(sums[2])
        out_h[row] = gates[2] * np.tanh(out_c[row])
    return out_h, out_c


def draw(d: Draw, n: int) -> tuple:
    return cell_inputs(d, 4, n, n + 1)


EXERCISE = declare(
    "lstm_step",
    "One step of an LSTM",
    reference,
    difficulty=2,
    minutes=15,
    example=(
        np.array([[1.0]]),
        np.array([[0.5]]),
        np.array([[2.0]]),
        np.array([[0.0], [1.0], [-1.0], [1.0]]),
        np.array([[1.0], [0.0], [1.0], [0.0]]),
        np.array([0.0, 1.0, 0.0, 0.0]),
    ),
    forms=CELL_FORMS,
    groups={
        "one unit": Group(1, lambda d: draw(d, 1)),
        "many units": Group(3, lambda d: draw(d, d.int(2, 5))),
        "nothing yet": Group(
            1,
            lambda d: tuple(
                0 * part if k in (1, 2) else part
                for k, part in enumerate(draw(d, d.int(2, 4)))
            ),
        ),
    },
    mistakes={
        "Torch's order is i, f, candidate, o. You took the third block for the output "
        "gate.": swapped(solution(), (0, 1, 3, 2)),
        "The first two blocks are swapped: torch's order begins with the input "
        "gate.": swapped(solution(), (1, 0, 2, 3)),
        "The candidate goes through a tanh, not a sigmoid.": solution(squash=sigmoid),
        "The cell came first. Return the state h, then the cell c.": after(
            reference, lambda states: states[::-1]
        ),
        "h is the output gate times the tanh of the new cell.": solution(
            show=lambda c: c
        ),
        "h shows the old cell. Compute the new one first.": solution(
            shown=lambda new, old: old
        ),
        "What is kept is 1 - i here. The LSTM has a forget gate of its own.": solution(
            keep=lambda i, f: 1 - i
        ),
        "Nothing is multiplied by the forget gate: this is the cell of 1997.": solution(
            keep=lambda i, f: 1.0
        ),
    },
    alternatives=(solution(), by_blocks),
    hints=(
        "x @ w_x.T + h @ w_h.T + b has shape (N, 4n): four blocks of n columns.",
        "np.split(sums, 4, axis=1) gives the four blocks, in torch's order.",
        "c = f * c + i * tanh(third block), then h = o * tanh(c).",
    ),
    section="lstm-step",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
