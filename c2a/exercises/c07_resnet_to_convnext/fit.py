"""Exercise: a classifier of garments that lie elsewhere than those it learned from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from c2a.exercises.kit import ACCURACY, Trial, design
from c2a.exercises.kit.design import SCORES
from c2a.exercises.kit.slips import fit_nothing, slips

Arrays = list[np.ndarray]

REACH = 6  # pixels that a garment is moved by, at most, in each direction
BUDGET = 20_000
CLASSES = 10
LEARNED = 3_000  # garments to learn from; they lie in the middle
KEPT_BACK = 1_000

GUESSING = (
    "This is no better than guessing. Is the order of the arrays the same in both "
    "functions, and are the labels the argmax over classes?"
)
CENTERED = (
    "About this far comes a network that has seen garments in the middle only, or that "
    "looks for them at fixed places. End in a mean over all places, and move the "
    "garments while you train."
)
BELOW = (
    "The network works; this step asks for more. Widen it within the budget, add a "
    "residual block, or train for more epochs."
)


def moved(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each garment (N, 28, 28) pushed to a random place; black comes in behind."""
    framed = np.pad(images, ((0, 0), (REACH, REACH), (REACH, REACH)))
    places = rng.integers(0, 2 * REACH + 1, (len(images), 2))
    pushed = [
        f[i : i + 28, j : j + 28] for f, (i, j) in zip(framed, places, strict=True)
    ]
    return np.array(pushed)


def sample(rng: np.random.Generator, count: int, part: str, first: int = 0) -> tuple:
    """Some garments of a part of the data, with their labels."""
    from c2a.data import load

    data = load("fashion-mnist")
    images = getattr(data, f"{part}_images")
    order = np.random.default_rng(0).permutation(len(images))[first:]
    rows = rng.choice(order, count, replace=False)
    return images[rows], getattr(data, f"{part}_labels")[rows]


def trial(rng: np.random.Generator) -> Trial:
    """Garments in the middle to learn from; moved ones of the test part to judge."""
    unseen, answers = sample(rng, 2_000, "test")
    given = sample(rng, LEARNED, "train")
    return Trial(given, (moved(unseen, rng),), answers)


def practice() -> Trial:
    """Training garments only: some are kept back and moved."""
    rng = np.random.default_rng(1)
    images, labels = sample(rng, LEARNED + KEPT_BACK, "train")
    learned, kept = slice(KEPT_BACK, None), slice(KEPT_BACK)
    unseen = moved(images[kept], rng)
    return Trial((images[learned], labels[learned]), (unseen,), labels[kept])


def residual_network(width: int):
    """A strided convolution, two residual blocks, and the mean over all places."""
    from torch import nn

    class Block(nn.Module):
        def __init__(self, c_in, c):
            super().__init__()
            self.change = nn.Sequential(
                nn.Conv2d(c_in, c, 3, stride=2, padding=1), nn.BatchNorm2d(c),
                nn.ReLU(), nn.Conv2d(c, c, 3, padding=1), nn.BatchNorm2d(c),
            )  # fmt: skip
            self.around = nn.Sequential(nn.Conv2d(c_in, c, 1, 2), nn.BatchNorm2d(c))

        def forward(self, x):
            return (self.around(x) + self.change(x)).relu()

    return nn.Sequential(
        nn.Conv2d(1, width, 3, stride=2, padding=1), nn.BatchNorm2d(width), nn.ReLU(),
        Block(width, 2 * width), Block(2 * width, 2 * width),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2 * width, CLASSES),
    )  # fmt: skip


def plain_network(width: int = 20):
    """Three strided convolutions with batch norm, and the mean over all places."""
    from torch import nn

    layers: list[nn.Module] = []
    c = 1
    for wider in (width, 32, 40):
        layers += [nn.Conv2d(c, wider, 3, stride=2, padding=1)]
        layers += [nn.BatchNorm2d(wider), nn.ReLU()]
        c = wider
    end = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, CLASSES)
    return nn.Sequential(*layers, *end)


def fixed_network(width: int = 12):
    """What misses the idea: the places are flattened, the garments not moved."""
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, width, 5, stride=2), nn.ReLU(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(36 * width, CLASSES),
    )  # fmt: skip


def as_input(images: np.ndarray):
    """Bytes 0 to 255 as floats 0 to 1, shape (N, 1, 28, 28)."""
    import torch

    return torch.tensor(images, dtype=torch.float32)[:, None] / 255


