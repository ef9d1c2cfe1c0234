"""Exercise: what a convolutional layer costs in numbers and in arithmetic."""

from collections.abc import Callable

import numpy as np

from c2a.exercises.convolution.inputs import LIBRARIES
from c2a.exercises.core import Case, Exercise, Mistake

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


def by_group(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    height: int,
    width: int,
    groups: int,
) -> Cost:
    """Right: the cost of one small layer, times the number of groups."""
    for channels in (in_channels, out_channels):
        if groups <= 0 or channels % groups != 0:
            raise ValueError("channels do not split into groups")
    fan_in = in_channels // groups * kernel_size * kernel_size
    per_group = out_channels // groups * fan_in
    return groups * per_group + out_channels, groups * per_group * height * width


def by_shape(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    height: int,
    width: int,
    groups: int,
) -> Cost:
    """Right: multiply out the shapes of the weight and of the output."""
    if groups < 1 or any(c % groups for c in (in_channels, out_channels)):
        raise ValueError("impossible groups")
    shape = (out_channels, in_channels // groups, kernel_size, kernel_size)
    weights = int(np.prod(shape))
    return weights + shape[0], int(np.prod((weights, height, width)))


def _checked(formula: Callable[..., Cost]) -> Callable[..., Cost]:
    """A wrong formula of somebody who does look for impossible groups."""

    def answer(
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        height: int,
        width: int,
        groups: int,
    ) -> Cost:
        setting = in_channels, out_channels, kernel_size, height, width, groups
        reference(*setting)
        return formula(*setting)

    return answer


def unchecked(c: int, o: int, k: int, h: int, w: int, g: int) -> Cost:
    """Does not look whether the groups are possible."""
    weights = o * (c // g) * k * k
    return weights + o, weights * h * w


def _visible() -> list[Case]:
    uneven = [(4, 6, 3, 5, 5, 4), (6, 4, 3, 5, 5, 4), (4, 6, 3, 5, 5, 0)]
    groups = {
        # The smallest of each group is shown: its numbers tell the mistakes apart.
        "plain": [(2, 3, 2, 2, 3, 1), (1, 6, 5, 28, 28, 1), (3, 8, 3, 4, 6, 1)],
        "grouped": [(4, 8, 3, 5, 5, 2), (6, 9, 1, 2, 3, 3), *uneven],
        "depthwise": [(8, 8, 3, 10, 10, 8), (4, 8, 3, 5, 7, 4)],
    }
    return [Case(each, group) for group, cases in groups.items() for each in cases]


def _hidden(rng: np.random.Generator) -> list[Case]:
    def whole(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    def setting(groups: int, per_in: int, per_out: int) -> tuple[int, ...]:
        size = whole(2, 60), whole(2, 60)
        return groups * per_in, groups * per_out, whole(2, 8), *size, groups

    def uneven(extra_in: int, extra_out: int) -> tuple[int, ...]:
        c, o, *rest = setting(whole(3, 9), whole(1, 9), whole(1, 9))
        return c + extra_in, o + extra_out, *rest

    return [
        *(Case(setting(1, whole(2, 64), whole(2, 64)), "plain") for _ in range(4)),
        Case((1, 1, 1, 1, 1, 1), "plain"),
        Case((2048, 4096, 7, 512, 384, 1), "plain"),
        *(
            Case(setting(whole(2, 9), whole(2, 9), whole(2, 9)), "grouped")
            for _ in range(4)
        ),
        *(Case(uneven(*extra), "grouped") for extra in ((1, 0), (0, 1), (1, 1))),
        *(Case((whole(2, 9), 4, 3, 5, 5, -g), "grouped") for g in (0, 1, 2)),
        *(Case(setting(whole(2, 64), 1, 1), "depthwise") for _ in range(3)),
        *(Case(setting(whole(2, 64), 1, whole(2, 4)), "depthwise") for _ in range(2)),
    ]


EXERCISE = Exercise(
    name="layer_cost",
    title="What a layer costs",
    points={"plain": 1, "grouped": 1, "depthwise": 1},
    reference=reference,
    visible=_visible,
    hidden=_hidden,
    mistakes=(
        Mistake(
            "The groups are not used. Each output channel sees only the input channels "
            "of its own group.",
            _checked(
                lambda c, o, k, h, w, g: (o * c * k * k + o, o * c * k * k * h * w)
            ),
        ),
        Mistake(
            "This is the cost of one group. There are `groups` of them.",
            _checked(
                lambda c, o, k, h, w, g: (
                    c // g * (o // g) * k * k + o,
                    c // g * (o // g) * k * k * h * w,
                )
            ),
        ),
        Mistake(
            "The biases are missing: one for each output channel.",
            _checked(
                lambda c, o, k, h, w, g: (
                    o * c // g * k * k,
                    o * c // g * k * k * h * w,
                )
            ),
        ),
        Mistake(
            "There is one bias for each output channel, not for each input channel.",
            _checked(
                lambda c, o, k, h, w, g: (
                    o * c // g * k * k + c,
                    o * c // g * k * k * h * w,
                )
            ),
        ),
        Mistake(
            "This counts a single bias. There is one for each output channel.",
            _checked(
                lambda c, o, k, h, w, g: (
                    o * c // g * k * k + 1,
                    o * c // g * k * k * h * w,
                )
            ),
        ),
        Mistake(
            "The biases are divided by the groups. Every output channel has one, "
            "whatever the groups.",
            _checked(
                lambda c, o, k, h, w, g: (
                    o * c // g * k * k + o // g,
                    o * c // g * k * k * h * w,
                )
            ),
        ),
        Mistake(
            "The kernel has kernel_size * kernel_size weights, not kernel_size.",
            _checked(
                lambda c, o, k, h, w, g: (o * c // g * k + o, o * c // g * k * h * w)
            ),
        ),
        Mistake(
            "Adding a bias is no multiplication: leave it out of the multiply-adds.",
            _checked(
                lambda c, o, k, h, w, g: (
                    o * c // g * k * k + o,
                    (o * c // g * k * k + o) * h * w,
                )
            ),
        ),
        Mistake(
            "The biases are among the multiply-adds. Adding a bias is no "
            "multiplication.",
            _checked(
                lambda c, o, k, h, w, g: (
                    o * c // g * k * k + o,
                    o * c // g * k * k * h * w + o,
                )
            ),
        ),
        Mistake(
            "The biases are missing from the parameters, and among the multiply-adds "
            "they do not belong.",
            _checked(
                lambda c, o, k, h, w, g: (
                    o * c // g * k * k,
                    (o * c // g * k * k + o) * h * w,
                )
            ),
        ),
        Mistake(
            "The two numbers are swapped: the parameters come first.",
            _checked(lambda *setting: reference(*setting)[::-1]),
        ),
        Mistake(
            "The multiply-adds are those of one position. The kernel is applied at "
            "each of height * width positions.",
            _checked(
                lambda c, o, k, h, w, g: (o * c // g * k * k + o, o * c // g * k * k)
            ),
        ),
        Mistake(
            "These groups are impossible. There must be 1 or more, and they must "
            "divide the numbers of input and of output channels. Raise ValueError.",
            unchecked,
        ),
    ),
    alternatives=(by_group, by_shape),
    hints=(
        "Write down the shape of the weight first. For groups = 1 it is (out_channels, "
        "in_channels, kernel_size, kernel_size).",
        "With groups, each output channel sees in_channels / groups input channels. "
        "The number of output channels does not change.",
        "Each weight is multiplied once at each position of the output. Biases count "
        "as parameters, not as multiplications.",
    ),
    section="02-convolution.html#cost",
    sections={
        "grouped": "02-convolution.html#groups",
        "depthwise": "02-convolution.html#groups",
    },
    forbidden=LIBRARIES,
    instead="Write the formula down as a product of the arguments.",
)
