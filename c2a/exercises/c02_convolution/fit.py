"""Exercise: a classifier that reads a digit wherever it lies."""

from collections.abc import Callable
from functools import partial

import numpy as np

from c2a.exercises.kit import ACCURACY, Trial, design
from c2a.exercises.kit.design import SCORES
from c2a.exercises.kit.slips import fit_nothing, slips

Arrays = list[np.ndarray]

SIDE = 48  # of the canvas, in pixels; a digit has 28
COPIES = 3  # of each digit, each at a place of its own
BUDGET = 10_000
CLASSES = 10
#: Of the training digits, `check` keeps this many back to judge with.
KEPT_BACK = 1_000

GUESSING = (
    "This is no better than guessing. Is the order of the arrays the same in both "
    "functions, and are the labels the argmax over classes?"
)
DENSE = (
    "About this far comes a dense network: it learns each digit anew for every place. "
    "Share the weights: three convolutions with ReLU between them, and one dense layer "
    "at the end. Are the pictures scaled in the same way in both functions?"
)
BELOW = (
    "The network works; this step asks for more. Use the budget: more channels. Then "
    "train for more epochs, and let the learning rate fall toward the end."
)


def scattered(
    images: np.ndarray, labels: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Digits at random places of a black canvas, `COPIES` of each, in a new order.

    images (N, 28, 28) -> (COPIES * N, SIDE, SIDE), uint8, with their labels.
    """
    order = rng.permutation(np.repeat(np.arange(len(images)), COPIES))
    canvas = np.zeros((len(order), SIDE, SIDE), np.uint8)
    places = rng.integers(0, SIDE - 28 + 1, (len(order), 2))
    for picture, image, (top, left) in zip(canvas, order, places, strict=True):
        picture[top : top + 28, left : left + 28] = images[image]
    return canvas, labels[order]


def trial(rng: np.random.Generator) -> Trial:
    """All training digits; unseen ones from the test part."""
    from c2a.data import load

    data = load("mnist-5k")
    unseen, answers = scattered(data.test_images, data.test_labels, rng)
    given = scattered(data.train_images, data.train_labels, rng)
    return Trial(given, (unseen,), answers)


def practice() -> Trial:
    """Training digits only: some are kept back to judge with."""
    from c2a.data import load

    data = load("mnist-5k")
    rng = np.random.default_rng(2)
    order = rng.permutation(len(data.train_images))
    kept, given = order[:KEPT_BACK], order[KEPT_BACK:]
    unseen, answers = scattered(data.train_images[kept], data.train_labels[kept], rng)
    learned = scattered(data.train_images[given], data.train_labels[given], rng)
    return Trial(learned, (unseen,), answers)


def network(*widths: int, pool: int = 1, flat: bool = True):
    """Convolutions at stride 2 with ReLU, then one dense layer.

    pool: side of the blocks of pixels that are averaged first; with 2, two convolutions
    make maps of 4 x 4 positions, with 1, three do.
    flat: whether the last layer reads every position, or the mean over them.
    """
    from torch import nn

    layers: list[nn.Module] = [nn.AvgPool2d(pool)]
    before = 1
    for width, size in zip(widths, (5, 3, 3), strict=False):
        layers += [nn.Conv2d(before, width, size, stride=2), nn.ReLU()]
        before = width
    end = nn.AdaptiveAvgPool2d(4 if flat else 1)
    positions = 16 if flat else 1
    return nn.Sequential(
        *layers, end, nn.Flatten(), nn.Linear(positions * before, CLASSES)
    )


def dense(hidden: int = 60):
    """What misses the idea: dense layers on blocks of 4 x 4 pixels."""
    from torch import nn

    return nn.Sequential(
        nn.AvgPool2d(4),
        nn.Flatten(),
        nn.Linear((SIDE // 4) ** 2, hidden),
        nn.ReLU(),
        nn.Linear(hidden, CLASSES),
    )


def as_input(images: np.ndarray):
    """Bytes 0 to 255 as floats 0 to 1, shape (N, 1, SIDE, SIDE)."""
    import torch

    return torch.tensor(images, dtype=torch.float32)[:, None] / 255


def fit_network(
    images: np.ndarray,
    labels: np.ndarray,
    build: Callable,
    epochs: int,
    peak: float | None = None,
) -> Arrays:
    """The loop that the task prints.

    peak: the highest learning rate, if it rises and falls as in the book's `fit`.
    """
    import torch
    from torch.optim.lr_scheduler import OneCycleLR

    torch.manual_seed(0)
    x, targets = as_input(images), torch.tensor(labels)
    model = build()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    steps = epochs * -(-len(x) // 64)
    scheduler = OneCycleLR(optimizer, peak, total_steps=steps) if peak else None
    for _ in range(epochs):
        for chosen in torch.randperm(len(x)).split(64):
            loss = torch.nn.functional.cross_entropy(model(x[chosen]), targets[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if scheduler:
                scheduler.step()
    return [each.detach().numpy() for each in model.parameters()]


def predict_network(
    parameters: Arrays, images: np.ndarray, build: Callable
) -> np.ndarray:
    """Put the arrays back and take the best class."""
    import torch

    model = build()
    with torch.no_grad():
        for weights, numbers in zip(model.parameters(), parameters, strict=True):
            weights.copy_(torch.tensor(numbers))
        batches = as_input(images).split(500)
        return np.concatenate([model(batch).argmax(1).numpy() for batch in batches])


def solution(
    build: Callable, epochs: int, peak: float | None = None
) -> tuple[Callable, Callable]:
    """The two functions of one network."""
    fit = partial(fit_network, build=build, epochs=epochs, peak=peak)
    return fit, partial(predict_network, build=build)


def features(images: np.ndarray) -> np.ndarray:
    """Mean gray of blocks of 4 x 4 pixels, and a one."""
    small = images.reshape(-1, SIDE // 4, 4, SIDE // 4, 4).mean((2, 4)) / 255
    return np.column_stack([small.reshape(len(small), -1), np.ones(len(small))])


def fit_linear(images: np.ndarray, labels: np.ndarray) -> Arrays:
    """One dense layer, by least squares."""
    x, targets = features(images), np.eye(CLASSES)[labels]
    ridge = 3.0 * np.eye(x.shape[1])
    return [np.linalg.solve(x.T @ x + ridge, x.T @ targets).astype(np.float32)]


def predict_linear(parameters: Arrays, images: np.ndarray) -> np.ndarray:
    """The class with the highest score."""
    return (features(images) @ parameters[0]).argmax(1)


def predict_first(parameters: Arrays, images: np.ndarray) -> np.ndarray:
    """Answers the same class for every picture."""
    return np.zeros(len(images), dtype=np.int64)


def predict_scores(parameters: Arrays, images: np.ndarray) -> np.ndarray:
    """Returns scores instead of labels."""
    return features(images)[:, :CLASSES]


EXERCISE = design(
    ("fit", "predict"),
    "Digits anywhere, in 10,000 numbers",
    solution(partial(network, 16, 28, pool=2), 4, peak=0.01),
    trial=trial,
    practice=practice,
    metric=ACCURACY,
    steps={
        "accuracy 0.80": (3, 0.80),
        "accuracy 0.84": (2, 0.84),
        "accuracy 0.85": (1, 0.85),
    },
    budget=BUDGET,
    told={0.15: GUESSING, 0.8: DENSE, 1.0: BELOW},
    slow="A large first layer costs most: give it stride 2, or train for fewer epochs.",
    trivial=((fit_linear, predict_linear), (fit_nothing, predict_first)),
    mistakes={
        GUESSING: (fit_nothing, predict_first),
        DENSE: (fit_linear, predict_linear),
        SCORES: (fit_nothing, predict_scores),
        **slips(predict_first),
    },
    alternatives=(
        # In the last epochs a small rate keeps what a large one would throw about.
        solution(partial(network, 14, 18, 16), 4, peak=0.01),
        solution(partial(network, 12, 20, 28, flat=False), 5, peak=0.01),
    ),
    hints=(
        "Count before you train. A 3x3 convolution from 12 to 16 channels has "
        "12 * 16 * 9 + 16 = 1,744 numbers. A dense layer from 48 * 48 pixels to ten "
        "classes has 23,050: too many.",
        "A digit looks the same wherever it lies, so let the same weights look for its "
        "strokes everywhere: that is a convolution. Stride 2 makes the maps smaller.",
        "Three convolutions with ReLU, all with stride 2: 48 x 48 pixels become 4 x 4. "
        "Then nn.Flatten() and one nn.Linear.",
    ),
    section="training",
    difficulty=4,
    minutes=35,
)
