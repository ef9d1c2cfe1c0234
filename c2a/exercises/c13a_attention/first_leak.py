"""Exercise: find the first layer that lets the future through."""

import math
from collections.abc import Callable

import torch

from c2a.exercises.kit import Draw, Group, declare

Tensor = torch.Tensor
Layer = Callable[[Tensor], Tensor]


def first_leak(layers: list[Layer], x: Tensor) -> int:
    """Each layer by itself, on what the layers below make of x; bit by bit."""
    for number, layer in enumerate(layers):
        before = layer(x)
        for j in range(1, x.shape[1]):
            changed = x.clone()
            changed[:, j] = 2 * changed[:, j] + 1
            if not torch.equal(layer(changed)[:, :j], before[:, :j]):
                return number
        x = before
    return -1


def all_the_way(layers: list[Layer], x: Tensor) -> int:
    """Right: change every token in turn at the bottom, follow all layers."""
    changed = [x.clone() for _ in range(1, x.shape[1])]
    for j, other in enumerate(changed, 1):
        other[:, j] += 1.0
    for number, layer in enumerate(layers):
        x, changed = layer(x), [layer(other) for other in changed]
        for j, other in enumerate(changed, 1):
            if (other != x)[:, :j].any():
                return number
    return -1


def all_later_ones(layers: list[Layer], x: Tensor) -> int:
    """Right: change every token from j on at once, layer by layer."""
    with torch.no_grad():
        for number, layer in enumerate(layers):
            before = layer(x)
            for j in range(1, x.shape[1]):
                changed = x.clone()
                changed[:, j:] -= 0.7
                if not torch.equal(layer(changed)[:, :j], before[:, :j]):
                    return number
            x = before
    return -1


def last_token_only(layers: list[Layer], x: Tensor) -> int:
    for number in range(len(layers)):
        one, other = x, x.clone()
        other[:, -1] += 1.0
        for layer in layers[: number + 1]:
            one, other = layer(one), layer(other)
        if not torch.equal(one[:, :-1], other[:, :-1]):
            return number
    return -1


def first_output_only(layers: list[Layer], x: Tensor) -> int:
    for number in range(len(layers)):
        one, other = x, x.clone()
        other[:, 1:] += 1.0
        for layer in layers[: number + 1]:
            one, other = layer(one), layer(other)
        if not torch.equal(one[:, :1], other[:, :1]):
            return number
    return -1


def loosely(layers: list[Layer], x: Tensor) -> int:
    """Wrong: nearly equal is not equal."""
    for number, layer in enumerate(layers):
        before = layer(x)
        for j in range(1, x.shape[1]):
            changed = x.clone()
            changed[:, j] += 1.0
            if not torch.allclose(layer(changed)[:, :j], before[:, :j], atol=1e-5):
                return number
        x = before
    return -1


def counted_from_one(layers: list[Layer], x: Tensor) -> int:
    found = first_leak(layers, x)
    return found if found < 0 else found + 1


def any_change(layers: list[Layer], x: Tensor) -> int:
    """Wrong: the changed token's own output and later ones may move. Always 0."""
    for number, layer in enumerate(layers):
        changed = x.clone()
        changed[:, 1] += 1.0
        if not torch.equal(layer(changed), layer(x)):
            return number
        x = layer(x)
    return -1


def through_the_last(layers: list[Layer], x: Tensor) -> int:
    """Wrong: says only whether the whole network leaks."""
    return len(layers) - 1 if first_leak(layers, x) >= 0 else -1


def the_last_one(layers: list[Layer], x: Tensor) -> int:
    found = [n for n, layer in enumerate(layers) if first_leak([layer], x) == 0]
    return found[-1] if found else -1


def in_place(layers: list[Layer], x: Tensor) -> int:
    """Wrong: x is handed on, changed for good."""
    for number, layer in enumerate(layers):
        before = layer(x)
        for j in range(1, x.shape[1]):
            changed = x
            changed[:, j] += 1.0
            if not torch.equal(layer(changed)[:, :j], before[:, :j]):
                return number
        x = before
    return -1


