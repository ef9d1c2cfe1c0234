"""Exercise: look ahead, on a game of two vectors."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def extragradient(A, x, y, rate, steps):
    """A trial step, then a step from the old place by the trial's slopes."""
    for _ in range(steps):
        trial_x, trial_y = x - rate * (A @ y), y + rate * (A.T @ x)
        x, y = x - rate * (A @ trial_y), y + rate * (A.T @ trial_x)
    return x, y


def by_matrix(A, x, y, rate, steps):
    """Right: one matrix, I - rate F + rate^2 F^2, for both players together."""
    m, n = A.shape
    F = np.block([[np.zeros((m, m)), A], [-A.T, np.zeros((n, n))]])
    once = np.eye(m + n) - rate * F + rate**2 * F @ F
    z = np.linalg.matrix_power(once, steps) @ np.concatenate([x, y])
    return z[:m], z[m:]


def by_slopes(A, x, y, rate, steps):
    """Right: with a function for the slopes, in sums."""

    def slopes(x, y):
        return np.einsum("ij,j->i", A, y), np.einsum("ij,i->j", A, x)

    x, y = np.array(x), np.array(y)
    for _ in range(steps):
        down, up = slopes(x, y)
        down, up = slopes(x - rate * down, y + rate * up)
        x, y = x - rate * down, y + rate * up
    return x, y


def variant(rule):
    """Wrong: another rule of one step."""

    def wrong(A, x, y, rate, steps):
        for _ in range(steps):
            x, y = rule(A, x, y, rate)
        return x, y

    return wrong


def at_once(A, x, y, rate):
    return x - rate * (A @ y), y + rate * (A.T @ x)


def in_turns(A, x, y, rate):
    x = x - rate * (A @ y)
    return x, y + rate * (A.T @ x)


def from_trial(A, x, y, rate):
    return at_once(A, *at_once(A, x, y, rate), rate)


def both_down(A, x, y, rate):
    trial_x, trial_y = x - rate * (A @ y), y - rate * (A.T @ x)
    return x - rate * (A @ trial_y), y - rate * (A.T @ trial_x)


def swapped(A, x, y, rate):
    trial_x, trial_y = x + rate * (A @ y), y - rate * (A.T @ x)
    return x + rate * (A @ trial_y), y - rate * (A.T @ trial_x)


def half_ahead(A, x, y, rate):
    _, trial_y = at_once(A, x, y, rate)
    x = x - rate * (A @ trial_y)
    return x, y + rate * (A.T @ x)


def trial_in_turns(A, x, y, rate):
    trial_x = x - rate * (A @ y)
    trial_y = y + rate * (A.T @ trial_x)
    return x - rate * (A @ trial_y), y + rate * (A.T @ trial_x)


def transposed(A, x, y, rate):
    """Wrong: fails where the two are of unequal length."""
    trial_x, trial_y = x - rate * (A.T @ y), y + rate * (A @ x)
    return x - rate * (A.T @ trial_y), y + rate * (A @ trial_x)


def inputs(d: Draw, m: int, n: int, steps: int) -> tuple:
    return d.array(m, n), d.array(m), d.array(n), d.choose(0.5, 0.25), steps


EXERCISE = declare(
    "extragradient",
    "Look ahead",
    extragradient,
    difficulty=2,
    minutes=20,
    forms=("float64", "strided", "fortran"),
    example=(np.array([[1.0]]), np.array([1.0]), np.array([0.0]), 0.5, 1),
    groups={
        "numbers": Group(1, lambda d: inputs(d, 1, 1, d.int(1, 4))),
        "equal lengths": Group(1, lambda d: inputs(d, 3, 3, d.int(1, 5))),
        "unequal lengths": Group(1, lambda d: inputs(d, 2, d.int(3, 4), d.int(1, 5))),
        "no step": Group(1, lambda d: inputs(d, d.int(1, 3), d.int(1, 3), 0)),
    },
    mistakes={
        "Both move at once by the slopes of the old place. Make a trial step, and use "
        "the slopes found there.": variant(at_once),
        "You move in turns: y answers the x that has moved.": variant(in_turns),
        "You go on from the trial place. Go back: only its slopes are used, from the "
        "old x and y.": variant(from_trial),
        "Both players go down. y wants the value large: its step goes up.": variant(
            both_down
        ),
        "The signs are swapped: x goes down and y goes up.": variant(swapped),
        "x looks ahead, but y then answers the new x. Both use the trial place.": (
            variant(half_ahead)
        ),
        "In your trial y answers the x that has moved. The trial, too, is a step of "
        "both at once.": variant(trial_in_turns),
        "The transpose is in the wrong place: the slope for x is A @ y, that for y is "
        "A.T @ x.": variant(transposed),
        "Only one step is made. Repeat it.": lambda A, x, y, rate, steps: extragradient(
            A, x, y, rate, 1
        ),
    },
    alternatives=(by_matrix, by_slopes),
    hints=(
        "The slope of the value for x is A @ y, and for y it is A.T @ x.",
        "A trial first, at once for both: trial_x = x - rate * A @ y, trial_y = y + "
        "rate * A.T @ x.",
        "Then the real step, from the old x and y, with the slopes at the trial place.",
    ),
    section="gan-circles",
)
