"""Exercise: the stress of hidden words, within a budget."""

from collections.abc import Callable
from functools import partial

import numpy as np

from c2a.exercises.kit import Metric, Trial, design
from c2a.exercises.kit.design import SCORES
from c2a.exercises.kit.slips import fit_nothing, slips

Arrays = list[np.ndarray]

LONGEST = 10  # phones in a word
NUMBERS = 40  # 39 phones and the padding
BUDGET = 7_000
GIVEN, ASKED = 5_000, 6_000  # words

GUESSING = (
    "This is no better than looking at each vowel alone. Is the order of the arrays "
    "the same in both functions, and do the marks stand at their own sounds?"
)
ONE_WAY = (
    "About this far comes a network that reads ahead, or one whose second direction "
    "reads padding or is not turned back. A vowel's stress hangs on what follows."
)
BELOW = (
    "The network works; this step asks for more. Use the budget for wider layers, "
    "train for more epochs, or try another learning rate."
)


def at_vowels(predicted: np.ndarray, marks: np.ndarray) -> float:
    """The share of the vowels that get their mark."""
    return float((predicted == marks)[marks >= 0].mean())


def words(part: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Phones (N, 10) from 1 on, lengths (N,), marks (N, 10), -100 where no vowel is."""
    from c2a.data import load

    d = load("cmudict")
    number = {phone: i + 1 for i, phone in enumerate(d.phones)}
    phones, lengths, marks = [], [], []
    for line in getattr(d, f"{part}_phones")[:20_000]:
        sounds = line.split()
        stress = [int(s[-1]) if s[-1].isdigit() else -100 for s in sounds]
        if len(sounds) <= LONGEST and sum(mark >= 0 for mark in stress) > 1:
            left = LONGEST - len(sounds)
            phones.append([number[s.rstrip("012")] for s in sounds] + [0] * left)
            lengths.append(len(sounds))
            marks.append(stress + [-100] * left)
    return np.array(phones), np.array(lengths), np.array(marks)


def trial(rng: np.random.Generator) -> Trial:
    """Training words in a new order; words that nobody has seen."""
    given, hidden = words("train"), words("test")
    first = rng.permutation(len(given[0]))[:GIVEN]
    last = rng.permutation(len(hidden[0]))[:ASKED]
    *asked, answers = (each[last] for each in hidden)
    return Trial(tuple(each[first] for each in given), tuple(asked), answers)


def practice() -> Trial:
    """Training words only: some are kept back to judge with."""
    given = words("train")
    *asked, answers = (each[GIVEN : GIVEN + ASKED] for each in given)
    return Trial(tuple(each[:GIVEN] for each in given), tuple(asked), answers)


def reverse(x, lengths):
    """Each sequence turned round within its length."""
    import torch

    t = torch.arange(x.shape[1])
    source = lengths[:, None] - 1 - t
    source = torch.where(source < 0, t, source)
    return x[torch.arange(len(x))[:, None], source]


def network(width: int, both: bool, kind: str = "GRU"):
    """An embedding, one recurrent layer a direction, three scores a sound."""
    from torch import nn

    parts = {
        "embed": nn.Embedding(NUMBERS, 16, padding_idx=0),
        "ahead": getattr(nn, kind)(16, width, batch_first=True),
        "out": nn.Linear(width * (1 + both), 3),
    }
    if both:
        parts["back"] = getattr(nn, kind)(16, width, batch_first=True)
    return nn.ModuleDict(parts)


def scores(net, phones, lengths):
    """Scores (N, T, 3) of the marks."""
    import torch

    x = net["embed"](phones)
    states = [net["ahead"](x)[0]]
    if "back" in net:
        states.append(reverse(net["back"](reverse(x, lengths))[0], lengths))
    return net["out"](torch.cat(states, dim=-1))


def fit_network(
    phones: np.ndarray,
    lengths: np.ndarray,
    marks: np.ndarray,
    build: Callable,
    epochs: int,
    rate: float = 0.01,
) -> Arrays:
    """The loop that the task prints."""
    import torch

    torch.manual_seed(0)
    x, n, targets = (torch.tensor(each) for each in (phones, lengths, marks))
    net = build()
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(64):
            found = scores(net, x[rows], n[rows]).flatten(0, 1)
            loss = torch.nn.functional.cross_entropy(found, targets[rows].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return [each.detach().numpy() for each in net.parameters()]


def predict_network(
    arrays: Arrays, phones: np.ndarray, lengths: np.ndarray, build: Callable
) -> np.ndarray:
    """Put the arrays back and take the best mark."""
    import torch

    net = build()
    with torch.no_grad():
        for weights, numbers in zip(net.parameters(), arrays, strict=True):
            weights.copy_(torch.tensor(numbers))
        found = scores(net, torch.tensor(phones), torch.tensor(lengths))
    return found.argmax(-1).numpy()


def solution(build: Callable, epochs: int, rate: float = 0.01):
    """The two functions of one network."""
    fit = partial(fit_network, build=build, epochs=epochs, rate=rate)
    return fit, partial(predict_network, build=build)


def fit_counts(phones: np.ndarray, lengths: np.ndarray, marks: np.ndarray) -> Arrays:
    """What misses the idea: how often each phone has each mark."""
    table = np.zeros((NUMBERS, 3), np.float32)
    vowel = marks >= 0
    np.add.at(table, (phones[vowel], marks[vowel]), 1)
    return [table]


def predict_counts(
    arrays: Arrays, phones: np.ndarray, lengths: np.ndarray
) -> np.ndarray:
    """The commonest mark of each phone."""
    return arrays[0][phones].argmax(-1)


def predict_none(arrays: Arrays, phones: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Answers the same mark everywhere."""
    return np.zeros_like(phones)


def predict_scores(
    arrays: Arrays, phones: np.ndarray, lengths: np.ndarray
) -> np.ndarray:
    """Returns scores instead of marks."""
    return np.zeros((*phones.shape, 3))


AHEAD = solution(partial(network, 34, False), 4)

EXERCISE = design(
    ("fit", "predict"),
    "The stress of words you have not seen",
    solution(partial(network, 22, True), 5),
    trial=trial,
    practice=practice,
    metric=Metric("share of marks right", at_vowels, whole=True),
    steps={
        "0.82 right": (3, 0.82),
        "0.84 right": (2, 0.84),
        "0.855 right": (1, 0.855),
    },
    budget=BUDGET,
    told={0.75: GUESSING, 0.82: ONE_WAY, 1.0: BELOW},
    slow="Train for fewer epochs, or with larger batches.",
    trivial=(AHEAD, (fit_counts, predict_counts), (fit_nothing, predict_none)),
    mistakes={
        GUESSING: (fit_counts, predict_counts),
        ONE_WAY: AHEAD,
        SCORES: (fit_nothing, predict_scores),
        **slips(predict_none),
    },
    alternatives=(
        solution(partial(network, 22, True), 4, 0.02),
        solution(partial(network, 19, True, "LSTM"), 6, 0.02),
    ),
    hints=(
        "Count before you train. One direction of a GRU with 16 inputs and 22 units "
        "has 3 * 22 * (16 + 22 + 2) = 2,640 numbers.",
        "A vowel's mark hangs on what comes after it: read the word from both ends. "
        "Turn each word round within its own length, before reading and after.",
        "An embedding of 16 numbers a phone, two GRUs of 22 units, their states side "
        "by side, one nn.Linear(44, 3); and cross-entropy, which skips -100.",
    ),
    section="future-pays",
    difficulty=4,
    minutes=35,
)
