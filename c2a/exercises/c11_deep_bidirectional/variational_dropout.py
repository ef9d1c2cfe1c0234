"""Exercise: one dropout mask for a whole sequence."""

import numpy as np
import torch
import torch.nn.functional as F

from c2a.exercises.kit import FORMS32, Draw, Group, declare

ANEW = (
    "The mask changes from step to step. Draw one for each sequence, for all of its "
    "steps."
)
ALL_ALIKE = (
    "All sequences of the batch lose the same units. Each has a mask of its own."
)
STEPS = "Whole steps are dropped, all units at once. Drop single units, at every step."
NO_SCALE = "What stays is not scaled: divide it by 1 - p."
WRONG_SCALE = "What stays is divided by p. Divide it by 1 - p, the share that stays."
KEPT = "p is the share that is dropped, not the share that stays."
ALWAYS = "Units are dropped although `training` is false. Return x as it is."
NOTHING = "Nothing is dropped, although `training` is true."
FIXED = (
    "Two calls in a row drop the same units. Draw a new mask at every call, without a "
    "seed of your own."
)
SLOPPY = "What stays must be x / (1 - p), what is dropped 0, and nothing else."


def variational_dropout(x, p, training):
    """A mask (N, 1, d), spread over the steps."""
    if not training or p == 0:
        return x
    keep = torch.rand(x.shape[0], 1, x.shape[2]) >= p
    return x * keep / (1 - p)


def by_library(x, p, training):
    """Right: the library's dropout on ones."""
    return x * F.dropout(torch.ones(len(x), 1, x.shape[-1]), p, training)


def by_numpy(x, p, training):
    """Right: a mask from another generator, repeated over time."""
    if not training:
        return x.clone()
    seed = int(torch.randint(1 << 31, ()))
    kept = np.random.default_rng(seed).random((len(x), x.shape[2])) >= p
    mask = torch.tensor(kept, dtype=x.dtype).unsqueeze(1).repeat(1, x.shape[1], 1)
    return mask * (x / (1 - p))


def masked(shape, p, scale):
    """The answer with another shape of mask or another scale."""

    def variational_dropout(x, p_given, training):
        if not training or p_given == 0:
            return x
        N, T, d = x.shape
        keep = torch.rand(*shape(N, T, d)) >= p(p_given)
        return x * keep * scale(p_given)

    return variational_dropout


def same(p):
    return p


def fair(p):
    return 1 / (1 - p)


anew = masked(lambda N, T, d: (N, T, d), same, fair)
all_alike = masked(lambda N, T, d: (1, 1, d), same, fair)
steps = masked(lambda N, T, d: (N, T, 1), same, fair)
no_scale = masked(lambda N, T, d: (N, 1, d), same, lambda p: 1.0)
wrong_scale = masked(lambda N, T, d: (N, 1, d), same, lambda p: 1 / p)
kept = masked(lambda N, T, d: (N, 1, d), lambda p: 1 - p, lambda p: 1 / p)


def always(x, p, training):
    """Wrong: drops when it is used, too."""
    return variational_dropout(x, p, True)


def nothing(x, p, training):
    """Wrong: x as it is."""
    return x


def fixed(x, p, training):
    """Wrong: the same mask for every batch."""
    torch.manual_seed(0)
    return variational_dropout(x, p, training)


def drive(variational_dropout, x, p, training, seed):
    """Two calls, after the seed."""
    torch.manual_seed(seed)
    return [variational_dropout(x, p, training) for _ in range(2)]


def are_right(pair, x, p, training, seed) -> str:
    """Each of two calls is right, and they differ in what they drop."""
    for y in pair:
        if wrong := is_right(y, x, p, training):
            return wrong
    first, second = (np.asarray(y) != 0 for y in pair)
    return FIXED if training and p > 0 and (first == second).all() else ""


def is_right(y, x, p, training) -> str:
    """One mask a sequence, of the right share and the right scale; or what is wrong."""
    y, x = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    if y.shape != x.shape:
        return f"Return the shape of x, {x.shape}; got {y.shape}."
    if not training or p == 0:
        return "" if np.allclose(y, x, rtol=1e-5) else ALWAYS
    kept = y != 0
    if kept.all():
        return NOTHING
    ratio = y[kept] / x[kept]
    if (
        kept.any(2).sum() < 0.95 * kept.shape[0] * kept.shape[1]
        and (kept.all(2) | ~kept.any(2)).all()
    ):
        return STEPS
    if (kept != kept[:, :1]).any():
        return ANEW
    if len(kept) > 1 and (kept == kept[:1]).all():
        return ALL_ALIKE
    share = kept[:, 0].mean()
    spread = 5 * np.sqrt(p * (1 - p) / kept[:, 0].size)
    if abs(share - p) < spread < abs(share - (1 - p)):
        return KEPT
    if np.allclose(ratio, 1, rtol=1e-5):
        return NO_SCALE
    if np.allclose(ratio, 1 / p, rtol=1e-5):
        return WRONG_SCALE
    if abs(share - (1 - p)) > spread or not np.allclose(ratio, 1 / (1 - p), rtol=1e-5):
        return SLOPPY
    return ""


def batch(d: Draw, training: bool = True):
    """Enough units that no mask comes out as another by chance; no zero in x."""
    x = d.tensor(8, d.int(6, 9), 40)
    x.array[np.abs(x.array) < 0.1] = 1.0
    return x, d.choose(0.1, 0.2, 0.3), training, d.seed()


EXERCISE = declare(
    "variational_dropout",
    "Dropout that a memory survives",
    variational_dropout,
    drive=drive,
    difficulty=2,
    minutes=15,
    forms=FORMS32,
    groups={
        "mask": Group(3, batch, judge=are_right),
        "not training": Group(
            1,
            lambda d: batch(d, training=False),
            lambda d: batch(d),
            lambda d: (d.tensor(2, 3, 4), 0.0, True, d.seed()),
            judge=are_right,
        ),
    },
    mistakes={
        ANEW: anew,
        ALL_ALIKE: all_alike,
        STEPS: steps,
        NO_SCALE: no_scale,
        WRONG_SCALE: wrong_scale,
        KEPT: kept,
        NOTHING: nothing,
        FIXED: fixed,
        ALWAYS: always,
    },
    alternatives=(by_library, by_numpy),
    hints=(
        "Which of the three axes of x, sequences, steps and units, may the mask not "
        "depend on?",
        "A mask of shape (N, 1, d) is repeated over the steps when it is multiplied.",
        "torch.rand(N, 1, d) >= p is true for the share 1 - p. Divide by 1 - p, and "
        "return x untouched where `training` is false.",
    ),
    section="deep-dropout",
)
