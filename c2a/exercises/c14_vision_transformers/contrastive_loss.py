"""Exercise: the loss that brings pictures and words together."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def log_softmax(z, axis):
    top = z.max(axis, keepdims=True)
    return z - top - np.log(np.exp(z - top).sum(axis, keepdims=True))


def softmax_first(z, axis):
    """Wrong where a share is so small that it is stored as zero."""
    exps = np.exp(z - z.max(axis, keepdims=True))
    with np.errstate(divide="ignore"):
        return np.log(exps / exps.sum(axis, keepdims=True))


def lost(
    images, captions, scale, *, normalize=True, directions=(0, 1), factor=0.5,
    invert=False, total=np.mean, everywhere=False, logs=log_softmax,
):  # fmt: skip
    """The loss, right by default; each setting is a slip."""
    if normalize:
        images, captions = (
            z / np.linalg.norm(z, axis=1, keepdims=True) for z in (images, captions)
        )
    scores = images @ captions.T * (1 / scale if invert else scale)
    if everywhere:
        whole = log_softmax(scores.reshape(1, -1), 1).reshape(scores.shape)
        return float(-np.diag(whole).mean())
    losses = [-total(np.diag(logs(scores, axis))) for axis in directions]
    return float(factor * sum(losses))


def reference(images, captions, scale):
    """Cross-entropy along the rows and along the columns, and their mean."""
    return lost(images, captions, scale)


def by_torch(images, captions, scale):
    """Right: torch's cross-entropy, twice."""
    import torch
    import torch.nn.functional as F

    a, b = (F.normalize(torch.tensor(np.array(z)), dim=1) for z in (images, captions))
    scores, own = scale * a @ b.T, torch.arange(len(a))
    both = F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)
    return both.item() / 2


def by_loops(images, captions, scale):
    """Right: pair by pair, as the definition reads."""
    a = [z / np.sqrt(np.dot(z, z)) for z in images]
    b = [z / np.sqrt(np.dot(z, z)) for z in captions]
    total = 0.0
    for i in range(len(a)):
        row = np.array([scale * np.dot(a[i], z) for z in b])
        column = np.array([scale * np.dot(z, b[i]) for z in a])
        for scores in (row, column):
            total += np.logaddexp.reduce(scores) - scores[i]
    return float(total / (2 * len(a)))


def slip(**setting):
    return lambda images, captions, scale: lost(images, captions, scale, **setting)


def pairs(d: Draw, low: float, high: float) -> tuple:
    n, width = d.int(3, 5), d.int(3, 6)
    # Lengths differ, and nobody is zero.
    images, captions = (
        d.rng.normal(size=(n, width)) * d.rng.uniform(0.5, 3, (n, 1)) for _ in range(2)
    )
    return images, captions, round(float(d.rng.uniform(low, high)), 2)


EXAMPLE = np.eye(3), np.array([[2.0, 0, 0], [0, 1, 0], [1, 0, 0]]), 2.0

EXERCISE = declare(
    "contrastive_loss",
    "Pictures choose captions, captions choose pictures",
    reference,
    difficulty=2,
    minutes=20,
    groups={
        "pairs": Group(3, lambda d: pairs(d, 1.5, 8), EXAMPLE),
        "large scale": Group(1, lambda d: pairs(d, 900, 2000), (*EXAMPLE[:2], 1000.0)),
    },
    mistakes={
        "The vectors are not brought to length one.": slip(normalize=False),
        "Only pictures choose captions: nothing keeps a caption from suiting every "
        "picture.": slip(directions=(1,), factor=1),
        "Only captions choose pictures: nothing keeps a picture from suiting every "
        "caption.": slip(directions=(0,), factor=1),
        "The two directions are added. Take their mean.": slip(factor=1),
        "Divided by the scale. It is multiplied by; a temperature would be divided "
        "by.": slip(invert=True),
        "Summed over the pairs. Take the mean, so that the batch's size does not "
        "matter.": slip(total=np.sum),
        "One softmax over the whole table. Each row has one of its own, and each "
        "column.": slip(everywhere=True),
        "The scale is left out.": lambda images, captions, scale: lost(
            images, captions, 1.0
        ),
        "The logarithm of a share that is stored as 0 is infinite. Take the logarithm "
        "of the quotient apart, score by score.": slip(logs=softmax_first),
    },
    alternatives=(by_torch, by_loops),
    hints=(
        "Divide each row of both arrays by its length, then all dot products are one "
        "matrix product.",
        "The right pairs stand on the diagonal. For each row: logarithm of the sum of "
        "exponentials, less the score on the diagonal. Then the same for the columns.",
        "With a large scale, exp overflows. Take the largest score off before.",
    ),
    section="vit-words",
    forbidden=("torch",),
    instead="NumPy is enough, and shows what is normalized along which axis.",
)
