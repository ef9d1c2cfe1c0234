"""Exercise: parameter groups whose rate falls with depth."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from c2a.exercises.kit import Draw, Group, declare


def reference(layers, head, rate, factor):
    """The head at the full rate, each layer below it at `factor` of the one above."""
    parts = [head, *reversed(layers)]
    return [
        {"params": list(part.parameters()), "lr": rate * factor**depth}
        for depth, part in enumerate(parts)
    ]


def from_below(layers, head, rate, factor):
    """Right: counted from the input up, generators as they come."""
    depth = len(layers)
    groups = [
        {"params": layer.parameters(), "lr": rate * factor ** (depth - i)}
        for i, layer in enumerate(layers)
    ]
    groups.append({"params": head.parameters(), "lr": rate})
    return groups


def one_a_tensor(layers, head, rate, factor):
    """Right: a group for each tensor."""
    groups = [{"params": [p], "lr": rate} for p in head.parameters()]
    for layer in reversed(list(layers)):
        rate *= factor
        groups += [{"params": [p], "lr": rate} for p in layer.parameters()]
    return groups


def variant(power: Callable[[int, int], float], with_head: bool = True):
    """Groups with another exponent for layer i of n."""

    def groups(layers, head, rate, factor):
        n = len(layers)
        found = [
            {"params": layer.parameters(), "lr": rate * factor ** power(i, n)}
            for i, layer in enumerate(layers)
        ]
        if with_head:
            found.append({"params": head.parameters(), "lr": rate})
        return found

    return groups


def turned_round(layers, head, rate, factor):
    """Wrong: the head is the slowest, the layer next to the input the fastest."""
    parts = [*layers, head]
    return [
        {"params": list(part.parameters()), "lr": rate * factor**depth}
        for depth, part in enumerate(parts)
    ]


def another_key(layers, head, rate, factor):
    """Wrong: a key that the optimizer does not know."""
    groups = reference(layers, head, rate, factor)
    return [{"params": each["params"], "rate": each["lr"]} for each in groups]


def multiplied(layers, head, rate, factor):
    """Wrong: the factor times the depth."""
    n = len(layers)
    groups = [
        {"params": layer.parameters(), "lr": rate * factor * (n - i)}
        for i, layer in enumerate(layers)
    ]
    return [*groups, {"params": head.parameters(), "lr": rate}]


def divided(layers, head, rate, factor):
    """Wrong: divided by the factor."""
    return reference(layers, head, rate, 1 / factor)


def first_tensor_only(layers, head, rate, factor):
    """Wrong: weights without biases."""
    return [
        {"params": [part.weight], "lr": rate * factor**depth}
        for depth, part in enumerate([head, *reversed(layers)])
    ]


def drive(rate_groups, widths, rate, factor):
    """The rate that torch's optimizer gives each layer's weight and bias."""
    sizes = [(widths[i], widths[i + 1]) for i in range(len(widths) - 1)]
    layers = nn.Sequential(*(nn.Linear(i, o) for i, o in sizes))
    head = nn.Linear(widths[-1], 2)
    groups = rate_groups(layers, head, rate, factor)
    optimizer = torch.optim.SGD(groups, lr=0.0)
    rates = {}
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            rates[id(parameter)] = group["lr"]
    parts = [*layers, head]
    return {
        "of the weights, from the input up": [rates.get(id(p.weight)) for p in parts],
        "of the biases, from the input up": [rates.get(id(p.bias)) for p in parts],
    }


def net(d: Draw, layers: int) -> tuple:
    widths = [d.int(2, 6) for _ in range(layers + 1)]
    rate = d.choose(0.01, 0.003, 0.02)
    return widths, rate, d.choose(0.5, 0.25, 0.2)


EXERCISE = declare(
    "rate_groups",
    "A rate for each depth",
    reference,
    drive=drive,
    difficulty=1,
    minutes=10,
    groups={
        "one layer": Group(1, lambda d: net(d, 1), rtol=1e-6, atol=1e-9),
        "several": Group(2, lambda d: net(d, d.int(2, 5)), rtol=1e-6, atol=1e-9),
    },
    mistakes={
        "The layer below the head has the head's rate. It is one step down "
        "already.": variant(lambda i, n: n - 1 - i),
        "Below the head, the order is turned round: the layer next to the input is "
        "the slowest.": variant(lambda i, n: i + 1),
        "The rates fall towards the head. It learns at `rate`, the layer next to the "
        "input is the slowest.": turned_round,
        'No group has a rate that the optimizer reads. The key is `"lr"`.': another_key,
        "The head is missing: it would not learn at all.": variant(
            lambda i, n: n - i, with_head=False
        ),
        "All layers below the head have the same rate. Apply the factor once more "
        "with each step down.": variant(lambda i, n: 1),
        "The factor is multiplied by the depth. Raise it to that power.": multiplied,
        "The rates grow towards the input. The factor is below 1: multiply by it.": (
            divided
        ),
        "The biases are in no group, so they would not learn. `parameters()` lists "
        "both.": first_tensor_only,
    },
    alternatives=(from_below, one_a_tensor),
    hints=(
        'A group is a dictionary: `{"params": layer.parameters(), "lr": ...}`.',
        "The head has rate, the layer below it rate * factor, the one below that "
        "rate * factor ** 2.",
        "`reversed(layers)` runs from the top down. `enumerate` counts the steps.",
    ),
    section="transfer-strategies",
)
