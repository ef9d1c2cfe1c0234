"""Exercise: the simplest few-shot classifier, the nearest class mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def reference(features, labels, unseen):
    """Distances to the mean of each class; the smallest wins."""
    classes = np.unique(labels)
    means = np.stack([features[labels == c].mean(0) for c in classes])
    distances = ((unseen[:, None] - means) ** 2).sum(-1)
    return classes[distances.argmin(1)]


def by_products(features, labels, unseen):
    """Right: by dot products, without differences."""
    classes, index = np.unique(labels, return_inverse=True)
    chosen = np.eye(len(classes))[index]
    means = chosen.T @ features / chosen.sum(0)[:, None]
    scores = unseen @ means.T - (means**2).sum(1) / 2
    return classes[scores.argmax(1)]


def by_torch(features, labels, unseen):
    """Right: with torch's cdist, class by class."""
    import torch

    x, y, z = (
        torch.tensor(np.ascontiguousarray(each)) for each in (features, labels, unseen)
    )
    classes = sorted(set(y.tolist()))
    means = torch.stack([x[y == c].mean(0) for c in classes])
    return np.array(classes)[torch.cdist(z.double(), means.double()).argmin(1).numpy()]


def nearest_example(features, labels, unseen):
    """Wrong: the label of the nearest single example."""
    distances = ((unseen[:, None] - features) ** 2).sum(-1)
    return labels[distances.argmin(1)]


def variant(*, far=False, names=True, metric: Callable | None = None, whole=False):
    """The classifier with one thing done otherwise."""

    def classify(features, labels, unseen):
        classes = np.unique(labels)
        means = np.stack([features[labels == c].mean(0) for c in classes])
        if whole:
            means = np.stack([features.mean(0)] * len(classes))
        if metric is None:
            distances = ((unseen[:, None] - means) ** 2).sum(-1)
        else:
            distances = metric(unseen, means)
        best = distances.argmax(1) if far else distances.argmin(1)
        return classes[best] if names else best

    return classify


def cosine(unseen, means):
    """Distance by angle."""
    size = np.linalg.norm(unseen, axis=1)[:, None] * np.linalg.norm(means, axis=1)
    return -(unseen @ means.T) / np.maximum(size, 1e-12)


def product(unseen, means):
    """The negative dot product."""
    return -(unseen @ means.T)


def summed(features, labels, unseen):
    """Wrong: sums instead of means."""
    classes = np.unique(labels)
    sums = np.stack([features[labels == c].sum(0) for c in classes])
    return classes[((unseen[:, None] - sums) ** 2).sum(-1).argmin(1)]


def every_number(features, labels, unseen):
    """Wrong: a mean for each number up to the largest label, some of no rows."""
    means = np.full((labels.max() + 1, features.shape[1]), np.nan)
    for c in np.unique(labels):
        means[c] = features[labels == c].mean(0)
    return ((unseen[:, None] - means) ** 2).sum(-1).argmin(1)


def blocks(unseen, means):
    """Distance along the axes."""
    return np.abs(unseen[:, None] - means).sum(-1)


def few(d: Draw, shots: int, first: int = 0, uneven: bool = False) -> tuple:
    """Clouds around centers of unequal length, and points between them."""
    classes, width = d.int(3, 5), d.int(2, 4)
    labels = np.concatenate(
        [np.full(shots + (uneven and 2 * c), c) for c in range(classes)]
    )
    centers = d.array(classes, width) * np.arange(1, classes + 1)[:, None]
    features = centers[labels] + 0.8 * d.array(len(labels), width)
    unseen = centers[d.whole(12, low=0, high=classes - 1)] + d.array(12, width)
    order = d.rng.permutation(len(labels))
    step = 3 if first else 1
    return features[order], (first + step * labels)[order], unseen


EXERCISE = declare(
    "nearest_mean",
    "The nearest mean",
    reference,
    difficulty=2,
    minutes=12,
    example=(
        np.array([[0.0, 0.0], [2.0, 0.0], [5.0, 4.0], [5.0, 6.0]]),
        np.array([0, 0, 1, 1]),
        np.array([[1.0, 1.0], [4.0, 4.0]]),
    ),
    forms=("float64", "float32", "strided", "fortran"),
    groups={
        "one a class": Group(1, lambda d: few(d, 1)),
        "several a class": Group(2, lambda d: few(d, d.int(2, 5), uneven=True)),
        "other labels": Group(1, lambda d: few(d, d.int(2, 4), first=7)),
    },
    mistakes={
        "This is the label of the nearest single example. Compare with the mean of "
        "each class.": nearest_example,
        "You return the place of the class in the list, not its label. Labels need "
        "not be 0, 1, 2.": variant(names=False),
        "This takes the farthest mean: argmin, not argmax, of a distance.": variant(
            far=True
        ),
        "These are sums, not means: a class with more examples lies farther out.": (
            summed
        ),
        "Angles are compared here. The task asks for distances.": variant(
            metric=cosine
        ),
        "Dot products are compared. A long mean then wins everywhere: subtract half "
        "its squared length, or compute distances.": variant(metric=product),
        "Distances along the axes are added here. The Euclidean one adds their "
        "squares.": variant(metric=blocks),
        "A number that is no label has a mean of no rows, NaN, and NaN wins every "
        "argmin. Take the classes from `np.unique(labels)`.": every_number,
        "All classes have the same mean here: take only the rows of one class.": (
            variant(whole=True)
        ),
    },
    alternatives=(by_products, by_torch),
    hints=(
        "`np.unique(labels)` lists the classes; `features[labels == c]` are the rows "
        "of one of them.",
        "With means of shape (classes, D), `unseen[:, None] - means` has the shape "
        "(M, classes, D). Square, sum the last axis, take the argmin.",
        "The argmin counts rows of your means. Look up which label that row has.",
    ),
    section="transfer-folder",
    forbidden=("torch", "sklearn", "scipy"),
    instead="A mean, a difference and an argmin are enough.",
)
