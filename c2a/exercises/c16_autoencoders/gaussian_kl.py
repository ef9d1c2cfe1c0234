"""Exercise: the divergence between two normal distributions."""

from __future__ import annotations

import math

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def gaussian_kl(mean_a, log_variance_a, mean_b, log_variance_b):
    """By the formula, number by number, summed over the code."""
    ratio = np.exp(log_variance_a - log_variance_b)
    away = (mean_a - mean_b) ** 2 * np.exp(-log_variance_b)
    return 0.5 * (ratio + away - 1 + log_variance_b - log_variance_a).sum(-1)


def by_torch(mean_a, log_variance_a, mean_b, log_variance_b):
    """Right: by torch's distributions."""
    import torch
    from torch.distributions import Independent, Normal, kl_divergence

    def normal(mean, log_variance):
        mean, log_variance = (
            torch.tensor(np.ascontiguousarray(each)) for each in (mean, log_variance)
        )
        return Independent(Normal(mean, (log_variance / 2).exp()), 1)

    both = normal(mean_a, log_variance_a), normal(mean_b, log_variance_b)
    return kl_divergence(*both).numpy()


def by_loops(mean_a, log_variance_a, mean_b, log_variance_b):
    """Right: with deviations, one number after the other."""
    totals = []
    for row in zip(mean_a, log_variance_a, mean_b, log_variance_b, strict=True):
        total = 0.0
        for m, v, other, w in zip(*(each.tolist() for each in row), strict=True):
            s, t = math.exp(v / 2), math.exp(w / 2)
            total += math.log(t / s) + (s**2 + (m - other) ** 2) / (2 * t**2) - 0.5
        totals.append(total)
    return np.array(totals)


def variant(*, half=0.5, mean=False, away="variance", sign=1.0, doubled=1.0):
    """Wrong: the formula with one thing done otherwise."""

    def kl(mean_a, v, mean_b, w):
        v, w = doubled * v, doubled * w
        apart = (mean_a - mean_b) ** 2
        if away == "variance":
            apart = apart * np.exp(-w)
        elif away == "variance, squared":
            apart = apart * np.exp(-2 * w)
        each = half * (np.exp(v - w) + apart - 1 + sign * (w - v))
        return each.mean(-1) if mean else each.sum(-1)

    return kl


def codes(d: Draw, prior: bool = False) -> tuple:
    shape = d.int(1, 4), d.int(2, 5)
    a = d.array(*shape), d.array(*shape)
    b = (0 * a[0], 0 * a[1]) if prior else (d.array(*shape), d.array(*shape))
    return *a, *b


def moved(d: Draw) -> tuple:
    """Codes of one number, both distributions as wide as each other."""
    mean_a, mean_b, log_variance = d.array(3, d.int(1, 4), 1)
    return mean_a, log_variance, mean_b, log_variance


EXERCISE = declare(
    "gaussian_kl",
    "How far from one normal to another",
    gaussian_kl,
    difficulty=2,
    minutes=15,
    forms=("float64", "float32", "strided", "fortran"),
    groups={
        "moved": Group(1, moved),
        "to the prior": Group(1, lambda d: codes(d, prior=True)),
        "to another": Group(1, codes),
    },
    mistakes={
        "You averaged over the numbers of the code. Sum them: otherwise the divergence "
        "of a code depends on its size, and beta is not 1.": variant(mean=True),
        "You computed it from b to a. The average goes over draws of a.": (
            lambda mean_a, v, mean_b, w: gaussian_kl(mean_b, w, mean_a, v)
        ),
        "You took the log variance for the logarithm of the deviation.": variant(
            doubled=2.0
        ),
        "The half is missing.": variant(half=1.0),
        "The distance of the means is not divided by the variance of b.": variant(
            away="as it is"
        ),
        "You divided the distance by the variance of b, then squared. Divide it by the "
        "deviation, or square first.": variant(away="variance, squared"),
        "The logarithms have the wrong sign: plus that of b, minus that of a.": variant(
            sign=-1.0
        ),
        "This is the divergence from the prior. Distribution b is not used.": (
            lambda mean_a, v, mean_b, w: gaussian_kl(mean_a, v, 0 * mean_b, 0 * w)
        ),
    },
    alternatives=(by_torch, by_loops),
    hints=(
        "With b the prior it must be the formula of the chapter: set mean_b and "
        "log_variance_b to zero and compare.",
        "Divide all by the scale of b: the variance of a becomes a ratio of variances, "
        "and the distance of the means is squared and divided by the variance of b.",
        "For each number: half of (ratio + distance - 1 + log_variance_b - "
        "log_variance_a). Then sum over the last axis.",
    ),
    section="vae-bound",
)