def never(layers: list[Layer], x: Tensor) -> int:
    return -1


def drive(first_leak, networks, x):
    """The answer for each network, and whether x was changed on the way."""

    def layer(kind, matrix):
        length = x.shape[1]
        mask = torch.ones(length, length, dtype=torch.bool).tril()
        if kind == "open":
            mask = torch.ones(length, length, dtype=torch.bool)
        if kind == "one ahead":
            mask = torch.ones(length, length, dtype=torch.bool).tril(1)
        holes = {
            "early hole": 0,
            "middle hole": length // 2 - 1,
            "late hole": length - 2,
        }
        if kind in holes:
            mask[holes[kind], holes[kind] + 1] = True
        faint = 2e-5 if kind == "faint" else 0.0

        def run(z):
            scores = z @ matrix @ z.mT / math.sqrt(z.shape[-1])
            weights = scores.masked_fill(~mask, -math.inf).softmax(-1)
            return z + weights @ z + faint * z.mean(1, keepdim=True)

        return run

    found, given = [], x.clone()
    for kinds, matrices in networks:
        layers = [layer(k, w) for k, w in zip(kinds, matrices, strict=True)]
        found.append(first_leak(layers, given))
    return found, torch.equal(given, x)


def networks(*kinds: tuple[str, ...]):
    """Draws: networks of these kinds of layers, in any order, with random weights."""

    def draw(d: Draw) -> tuple:
        width = d.int(2, 3)

        def numbers(*shape: int) -> Tensor:
            return torch.as_tensor(d.rng.normal(size=shape)).float()

        drawn = [
            [list(kinds[n]), numbers(len(kinds[n]), width, width) / 2]
            for n in d.rng.permutation(len(kinds))
        ]
        return drawn, numbers(1, d.int(4, 5), width)

    return draw


EXERCISE = declare(
    "first_leak",
    "A detector of leaks",
    first_leak,
    drive=drive,
    difficulty=3,
    minutes=30,
    forms=("float32",),
    groups={
        "wide open": Group(
            2,
            networks(("tight", "tight"), ("tight", "open"), ("open", "tight")),
            networks(("tight",), ("tight", "one ahead", "open"), ("open", "tight")),
            visible=1,
            hidden=2,
        ),
        "small holes": Group(
            2,
            networks(("tight", "middle hole"), ("late hole", "tight"), ("tight",)),
            networks(("tight", "early hole"), ("middle hole", "tight"), ("tight",)),
            visible=1,
            hidden=2,
        ),
        "faint leaks": Group(
            1,
            networks(("tight", "tight"), ("tight", "faint"), ("faint", "tight")),
        ),
    },
    mistakes={
        "Only the last token is changed. A hole between two others stays hidden.": (
            last_token_only
        ),
        "Only the first output is watched. Others may move too early as well.": (
            first_output_only
        ),
        "A comparison with a tolerance, as `allclose`, forgives a faint leak. A mask "
        "is exact: compare with `torch.equal`.": loosely,
        "Layers count from 0.": counted_from_one,
        "It blames the first layer of every network. Compare only outputs before the "
        "changed token: that token's and later ones may move. And put in a number: NaN "
        "times a weight of 0 is NaN.": any_change,
        "It says that the network leaks, not where: try it with 1, 2, ... layers.": (
            through_the_last
        ),
        "There are leaks in more than one layer: the first is asked.": the_last_one,
        "x itself was changed: work on a clone.": in_place,
        "It always says that nothing leaks.": never,
    },
    alternatives=(all_the_way, all_later_ones),
    hints=(
        "Start with one layer. Change token j of a copy of x. Which outputs may move?",
        "`torch.equal(one[:, :j], other[:, :j])` for every j from 1 on.",
        "Then a second layer on top: run both inputs through it, too. The first number "
        "of layers that shows a difference is the answer.",
    ),
    section="attention-masks",
)
