"""Exercise: one step of an LSTM, backward."""

from collections.abc import Callable

import numpy as np
import torch

from c2a.exercises.c10_lstm_gru.inputs import (
    CELL_FORMS,
    LIBRARIES,
    WITH_NUMPY,
    cell_inputs,
)
from c2a.exercises.kit import Draw, Group, declare

Gradients = tuple[np.ndarray, np.ndarray]


def reference(sums, c, dh, dc) -> Gradients:
    """By torch's autograd, in double precision."""
    s, cell, dh, dc = (torch.tensor(np.array(v, float)) for v in (sums, c, dh, dc))
    s.requires_grad_()
    cell.requires_grad_()
    i, f, g, o = s.chunk(4, dim=1)
    new = f.sigmoid() * cell + i.sigmoid() * g.tanh()
    total = (dh * o.sigmoid() * new.tanh()).sum() + (dc * new).sum()
    found = torch.autograd.grad(total, (s, cell))
    return found[0].numpy(), found[1].numpy()


def gates_of(sums: np.ndarray) -> list[np.ndarray]:
    i, f, g, o = np.split(sums, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * a)) for a in (i, f, o))
    return [i, f, np.tanh(g), o]


def solution(
    arrives: Callable = lambda dh, dc, o, t: dc + dh * o * (1 - t**2),
    slopes: Callable = lambda i, f, g, o: (
        i * (1 - i),
        f * (1 - f),
        1 - g**2,
        o * (1 - o),
    ),
    order: tuple[int, ...] = (0, 1, 2, 3),
    back: Callable = lambda dc, f: dc * f,
    forget: Callable = lambda dc, c, new: dc * c,
) -> Callable[..., Gradients]:
    """The gradients, right by default; one part can be replaced by a slip."""

    def gradients(sums, c, dh, dc) -> Gradients:
        i, f, g, o = gates_of(sums)
        new = f * c + i * g
        t = np.tanh(new)
        d = arrives(dh, dc, o, t)
        through = (d * g, forget(d, c, new), d * i, dh * t)
        s_i, s_f, s_g, s_o = slopes(i, f, g, o)
        found = [a * b for a, b in zip(through, (s_i, s_f, s_g, s_o), strict=True)]
        return np.concatenate([found[k] for k in order], 1), back(d, f)

    return gradients


def by_numbers(sums, c, dh, dc) -> Gradients:
    """Right: number by number, with the logistic written out."""
    n = c.shape[1]
    d_sums, d_c = np.zeros(sums.shape), np.zeros(c.shape)
    for row, k in np.ndindex(*c.shape):
        i, f, o = (1 / (1 + np.exp(-sums[row, k + m * n])) for m in (0, 1, 3))
        g = np.tanh(sums[row, k + 2 * n])
        t = np.tanh(f * c[row, k] + i * g)
        d = dc[row, k] + dh[row, k] * o * (1 - t * t)
        d_sums[row, k] = d * g * i * (1 - i)
        d_sums[row, k + n] = d * c[row, k] * f * (1 - f)
        d_sums[row, k + 2 * n] = d * i * (1 - g * g)
        d_sums[row, k + 3 * n] = dh[row, k] * t * o * (1 - o)
        d_c[row, k] = d * f
    return d_sums, d_c


def draw(d: Draw, n: int, later: bool = True) -> tuple:
    x, h, c, w_x, w_h, b = cell_inputs(d, 4, n, n + 1)
    sums = x @ w_x.T + h @ w_h.T + b
    dh, dc = d.array(*h.shape), d.array(*h.shape)
    return sums, c, dh, dc if later else 0 * dc


EXERCISE = declare(
    "lstm_step_backward",
    "One step backward",
    reference,
    difficulty=3,
    minutes=30,
    example=(
        np.array([[0.0, 0.0, 0.0, 0.0]]),
        np.array([[2.0]]),
        np.array([[0.0]]),
        np.array([[1.0]]),
    ),
    forms=CELL_FORMS,
    groups={
        "last step": Group(2, lambda d: draw(d, d.int(1, 3), later=False)),
        "any step": Group(
            3, lambda d: draw(d, d.int(1, 2)), lambda d: draw(d, d.int(2, 5))
        ),
    },
    mistakes={
        "What reaches the new cell by way of h is left out: add it to dc first.": (
            solution(arrives=lambda dh, dc, o, t: dc)
        ),
        "What comes from later steps is left out: dc and the part of dh add up.": (
            solution(arrives=lambda dh, dc, o, t: dh * o * (1 - t**2))
        ),
        "The tanh between cell and output has a slope: 1 - tanh(c)^2 of the new "
        "cell.": solution(arrives=lambda dh, dc, o, t: dc + dh * o),
        "The slope of a sigmoid is s (1 - s). You took 1 - s^2.": solution(
            slopes=lambda i, f, g, o: (1 - i**2, 1 - f**2, 1 - g**2, 1 - o**2)
        ),
        "These are gradients of the gates, not of the sums: multiply by the slopes.": (
            solution(slopes=lambda i, f, g, o: (1, 1, 1, 1))
        ),
        "The blocks are not in torch's order: i, f, candidate, o.": solution(
            order=(0, 1, 3, 2)
        ),
        "The forget gate multiplied the old cell. You took the new one.": solution(
            forget=lambda dc, c, new: dc * new
        ),
        "The cell of the step before was multiplied by f: its gradient is, too.": (
            solution(back=lambda dc, f: dc)
        ),
    },
    alternatives=(solution(), by_numbers),
    hints=(
        "First the forward step: i, f, g, o, the new cell and its tanh.",
        "The new cell is reached directly, dc, and through h = o * tanh(c): add both.",
        "Each gate was one factor of a product, so its gradient is what arrives there "
        "times the other factor. Then comes the slope of its sigmoid or tanh.",
    ),
    section="lstm-backward",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
