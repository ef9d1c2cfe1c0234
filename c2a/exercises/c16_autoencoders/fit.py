"""Exercise: draw codes as an autoencoder's codes really lie."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np

from c2a.exercises.kit import Metric, Trial, design
from c2a.exercises.kit.slips import fit_nothing, slips

Arrays = list[np.ndarray]

BUDGET = 120
STEPS = 0.085, 0.048  # two clusters reach 0.112, three 0.053, fifteen 0.027
GIVEN, ASKED = 4_000, 4_096

ELSEWHERE = (
    "These draws lie where hardly any code lies. Do they follow the codes' own means "
    "and deviations? Every draw must be a new one."
)
ONE = (
    "About this far come one or two normal distributions, or a few codes kept and "
    "repeated. The codes have gaps and arms: "
    "use many small distributions, each with a share of the codes."
)
BELOW = (
    "The mixture works; this step asks for more. Spend the budget: more clusters, a "
    "covariance for each, and each chosen as often as it has codes."
)


@cache
def codes(part: str) -> np.ndarray:
    """Codes (N, 2) of garments, by the autoencoder of the map, mean 0, deviation 1."""
    from c2a.data import load
    from c2a.weights import load_weights

    x = getattr(load("fashion-mnist"), f"{part}_images").reshape(-1, 784) / 255
    w = {name: values.numpy() for name, values in load_weights("code-maps").items()}
    for n in (0, 2, 4):
        x = x @ w[f"autoencoder.encoder.{n}.weight"].T
        x = x + w[f"autoencoder.encoder.{n}.bias"]
        x = np.maximum(x, 0) if n < 4 else x
    return (x - x.mean(0)) / x.std(0)


def asked(rng: np.random.Generator) -> tuple:
    """What to make codes of: normal numbers (4096, 2), uniform ones (4096,).

    Scrambled Sobol points: plain random numbers would give one cluster more than its
    share by chance, and a right answer would fail one time in fifteen.
    """
    from scipy.stats import norm, qmc

    points = qmc.Sobol(3, seed=rng).random(ASKED).clip(1e-9, 1 - 1e-9)
    return norm.ppf(points[:, :2]), points[:, 2]


def trial(rng: np.random.Generator) -> Trial:
    """Codes of training garments to learn from; those of test garments to judge."""
    # Turned by an angle that nobody knows: no answer can be written into the source.
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    given = rng.permutation(codes("train") @ turn)[:GIVEN]
    unseen = rng.permutation(codes("test") @ turn)[:ASKED]
    return Trial((given,), asked(rng), unseen)


def practice() -> Trial:
    """Codes of training garments only: some are kept back to judge with."""
    rng = np.random.default_rng(1)
    all_codes = rng.permutation(codes("train"))
    kept = all_codes[GIVEN : GIVEN + ASKED]
    return Trial((all_codes[:GIVEN],), asked(rng), kept)


def energy_distance(drawn: np.ndarray, real: np.ndarray) -> float:
    """Root of 2 E|a - b| - E|a - a'| - E|b - b'| (Szekely & Rizzo 2013)."""
    from scipy.spatial.distance import cdist

    def apart(a: np.ndarray, b: np.ndarray) -> float:
        return float(cdist(a, b).mean())

    drawn = drawn.astype(float).clip(-1e6, 1e6)
    between = 2 * apart(drawn, real) - apart(drawn, drawn) - apart(real, real)
    return max(between, 0.0) ** 0.5


def clusters(codes: np.ndarray, k: int) -> np.ndarray:
    """Lloyd's k means: the cluster of each code."""
    rng = np.random.default_rng(0)
    centers = codes[rng.choice(len(codes), k, replace=False)]
    for _ in range(25):
        nearest = ((codes[:, None] - centers) ** 2).sum(2).argmin(1)
        for i in range(k):
            if (nearest == i).any():
                centers[i] = codes[nearest == i].mean(0)
    return nearest


def fit_clusters(codes: np.ndarray, k: int) -> Arrays:
    """Share, mean and root of the covariance of each cluster."""
    nearest = clusters(codes, k)
    parts = [codes[nearest == i] for i in range(k) if (nearest == i).sum() > 2]
    shares = np.array([len(part) for part in parts]) / sum(len(p) for p in parts)
    means = np.array([part.mean(0) for part in parts])
    small = 1e-6 * np.eye(2)
    roots = np.array([np.linalg.cholesky(np.cov(p.T) + small) for p in parts])
    return [each.astype(np.float32) for each in (shares, means, roots)]


def draw_clusters(
    arrays: Arrays, normal: np.ndarray, uniform: np.ndarray
) -> np.ndarray:
    """Choose a cluster by its share, then draw from its normal distribution."""
    shares, means, roots = arrays
    which = np.searchsorted(np.cumsum(shares), uniform).clip(max=len(shares) - 1)
    return means[which] + np.einsum("nij,nj->ni", roots[which], normal)


def mixture(k: int) -> tuple[Callable, Callable]:
    """The two functions of k clusters."""
    return partial(fit_clusters, k=k), draw_clusters


def fit_halves(codes: np.ndarray) -> Arrays:
    """Right: halves of halves, cut across where they are longest; 16 normals."""
    parts = [codes]
    for _ in range(4):
        halves = []
        for part in parts:
            axis = np.linalg.eigh(np.cov(part.T))[1][:, 1]
            order = np.argsort(part @ axis)
            halves += np.split(part[order], [len(part) // 2])
        parts = halves
    means = np.array([part.mean(0) for part in parts])
    roots = np.array([np.linalg.cholesky(np.cov(part.T)) for part in parts])
    return [each.astype(np.float32) for each in (means, roots)]


def draw_halves(arrays: Arrays, normal: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """All parts have as many codes, so each is as likely."""
    means, roots = arrays
    which = (uniform * len(means)).astype(int)
    return means[which] + (roots[which] @ normal[:, :, None])[:, :, 0]


def draw_normal(arrays: Arrays, normal: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Draws from N(0, 1), learns nothing."""
    return normal


def draw_copies(arrays: Arrays, normal: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Gives the mean of the codes every time."""
    return np.zeros_like(normal)


EXERCISE = design(
    ("fit", "draw"),
    "Draw codes that could be real",
    mixture(15),
    trial=trial,
    practice=practice,
    metric=Metric("energy distance", energy_distance, larger=False),
    steps={
        f"distance {STEPS[0]}": (4, STEPS[0]),
        f"distance {STEPS[1]}": (2, STEPS[1]),
    },
    budget=BUDGET,
    told={0.4: ELSEWHERE, STEPS[0]: ONE, 0.0: BELOW},
    slow="A few passes of k means are enough.",
    seconds=20,
    varies=True,  # turned by an angle of its own
    trivial=(
        mixture(1),
        mixture(2),
        (fit_nothing, draw_normal),
        (fit_nothing, draw_copies),
    ),
    mistakes={
        ELSEWHERE: (fit_nothing, draw_copies),
        ONE: mixture(2),
        BELOW: mixture(3),
        **slips(draw_normal),
    },
    alternatives=((fit_halves, draw_halves), mixture(12)),
    hints=(
        "Plot the codes. One normal distribution cannot follow that shape; where does "
        "it put draws that no garment has?",
        "Cut the codes into clusters (k means). Keep for each its share, its mean and "
        "its covariance.",
        "To draw: np.searchsorted(np.cumsum(shares), uniform) chooses a cluster; then "
        "mean + L @ normal, where L is np.linalg.cholesky of its covariance.",
    ),
    section="ae-sampling",
    difficulty=4,
    minutes=40,
)
