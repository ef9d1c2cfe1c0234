"""Exercise: sort hidden emoji, with thirty labels of each kind."""

from __future__ import annotations

from functools import cache

import numpy as np

from c2a.exercises.kit import ACCURACY, Trial, design
from c2a.exercises.kit.design import SCORES
from c2a.exercises.kit.slips import fit_nothing, slips

Arrays = list[np.ndarray]

KINDS = 9
SHOTS = 30
BUDGET = 2_000

GUESSING = (
    "This is no better than one kind for all. Is the order of the arrays the same in "
    "both functions, and are the labels the argmax over kinds?"
)
PIXELS = (
    "About this far come the pixels and a small network of your own. Train a head on "
    "the borrowed features until it stands still."
)
BELOW = (
    "About this far comes the nearest mean; this step asks for more. Train a head: "
    "bring each feature to mean 0 and deviation 1 (with the numbers of the training "
    "features), and try other weight decays on pictures that you keep back."
)


@cache
def emoji() -> tuple[dict[str, np.ndarray], ...]:
    """Pictures, features and labels of the emoji, to learn from and hidden."""
    from c2a.chapters.c15_transfer_learning import target
    from c2a.weights import load_weights

    kept, parts = load_weights("emoji-features"), target("emoji")
    found = []
    for names in (("pool", "choose"), ("test",)):
        found.append(
            {
                "pictures": np.concatenate([parts[name][0] for name in names]),
                "features": np.concatenate([kept[name].numpy() for name in names]),
                "labels": np.concatenate([parts[name][1].numpy() for name in names]),
            }
        )
    return tuple(found)


def few(data: dict[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Rows of `SHOTS` examples of each kind, in a random order."""
    each = [np.flatnonzero(data["labels"] == kind) for kind in range(KINDS)]
    return rng.permutation(np.concatenate([rng.permutation(r)[:SHOTS] for r in each]))


def trial(rng: np.random.Generator) -> Trial:
    """Thirty of each kind to learn from; the hidden ones to judge."""
    data, hidden = emoji()
    rows = few(data, rng)
    given = tuple(data[name][rows] for name in ("pictures", "features", "labels"))
    order = rng.permutation(len(hidden["labels"]))
    asked = tuple(hidden[name][order] for name in ("pictures", "features"))
    return Trial(given, asked, hidden["labels"][order])


def practice() -> Trial:
    """Known emoji only: those that were not drawn judge."""
    data, _ = emoji()
    rows = few(data, np.random.default_rng(1))
    rest = np.setdiff1d(np.arange(len(data["labels"])), rows)
    given = tuple(data[name][rows] for name in ("pictures", "features", "labels"))
    asked = tuple(data[name][rest] for name in ("pictures", "features"))
    return Trial(given, asked, data["labels"][rest])


def head(x: np.ndarray, labels: np.ndarray, decay: float, steps: int) -> Arrays:
    """Softmax regression by torch's Adam, standardized; what `predict` needs."""
    import torch

    mean, deviation = x.mean(0), x.std(0) + 0.01
    z = torch.tensor((x - mean) / deviation, dtype=torch.float32)
    targets = torch.tensor(labels)
    layer = torch.nn.Linear(x.shape[1], KINDS)
    torch.nn.init.zeros_(layer.weight)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.02)
    for _ in range(steps):
        loss = torch.nn.functional.cross_entropy(layer(z), targets)
        loss = loss + decay * layer.weight.square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    weights = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    return [a.astype(np.float32) for a in (mean, deviation, *weights)]


def fit_head(pictures: np.ndarray, features: np.ndarray, labels: np.ndarray) -> Arrays:
    """The chapter's probe, by Adam."""
    return head(features, labels, 0.1, 300)


def fit_head_long(
    pictures: np.ndarray, features: np.ndarray, labels: np.ndarray
) -> Arrays:
    """Right: less decay, more steps."""
    return head(features, labels, 0.04, 500)


def predict_head(
    arrays: Arrays, pictures: np.ndarray, features: np.ndarray
) -> np.ndarray:
    """The kind with the highest score."""
    mean, deviation, weight, bias = arrays
    return (((features - mean) / deviation) @ weight.T + bias).argmax(1)


def fit_ridge(pictures: np.ndarray, features: np.ndarray, labels: np.ndarray) -> Arrays:
    """Right: ridge regression on one-hot labels, in closed form."""
    mean, deviation = features.mean(0), features.std(0) + 0.01
    z = (features - mean) / deviation
    targets = np.eye(KINDS)[labels]
    weight = np.linalg.solve(z.T @ z + 100 * np.eye(z.shape[1]), z.T @ targets)
    arrays = mean, deviation, weight.T, np.zeros(KINDS)
    return [a.astype(np.float32) for a in arrays]


def small(pictures: np.ndarray) -> np.ndarray:
    """Mean colors of 8 x 8 blocks, (N, 48)."""
    blocks = pictures.reshape(-1, 4, 8, 4, 8, 3).mean((2, 4))
    return blocks.reshape(len(blocks), -1) / 255


def fit_pixels(
    pictures: np.ndarray, features: np.ndarray, labels: np.ndarray
) -> Arrays:
    """What misses the idea: a head on colors."""
    return head(small(pictures), labels, 0.01, 300)


def predict_pixels(
    arrays: Arrays, pictures: np.ndarray, features: np.ndarray
) -> np.ndarray:
    """Of the colors."""
    return predict_head(arrays, pictures, small(pictures))


def predict_first(
    arrays: Arrays, pictures: np.ndarray, features: np.ndarray
) -> np.ndarray:
    """Answers the same kind for every picture."""
    return np.full(len(pictures), 5, dtype=np.int64)


def predict_scores(
    arrays: Arrays, pictures: np.ndarray, features: np.ndarray
) -> np.ndarray:
    """Returns scores instead of labels."""
    return np.zeros((len(pictures), KINDS))


EXERCISE = design(
    ("fit", "predict"),
    "Hidden emoji, thirty labels of each kind",
    (fit_head, predict_head),
    trial=trial,
    practice=practice,
    metric=ACCURACY,
    steps={"accuracy 0.49": (3, 0.49), "accuracy 0.52": (2, 0.52)},
    budget=BUDGET,
    told={0.3: GUESSING, 0.49: PIXELS, 1.0: BELOW},
    slow="A head on 112 features learns in a second: train it on all examples at once.",
    seconds=20,
    trivial=((fit_pixels, predict_pixels), (fit_nothing, predict_first)),
    mistakes={
        GUESSING: (fit_nothing, predict_first),
        PIXELS: (fit_pixels, predict_pixels),
        SCORES: (fit_nothing, predict_scores),
        **slips(predict_first),
    },
    alternatives=((fit_ridge, predict_head), (fit_head_long, predict_head)),
    hints=(
        "You get the pictures and their 112 borrowed features. Which of the two beat "
        "the other in the chapter, with few labels?",
        "Bring the features to mean 0 and deviation 1, and return mean and deviation "
        "as well: the hidden features need the same numbers.",
        "One nn.Linear(112, 9), all 270 examples at once, 300 steps of Adam at rate "
        "0.02, and 0.1 times the sum of the squared weights added to the loss.",
    ),
    section="transfer-features",
    difficulty=4,
    minutes=25,
)