def fit_network(
    images: np.ndarray, labels: np.ndarray, build: Callable, epochs: int, move: bool
) -> Arrays:
    """The loop that the task prints: each batch is moved, then learned from."""
    import torch

    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    model, targets = build(), torch.tensor(labels)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    steps = epochs * -(-len(images) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=steps)
    for _ in range(epochs):
        for rows in torch.randperm(len(images)).split(64):
            batch = images[rows.numpy()]
            x = as_input(moved(batch, rng) if move else batch)
            loss = torch.nn.functional.cross_entropy(model(x), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    state = model.state_dict().values()  # batch norm's running statistics, too
    return [value.numpy().astype(np.float32) for value in state]


def predict_network(arrays: Arrays, images: np.ndarray, build: Callable) -> np.ndarray:
    """Put the arrays back and take the best class."""
    import torch

    model = build()
    names = model.state_dict().keys()
    values = (torch.tensor(array) for array in arrays)
    model.load_state_dict(dict(zip(names, values, strict=True)))
    model.eval()
    with torch.no_grad():
        batches = as_input(images).split(500)
        return np.concatenate([model(batch).argmax(1).numpy() for batch in batches])


def solution(
    build: Callable, epochs: int, move: bool = True
) -> tuple[Callable, Callable]:
    """The two functions of one network."""
    fit = partial(fit_network, build=build, epochs=epochs, move=move)
    return fit, partial(predict_network, build=build)


def features(images: np.ndarray) -> np.ndarray:
    """Mean gray of blocks of 2 x 2 pixels, and a one."""
    small = images.reshape(-1, 14, 2, 14, 2).mean((2, 4)) / 255
    return np.column_stack([small.reshape(len(small), -1), np.ones(len(small))])


def fit_linear(images: np.ndarray, labels: np.ndarray) -> Arrays:
    """One dense layer, by least squares, on moved copies."""
    rng = np.random.default_rng(0)
    x = features(np.concatenate([moved(images, rng) for _ in range(5)]))
    targets = np.eye(CLASSES)[np.tile(labels, 5)]
    ridge = 3.0 * np.eye(x.shape[1])
    return [np.linalg.solve(x.T @ x + ridge, x.T @ targets).astype(np.float32)]


def predict_linear(arrays: Arrays, images: np.ndarray) -> np.ndarray:
    """The class with the highest score."""
    return (features(images) @ arrays[0]).argmax(1)


def predict_first(arrays: Arrays, images: np.ndarray) -> np.ndarray:
    """Answers the same class for every picture."""
    return np.zeros(len(images), dtype=np.int64)


def predict_scores(arrays: Arrays, images: np.ndarray) -> np.ndarray:
    """Returns scores instead of labels."""
    return features(images)[:, :CLASSES]


EXERCISE = design(
    ("fit", "predict"),
    "Moved garments, in 20,000 numbers",
    solution(partial(residual_network, 11), 5),
    trial=trial,
    practice=practice,
    metric=ACCURACY,
    steps={
        "accuracy 0.62": (3, 0.62),
        "accuracy 0.68": (2, 0.68),
        "accuracy 0.69": (1, 0.69),
    },
    budget=BUDGET,
    told={0.15: GUESSING, 0.62: CENTERED, 1.0: BELOW},
    slow="Start with a strided layer, so that the maps are small, or train less.",
    seconds=60,
    trivial=(
        (fit_linear, predict_linear),
        solution(fixed_network, 3, move=False),
        (fit_nothing, predict_first),
    ),
    mistakes={
        GUESSING: (fit_nothing, predict_first),
        CENTERED: solution(fixed_network, 3, move=False),
        SCORES: (fit_nothing, predict_scores),
        **slips(predict_first),
    },
    alternatives=(
        solution(plain_network, 6),
        solution(partial(residual_network, 10), 6),
    ),
    hints=(
        "A test garment lies up to six pixels off. Which layer of your network would "
        "notice, and which would not?",
        "After the last convolution take the mean over all places: what was found, not "
        "where. Then move the training garments at random as well.",
        "A strided 3 x 3 layer, two residual blocks of 22 channels and a mean over all "
        "places fit the budget. Return batch norm's running statistics, too: "
        "`model.state_dict().values()` has them.",
    ),
    section="ladder",
    difficulty=4,
    minutes=40,
)
