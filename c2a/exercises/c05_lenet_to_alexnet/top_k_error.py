"""Exercise: the error that counts as right what is among k guesses."""

import numpy as np

from c2a.exercises.kit import Draw, Group, declare, given, raising_like


def reference(scores: np.ndarray, labels: np.ndarray, k: int) -> float:
    """One minus the share of labels among the k largest scores of their row."""
    if not 1 <= k <= scores.shape[1]:
        raise ValueError("k must be from 1 to the number of classes")
    guesses = np.argsort(scores, axis=1)[:, -k:]
    return 1 - float((guesses == labels[:, None]).any(1).mean())


def by_rank(scores: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Right: wrong where k or more classes score higher than the label."""
    if k < 1 or k > scores.shape[1]:
        raise ValueError("impossible k")
    own = np.take_along_axis(scores, labels[:, None], 1)
    return float(((scores > own).sum(1) >= k).mean())


def by_loops(scores: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Right: image by image, guess by guess."""
    classes = scores.shape[1]
    if k <= 0 or k > classes:
        raise ValueError("impossible k")
    wrong = 0
    for row, label in zip(scores, labels, strict=True):
        guesses = sorted(range(classes), key=lambda c: row[c], reverse=True)[:k]
        wrong += int(label) not in guesses
    return wrong / len(labels)


def lowest(scores: np.ndarray, labels: np.ndarray, k: int) -> float:
    guesses = np.argsort(scores, axis=1)[:, :k]
    return float((guesses != labels[:, None]).all(1).mean())


def one_more(scores: np.ndarray, labels: np.ndarray, k: int) -> float:
    own = np.take_along_axis(scores, labels[:, None], 1)
    return float(((scores > own).sum(1) > k).mean())


def kth_alone(scores: np.ndarray, labels: np.ndarray, k: int) -> float:
    own = np.take_along_axis(scores, labels[:, None], 1)
    return float(((scores > own).sum(1) != k - 1).mean())


def task(d: Draw, k: int = 1, classes: int = 6) -> tuple:
    """Scores without ties, and labels; the last argument is k."""
    n = d.int(3, 9)
    ranks = np.stack([d.rng.permutation(classes) for _ in range(n)])
    return ranks * 0.5 - 1.0, d.whole(n, low=0, high=classes - 1), k


EXERCISE = declare(
    "top_k_error",
    "The error behind the headline",
    reference,
    difficulty=1,
    minutes=10,
    example=(
        np.array([[0.1, 0.6, 0.3], [0.5, 0.2, 0.3], [0.2, 0.1, 0.7]]),
        np.array([1, 2, 1]),
        2,
    ),
    groups={
        "one guess": Group(
            1,
            lambda d: task(d, 1),
            (np.array([[0.5]]), np.array([0]), 1),
            (np.array([[0.1, 0.6, 0.3]]), np.array([2]), 1),
        ),
        "k guesses": Group(
            1,
            lambda d: task(d, d.int(2, 4), d.int(5, 9)),
            lambda d: task(d, 3, 3),  # all classes: nothing is wrong
        ),
        "impossible": Group(
            1,
            lambda d: task(d, -d.int(0, 2), 4),
            lambda d: task(d, 5 + d.int(0, 2), 4),
            lambda d: task(d, 4, 4),  # possible
            visible=1,
        ),
    },
    mistakes={
        "This is the share that is right. The error is one minus it.": raising_like(
            reference, lambda scores, labels, k: 1 - reference(scores, labels, k)
        ),
        "This is the error of the first guess: k is not used.": raising_like(
            reference, given(reference, k=1)
        ),
        "These are the k lowest scores: argsort begins with the smallest.": (
            raising_like(reference, lowest)
        ),
        "This counts images. The error is a share: divide by their number.": (
            raising_like(
                reference,
                lambda scores, labels, k: reference(scores, labels, k) * len(labels),
            )
        ),
        "This is in percent. A share lies between 0 and 1.": raising_like(
            reference, lambda scores, labels, k: 100 * reference(scores, labels, k)
        ),
        "Only the k-th guess is looked at. Any of the first k may be right.": (
            raising_like(reference, kth_alone)
        ),
        "One guess too many: the label may have at most k - 1 classes above it.": (
            raising_like(reference, one_more)
        ),
        "k outside 1 to the number of classes needs a ValueError. A slice takes any k "
        "without a word.": lambda scores, labels, k: (
            1 - float((np.argsort(-scores, 1)[:, :k] == labels[:, None]).any(1).mean())
        ),
    },
    alternatives=(by_rank, by_loops),
    hints=(
        "Sort each row of scores, largest first, and keep the first k classes. Is the "
        "label among them?",
        "np.argsort sorts from the smallest: take the last k columns. Compare them "
        "with labels[:, None].",
        "`.any(axis=1)` tells for each image whether one of its k guesses is right. "
        "The mean of that is the share that is right.",
    ),
    section="imagenet-percentages",
)
