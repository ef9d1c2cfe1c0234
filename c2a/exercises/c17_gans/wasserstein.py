"""Exercise: how far earth must be moved, on a line."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def wasserstein(a, b):
    """Area between the two staircases of shares up to x."""
    places = np.sort(np.concatenate([a, b]))
    up_to = places[:-1, None]
    shares = [(each <= up_to).mean(1) for each in (a, b)]
    return float((np.diff(places) * np.abs(shares[0] - shares[1])).sum())


def by_scipy(a, b):
    """Right: scipy's distance."""
    from scipy.stats import wasserstein_distance

    return wasserstein_distance(a, b)


def by_copies(a, b):
    """Right: every point repeated until both sides have as many; then in order."""
    count = np.lcm(len(a), len(b))
    both = [np.repeat(np.sort(each), count // len(each)) for each in (a, b)]
    return np.mean(np.abs(both[0] - both[1]))


def by_quantiles(a, b):
    """Wrong: numpy's quantiles lie between points."""
    q = np.linspace(0, 1, max(len(a), len(b)))
    return float(np.abs(np.quantile(a, q) - np.quantile(b, q)).mean())


def sorted_pairs(a, b, how=np.mean):
    """Pairs in order, as many as the smaller side has."""
    n = min(len(a), len(b))
    return float(how(np.abs(np.sort(a)[:n] - np.sort(b)[:n])))


def all_pairs(a, b, power):
    """Means of a power of the way, by the right plan."""
    count = np.lcm(len(a), len(b))
    both = [np.repeat(np.sort(each), count // len(each)) for each in (a, b)]
    return float((np.abs(both[0] - both[1]) ** power).mean())


def tiled(a, b):
    """Wrong: the lists are repeated, not the points."""
    both = np.tile(np.sort(a), len(b)), np.tile(np.sort(b), len(a))
    return float(np.abs(both[0] - both[1]).mean())


def unsorted(a, b):
    """Wrong: pairs as they come."""
    n = min(len(a), len(b))
    return float(np.abs(a[:n] - b[:n]).mean())


def nearest(a, b):
    """Wrong: each goes to the nearest, however many are there already."""
    return float(np.abs(a[:, None] - b).min(1).mean())


def points(d: Draw, n: int, m: int) -> tuple:
    return d.array(n), 2 * d.array(m) + d.choose(0, 1)


EXERCISE = declare(
    "wasserstein",
    "How far must earth be moved?",
    wasserstein,
    difficulty=4,
    minutes=25,
    forms=("float64", "strided"),
    example=(np.array([0.0, 2.0]), np.array([5.0, 1.0])),
    groups={
        "equal numbers": Group(2, lambda d: points(d, *[d.int(2, 6)] * 2)),
        "one point": Group(1, lambda d: points(d, 1, d.int(1, 4))),
        "unequal numbers": Group(
            2,
            lambda d: points(d, d.int(2, 4), d.int(5, 7)),
            (np.array([0.0, 0.0, 4.0]), np.array([0.0, 1.0, 1.0, 4.0])),
        ),
    },
    mistakes={
        "Sort both sides first: the cheapest plan keeps the order.": unsorted,
        "This is the distance of the means. Earth moved left and earth moved right do "
        "not cancel.": lambda a, b: float(abs(a.mean() - b.mean())),
        "Right for equal numbers. Where one side has more points, each holds a smaller "
        "share, and may be split.": sorted_pairs,
        "Average over the points: each holds a share of the earth.": (
            lambda a, b: sorted_pairs(a, b, how=np.sum)
        ),
        "The way counts as it is, not its square.": lambda a, b: all_pairs(a, b, 2),
        "The way counts as it is: no square and no root.": lambda a, b: (
            all_pairs(a, b, 2) ** 0.5
        ),
        "np.tile repeats the list. Each point is to be repeated: np.repeat.": tiled,
        "You send each point to its nearest. Every place can take only its share.": (
            nearest
        ),
        "np.quantile puts values between two points, where no earth lies.": (
            by_quantiles
        ),
    },
    alternatives=(by_scipy, by_copies),
    hints=(
        "Equal numbers: sort both, and average the absolute differences.",
        "Unequal numbers: repeat every point of a as often as there are points in b, "
        "and the other way round. Then the numbers are equal.",
        "np.repeat(np.sort(a), len(b)) does that.",
    ),
    section="gan-earth",
)
