"""Exercise: a padded batch that gives what each sequence gives alone."""

from collections.abc import Callable

import numpy as np

from c2a.exercises.c08_recurrent_networks.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, declare, given, such_that

Array = np.ndarray


def states_of(x: Array, W_x: Array, W_h: Array, b: Array) -> Array:
    """All states of a batch, padding read and all; the first state in front."""
    h = np.zeros((len(x), len(b)))
    found = [h]
    for t in range(x.shape[1]):
        h = np.tanh(h @ W_h.T + x[:, t] @ W_x.T + b)
        found.append(h)
    return np.stack(found, 1)  # (B, T + 1, d_h)


def reference(x: Array, lengths: Array, W_x: Array, W_h: Array, b: Array) -> Array:
    """One sequence at a time, without its padding."""
    alone = [
        states_of(row[None, :length], W_x, W_h, b)[0, -1]
        for row, length in zip(x, lengths, strict=True)
    ]
    return np.stack(alone)


def by_mask(x: Array, lengths: Array, W_x: Array, W_h: Array, b: Array) -> Array:
    """Right: where the sequence has ended, keep the old state."""
    h = np.zeros((len(x), len(b)))
    for t in range(x.shape[1]):
        new = np.tanh(x[:, t] @ W_x.T + h @ W_h.T + b)
        h = np.where((t < lengths)[:, None], new, h)
    return h


def by_picking(x: Array, lengths: Array, W_x: Array, W_h: Array, b: Array) -> Array:
    """Right: compute all states, and pick the one after the last real step."""
    return states_of(x, W_x, W_h, b)[np.arange(len(x)), lengths]


def last_column(x: Array, lengths: Array, W_x: Array, W_h: Array, b: Array) -> Array:
    return states_of(x, W_x, W_h, b)[:, -1]


def zeroed(x: Array, lengths: Array, W_x: Array, W_h: Array, b: Array) -> Array:
    keep = np.arange(x.shape[1]) < lengths[:, None]
    return last_column(np.where(keep[..., None], x, 0), lengths, W_x, W_h, b)


def wiped(x: Array, lengths: Array, W_x: Array, W_h: Array, b: Array) -> Array:
    h = np.zeros((len(x), len(b)))
    for t in range(x.shape[1]):
        new = np.tanh(x[:, t] @ W_x.T + h @ W_h.T + b)
        h = new * (t < lengths)[:, None]
    return h


def shifted(by: int) -> Callable[..., Array]:
    def states(x: Array, lengths: Array, W_x: Array, W_h: Array, b: Array) -> Array:
        places = (lengths + by).clip(0, x.shape[1])
        return states_of(x, W_x, W_h, b)[np.arange(len(x)), places]

    return states


def in_sorted_order(
    x: Array, lengths: Array, W_x: Array, W_h: Array, b: Array
) -> Array:
    order = np.argsort(-lengths, kind="stable")
    return by_mask(x[order], lengths[order], W_x, W_h, b)


def averaged(x: Array, lengths: Array, W_x: Array, W_h: Array, b: Array) -> Array:
    states = states_of(x, W_x, W_h, b)[:, 1:]
    keep = (np.arange(x.shape[1]) < lengths[:, None])[..., None]
    return (states * keep).sum(1) / np.maximum(lengths, 1)[:, None]


def batch(d: Draw, lengths: np.ndarray, longest: int) -> tuple:
    """A batch with garbage in its padding, and small weights."""
    inputs, hidden = d.int(1, 3), d.int(2, 4)
    scale = 0.25 if d.shown else 1.0
    x = d.array(len(lengths), longest, inputs)
    weights = [
        d.array(*shape) * scale for shape in ((hidden, inputs), (hidden, hidden))
    ]
    return x, lengths, *weights, d.array(hidden) * scale


def unequal(d: Draw) -> tuple:
    """The longest comes neither first nor alone; each has a padding but it."""
    count = d.int(3, 5)
    lengths = d.rng.permutation(count) + 1
    return batch(d, lengths, int(lengths.max()))


def differs(x: Array, lengths: Array, W_x: Array, W_h: Array, b: Array) -> bool:
    """The slips give something else, by more than a tolerance."""
    right = reference(x, lengths, W_x, W_h, b)
    wrong = (last_column, zeroed, shifted(-1), averaged, in_sorted_order)
    return all(
        np.abs(slip(x, lengths, W_x, W_h, b) - right).max() > 1e-3 for slip in wrong
    )


EXERCISE = declare(
    "last_states",
    "Stop at the last letter",
    reference,
    difficulty=2,
    minutes=25,
    example=(
        np.array([[[1.0], [0.0], [0.0]], [[1.0], [9.0], [9.0]]]),
        np.array([3, 1]),
        np.array([[1.0]]),
        np.array([[1.0]]),
        np.array([0.0]),
    ),
    forms=("float64", "float32", "strided", "fortran"),
    groups={
        "equal lengths": Group(
            1, lambda d: batch(d, np.full(d.int(1, 3), d.int(2, 4)), 4)
        ),
        "unequal lengths": Group(2, such_that(unequal, differs), visible=2, hidden=4),
        "long and short": Group(
            1,
            lambda d: batch(d, np.array([1, 6, d.int(2, 5)]), 6),
            lambda d: batch(d, np.array([0, d.int(2, 3), 1]), 4),
            section="unequal-lengths",
        ),
    },
    mistakes={
        "This is the last column of the batch: the short ones went on reading "
        "padding.": last_column,
        "Zeros in the padding do not stop the network: the state goes on changing "
        "through W_h and b.": zeroed,
        "Where a sequence has ended, its state must stay as it is. Here it becomes "
        "0.": wiped,
        "This is the state one step before the last one.": shifted(-1),
        "This is the state one step too late: the first step is number 0, the last "
        "one lengths - 1.": shifted(1),
        "The rows come back in order of length. Put them back in the order of the "
        "batch.": in_sorted_order,
        "W_h is transposed. A batch has its states in rows: h @ W_h.T.": given(
            reference, W_h=np.transpose
        ),
        "This is the mean of the states. Wanted is the one after the last step.": (
            averaged
        ),
    },
    alternatives=(by_mask, by_picking),
    hints=(
        "Write the loop over time for the whole batch first: h has shape (B, d_h), "
        "and x[:, t] has shape (B, d_x).",
        "At step t, which rows are still running? (t < lengths)[:, None] is True for "
        "them.",
        "new = np.tanh(...); h = np.where((t < lengths)[:, None], new, h).",
    ),
    section="unequal-lengths",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
