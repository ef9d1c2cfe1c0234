"""Exercise: paths, shortcuts and bottlenecks, counted by hand."""

from __future__ import annotations

from itertools import product
from math import prod

from c2a.exercises.kit import Ask, questions


def computed(question: str) -> float:
    """By writing every path out, and from torch's own layers."""
    from torch import nn

    def weights(*layers: nn.Conv2d) -> int:
        return sum(layer.weight.numel() for layer in layers)

    taken = list(product((0, 1), repeat=5))
    if question == "output":
        factors = (0.5, 1.0, -0.5)
        paths = product((0, 1), repeat=3)
        return 2 * sum(
            prod(f for f, on in zip(factors, path, strict=True) if on) for path in paths
        )
    if question == "all paths":
        return len(taken)
    if question == "through two":
        return sum(sum(path) == 2 for path in taken)
    if question == "projection":
        return weights(nn.Conv2d(64, 128, 1, stride=2, bias=False))
    if question == "bottleneck":
        down, up = nn.Conv2d(512, 128, 1), nn.Conv2d(128, 512, 1)
        return weights(down, nn.Conv2d(128, 128, 3), up)
    if question == "depthwise":
        return weights(nn.Conv2d(96, 96, 7, groups=96))
    return 2 + 3 * sum((3, 8, 36, 3))  # "layers"


EXERCISE = questions(
    "by_hand",
    "Paths and weights by hand",
    points={"paths": 2, "weights": 2},
    ask={
        "output": Ask(
            "paths",
            3.0,
            {
                "Those are plain layers: 0.5 * 1 * -0.5. A residual block adds its "
                "input, so it multiplies by one more.": -0.5,
                "The last change is negative: it multiplies by 1 - 0.5, not by 1.5.": (
                    9.0
                ),
                "That is the factor. The input is 2.": 1.5,
            },
        ),
        "all paths": Ask(
            "paths",
            32,
            {
                "Each block is gone through or around, independently: two times two "
                "times two ...": 10,
                "The path around all the blocks counts as well.": 31,
            },
        ),
        "through two": Ask(
            "paths",
            10,
            {
                "You counted each pair twice: the order of the blocks is fixed.": 20,
                "Pairs of blocks need not be neighbors.": 4,
            },
        ),
        "projection": Ask(
            "weights",
            8_192,
            {
                "A projection is 1 x 1. The stride leaves pixels out; it needs no "
                "larger kernel.": 73_728,
                "You used a kernel of 2 x 2. With stride 2, a 1 x 1 reads every second "
                "pixel.": 32_768,
            },
        ),
        "bottleneck": Ask(
            "weights",
            278_528,
            {
                "Those are two 3 x 3 layers between 512 channels, which the bottleneck "
                "avoids.": 4_718_592,
                "Only the 3 x 3 in the middle is counted. The two 1 x 1 have weights, "
                "too.": 147_456,
                "The way back up is missing.": 212_992,
            },
        ),
        "depthwise": Ask(
            "weights",
            4_704,
            {
                "Each channel is filtered by itself. You gave every output channel all "
                "96 input channels.": 451_584,
                "One kernel of 7 x 7 for each of the 96 channels.": 49,
            },
        ),
        "layers": Ask(
            "weights",
            152,
            {
                "A bottleneck has three convolutions, not two.": 102,
                "The first layer and the dense one at the end count, too.": 150,
                "Those are the blocks.": 50,
            },
        ),
    },
    computed=computed,
    hints=(
        "A residual block whose F multiplies by a multiplies by 1 + a. Do that "
        "three times, and begin with 2.",
        "At each of five blocks a path has two choices. For paths through exactly two, "
        "choose two blocks of five.",
        "Weights of a convolution: channels in, times channels out, times kernel; a "
        "depthwise one has one channel in. For the layers: three a block, and two.",
    ),
    section="residual-block",
    sections={"weights": "resnet-count"},
    difficulty=1,
    minutes=15,
)
