"""Exercise: count the parameters of a stack of recurrent layers."""

from collections.abc import Callable
from itertools import pairwise

from torch import nn

from c2a.exercises.c08_recurrent_networks.inputs import LIBRARIES
from c2a.exercises.kit import Draw, Group, declare


def counter(
    biases: int = 2,
    steps: Callable[[int], int] = lambda length: 1,
    feeds: Callable[[int, int], int] = lambda embedding, below: below,
    table: int = 1,
    read_out: int = 1,
    recurrent: int = 1,
    checked: bool = True,
) -> Callable[[int, int, list, int], int]:
    """A counter, right by default; the settings make its slips."""

    def count(symbols: int, embedding: int, widths: list, length: int) -> int:
        if checked and (min(symbols, embedding, length, *widths, 1) < 1 or not widths):
            raise ValueError("sizes begin at 1, and there is at least one layer")
        total, below = table * symbols * embedding, embedding
        for width in widths:
            own = width * (feeds(embedding, below) + recurrent * width + biases)
            total += steps(length) * own
            below = width
        return total + symbols * (below + read_out)

    return count


reference = counter()


def by_torch(symbols: int, embedding: int, widths: list, length: int) -> int:
    """Right: build the layers without memory for them, and count."""
    inputs = [embedding, *widths]
    if not widths or min(symbols, length, *inputs) < 1:
        raise ValueError("a layer is needed, and sizes begin at 1")
    layers: list[nn.Module] = [nn.Embedding(symbols, embedding, device="meta")]
    layers += [
        nn.RNN(below, width, device="meta")
        for below, width in zip(inputs, widths, strict=False)
    ]
    layers.append(nn.Linear(widths[-1], symbols, device="meta"))
    return sum(p.numel() for layer in layers for p in layer.parameters())


def by_pairs(symbols: int, embedding: int, widths: list, length: int) -> int:
    """Right: matrices first, then biases."""
    sizes = [symbols, embedding, *widths, symbols]
    if len(widths) == 0 or any(size < 1 for size in [*sizes, length]):
        raise ValueError("sizes begin at 1, and there is at least one layer")
    between = sum(a * b for a, b in pairwise(sizes))
    return between + sum(w * w + 2 * w for w in widths) + symbols


def stack(d: Draw, layers: int) -> tuple:
    """Sizes that all differ, so that none can stand in for another."""
    sizes = (d.rng.permutation(30)[: layers + 3] + 2).tolist()
    return sizes[0], sizes[1], sizes[3:], sizes[2]


def broken(d: Draw) -> tuple:
    """One size of a sound stack is 0 or below, or there is no layer."""
    symbols, embedding, widths, length = stack(d, 2)
    bad = d.choose(0, -1)
    return d.choose(
        (bad, embedding, widths, length),
        (symbols, bad, widths, length),
        (symbols, embedding, [widths[0], bad], length),
        (symbols, embedding, widths, bad),
        (symbols, embedding, [], length),
    )


EXERCISE = declare(
    "count_stack",
    "Count a recurrent stack",
    reference,
    difficulty=1,
    minutes=15,
    example=(3, 2, [4], 10),
    groups={
        "one layer": Group(1, lambda d: stack(d, 1), (64, 64, [256], 128)),
        "several layers": Group(
            3,
            lambda d: stack(d, d.int(2, 4)),
            broken,
            (3, 2, [], 10),
            (0, 2, [4], 10),  # each size on its own: a draw may leave one out
            (3, 0, [4], 10),
            (3, 2, [4, 0], 10),
            (3, 2, [4], 0),
        ),
    },
    mistakes={
        "Torch keeps two biases for each recurrent unit, and adds them.": counter(
            biases=1
        ),
        "The weights are used again at every step: their number does not depend on "
        "the length.": counter(steps=lambda length: length),
        "A second layer reads the states of the first, not the embedding.": counter(
            feeds=lambda embedding, below: embedding
        ),
        "The embedding is missing: a row of numbers for each symbol.": counter(table=0),
        "The read-out has a bias for each symbol.": counter(read_out=0),
        "The matrix from the old state to the new one is missing.": counter(
            recurrent=0
        ),
        "The counts are right, but sizes below 1 and a stack without layers need a "
        "ValueError.": counter(checked=False),
    },
    alternatives=(by_torch, by_pairs),
    hints=(
        "Embedding: symbols rows of embedding numbers. Read-out: a dense layer from "
        "the last width to the symbols, with a bias.",
        "A recurrent layer of width m on inputs of size n has m * (n + m + 2) "
        "parameters.",
        "n is the embedding for the first layer, and the width of the layer below for "
        "every other one. The length is not needed at all, but it must be possible.",
    ),
    section="same-weights-at-every-step",
    forbidden=LIBRARIES,
    instead="Count with whole numbers.",
)
