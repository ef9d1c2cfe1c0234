"""Exercise: the parameters of any recurrent stack."""

import torch

from c2a.exercises.kit import Draw, Group, declare, raising_like

BLOCKS = {"rnn": 1, "gru": 3, "lstm": 4}


def check(d_x, layers):
    """Refuse what no stack can be."""
    if d_x < 1:
        raise ValueError("d_x must be 1 or more")
    for kind, d_h, directions in layers:
        if kind not in BLOCKS or d_h < 1 or directions not in (1, 2):
            raise ValueError(f"no layer: {(kind, d_h, directions)}")


def build(biases=2, widen=True, twice=True, blocks=None, square=True):
    """The answer, or one with a slip of those that the arguments name."""

    def count_recurrent(d_x, layers):
        check(d_x, layers)
        total = 0
        for kind, d_h, directions in layers:
            weights = d_h * (d_x + (d_h if square else 1) + biases)
            count = (blocks or BLOCKS)[kind] * weights
            total += count * (directions if twice else 1)
            d_x = d_h * (directions if widen else 1)
        return total

    return count_recurrent


count_recurrent = build()


def by_torch(d_x, layers):
    """Right: torch's layers, one by one."""
    check(d_x, layers)
    total = 0
    for kind, d_h, directions in layers:
        layer = getattr(torch.nn, kind.upper())(
            d_x, d_h, bidirectional=directions == 2, device="meta"
        )
        total += sum(p.numel() for p in layer.parameters())
        d_x = directions * d_h
    return total


def by_shapes(d_x, layers):
    """Right: the sizes of all arrays, listed."""
    check(d_x, layers)
    shapes, below = [], d_x
    for kind, d_h, directions in layers:
        rows = BLOCKS[kind] * d_h
        shapes += [(rows, below), (rows, d_h), (rows, 1), (rows, 1)] * directions
        below = directions * d_h
    return sum(a * b for a, b in shapes)


def each_time(d_x, layers):
    """Wrong: the input of every layer is the network's."""
    check(d_x, layers)
    return sum(count_recurrent(d_x, [layer]) for layer in layers)


def same_again(d_x, layers):
    """Wrong: the first layer times their number."""
    check(d_x, layers)
    return len(layers) * count_recurrent(d_x, layers[:1])


def stack(d: Draw, directions, count=None):
    """A stack whose input is no wider or narrower by chance than its layers."""
    kinds = ("rnn", "gru", "lstm")
    layers = [
        (d.choose(*kinds), d.int(2, 9), d.choose(*directions))
        for _ in range(count or d.int(2, 4))
    ]
    return d.int(11, 20), layers


def senseless(d: Draw):
    """One thing wrong, everything else varied."""
    d_x, layers = stack(d, (1, 2))
    at = d.int(0, len(layers) - 1)
    kind, d_h, directions = layers[at]
    layers[at] = d.choose(
        ("tanh", d_h, directions), (kind, 0, directions), (kind, d_h, 3), (kind, d_h, 0)
    )
    return d_x, layers


EXERCISE = declare(
    "count_recurrent",
    "What a stack weighs",
    count_recurrent,
    difficulty=2,
    minutes=15,
    example=(3, [("rnn", 2, 1), ("gru", 4, 2)]),
    groups={
        "one layer": Group(1, lambda d: stack(d, (1,), 1), (5, [("lstm", 3, 1)])),
        "stacked": Group(1, lambda d: stack(d, (1,)), (4, [])),
        "both ways": Group(
            2,
            lambda d: stack(d, (2,)),
            lambda d: stack(d, (1, 2)),
            section="deep-stack",
        ),
        "impossible": Group(
            1,
            senseless,
            (0, [("rnn", 2, 1)]),
            (3, [("mlp", 2, 1)]),
            (3, [("rnn", 2, 1)]),
            visible=1,
        ),
    },
    mistakes={
        "One bias is missing: torch has two of them in each direction.": build(
            biases=1
        ),
        "The biases are missing.": build(biases=0),
        "A layer above one that reads both ways has twice as many inputs.": build(
            widen=False
        ),
        "The two directions have weights of their own: count both.": build(twice=False),
        "An LSTM has four blocks of weights: three gates and the candidate.": build(
            blocks={"rnn": 1, "gru": 3, "lstm": 3}
        ),
        "A GRU has three blocks of weights: two gates and the candidate.": build(
            blocks={"rnn": 1, "gru": 2, "lstm": 4}
        ),
        "Every layer is counted with the network's input. It reads the states of the "
        "layer below.": each_time,
        "The layers are counted like the first one. Each has its own kind, width and "
        "input.": raising_like(count_recurrent, same_again),
    },
    alternatives=(by_torch, by_shapes),
    hints=(
        "One direction of a plain layer has a matrix (d_h, d_x), a matrix (d_h, d_h) "
        "and two biases of d_h.",
        "A GRU has this three times, an LSTM four times. A second direction has it all "
        "again.",
        "Go through the list and keep one number: how wide the input of the next layer "
        "is. It is d_h times the directions of the layer below.",
    ),
    section="deep-stack",
)
