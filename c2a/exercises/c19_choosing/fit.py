"""Exercise: choose a network for each of three data sets that nobody describes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from c2a.exercises.c19_choosing.inputs import SIZES, three_sets
from c2a.exercises.kit import Metric, Trial, design
from c2a.exercises.kit.design import SCORES
from c2a.exercises.kit.slips import fit_nothing, slips

Arrays = list[np.ndarray]

BUDGET = 40_000
#: Accuracy to reach on each set; the task does not tell. Over several draws, right
#: answers reach .68 to .77, .87 to .91, .89 to .99; dense ones .40 to .50, .77 to .81.
THRESHOLDS = (0.58, 0.84, 0.85)
ENDS = np.cumsum([few for _, few in SIZES])

GUESSING = (
    "No set is reached: this is no better than one answer for all. Is the order of the "
    "arrays the same in both functions, and are the labels the argmax?"
)
FLAT = (
    "One of the three sets is reached, which a dense layer does, too. Look at what the "
    "other two are: neighboring pixels that may lie anywhere, and letters whose order "
    "matters."
)
TWO = (
    "Two sets are reached. Keep back some examples of each set, find the one on which "
    "you are weakest, and give it the network whose assumption fits."
)


def trial(rng: np.random.Generator) -> Trial:
    """Three sets to learn from; hidden examples of each to judge."""
    return as_trial(*three_sets(rng, hidden=True))


def practice() -> Trial:
    """Training data only."""
    return as_trial(*three_sets(np.random.default_rng(3), hidden=False))


def as_trial(learned: list, asked: list) -> Trial:
    given = tuple(each for pair in learned for each in pair)
    answers = np.concatenate([y for _, y in asked]).astype(np.int64)
    return Trial(given, tuple(x for x, _ in asked), answers)


def sets_reached(predicted: np.ndarray, answers: np.ndarray) -> float:
    """On how many of the three sets the accuracy is at its threshold."""
    right = np.split(predicted == answers, ENDS[:-1])
    pairs = zip(right, THRESHOLDS, strict=True)
    return float(sum(each.mean() >= least for each, least in pairs))


REACHED = Metric("sets reached", sets_reached, whole=True)


def pictures(width: int = 12):
    """Convolutions: the same questions wherever the garment lies."""
    from torch import nn

    return nn.Sequential(
        nn.Unflatten(1, (1, 20)),
        nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(2 * width, 3 * width, 3, padding=1), nn.ReLU(),
        nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(3 * width, 10),
    )  # fmt: skip


def letters(width: int = 32):
    """A GRU that reads the letters; its last state answers."""
    import torch
    from torch import nn

    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(27, 16)
            self.gru = nn.GRU(16, width, batch_first=True)
            self.out = nn.Linear(width, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.out(self.gru(self.embed(x))[0][:, -1])

    return Reader()


def letter_pairs(width: int = 32):
    """Right, too: convolutions along the word, and the strongest answer."""
    import torch
    from torch import nn

    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(27, 16)
            first, second = nn.Conv1d(16, width, 3, padding=1), nn.Linear(width, 2)
            self.first, self.second = first, second

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            found = torch.relu(self.first(self.embed(x).mT))
            return self.second(found.mean(2))

    return Reader()


def table():
    """One dense layer: sixty examples carry no more."""
    from torch import nn

    return nn.Linear(30, 2)


def dense(places: int, answers: int, symbols: int = 0):
    """What misses the idea: everything in one list."""
    import torch
    from torch import nn

    class Listed(nn.Module):
        def __init__(self):
            super().__init__()
            self.out = nn.Linear(places * max(symbols, 1), answers)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if symbols:
                x = torch.nn.functional.one_hot(x, symbols).float()
            return self.out(x.flatten(1))

    return Listed()


PLANS = ((7, 0.01), (4, 0.01), (40, 0.01))  # epochs and highest rate of each set


def solution(*makers: Callable) -> tuple[Callable, Callable]:
    """Fit and predict with one network a set, in the loop that the task prints."""

    def fit(x1, y1, x2, y2, x3, y3):
        import torch
        from torch.optim.lr_scheduler import OneCycleLR

        arrays = []
        sets = ((x1, y1), (x2, y2), (x3, y3))
        for make, (x, y), (epochs, rate) in zip(makers, sets, PLANS, strict=True):
            torch.manual_seed(0)
            net, x, y = make(), torch.tensor(x), torch.tensor(y)
            optimizer = torch.optim.Adam(net.parameters(), lr=rate)
            steps = epochs * -(-len(x) // 64)
            schedule = OneCycleLR(optimizer, rate, total_steps=steps)
            for _ in range(epochs):
                for rows in torch.randperm(len(x)).split(64):
                    loss = torch.nn.functional.cross_entropy(net(x[rows]), y[rows])
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    schedule.step()
            arrays += [p.detach().numpy() for p in net.parameters()]
        return arrays

    def predict(arrays, x1, x2, x3):
        import torch

        found, left = [], list(arrays)
        for make, x in zip(makers, (x1, x2, x3), strict=True):
            net = make().eval()
            with torch.no_grad():
                for p in net.parameters():
                    p.copy_(torch.tensor(left.pop(0)))
                found.append(net(torch.tensor(x)).argmax(1).numpy())
        return np.concatenate(found)

    return fit, predict


def listed_pictures():
    return dense(400, 10)


def listed_letters():
    return dense(12, 2, 27)


def predict_zero(arrays: Arrays, x1, x2, x3) -> np.ndarray:
    """Answers 0 everywhere."""
    return np.zeros(len(x1) + len(x2) + len(x3), dtype=np.int64)


def predict_scores(arrays: Arrays, x1, x2, x3) -> np.ndarray:
    """Returns scores instead of labels."""
    return np.zeros((len(x1) + len(x2) + len(x3), 10))


def predict_lists(arrays: Arrays, x1, x2, x3) -> list[np.ndarray]:
    """Three arrays instead of one."""
    return [np.zeros(len(x), dtype=np.int64) for x in (x1, x2, x3)]


EXERCISE = design(
    ("fit", "predict"),
    "Three unknown sets",
    solution(pictures, letters, table),
    trial=trial,
    practice=practice,
    metric=REACHED,
    steps={"two sets": (3, 2.0), "all three": (3, 3.0)},
    budget=BUDGET,
    told={1.0: GUESSING, 2.0: FLAT, 3.0: TWO},
    slow="Each set needs only a few seconds: fewer epochs, or pool the maps earlier.",
    seconds=60,
    trivial=(
        solution(listed_pictures, listed_letters, table),
        (fit_nothing, predict_zero),
    ),
    mistakes={
        GUESSING: (fit_nothing, predict_zero),
        FLAT: solution(listed_pictures, listed_letters, table),
        TWO: solution(pictures, listed_letters, table),
        SCORES: (fit_nothing, predict_scores),
        **slips(predict_zero),
    },
    alternatives=(
        solution(lambda: pictures(16), letter_pairs, table),
        solution(lambda: pictures(14), lambda: letters(48), table),
    ),
    hints=(
        "Print the shapes, and draw a few rows of each. What would change nothing: "
        "moving the picture, turning the row of letters round, swapping columns?",
        "Where a thing may lie anywhere, share weights over places and pool. Where "
        "order decides, use a network that sees order. With sixty rows, use little.",
        "Three convolutions with pooling and a maximum over places for the first; an "
        "embedding, a GRU and its last state for the second; one dense layer for the "
        "third.",
    ),
    section="choosing-guide",
    difficulty=4,
    minutes=40,
    varies=True,  # a submission learns from its own draw
)
