"""Exercise: how far a network that you cannot read looks ahead."""

import numpy as np

from c2a.exercises.kit import Draw, Group, Mistake, declare

SIZES = (-100.0, -3.0, 3.0, 100.0)


def outputs_moved(net, x, t, sizes=SIZES):
    """Which outputs move when input t is raised or lowered, a little or a lot."""
    before, moved = net(x), np.zeros(len(x), bool)
    for size in sizes:
        changed = x.copy()
        changed[t] += size
        moved |= net(changed) != before
    return moved


def solution(sizes=SIZES, tell=lambda t, s: t - s, inputs=lambda T: range(T)):
    """The answer, or one with a slip of those that the arguments name."""

    def look_ahead(net, x):
        found = 0
        for t in inputs(len(x)):
            for s in np.flatnonzero(outputs_moved(net, x, t, sizes)):
                found = max(found, int(tell(t, s)))
        return found

    return look_ahead


look_ahead = solution()


def from_the_output(net, x):
    """Right: for each distance, from the largest down, ask whether any pair has it."""
    T = len(x)
    rng = np.random.default_rng(0)
    for distance in range(T - 1, 0, -1):
        for t in range(distance, T):
            for scale in (1, 50):
                for _ in range(6):
                    changed = x.copy()
                    changed[t] += scale * rng.normal() * 3
                    if net(changed)[t - distance] != net(x)[t - distance]:
                        return distance
    return 0


def by_everything_later(net, x):
    """Right: change all inputs after a place, in several ways, and see if it moves."""
    T = len(x)
    for distance in range(T - 1, 0, -1):
        for s in range(T - distance):
            for size in SIZES:
                changed = x.copy()
                changed[s + distance :] += size
                if net(changed)[s] != net(x)[s]:
                    return distance
    return 0


def count_moved(net, x):
    """Wrong: how many outputs one input moves."""
    return max(int(outputs_moved(net, x, t).sum()) for t in range(len(x)))


def yes_or_no(net, x):
    """Wrong: whether, not how far."""
    return int(look_ahead(net, x) > 0)


def make_network(kind, k):
    """A network from a row of numbers to a row of numbers."""

    def windows(x, fill):
        padded = np.concatenate([x, np.full(k, fill)])
        return np.lib.stride_tricks.sliding_window_view(padded, k + 1)

    return {
        "past": lambda x: np.cumsum(x) * 0.5,
        "echo": lambda x: x + np.concatenate([np.zeros(k), x[: len(x) - k]]),
        "shift": lambda x: x + windows(x, 0.0)[:, -1],
        "mean": lambda x: windows(x, 0.0).mean(1),
        "peak": lambda x: windows(x, -1e9).max(1),
        "valley": lambda x: windows(x, 1e9).min(1),
        "centered": lambda x: np.cumsum(x) - x.mean(),
        "back": lambda x: np.cumsum(x[::-1])[::-1] * 0.5,
    }[kind]


def drive(look_ahead, kind, k, x):
    """The network is made here, so that its code is not in sight."""
    return look_ahead(make_network(kind, k), x)


def asked(*kinds):
    """A network of one of the kinds, and a row of inputs longer than it looks."""

    def draw(d: Draw):
        k = d.int(1, 4)
        return d.choose(*kinds), k, d.rng.integers(-4, 5, d.int(6, 9)).astype(float)

    return draw


def sloping(kind, sign):
    """Inputs among which the network always takes the first of its window."""

    def draw(d: Draw):
        x = sign * np.arange(d.int(6, 9)) + d.int(0, 3)
        return kind, d.int(1, 4), x.astype(float)

    return draw


UP = np.arange(7.0)

EXERCISE = declare(
    "look_ahead",
    "Does it peek, and how far?",
    look_ahead,
    drive=drive,
    difficulty=3,
    minutes=25,
    groups={
        "at all": Group(
            2,
            asked("past", "echo"),
            asked("shift", "mean"),
            ("echo", 3, UP),
            ("shift", 4, UP),
        ),
        "sometimes": Group(
            2,
            sloping("peak", -1),
            sloping("valley", 1),
            ("peak", 3, -UP),
            ("valley", 3, UP),
            asked("peak", "valley"),
        ),
        "whole": Group(
            1, asked("centered", "back"), ("centered", 1, UP), ("past", 1, UP)
        ),
    },
    mistakes=[
        Mistake(
            "Inputs are only raised. A network that takes the smallest of its inputs "
            "does not show that it sees one that is raised.",
            solution((3.0, 100.0)),
            whole=True,
        ),
        Mistake(
            "Inputs are only lowered. A network that takes the largest of its inputs "
            "does not show that it sees one that is lowered.",
            solution((-3.0, -100.0)),
            whole=True,
        ),
        Mistake(
            "The changes are too small to be noticed everywhere. Try large ones, too.",
            solution((-0.01, 0.01)),
            whole=True,
        ),
        Mistake(
            "Only what lies behind is measured, or nothing at all. Ahead means: an "
            "input after the output, so take t - s.",
            solution(tell=lambda t, s: s - t),
        ),
        Mistake(
            "Both sides count here. Only inputs after the output are ahead.",
            solution(tell=lambda t, s: abs(t - s)),
        ),
        Mistake(
            "This counts the steps with both ends. The next input is 1 ahead.",
            solution(tell=lambda t, s: t - s + 1),
        ),
        Mistake("This is how many outputs one input moves.", count_moved),
        Mistake("This says whether it looks ahead. Say how far.", yes_or_no),
    ],
    alternatives=(from_the_output, by_everything_later),
    hints=(
        "Change input t and look for the outputs s that moved. Which differences of t "
        "and s mean that the network looked ahead?",
        "A network may see an input and yet not move for every change of it: the "
        "largest of four numbers stays when a small one grows a little.",
        "Try each input raised and lowered, by 3 and by 100. Return the largest t - s "
        "among the outputs that moved, and 0 if there is none above 0.",
    ),
    section="perturbation",
)
