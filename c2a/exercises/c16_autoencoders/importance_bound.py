"""Exercise: the importance-weighted bound, without overflow."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, after, declare


def importance_bound(log_joint, log_q):
    """The logarithm of the mean ratio, with the largest taken out first."""
    ratio = log_joint - log_q
    top = ratio.max(1, keepdims=True)
    return top[:, 0] + np.log(np.exp(ratio - top).mean(1))


def by_scipy(log_joint, log_q):
    """Right: by scipy's logsumexp."""
    from scipy.special import logsumexp

    return logsumexp(log_joint - log_q, axis=1, b=1 / log_q.shape[1])


def by_adding(log_joint, log_q):
    """Right: one draw after the other."""
    total = np.full(len(log_q), -np.inf)
    for k in range(log_q.shape[1]):
        total = np.logaddexp(total, log_joint[:, k] - log_q[:, k])
    return total - np.log(log_q.shape[1])


def overflowing(log_joint, log_q):
    """Wrong: right on paper, minus infinity for real images."""
    with np.errstate(all="ignore"):
        return np.log(np.exp(log_joint - log_q).mean(1))


def apart(log_joint, log_q):
    """Wrong: the logarithm of the mean of each, then the difference."""
    zeros = np.zeros_like(log_q)
    return importance_bound(log_joint, zeros) - importance_bound(log_q, zeros)


def draws(d: Draw, K: int, low: float = 0.0) -> tuple:
    """Ratios near each other, so that the largest alone is not their sum."""
    N = d.int(1, 4)
    return 0.5 * d.array(N, K) + low, 0.5 * d.array(N, K)


EXERCISE = declare(
    "importance_bound",
    "A tighter bound",
    importance_bound,
    difficulty=2,
    minutes=15,
    forms=("float64", "strided", "fortran"),
    groups={
        "several draws": Group(2, lambda d: draws(d, d.int(2, 6))),
        "one draw": Group(1, lambda d: draws(d, 1)),
        "real images": Group(
            1,
            lambda d: draws(d, d.int(2, 5), d.choose(-2e3, 3e3)),
            rtol=1e-6,
            atol=1e-6,
        ),
    },
    mistakes={
        "You averaged the logarithms. That is the ELBO: take the logarithm of the "
        "average.": lambda log_joint, log_q: (log_joint - log_q).mean(1),
        "You summed the ratios. Divide by K, or subtract its logarithm.": (
            lambda log_joint, log_q: (
                importance_bound(log_joint, log_q) + np.log(log_q.shape[1])
            )
        ),
        "exp overflows, or vanishes, for log densities of thousands. Take the largest "
        "ratio out first.": overflowing,
        "The ratio is upside down: p(x, z) stands above, q below.": (
            lambda log_joint, log_q: importance_bound(log_q, log_joint)
        ),
        "q is missing: divide each p(x, z) by the density it was drawn with.": (
            lambda log_joint, log_q: importance_bound(log_joint, 0 * log_q)
        ),
        "You averaged p and q apart. It is the mean of the ratios.": apart,
        "This is the largest ratio alone. All of them count: log(mean(exp(r - top))) "
        "comes on top.": lambda log_joint, log_q: (log_joint - log_q).max(1),
        "The minus sign turns the bound into a loss. The bound itself is asked for.": (
            after(importance_bound, np.negative)
        ),
    },
    alternatives=(by_scipy, by_adding),
    hints=(
        "Work with r = log_joint - log_q, the logarithm of each ratio, (N, K).",
        "The logarithm of the mean of exp(r) is what is asked for. With one draw it is "
        "r itself.",
        "exp(-2000) is 0 on a computer. With top the largest r of a row, the result is "
        "top + log(mean(exp(r - top))).",
    ),
    section="vae-truth",
)
