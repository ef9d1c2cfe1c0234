"""Exercise: inverted dropout."""

import numpy as np

from c2a.exercises.c06_going_deeper.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, declare, given


def variant(training_scale=lambda p: 1 / (1 - p), test_scale=lambda p: 1.0, dead=None):
    """Dropout with other factors in training and at test time."""

    def dropout(x, p, noise, training):
        if not training:
            return x * test_scale(p)
        if p == 1:
            return np.zeros(x.shape)
        zero = noise < p if dead is None else dead(noise, p)
        return np.where(zero, 0.0, x) * training_scale(p)

    return dropout


reference = variant()


def by_mask(x, p, noise, training):
    """Right: by a mask of zeros and ones."""
    if not training or p == 0:
        return x.copy()
    kept = (noise >= p).astype(float)
    return x * kept / max(1 - p, 1e-9)


def by_loop(x, p, noise, training):
    """Right: number by number."""
    y = np.array(x, dtype=float)
    if training:
        for place in np.ndindex(x.shape):
            alive = noise[place] >= p
            y[place] = x[place] / (1 - p) if alive else 0.0
    return y


def nan_at_one(x, p, noise, training):
    """Multiplies first and divides by zero after."""
    if not training:
        return x
    with np.errstate(all="ignore"):
        return (noise >= p) * x / np.float64(1 - p)


def layer(d: Draw, training: bool, p: float | None = None):
    shape = (d.int(3, 5), d.int(4, 6))
    chance = d.choose(0.2, 0.3, 0.8) if p is None else p
    noise = (2 * d.rng.integers(0, 50, shape) + 1) / 100  # never p, always below 1
    noise[0, 0], noise[0, 1] = 0.05, 0.95  # one falls, one stays
    return d.array(*shape) + 5, chance, noise, training


EXERCISE = declare(
    "dropout",
    "Inverted dropout",
    reference,
    difficulty=1,
    minutes=10,
    example=(
        np.array([[4.0, 4.0, 4.0, 4.0]]),
        0.5,
        np.array([[0.7, 0.1, 0.4, 0.9]]),
        True,
    ),
    groups={
        "training": Group(2, lambda d: layer(d, True)),
        "test time": Group(
            1, lambda d: layer(d, False), lambda d: layer(d, True), visible=2, hidden=3
        ),
        "nothing and all": Group(
            1, lambda d: layer(d, True, 0.0), lambda d: layer(d, True, 1.0)
        ),
    },
    mistakes={
        "That is the form of 2012: it leaves training unscaled and scales at test "
        "time.": variant(lambda p: 1.0, lambda p: 1 - p),
        "You scaled twice: inverted dropout leaves the test alone.": variant(
            test_scale=lambda p: 1 - p
        ),
        "You zero the right numbers but do not scale the survivors: divide them by "
        "1 - p.": variant(lambda p: 1.0),
        "You divided by p. The share that survives is 1 - p.": variant(
            lambda p: 1 / p if p else 1.0
        ),
        "p is the chance to be zeroed, not the chance to stay.": variant(
            lambda p: 1 / p if p else 1.0, dead=lambda noise, p: noise >= p
        ),
        "You dropped those that were to stay: a number is zeroed where its noise is "
        "below p.": variant(dead=lambda noise, p: noise >= p),
        "You drop at test time, too.": given(reference, training=True),
        "With p = 1 you divide zero by zero. All is dropped: return zeros.": nan_at_one,
    },
    alternatives=(by_mask, by_loop),
    hints=(
        "At test time the answer is x.",
        "In training, `noise >= p` says who stays.",
        "Survivors are divided by 1 - p. With p = 1 nobody survives: zeros.",
    ),
    section="dropout-forms",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
    forms=("float64",),
)
