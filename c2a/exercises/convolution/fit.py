"""Exercise: the best clothing classifier under 10,000 numbers."""

from collections.abc import Callable
from functools import partial

import numpy as np

from c2a.exercises import design
from c2a.exercises.core import Mistake
from c2a.exercises.design import DesignExercise, Trial, no_cases

Arrays = list[np.ndarray]
Fit = Callable[[np.ndarray, np.ndarray], Arrays]
Predict = Callable[[Arrays, np.ndarray], np.ndarray]

BUDGET = 10_000
CLASSES = 10
UNSEEN = 4_000
LARGEST_SHIFT = 2
#: Of the training pictures, `check` keeps this many back to judge with.
KEPT_BACK = 2_000


def moved(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each picture shifted by up to 2 pixels each way, and mirrored half the time.

    images (N, 28, 28) -> a new array of the same shape; zeros move in from outside.
    """
    reach = LARGEST_SHIFT
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach)))
    result = np.empty_like(images)
    height, width = images.shape[1:]
    starts = rng.integers(0, 2 * reach + 1, (len(images), 2))
    mirrored = rng.random(len(images)) < 0.5
    for n, (top, left) in enumerate(starts):
        window = padded[n, top : top + height, left : left + width]
        result[n] = window[:, ::-1] if mirrored[n] else window
    return result


def _trial(rng: np.random.Generator) -> Trial:
    """All training pictures in a new order; unseen ones from the test part, moved."""
    from c2a.data import load

    data = load("fashion-mnist")
    order = rng.permutation(len(data.train_images))
    unseen = rng.permutation(len(data.test_images))[:UNSEEN]
    return Trial(
        data.train_images[order],
        data.train_labels[order],
        moved(data.test_images[unseen], rng),
        data.test_labels[unseen],
    )


def _visible_trial() -> Trial:
    """Training pictures only: some are kept back to judge with."""
    from c2a.data import load

    data = load("fashion-mnist")
    rng = np.random.default_rng(2)
    order = rng.permutation(len(data.train_images))
    kept, given = order[:KEPT_BACK], order[KEPT_BACK:]
    return Trial(
        data.train_images[given],
        data.train_labels[given],
        moved(data.train_images[kept], rng),
        data.train_labels[kept],
    )


def network():
    """8,354 numbers: three 3x3 convolutions, shrinking to 3x3 pixels before the end."""
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, 16, 3, stride=2, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 24, 3, padding=1),
        nn.BatchNorm2d(24),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(24 * 3 * 3, CLASSES),
    )


def plain_network():
    """8,130 numbers: no normalization, so more epochs are needed."""
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 24, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(24 * 3 * 3, CLASSES),
    )


def pooling_network():
    """7,514 numbers: a first layer at full size, which costs time."""
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, 12, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(12, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 24, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(24 * 3 * 3, CLASSES),
    )


def as_input(images: np.ndarray):
    """Bytes 0 to 255 as floats around 0, shape (N, 1, 28, 28)."""
    import torch

    return torch.tensor(images, dtype=torch.float32)[:, None] / 255 - 0.3


def train(images: np.ndarray, labels: np.ndarray, build: Callable, epochs: int):
    """Train a network on shifted and mirrored batches; return it."""
    import torch

    torch.manual_seed(0)
    x, targets = as_input(images), torch.tensor(labels)
    model, batch = build(), 64
    steps = epochs * (len(x) // batch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=steps)
    for step in range(steps):
        start = step * batch % (len(x) - len(x) % batch)
        if start == 0:
            order = torch.randperm(len(x))
        chosen = order[start : start + batch]
        inputs = x[chosen].roll(torch.randint(-2, 3, (2,)).tolist(), (2, 3))
        if step % 2:
            inputs = inputs.flip(3)
        loss = torch.nn.functional.cross_entropy(model(inputs), targets[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model


def numbers_of(model) -> Arrays:
    """Weights, biases and running statistics as float32 arrays, in order."""
    state = model.state_dict().values()
    return [each.numpy().copy() for each in state if each.is_floating_point()]


def fill(model, parameters: Arrays):
    """Put arrays back into a network of the same shape, ready to predict."""
    import torch

    names = [n for n, each in model.state_dict().items() if each.is_floating_point()]
    state = {n: torch.tensor(p) for n, p in zip(names, parameters, strict=True)}
    model.load_state_dict(state, strict=False)
    return model.eval()


def fit_with(
    images: np.ndarray, labels: np.ndarray, build: Callable, epochs: int
) -> Arrays:
    """`fit` for a network and a number of epochs."""
    return numbers_of(train(images, labels, build, epochs))


def predict_with(parameters: Arrays, images: np.ndarray, build: Callable) -> np.ndarray:
    """`predict` for a network."""
    import torch

    with torch.no_grad():
        return fill(build(), parameters)(as_input(images)).argmax(1).numpy()


def solution(build: Callable, epochs: int) -> tuple[Fit, Predict]:
    """The two functions of one design."""
    fit = partial(fit_with, build=build, epochs=epochs)
    return fit, partial(predict_with, build=build)


def _pooled(images: np.ndarray) -> np.ndarray:
    """Means in a 5x5 grid: (N, 28, 28) -> (N, 5, 5)."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    return padded.reshape(-1, 5, 6, 5, 6).mean((2, 4))


def numpy_features(images: np.ndarray) -> np.ndarray:
    """Mean gray and mean edges in a 5x5 grid, on the picture and its mirror image."""
    x = images.astype(np.float32) / 255
    pooled = [
        _pooled(x),
        _pooled(np.abs(np.diff(x, axis=1, append=0))),
        _pooled(np.abs(np.diff(x, append=0))),
    ]
    both = [each + each[:, :, ::-1] for each in pooled]
    flat = np.concatenate([each.reshape(len(x), -1) for each in both], axis=1)
    return np.concatenate([flat, np.sqrt(flat), np.ones((len(x), 1))], axis=1)


def fit_least_squares(images: np.ndarray, labels: np.ndarray) -> Arrays:
    """A classifier without torch: pooled features, least squares."""
    features = numpy_features(images)
    targets = np.eye(CLASSES)[labels]
    ridge = 0.1 * np.eye(features.shape[1])
    weights = np.linalg.solve(features.T @ features + ridge, features.T @ targets)
    return [weights.astype(np.float32)]


def predict_least_squares(parameters: Arrays, images: np.ndarray) -> np.ndarray:
    """The class with the highest score."""
    return (numpy_features(images) @ parameters[0]).argmax(1)


def unmoved_features(images: np.ndarray) -> np.ndarray:
    """Mean gray and mean edges in a 5x5 grid, of the picture as it lies."""
    x = images.astype(np.float32) / 255
    maps = [_pooled(x), _pooled(np.abs(np.diff(x, axis=1, append=0)))]
    return np.concatenate([each.reshape(len(x), -1) for each in maps], axis=1)


def fit_unmoved(images: np.ndarray, labels: np.ndarray) -> Arrays:
    """Learns from pictures that are neither shifted nor mirrored."""
    x = unmoved_features(images)
    targets = np.eye(CLASSES)[labels]
    ridge = 0.1 * np.eye(x.shape[1])
    weights = np.linalg.solve(x.T @ x + ridge, x.T @ targets)
    return [weights.astype(np.float32)]


def predict_unmoved(parameters: Arrays, images: np.ndarray) -> np.ndarray:
    """The class with the highest score."""
    return (unmoved_features(images) @ parameters[0]).argmax(1)


def fit_nothing(images: np.ndarray, labels: np.ndarray) -> Arrays:
    """Learns nothing."""
    return [np.zeros(1, np.float32)]


def predict_first(parameters: Arrays, images: np.ndarray) -> np.ndarray:
    """Answers the same class for every picture."""
    return np.zeros(len(images), dtype=np.int64)


def fit_silently(images: np.ndarray, labels: np.ndarray) -> None:
    """Learns, and returns nothing."""
    fit_least_squares(images, labels)


def fit_memory(images: np.ndarray, labels: np.ndarray) -> Arrays:
    """Keeps pictures: far over the budget."""
    return [images[:100].astype(np.float32), labels[:100].astype(np.float32)]


def fit_double(images: np.ndarray, labels: np.ndarray) -> Arrays:
    """Returns float64, which holds twice as much."""
    return [each.astype(np.float64) for each in fit_least_squares(images, labels)]


def fit_dictionary(images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Returns a state dictionary instead of a list."""
    return {"weights": fit_least_squares(images, labels)[0]}


def predict_scores(parameters: Arrays, images: np.ndarray) -> np.ndarray:
    """Returns scores instead of labels."""
    return numpy_features(images) @ parameters[0]


def predict_floats(parameters: Arrays, images: np.ndarray) -> np.ndarray:
    """Returns labels as floats."""
    return predict_least_squares(parameters, images).astype(float)


def predict_negative(parameters: Arrays, images: np.ndarray) -> np.ndarray:
    """Scales the pictures in another way than fit did."""
    return predict_least_squares(parameters, 255 - images)


learned: np.ndarray  # not there until fit_global has run: that is the mistake


def fit_global(images: np.ndarray, labels: np.ndarray) -> Arrays:
    """Leaves what it learned in a global variable."""
    global learned
    learned = fit_least_squares(images, labels)[0]
    return [np.zeros(1, np.float32)]


def predict_global(parameters: Arrays, images: np.ndarray) -> np.ndarray:
    """Looks for what fit left behind."""
    return predict_least_squares([learned], images)


def _mistake(diagnosis: str, fit: Callable, predict: Predict) -> Mistake:
    return Mistake(diagnosis, (fit, predict))


EXERCISE = DesignExercise(
    name="fit",
    title="Ten kinds of clothing in 10,000 numbers",
    points={"accuracy 0.60": 2, "accuracy 0.75": 2, "accuracy 0.82": 2},
    thresholds={"accuracy 0.60": 0.60, "accuracy 0.75": 0.75, "accuracy 0.82": 0.82},
    reference=solution(network, 8),
    visible=no_cases,
    hidden=no_cases,
    trial=_trial,
    visible_trial=_visible_trial,
    budget=BUDGET,
    mistakes=(
        _mistake(design.GUESSING, fit_nothing, predict_first),
        _mistake(design.TOO_LARGE, fit_memory, predict_first),
        _mistake(design.NOT_SINGLE, fit_double, predict_least_squares),
        _mistake(design.NO_LIST, fit_dictionary, predict_least_squares),
        _mistake(design.SCORES, fit_least_squares, predict_scores),
        _mistake(design.NOT_WHOLE, fit_least_squares, predict_floats),
        _mistake(design.NOT_CARRIED_OVER, fit_least_squares, predict_negative),
        _mistake(design.NOT_MOVED, fit_unmoved, predict_unmoved),
        _mistake(design.LEFT_BEHIND, fit_global, predict_global),
        _mistake(design.NO_RETURN, fit_silently, predict_first),
    ),
    alternatives=(solution(plain_network, 10), solution(pooling_network, 7)),
    hints=(
        "Count before you train. A 3x3 convolution from 16 to 24 channels has "
        "16 * 24 * 9 + 24 = 3,480 numbers. A dense layer from 24 maps of 3x3 to ten "
        "classes has 2,170.",
        "The unseen pictures are shifted and mirrored; the training pictures are not. "
        "Shift (torch.roll) and mirror (flip) each batch while you train.",
        "Shrink the maps early, with stride or pooling: it saves time for more epochs. "
        "Let the learning rate rise and fall (OneCycleLR). Batch normalization helps; "
        "its running statistics count and must be returned too.",
    ),
    section="02-convolution.html#training",
    seconds=60.0,
    memory_mb=2048,
    forbidden=("c2a",),
    instead="Write the training loop yourself; NumPy and PyTorch are there.",
    source_characters=50_000,
)
