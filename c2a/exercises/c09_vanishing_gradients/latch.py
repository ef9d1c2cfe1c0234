"""Exercise: a unit that holds a bit against noise, and keeps what gradient it can."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare

STEPS = 400  # more than enough to settle


def settle(w_h, push, h=1.0):
    """Where tanh(w_h * h + push) comes to rest."""
    for _ in range(STEPS):
        h = np.tanh(w_h * h + push)
    return float(h)


def kept(w_h):
    """The factor of a step, at rest and without noise."""
    return w_h * (1 - settle(w_h, 0.0) ** 2)


def reference(noise):
    """The weakest weight that latches, with a little to spare, and a faint input."""
    return 1.0 + 1.1 * noise, 0.01


def by_search(noise):
    """Right: raise the weight until the worst noise cannot turn the unit."""
    w_x, w_h = 0.02, 1.0
    while True:
        w_h += 0.02
        h = np.tanh(w_x)
        for _ in range(STEPS):
            h = np.tanh(w_h * h - w_x * noise)
        if h > 0:
            return np.array([w_h + 0.01, w_x])


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


def turned_cue(noise):
    return 1.0 + 1.1 * noise, -0.01


FLIPS = "With a negative w_h the state changes its sign at every step: nothing is held."
FADES = "With w_h of 1 or less a state fades: 0 is the only place to rest."
LOST = (
    "Noise against the cue turns the state: the bit is lost. Near 0, tanh is a line: "
    "from w_x the next state is about (w_h - noise) * w_x. When is that more than w_x?"
)
DEAF = "With a w_x of 0 or below the state does not take the sign of the cue."
LOUD = (
    "Noise comes in through the same weight w_x as the cue. Where w_x is as large as "
    "this, tanh flattens the cue and the noise still gets through: the bit is lost. "
    "Make w_x small."
)
FROZEN = (
    "The bit is safe, but the unit is saturated: hardly any gradient is left. The "
    "weaker w_h is, the more remains. How weak may it be and still latch?"
)


def problem(value, noise) -> str:
    """Why two numbers are no latch, "" if they are."""
    numbers = np.asarray(value, dtype=float)
    if numbers.shape != (2,) or not np.isfinite(numbers).all():
        return "Return two numbers: w_h, w_x."
    w_h, w_x = numbers
    if w_h < 0:
        return FLIPS
    if w_x <= 0:
        return DEAF
    if w_h <= 1:
        return FADES
    # Larger noise pushes further, and w_h > 0 keeps the order: constant noise is worst.
    h = np.tanh(w_x)
    for _ in range(STEPS * 5):
        h = np.tanh(w_h * h - w_x * noise)
    if h > 0 and settle(w_h, -w_x * noise) > 0:
        return ""
    return LOUD if w_x > 0.5 and w_h > 1 + noise else LOST


def keeps(share: float):
    """A judge: it latches, and this share of the best factor is left."""

    def judge(value, noise) -> str:
        if said := problem(value, noise):
            return said
        w_h, _ = np.asarray(value, dtype=float)
        return "" if kept(w_h) >= share * kept(1 + noise) else FROZEN

    return judge


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
        "a tenth": Group(
            2,
            lambda d: noise(d, 0.1, 0.5),
            lambda d: noise(d, 1.0, 2.0),
            judge=keeps(0.1),
        ),
        "a half": Group(
            3,
            lambda d: noise(d, 0.1, 0.5),
            lambda d: noise(d, 1.0, 2.0),
            judge=keeps(0.5),
        ),
    },
    mistakes={
        FROZEN: strong,
        FADES: leaky,
        LOST: barely,
        LOUD: loud,
        FLIPS: negative,
        DEAF: turned_cue,
    },
    alternatives=(by_search, with_margin),
    hints=(
        "Draw tanh(w_h h) over h together with the diagonal. For w_h above 1 the two "
        "cross three times. Which crossings hold a state? What does noise do to the "
        "curve?",
        "Take a small w_x. Then tanh is nearly a line at first: the cue leaves w_x, "
        "and the worst next step makes it w_h * w_x - w_x * noise. It must not shrink.",
        "So w_h must be above 1 + noise. The factor at rest is w_h * (1 - h**2), and "
        "it is the larger the smaller w_h is: stay close to the bound.",
    ),
    section="latching",
)
