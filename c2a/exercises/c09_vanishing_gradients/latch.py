"""Exercise: a unit that holds a bit against noise, and keeps what gradient it can."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare

STEPS = 400  # more than enough to settle


def settle(u, push, h=1.0):
    """Where tanh(u * h + push) comes to rest."""
    for _ in range(STEPS):
        h = np.tanh(u * h + push)
    return float(h)


def kept(u, w, noise):
    """The factor of a step, du to the next state, at rest without noise."""
    return u * (1 - settle(u, 0.0) ** 2)


def reference(noise):
    """The weakest weight that latches, with a little to spare, and a faint input."""
    return 1.0 + 1.1 * noise, 0.01


def by_search(noise):
    """Right: raise the weight until the worst noise cannot turn the unit."""
    w, u = 0.02, 1.0
    while True:
        u += 0.02
        h = np.tanh(w)
        for _ in range(STEPS):
            h = np.tanh(u * h - w * noise)
        if h > 0:
            return np.array([u + 0.01, w])


def with_margin(noise):
    """Right: a rule of thumb."""
    return [1.02 + 1.12 * noise, 0.005]


def strong(noise):
    return 6.0, 1.0


def leaky(noise):
    return 0.95, 1.0


def barely(noise):
    return 1.0 + 0.6 * noise, 0.01


def loud(noise):
    return 1.0 + 1.1 * noise, 2.0


def negative(noise):
    return -1.0 - 1.1 * noise, 0.01


def weak_cue(noise):
    return 1.0 + 1.1 * noise, 0.0


FLIPS = "With a negative u the state changes its sign at every step: nothing is held."
FADES = "With u of 1 or less a state fades: 0 is the only place to rest."
LOST = (
    "Noise against the cue turns the state: the bit is lost. Near 0, tanh is a line: "
    "from w the next state is about (u - noise) * w. When is that more than w?"
)
DEAF = "With w = 0 the unit does not hear the cue."
LOUD = (
    "Noise comes in through the same weight w as the cue. With a w as large as this, "
    "tanh flattens the cue and the noise still gets through: the bit is lost. Make w "
    "small."
)
FROZEN = (
    "The bit is safe, but the unit is saturated: hardly any gradient is left. The "
    "weaker u is, the more remains. How weak may it be and still latch?"
)


def problem(value, noise) -> str:
    """Why two numbers are no latch, "" if they are."""
    numbers = np.asarray(value, dtype=float)
    if numbers.shape != (2,) or not np.isfinite(numbers).all():
        return "Return two numbers: u, w."
    u, w = numbers
    if u < 0:
        return FLIPS
    if w == 0:
        return DEAF
    if u <= 1:
        return FADES
    # Larger noise pushes further, and u > 0 keeps the order: constant noise is worst.
    h = np.tanh(abs(w))
    for _ in range(STEPS * 5):
        h = np.tanh(u * h - abs(w) * noise)
    if h > 0 and settle(u, -abs(w) * noise) > 0:
        return ""
    return LOUD if abs(w) > 0.5 and u > 1 + noise else LOST


def holds(value, noise) -> str:
    return problem(value, noise)


def keeps_gradient(value, noise) -> str:
    """It latches, and at least half of the best factor is left."""
    if said := problem(value, noise):
        return said
    u, w = np.asarray(value, dtype=float)
    best = kept(1 + noise, w, noise)
    return "" if kept(u, w, noise) >= 0.5 * best else FROZEN


def noise(d: Draw, low: float, high: float):
    return (float(np.round(d.rng.uniform(low, high), 2)),)


EXERCISE = declare(
    "latch",
    "Hold a bit against noise",
    reference,
    difficulty=4,
    minutes=30,
    forms=("float64",),
    groups={
        "holds": Group(
            1,
            lambda d: noise(d, 0.1, 0.5),
            lambda d: noise(d, 1.0, 2.0),
            judge=holds,
        ),
        "keeps a gradient": Group(
            4,
            lambda d: noise(d, 0.1, 0.5),
            lambda d: noise(d, 1.0, 2.0),
            judge=keeps_gradient,
        ),
    },
    mistakes={
        FROZEN: strong,
        FADES: leaky,
        LOST: barely,
        LOUD: loud,
        FLIPS: negative,
        DEAF: weak_cue,
    },
    alternatives=(by_search, with_margin),
    hints=(
        "Draw tanh(u h) over h together with the diagonal. For u above 1 the two "
        "cross three times. Which crossings hold a state? What does noise do to the "
        "curve?",
        "Take a small w. Then tanh is nearly a line at first: the cue leaves w, and "
        "the worst next step makes it u * w - w * noise. It must not shrink.",
        "So u must be above 1 + noise. The factor at rest is u * (1 - h**2), and it is "
        "the larger the smaller u is: stay close to the bound.",
    ),
    section="latching",
)
