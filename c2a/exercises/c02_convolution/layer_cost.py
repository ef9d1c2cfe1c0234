"""Exercise: what a convolutional layer costs in numbers and in arithmetic."""

from collections.abc import Callable

import numpy as np

from c2a.exercises.c02_convolution.inputs import LIBRARIES
from c2a.exercises.kit import Draw, Group, after, declare, given, raising_like

Cost = tuple[int, int]


def reference(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    height: int,
    width: int,
    groups: int,
) -> Cost:
    """Parameters with bias, and multiply-adds; ValueError for impossible groups."""
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError("groups must divide both numbers of channels")
    weights = out_channels * (in_channels // groups) * kernel_size**2
    return weights + out_channels, weights * height * width


def by_group(c: int, o: int, k: int, h: int, w: int, groups: int) -> Cost:
    """Right: the cost of one small layer, times the number of groups."""
    for channels in (c, o):
        if groups <= 0 or channels % groups != 0:
            raise ValueError("channels do not split into groups")
    per_group = o // groups * (c // groups * k * k)
    return groups * per_group + o, groups * per_group * h * w


def by_shape(c: int, o: int, k: int, h: int, w: int, groups: int) -> Cost:
    """Right: multiply out the shapes of the weight and of the output."""
    if groups < 1 or any(each % groups for each in (c, o)):
        raise ValueError("impossible groups")
    weights = int(np.prod((o, c // groups, k, k)))
    return weights + o, int(np.prod((weights, h, w)))


def slip(
    parameters: Callable[..., int] | None = None,
    operations: Callable[..., int] | None = None,
) -> Callable[..., Cost]:
    """Right but for one number: a function of weights, out_channels and pixels."""

    def wrong(c: int, o: int, k: int, h: int, w: int, groups: int) -> Cost:
        right = reference(c, o, k, h, w, groups)
        weights = right[0] - o
        return (
            parameters(weights, o) if parameters else right[0],
            operations(weights, o, h * w) if operations else right[1],
        )

    return wrong


def unchecked(c: int, o: int, k: int, h: int, w: int, groups: int) -> Cost:
    """Does not look whether the groups are possible."""
    weights = o * (c // groups) * k * k
    return weights + o, weights * h * w


def number(position: int, name: str) -> Callable[..., str]:
    """Judges one of the two numbers, so that a slip in the other costs nothing here."""

    def judge(value: Cost, *layer: int) -> str:
        if np.shape(value) != (2,):
            return "Return two ints: the parameters, then the multiply-adds."
        wanted, found = reference(*layer)[position], value[position]
        return "" if found == wanted else f"Expected {wanted:,} {name}, got {found:,}."

    return judge


def layer(d: Draw, groups: int = 1, per_in: int = 1, per_out: int = 1) -> tuple:
    size = d.int(2, 60), d.int(3, 60)
    return groups * per_in, groups * per_out, d.int(2, 7), *size, groups


def uneven(extra_in: int, extra_out: int) -> Callable[[Draw], tuple]:
    """Groups that do not divide the numbers of channels."""

    def drawn(d: Draw) -> tuple:
        c, o, *rest = layer(d, d.int(3, 8), d.int(1, 8), d.int(1, 8))
        return c + extra_in, o + extra_out, *rest

    return drawn


#: Layers without groups, a small and a large one among them.
PLAIN = (
    lambda d: layer(d, 1, d.int(2, 64), d.int(3, 64)),
    (1, 2, 1, 1, 1, 1),
    (2048, 4096, 7, 512, 384, 1),
)

EXERCISE = declare(
    "layer_cost",
    "What a layer costs",
    reference,
    difficulty=2,
    minutes=15,
    example=(3, 8, 3, 4, 6, 1),
    groups={
        "parameters": Group(1, *PLAIN, judge=number(0, "parameters")),
        "multiply-adds": Group(1, *PLAIN, judge=number(1, "multiply-adds")),
        "grouped": Group(
            1,
            lambda d: layer(d, d.int(2, 8), d.int(2, 8), d.int(2, 8)),
            uneven(1, 0),
            uneven(0, 1),
            lambda d: (*layer(d, 6, d.int(1, 9), d.int(1, 9))[:-1], -d.int(0, 3)),
            section="groups",
        ),
        "depthwise": Group(
            1,
            lambda d: layer(d, d.int(2, 64)),
            lambda d: layer(d, d.int(2, 64), 1, d.int(2, 4)),
            section="groups",
        ),
    },
    mistakes={
        "The groups are not used. Each output channel sees only the input channels of "
        "its own group.": raising_like(reference, given(reference, groups=1)),
        "The groups count twice. An output channel has in_channels / groups kernels; "
        "all output channels are there.": lambda c, o, k, h, w, groups: (
            (reference(c, o, k, h, w, groups)[0] - o) // groups + o,
            reference(c, o, k, h, w, groups)[1] // groups,
        ),
        "The biases are missing: one for each output channel.": slip(lambda n, o: n),
        "This counts a single bias. There is one for each output channel.": slip(
            lambda n, o: n + 1
        ),
        "This counts a bias for each input channel. There is one for each output "
        "channel.": lambda *layer: (
            reference(*layer)[0] - layer[1] + layer[0],
            reference(*layer)[1],
        ),
        "The biases are among the multiply-adds. Adding a bias is no "
        "multiplication.": slip(operations=lambda n, o, pixels: (n + o) * pixels),
        "Multiplications and additions are counted apart. A multiply-add is one "
        "operation: one for each weight and position.": slip(
            operations=lambda n, o, pixels: 2 * n * pixels
        ),
        "The two numbers are swapped: the parameters come first.": after(
            reference, lambda cost: cost[::-1]
        ),
        "The multiply-adds are those of one position. The kernel is applied at each of "
        "height * width positions.": slip(operations=lambda n, o, pixels: n),
        "These groups are impossible. There must be 1 or more, and they must divide "
        "the numbers of input and of output channels. Raise ValueError.": unchecked,
    },
    alternatives=(by_group, by_shape),
    hints=(
        "Write down the shape of the weight first. For groups = 1 it is (out_channels, "
        "in_channels, kernel_size, kernel_size).",
        "With groups, each output channel sees in_channels / groups input channels. "
        "The number of output channels does not change.",
        "Each weight is multiplied once at each position of the output. Biases count "
        "as parameters, not as multiplications.",
    ),
    section="cost",
    forbidden=LIBRARIES,
    instead="Write the formula down as a product of the arguments.",
)
