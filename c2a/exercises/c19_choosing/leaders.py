"""Exercise: which networks can the bench not tell from the best?"""

from __future__ import annotations

import math

import numpy as np

from c2a.exercises.kit import Draw, Group, declare, such_that

#: 97.5% of Student's t distribution, by runs; the task prints it.
FACTORS = {3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571}


def reference(scores, factor):
    """The best by mean, and all whose paired interval of best - other holds 0."""
    best = scores.mean(1).argmax()
    gap = scores[best] - scores  # (networks, seeds)
    half = factor * gap.std(1, ddof=1) / math.sqrt(scores.shape[1])
    return np.flatnonzero(gap.mean(1) - half <= 0).tolist()


def by_loops(scores, factor):
    """Right: network by network, in plain Python."""
    rows = scores.tolist()
    means = [sum(row) / len(row) for row in rows]
    best = rows[means.index(max(means))]
    found = []
    for place, row in enumerate(rows):
        gap = [a - b for a, b in zip(best, row, strict=True)]
        mean = sum(gap) / len(gap)
        spread = math.sqrt(sum((g - mean) ** 2 for g in gap) / (len(gap) - 1))
        if mean <= factor * spread / math.sqrt(len(gap)):
            found.append(place)
    return found


def by_torch(scores, factor):
    """Right: torch."""
    import torch

    s = torch.tensor(np.ascontiguousarray(scores))
    gap = s[s.mean(1).argmax()] - s
    half = factor * gap.std(1) / math.sqrt(s.shape[1])
    return torch.nonzero(gap.mean(1) <= half).flatten().tolist()


def best_alone(scores, factor):
    """Wrong: the highest mean."""
    return [int(scores.mean(1).argmax())]


def unpaired(scores, factor):
    """Wrong: intervals of each, overlapping or not."""
    half = factor * scores.std(1, ddof=1) / math.sqrt(scores.shape[1])
    best = scores.mean(1).argmax()
    low = scores.mean(1)[best] - half[best]
    return np.flatnonzero(scores.mean(1) + half >= low).tolist()


def slip(*, ddof=1, root=True, use_factor=True, rest=False):
    """The reference with one thing done otherwise."""

    def wrong(scores, factor):
        top = scores.mean(1).argmax()
        gap = scores[top] - scores
        half = gap.std(1, ddof=ddof) / (math.sqrt(scores.shape[1]) if root else 1)
        half = half * factor if use_factor else half
        inside = gap.mean(1) - half <= 0
        if rest:
            inside[top] = False
        return np.flatnonzero(inside).tolist()

    return wrong


def by_luckiest(scores, factor):
    """Wrong: the best is the one with the highest single run."""
    gap = scores[scores.max(1).argmax()] - scores
    half = factor * gap.std(1, ddof=1) / math.sqrt(scores.shape[1])
    return np.flatnonzero(gap.mean(1) - half <= 0).tolist()


def clearly_worse(scores, factor):
    """Wrong: those that the bench can tell from the best."""
    inside = reference(scores, factor)
    return [place for place in range(len(scores)) if place not in inside]


def bench(d: Draw) -> tuple:
    """Networks at different distances, and seeds that they share."""
    networks, seeds = 8, d.choose(4, 5)
    common = 0.01 * d.rng.standard_normal(seeds)
    spread = d.rng.choice([0.01, 0.02, 0.04], (networks, 1))
    own = spread * d.rng.standard_normal((networks, seeds))
    means = 0.8 - 0.1 * d.rng.random(networks)[:, None]
    return np.round(means + common + own, 3), FACTORS[seeds]


def telling(scores, factor) -> bool:
    """No verdict hangs by a rounding, and most slips lead to another list."""
    best = scores.mean(1).argmax()
    gap = scores[best] - scores
    half = factor * gap.std(1, ddof=1) / math.sqrt(scores.shape[1])
    edge = np.abs(gap.mean(1) - half)[np.arange(len(scores)) != best]
    right = reference(scores, factor)
    slips = [by_luckiest, slip(ddof=0), unpaired, slip(root=False), best_alone]
    found = [tuple(right)]
    for wrong in (*slips, slip(use_factor=False)):
        found.append(tuple(wrong(scores, factor)))
        if found[-1] in found[:-1]:
            return False
    tie = np.diff(np.sort(scores.mean(1))[-2:])[0] < 0.001
    return bool(edge.min() > 0.0005 and not tie and len(right) > 1)


TINY = np.array([[0.82, 0.84, 0.83], [0.81, 0.82, 0.80], [0.72, 0.74, 0.73]])

EXERCISE = declare(
    "leaders",
    "Who cannot be told from the best",
    reference,
    difficulty=3,
    minutes=25,
    example=(TINY, 4.303),
    groups={
        "benches": Group(
            4, such_that(bench, telling), (TINY, 4.303), (TINY[:1], 4.303)
        ),
    },
    mistakes={
        "The highest mean alone is not enough: others may be inside the interval of "
        "the difference.": best_alone,
        "You compare two intervals. The seeds are shared, so take the differences seed "
        "by seed, and one interval of these.": unpaired,
        "The interval has no factor: with few runs it is several times as wide.": slip(
            use_factor=False
        ),
        "The standard deviation of the mean is smaller than that of a run: divide by "
        "the root of the number of seeds.": slip(root=False),
        "The standard deviation of a sample divides by one less than the number of "
        "seeds (ddof=1).": slip(ddof=0),
        "The best network cannot be told from itself: it belongs to the list.": slip(
            rest=True
        ),
        "The best is the one with the highest mean, not with the luckiest run.": (
            by_luckiest
        ),
        "The sign is turned round: keep those whose interval reaches down to 0, not "
        "those whose interval lies above it.": clearly_worse,
    },
    alternatives=(by_loops, by_torch),
    hints=(
        "Find the row with the highest mean. Subtract every row from it, seed by seed.",
        "For each row of differences: mean, standard deviation with ddof=1, and half = "
        "factor * deviation / sqrt(seeds).",
        "Keep a network if mean - half is at most 0. For the best itself the mean and "
        "the deviation are 0.",
    ),
    section="choosing-fair",
    forms=("float64",),
)
