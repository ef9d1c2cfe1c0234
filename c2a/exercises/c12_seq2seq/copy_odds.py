"""Exercise: odds of a decoder that may copy from its input."""

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def copied(odds, weights, source):
    """The attention weights, summed by the token that stands there."""
    found = np.zeros(odds.shape)
    np.add.at(found, (slice(None), source), weights)
    return found


def copy_odds(odds, gate, weights, source):
    """A mixture of writing and copying."""
    gate = np.asarray(gate)[:, None]
    return gate * odds + (1 - gate) * copied(odds, weights, source)


def by_one_hot(odds, gate, weights, source):
    """Right: a matrix that says which token stands where."""
    stands = np.eye(odds.shape[1])[source]  # (S, V)
    return (odds.T * gate + (weights @ stands).T * (1 - gate)).T


def by_loops(odds, gate, weights, source):
    """Right: place by place."""
    mixed = [[g * p for p in row] for g, row in zip(gate, odds, strict=True)]
    for t, row in enumerate(weights):
        for i, weight in enumerate(row):
            mixed[t][source[i]] += (1 - gate[t]) * weight
    return mixed


def last_wins(odds, gate, weights, source):
    """Wrong: of two equal tokens only one weight counts."""
    found = np.zeros(odds.shape)
    found[:, source] = weights
    return gate[:, None] * odds + (1 - gate[:, None]) * found


def swapped(odds, gate, weights, source):
    """Wrong: the gate opens the other way."""
    return copy_odds(odds, 1 - gate, weights, source)


def places_as_tokens(odds, gate, weights, source):
    """Wrong: the weight of place i goes to token i."""
    found = np.zeros(odds.shape)
    width = min(odds.shape[1], weights.shape[1])
    found[:, :width] = weights[:, :width]
    return gate[:, None] * odds + (1 - gate[:, None]) * found


def not_mixed(odds, gate, weights, source):
    """Wrong: the copies come on top, unscaled."""
    return gate[:, None] * odds + copied(odds, weights, source)


def largest_only(odds, gate, weights, source):
    """Wrong: only the brightest place is copied."""
    hard = (weights == weights.max(1, keepdims=True)).astype(weights.dtype)
    return copy_odds(odds, gate, hard, source)


def normalized_again(odds, gate, weights, source):
    """Wrong: both added and divided by the sum, the gate left out."""
    both = odds + copied(odds, weights, source)
    return both / both.sum(1, keepdims=True)


def one_gate(odds, gate, weights, source):
    """Wrong: the gate of the first step for all."""
    return copy_odds(odds, np.full_like(gate, gate[0]), weights, source)


def step(d: Draw, repeated: bool = False, ends: bool = False):
    T, S, V = d.int(2, 3), d.int(2, 4), d.int(6, 9)
    source = d.rng.permutation(V)[:S]
    if repeated:
        source = np.append(source, source[0])
        source[1] = V - 1
    if np.array_equal(source, np.arange(len(source))):
        source = source[::-1].copy()
    odds: np.ndarray = d.rng.dirichlet(np.ones(V), T)
    weights: np.ndarray = d.rng.dirichlet(np.ones(len(source)), T)
    gate: np.ndarray = d.rng.uniform(0.1, 0.9, T)
    if ends:
        gate = np.arange(T) % 2 * 1.0
    if d.shown:
        odds, weights, gate = (np.round(x, 1) for x in (odds, weights, gate))
        odds[:, 0] += 1 - odds.sum(1)
        weights[:, 0] += 1 - weights.sum(1)
    return odds, gate, weights, source.astype(np.int64)


EXERCISE = declare(
    "copy_odds",
    "A decoder that copies",
    copy_odds,
    difficulty=4,
    minutes=25,
    example=(
        np.array([[0.5, 0.5, 0.0, 0.0]]),
        np.array([0.5]),
        np.array([[0.2, 0.6, 0.2]]),
        np.array([3, 1, 3]),
    ),
    groups={
        "different tokens": Group(1, step),
        "a token twice": Group(2, lambda d: step(d, repeated=True)),
        "gates at their ends": Group(1, lambda d: step(d, ends=True)),
    },
    mistakes={
        "A token that stands in the input twice gets one of its weights only. It gets "
        "both: an assignment to `[:, source]` overwrites, and `+=` does, too.": (
            last_wins
        ),
        "The gate opens the other way: g is for writing, 1 - g for copying.": swapped,
        "The weight of place i goes to token i. It belongs to the token that stands at "
        "place i.": places_as_tokens,
        "The copies are not multiplied by 1 - g, so the odds sum to more than 1.": (
            not_mixed
        ),
        "Only the brightest place is copied. Every place is, as far as it is looked "
        "at.": largest_only,
        "The gate is left out.": normalized_again,
        "The gate of the first step is used for all. Each step has its own.": one_gate,
    },
    alternatives=(by_one_hot, by_loops),
    hints=(
        "Work out the example by hand: token 3 stands in the input twice.",
        "Make an array of zeros like odds, and add to column source[i] the weights of "
        "place i, for each i.",
        "np.add.at(found, (slice(None), source), weights) adds even where an index "
        "comes twice. So does a loop over the places.",
    ),
    section="other-ends",
)
