"""Exercise: the horizontal gap between two curves of accuracy against labels."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare, such_that


def reference(counts, borrowed, own):
    """Labels that `own` needs for what `borrowed` has, on a log axis, as a ratio."""
    ratios = []
    for count, level in zip(counts, borrowed, strict=True):
        if level > own[-1]:
            ratios.append(np.inf)
        elif level <= own[0]:
            ratios.append(counts[0] / count)
        else:
            needed = np.interp(level, own, np.log(counts))
            ratios.append(np.exp(needed) / count)
    return np.array(ratios)


def by_segments(counts, borrowed, own):
    """Right: segment by segment, in powers."""
    found = []
    for count, level in zip(counts, borrowed, strict=True):
        needed = np.inf
        if level <= own[0]:
            needed = counts[0]
        for i in range(len(own) - 1):
            if own[i] < level <= own[i + 1]:
                share = (level - own[i]) / (own[i + 1] - own[i])
                needed = counts[i] * (counts[i + 1] / counts[i]) ** share
        found.append(float(needed) / count)
    return found


def by_one_call(counts, borrowed, own):
    """Right: NumPy's interpolation of the whole array, in powers of ten."""
    counts, level = np.asarray(counts, dtype=float), np.asarray(borrowed)
    needed = 10 ** np.interp(level, own, np.log10(counts), right=np.inf)
    return needed / counts


def variant(*, log=True, reached=True, ratio="own", direction="across"):
    """The gap with one thing done otherwise."""

    def gaps(counts, borrowed, own):
        counts, own = np.asarray(counts, dtype=float), np.asarray(own)
        borrowed = np.asarray(borrowed)
        if direction == "down":
            return borrowed / own
        if direction == "swapped":
            borrowed, own = own, borrowed
        axis = np.log(counts) if log else counts
        right = np.inf if reached else None
        needed = np.interp(borrowed, own, axis, right=right)
        needed = np.exp(needed) if log else needed
        if ratio == "difference":
            return needed - counts
        if ratio == "needed":
            return needed
        return counts / needed if ratio == "inverse" else needed / counts

    return gaps


def just_reached(counts, borrowed, own):
    """Wrong: out of reach where the last accuracy is just reached."""
    ratios = reference(counts, borrowed, own)
    ratios[np.asarray(borrowed) >= own[-1]] = np.inf
    return ratios


def lifted(counts, borrowed, own):
    """Wrong: never below 1."""
    return np.maximum(reference(counts, borrowed, own), 1)


def nearest_count(counts, borrowed, own):
    """Wrong: the first measured count that is good enough, no interpolation."""
    found = []
    for count, level in zip(counts, borrowed, strict=True):
        enough = [c for c, value in zip(counts, own, strict=True) if value >= level]
        found.append(enough[0] / count if enough else np.inf)
    return np.array(found)


def curves(d: Draw, start: float, lift: float, points: int = 0) -> tuple:
    """Label counts, and two rising curves; the first lies `lift` above the second."""
    n = points or d.int(3, 6)
    counts = np.cumprod(np.array([d.int(2, 6), *(d.int(2, 6) for _ in range(n - 1))]))
    steps = d.rng.uniform(0.02, 0.12, n)
    own = start + np.cumsum(steps)
    borrowed = own + lift + d.rng.uniform(-0.01, 0.01, n)
    return counts, np.maximum.accumulate(borrowed), own


def partly(counts, borrowed, own) -> bool:
    """Some of the accuracies are reached, others are not."""
    finite = np.isfinite(reference(counts, borrowed, own))
    return bool(finite.any() and not finite.all())


EXAMPLE = (
    np.array([5, 20, 80]),
    np.array([0.6, 0.7, 0.75]),
    np.array([0.5, 0.6, 0.7]),
)

EXERCISE = declare(
    "labels_saved",
    "How many labels is it worth?",
    reference,
    difficulty=2,
    minutes=15,
    example=EXAMPLE,
    groups={
        "between": Group(2, lambda d: curves(d, 0.2, 0.06), rtol=1e-4),
        "out of reach": Group(
            1, such_that(lambda d: curves(d, 0.2, 0.1), partly), EXAMPLE, rtol=1e-4
        ),
        "the other way": Group(1, lambda d: curves(d, 0.3, -0.07), rtol=1e-4),
    },
    mistakes={
        "You interpolate on the counts themselves. The axis is logarithmic: "
        "interpolate the logarithm.": variant(log=False),
        "Where the curve never gets there, the last count is returned. Say `np.inf`: "
        "nobody knows how many it would take.": variant(reached=False),
        "This is the share that is needed, upside down. Asked is how many times more "
        "labels the own network needs.": variant(ratio="inverse"),
        "This is the difference of the label counts, not their ratio.": variant(
            ratio="difference"
        ),
        "These are the labels that the own network needs. Divide by those of the "
        "borrowed one.": variant(ratio="needed"),
        "This compares accuracies at equal labels. Compare labels at equal "
        "accuracy.": variant(direction="down"),
        "The two curves are swapped: find where `own` reaches `borrowed`.": variant(
            direction="swapped"
        ),
        "Where your own network just gets there, it needs its last count. Only above "
        "that the answer is `np.inf`.": just_reached,
        "Ratios below 1 are lifted to 1. A network that is better needs fewer "
        "labels.": lifted,
        "You take the next measured count. Between two of them, interpolate.": (
            nearest_count
        ),
    },
    alternatives=(by_segments, by_one_call),
    hints=(
        "For each accuracy in `borrowed`: at how many labels does `own` get there?",
        "`np.interp(level, own, np.log(counts))` reads the curve sideways: accuracy "
        "in, logarithm of the labels out.",
        "`np.interp` never leaves the measured range. Below it, that is what is "
        "asked; above it, return `np.inf` (its argument `right` can do that).",
    ),
    section="transfer-labels",
)
