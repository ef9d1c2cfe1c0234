"""Exercise: parameters, multiply-adds and waits of a network, from its plan."""

from __future__ import annotations

from c2a.exercises.kit import Draw, Group, declare


def counted(
    layers, *, bias=True, places=True, per_step=True, gates=3, waits="steps",
    projections=True, scores=True, double=False, deep=False,
):  # fmt: skip
    """The three numbers, right by default; each setting is a slip."""
    parameters = work = steps = 0
    for name, *sizes in layers:
        if name == "dense":
            a, b = sizes
            parameters += a * b + b * bias
            work += a * b
            steps += 1
        elif name == "conv":
            c, o, k, side = sizes
            parameters += c * o * k * k + o * bias
            work += c * o * k * k * (side * side if places else 1)
            steps += 1
        elif name == "gru":
            d, h, length = sizes
            weights = gates * (d * h + h * h)
            parameters += weights + 2 * gates * h * bias
            work += weights * (length if per_step else 1)
            steps += length if waits == "steps" else 1
        else:
            d, length = sizes
            parameters += 4 * d * d + 4 * d * bias
            work += 4 * length * d * d * projections + 2 * length**2 * d * scores
            steps += 4 if deep else length if waits == "all" else 1
    return [parameters, work * (2 if double else 1), steps]


def reference(layers):
    """Layer by layer."""
    return counted(layers)


def by_table(layers):
    """Right: one formula a kind."""
    formulas = {
        "dense": lambda a, b: (b * (a + 1), a * b, 1),
        "conv": lambda c, o, k, s: (o * (c * k**2 + 1), o * c * (k * s) ** 2, 1),
        "gru": lambda d, h, t: (3 * h * (d + h + 2), 3 * h * (d + h) * t, t),
        "attention": lambda d, t: (4 * d * (d + 1), 2 * t * d * (2 * d + t), 1),
    }
    costs = [formulas[name](*sizes) for name, *sizes in layers]
    return [sum(column) for column in zip(*costs, strict=True)]


def by_torch(layers):
    """Right: parameters from torch's layers, as a tuple."""
    from torch import nn

    total = [0, 0, 0]
    for name, *s in layers:
        if name == "dense":
            layer, work, steps = nn.Linear(s[0], s[1]), s[0] * s[1], 1
        elif name == "conv":
            layer = nn.Conv2d(s[0], s[1], s[2])
            work, steps = layer.weight.numel() * s[3] ** 2, 1
        elif name == "gru":
            layer = nn.GRU(s[0], s[1])
            weights = layer.weight_ih_l0.numel() + layer.weight_hh_l0.numel()
            work, steps = weights * s[2], s[2]
        else:
            layer = nn.MultiheadAttention(s[0], 1)
            work = s[1] * 4 * s[0] ** 2 + 2 * s[1] ** 2 * s[0]
            steps = 1
        count = sum(p.numel() for p in layer.parameters())
        for place, more in enumerate((count, work, steps)):
            total[place] += more
    return tuple(total)


def slip(**setting):
    return lambda layers: counted(layers, **setting)


def plan(d: Draw, *kinds: str) -> tuple:
    """A list of layers of some kinds; nothing need fit together."""
    makers = {
        "dense": lambda: ("dense", d.int(2, 60), d.int(2, 20)),
        "conv": lambda: (
            "conv",
            d.int(2, 9),
            d.int(2, 9),
            d.choose(3, 5),
            d.int(3, 14),
        ),
        "gru": lambda: ("gru", d.int(2, 30), d.int(2, 30), d.int(3, 40)),
        "attention": lambda: ("attention", d.int(2, 40), d.int(3, 50)),
    }
    return ([makers[kind]() for kind in (*kinds, d.choose(*kinds))],)


EXERCISE = declare(
    "network_cost",
    "Memory, work, waiting",
    reference,
    difficulty=3,
    minutes=25,
    example=([("conv", 10, 20, 3, 7), ("dense", 980, 10)],),
    groups={
        "dense and convolution": Group(2, lambda d: plan(d, "dense", "conv")),
        "recurrent": Group(2, lambda d: plan(d, "gru"), ([("gru", 14, 60, 14)],)),
        "attention": Group(
            2, lambda d: plan(d, "attention"), ([("attention", 64, 16)],)
        ),
    },
    mistakes={
        "Biases are parameters, too. A GRU in PyTorch has two for each unit and gate, "
        "attention one for each output of its four layers.": slip(bias=False),
        "A convolution uses its weights at every place of the map. You counted memory "
        "instead of work.": slip(places=False),
        "A GRU uses its weights once for each step. You counted memory instead of "
        "work.": slip(per_step=False),
        "A GRU has three pairs of matrices: two gates and the candidate. Four is an "
        "LSTM.": slip(gates=4),
        "The steps of a GRU wait for each other. One layer is as many sequential steps "
        "as the sequence is long.": slip(waits="layers"),
        "The places of attention do not wait for each other: one layer is one "
        "sequential step, however long the sequence.": slip(waits="all"),
        "Scores and mean are missing: 2 n n d, beside the projections.": slip(
            scores=False
        ),
        "Attention counts as one layer, and so as one step: the table says it.": slip(
            deep=True
        ),
        "The four projections of attention are missing: 4 n d d.": slip(
            projections=False
        ),
        "One multiplication with its addition counts as one.": slip(double=True),
    },
    alternatives=(by_table, by_torch),
    hints=(
        "Write one `if` for each kind of layer, and add to three totals.",
        "A GRU: 3 (d h + h h) weights and 6 h biases. Its weights work once a step, "
        "and each step waits.",
        "Attention: four dense layers from d to d at every place, then scores and "
        "mean, n n d each. One sequential step.",
    ),
    section="choosing-device",
)
