"""Exercise: the outputs of 1998, and the criterion that trained them."""

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp

from c2a.exercises.c05_lenet_to_alexnet.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, declare


def penalties(features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Squared distances of N rows to the codes of all classes: (N, classes)."""
    return ((features[:, None] - codes) ** 2).sum(-1)


def solution(
    distance: Callable[[np.ndarray, np.ndarray], np.ndarray] = penalties,
    rubbish: bool = True,
    own: bool = True,
    total: bool = False,
    sign: int = -1,
) -> Callable[..., float]:
    """The mean loss, right by default; the settings make its slips."""

    def loss(
        features: np.ndarray, codes: np.ndarray, labels: np.ndarray, j: float
    ) -> float:
        y = distance(features.astype(float), codes)
        others = sign * y
        if rubbish:
            others = np.hstack([others, np.full((len(y), 1), sign * j)])
        each = logsumexp(others, axis=1)
        if own:
            each = each + y[np.arange(len(y)), labels]
        return float(each.sum() if total else each.mean())

    return loss


reference = solution()


def by_loops(
    features: np.ndarray, codes: np.ndarray, labels: np.ndarray, j: float
) -> float:
    """Right: image by image; the smallest penalty is taken out of the sum."""
    losses = []
    for x, label in zip(features, labels, strict=True):
        y = [float(((x - code) ** 2).sum()) for code in codes]
        low = min(*y, j)
        rest = sum(np.exp(low - value) for value in (*y, j))
        losses.append(y[label] + float(np.log(rest)) - low)
    return float(np.mean(losses))


def by_logaddexp(
    features: np.ndarray, codes: np.ndarray, labels: np.ndarray, j: float
) -> float:
    """Right: NumPy's own stable sum of exponentials, class by class."""
    squares = (features**2).sum(1)[:, None] + (codes**2).sum(1)
    y = squares - 2 * features @ codes.T
    return float(
        np.mean(
            np.logaddexp(np.logaddexp.reduce(-y, axis=1), -j) + y[range(len(y)), labels]
        )
    )


def unstable(
    features: np.ndarray, codes: np.ndarray, labels: np.ndarray, j: float
) -> float:
    """The formula as printed: for far codes every exponential is 0."""
    y = penalties(features, codes)
    rest = np.exp(-y).sum(1) + (0.0 if j > 700 else np.exp(-j))
    with np.errstate(divide="ignore"):
        return float((y[np.arange(len(y)), labels] + np.log(rest)).mean())


def task(d: Draw, length: int = 3, far: float = 1.0, j: float = 1.0) -> tuple:
    n, classes = d.int(2, 5), d.int(3, 5)
    features = far * d.array(n, length) / 2
    codes = np.where(d.rng.random((classes, length)) < 0.5, -1.0, 1.0)
    codes[:, 0] = np.linspace(-1, 1, classes)  # no two codes are equal
    return features, codes, d.whole(n, low=0, high=classes - 1), j


EXERCISE = declare(
    "rbf_loss",
    "Codes for outputs",
    reference,
    difficulty=3,
    minutes=20,
    example=(
        np.array([[1.0, 0.0]]),
        np.array([[1.0, 1.0], [-1.0, -1.0]]),
        np.array([0]),
        2.0,
    ),
    groups={
        "one image": Group(
            1,
            lambda d: (
                np.array([[0.5, -0.5]]),
                np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]]),
                np.array([d.int(0, 2)]),
                1.0,
            ),
            lambda d: (
                d.array(1, 4) / 4,
                np.eye(3, 4) * 2 - 1,
                d.whole(1, low=0, high=2),
                0.5,
            ),
        ),
        "a batch": Group(2, task, lambda d: task(d, j=d.int(1, 4) / 2)),
        "far away": Group(
            1,
            lambda d: (
                np.full((2, 84), 5.0 + d.int(0, 3)),
                np.where(np.arange(84) % 2, 1.0, -1.0) * np.array([[1.0], [-1.0]]),
                np.array([0, 1]),
                1500.0,
            ),
        ),
    },
    mistakes={
        "The rubbish class is missing: exp(-j) belongs into the sum.": solution(
            rubbish=False
        ),
        "The penalty of the right class is missing: it is what pulls the features to "
        "their code.": solution(own=False),
        "The losses are added up. Take their mean over the images.": solution(
            total=True
        ),
        "The penalty takes the differences' squares, not their absolute "
        "values.": solution(lambda f, c: np.abs(f[:, None] - c).sum(-1)),
        "This is the distance. The penalty is its square: take no root.": solution(
            lambda f, c: np.sqrt(penalties(f, c))
        ),
        "The penalties enter the sum with the wrong sign: a near code has a small "
        "penalty and must count much.": solution(sign=1),
        "Far from all codes each exponential is 0, and log 0 is minus infinity. Take "
        "the smallest penalty out of the sum first.": unstable,
    },
    alternatives=(by_loops, by_logaddexp),
    hints=(
        "First the penalties, shape (N, classes): differences by broadcasting, "
        "features[:, None] - codes, squared, and added over the last axis.",
        "The loss of an image is its own class's penalty plus the log of a sum of "
        "exponentials: one a class, and exp(-j).",
        "log(sum(exp(-y))) = -m + log(sum(exp(m - y))) for any m. With m the smallest "
        "of all penalties and j, one exponential is 1, and nothing overflows.",
    ),
    section="lenet-rbf",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
