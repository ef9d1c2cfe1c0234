"""Exercise: count the parameters of a network that is given as a list."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from c2a.exercises.c05_lenet_to_alexnet.inputs import lenet_table, output_size
from c2a.exercises.kit import Draw, Group, declare

Layers = list[tuple[Any, ...]]

LENET_1998: Layers = [
    ("conv", 6, 5, 1, 0, 1),
    ("subsample", 2),
    ("partial", lenet_table().astype(int).tolist(), 5),
    ("subsample", 2),
    ("conv", 120, 5, 1, 0, 1),
    ("dense", 84),
]
LENET: Layers = [
    ("conv", 6, 5, 1, 0, 1),
    ("pool", 2, 2),
    ("conv", 16, 5, 1, 0, 1),
    ("pool", 2, 2),
    ("dense", 120),
    ("dense", 84),
    ("dense", 10),
]
ALEXNET: Layers = [
    ("conv", 96, 11, 4, 0, 1),
    ("pool", 3, 2),
    ("conv", 256, 5, 1, 2, 2),
    ("pool", 3, 2),
    ("conv", 384, 3, 1, 1, 1),
    ("conv", 384, 3, 1, 1, 2),
    ("conv", 256, 3, 1, 1, 2),
    ("pool", 3, 2),
    ("dense", 4096),
    ("dense", 4096),
    ("dense", 1000),
]


def counter(
    bias: int = 1,
    seen: Callable[[int, int], int] = lambda c, groups: c // groups,
    kernels: Callable[[list], int] = lambda table: sum(map(sum, table)),
    subsampled: Callable[[int, int], int] = lambda c, k: 2 * c,
    padded: bool = True,
    shared: bool = True,
) -> Callable[[int, int, Layers], int]:
    """A counter, right by default; the settings make its slips."""

    def count(channels: int, side: int, layers: Layers) -> int:
        total = 0
        for kind, *rest in layers:
            if kind == "conv":
                out, k, s, p, groups = rest
                side = output_size(side, k, s, p if padded else 0)
                own = out * seen(channels, groups) * k * k + bias * out
                total += own if shared else own * side**2
                channels = out
            elif kind == "partial":
                table, k = rest
                side = output_size(side, k, 1, 0)
                total += kernels(table) * k * k + bias * len(table)
                channels = len(table)
            elif kind == "dense":
                total += rest[0] * channels * side**2 + bias * rest[0]
                channels, side = rest[0], 1
            else:
                k, s = (rest[0], rest[0]) if kind == "subsample" else rest
                side = output_size(side, k, s, 0)
                total += subsampled(channels, k) if kind == "subsample" else 0
        return total

    return count


reference = counter()


def by_torch(channels: int, side: int, layers: Layers) -> int:
    """Right: build the layers, run one image through, and count; without memory."""
    with torch.device("meta"):
        return _by_torch(channels, side, layers)


def _by_torch(channels: int, side: int, layers: Layers) -> int:
    x, total = torch.zeros(1, channels, side, side), 0
    for kind, *rest in layers:
        if kind == "conv":
            out, k, s, p, groups = rest
            layer: nn.Module = nn.Conv2d(x.shape[1], out, k, s, p, groups=groups)
        elif kind == "partial":
            table, k = rest
            layer = nn.Conv2d(x.shape[1], len(table), k)
            total -= k * k * sum(row.count(0) for row in table)
        elif kind == "dense":
            x = x.flatten(1)[:, :, None, None]
            layer = nn.Conv2d(x.shape[1], rest[0], 1)
        else:
            layer = nn.AvgPool2d(rest[0], rest[-1])
            total += 2 * x.shape[1] * (kind == "subsample")
        try:
            x = layer(x)
        except RuntimeError as error:
            raise ValueError("the window does not fit") from error
        total += sum(p.numel() for p in layer.parameters())
    return total


def by_recursion(channels: int, side: int, layers: Layers) -> int:
    """Right: the first layer, and then the rest."""
    if not layers:
        return 0
    kind, first, *rest = layers[0]
    if kind == "dense":
        own, after_it = first * (channels * side * side + 1), (first, 1)
    else:
        k = rest[0] if kind in ("conv", "partial") else first
        s = {"conv": lambda: rest[1], "pool": lambda: rest[0]}.get(
            kind, lambda: 1 if kind == "partial" else k
        )()
        p = rest[2] if kind == "conv" else 0
        if k > side + 2 * p:
            raise ValueError("the window is larger than the map")
        after_it = (channels, (side + 2 * p - k) // s + 1)
        own = 2 * channels if kind == "subsample" else 0
        if kind == "conv":
            own = first * (channels // rest[3] * k * k + 1)
            after_it = (first, after_it[1])
        if kind == "partial":
            own = int(np.sum(first)) * k * k + len(first)
            after_it = (len(first), after_it[1])
    return own + by_recursion(*after_it, layers[1:])


def unchecked(channels: int, side: int, layers: Layers) -> int:
    """Does not look whether the windows fit."""
    try:
        return reference(channels, side, layers)
    except ValueError:
        return 0


def stack(d: Draw, *kinds: str) -> tuple:
    """A network of these kinds of layers that fits, on a random image."""
    channels, side = 2 * d.int(1, 3), d.int(20, 40)
    layers: Layers = []
    width = channels
    for kind in kinds:
        if kind in ("conv", "grouped"):
            out, groups = 2 * d.int(1, 5), 2 if kind == "grouped" else 1
            layers.append(("conv", out, d.int(2, 4), d.int(1, 2), d.int(1, 2), groups))
            width = out
        elif kind == "partial":
            table = (d.rng.random((d.int(2, 6), width)) < 0.6).astype(int)
            table[:, 0] = 1
            table[0, -1] = 0
            layers.append(("partial", table.tolist(), d.int(2, 3)))
            width = len(table)
        elif kind == "pool":
            layers.append(("pool", d.int(2, 3), 2))
        elif kind == "subsample":
            layers.append(("subsample", 2))
        else:
            layers.append(("dense", d.int(2, 30)))
    return channels, side, layers


EXERCISE = declare(
    "count_network",
    "Count any of them",
    reference,
    difficulty=3,
    minutes=25,
    example=(1, 6, [("conv", 2, 3, 1, 0, 1), ("subsample", 2), ("dense", 3)]),
    groups={
        "convolutions": Group(
            2,
            lambda d: stack(d, "conv", "conv"),
            lambda d: stack(d, "conv", "grouped"),
            (3, 8, []),
            lambda d: (1, d.int(3, 6), [("conv", 2, 9, 1, 1, 1)]),
        ),
        "dense layers": Group(
            1,
            lambda d: stack(d, "conv", "pool", "dense", "dense"),
            (1, 32, LENET),
            lambda d: (1, d.int(4, 7), [("pool", 2, 2), ("conv", 2, 5, 1, 0, 1)]),
        ),
        "of 1998": Group(
            2,
            lambda d: stack(d, "conv", "subsample", "partial", "dense"),
            (1, 32, LENET_1998),
            section="lenet-table",
        ),
        "AlexNet": Group(
            1,
            lambda d: stack(d, "grouped", "pool", "grouped", "pool", "dense"),
            (3, 227, ALEXNET),
            section="alexnet-counted",
        ),
    },
    mistakes={
        "The biases are missing: one for each filter or unit.": counter(bias=0),
        "The groups are not used. A filter sees only the maps of its own group.": (
            counter(seen=lambda c, groups: c)
        ),
        "The table is not used: a filter of a partial layer has kernels only for the "
        "maps that it sees.": counter(kernels=lambda t: len(t) * len(t[0])),
        "Subsampling is trained: a coefficient and a bias for each map.": counter(
            subsampled=lambda c, k: 0
        ),
        "A coefficient of subsampling belongs to the sum of a window, not to each of "
        "its pixels.": counter(subsampled=lambda c, k: c * (k * k + 1)),
        "The padding is not used, so the maps become too small, and with them the "
        "first dense layer.": counter(padded=False),
        "A convolution shares its weights: their number does not depend on how many "
        "places the kernel visits.": counter(shared=False),
        "The counts are right, but a window larger than its padded map needs a "
        "ValueError.": unchecked,
    },
    alternatives=(by_torch, by_recursion),
    hints=(
        "Walk through the list with two numbers in hand: how many maps there are, and "
        "how wide they are. Each layer adds parameters and changes the two.",
        "conv: out * (channels // groups) * k * k + out. subsample: 2 * channels. "
        "pool: nothing. partial: as conv, but count the ones of the table.",
        "dense: units * (channels * side * side) + units; afterwards channels is units "
        "and side is 1. The size of the maps follows (side + 2p - k) // s + 1; if k is "
        "larger than side + 2p, raise ValueError.",
    ),
    section="lenet-table",
)
