"""Exercise: the size of a response."""

import math
from collections.abc import Callable

from c2a.exercises.kit import Draw, Group, declare, given, raising_like, such_that

Setting = tuple[int, int, int, int, int]  # input, kernel, stride, padding, dilation


def reference(
    size: int, kernel_size: int, stride: int, padding: int, dilation: int
) -> int:
    """The formula with its floor; ValueError where no window fits."""
    if size < 1 or kernel_size < 1 or stride < 1 or padding < 0 or dilation < 1:
        raise ValueError("sizes, stride and dilation start at 1, padding at 0")
    room = size + 2 * padding - (dilation * (kernel_size - 1) + 1)
    if room < 0:
        raise ValueError("the kernel is larger than the padded input")
    return room // stride + 1


def by_counting(n: int, k: int, s: int, p: int, d: int) -> int:
    """Right: count the places where a window can start."""
    last_start = n + 2 * p - 1 - d * (k - 1)
    if min(n, k, s, d) < 1 or p < 0 or last_start < 0:
        raise ValueError("impossible")
    return len(range(0, last_start + 1, s))


def by_division(n: int, k: int, s: int, p: int, d: int) -> int:
    """Right: true division, then floor."""
    if min(n, k, s, d) < 1 or p < 0:
        raise ValueError("impossible")
    steps = (n + 2 * p - d * (k - 1) - 1) / s
    if steps < 0:
        raise ValueError("impossible")
    return math.floor(steps) + 1


def slip(formula: Callable[..., float]) -> Callable[..., float]:
    """A wrong formula of somebody who does look for impossible settings."""
    return raising_like(reference, formula)


def room(n: int, k: int, p: int, d: int) -> int:
    return n + 2 * p - d * (k - 1) - 1


def right_number(value: float, *setting: int) -> str:
    """Judges the number alone: 7.0 is as good as 7 here."""
    right = reference(*setting)
    return "" if value == right else f"Expected {right}, got {value}."


def setting(d: Draw) -> Setting:
    """Any setting of allowed numbers; a window may or may not fit."""
    return d.int(1, 64), d.int(1, 7), d.int(1, 5), d.int(0, 4), d.int(1, 4)


def fitting(
    accept: Callable[[int, int, int, int, int], bool],
) -> Callable[[Draw], Setting]:
    """A setting in which a window fits, and what else is asked for."""
    return such_that(
        setting, lambda n, k, s, p, d: room(n, k, p, d) >= 0 and accept(n, k, s, p, d)
    )


def oversized(d: Draw) -> Setting:
    """The kernel is larger than the padded input, by less than a stride or more."""
    k, p, dilation = d.int(3, 7), d.int(0, 1), d.int(1, 3)
    reach = dilation * (k - 1) + 1
    return max(reach - 2 * p - d.int(1, 3), 1), k, d.int(2, 5), p, dilation


def senseless(position: int, lowest: int) -> Callable[[Draw], tuple]:
    """One number too low, everything else varied."""

    def drawn(d: Draw) -> tuple:
        numbers = [d.int(9, 64), 3, d.int(1, 3), d.int(1, 2), d.int(1, 2)]
        numbers[position] = lowest - d.int(1, 2)
        return tuple(numbers)

    return drawn


EXERCISE = declare(
    "output_size",
    "The size of a response",
    reference,
    difficulty=2,
    minutes=10,
    example=(7, 3, 2, 1, 1),
    groups={
        "number alone": Group(
            1,
            fitting(lambda n, k, s, p, d: s == d == 1 and p > 0 and k > 1),
            fitting(lambda n, k, s, p, d: s == d == 1 and p == 0 and k > 1),
            (1, 1, 1, 0, 1),
            judge=right_number,
        ),
        "stride": Group(
            1,
            fitting(
                lambda n, k, s, p, d: d == 1 and 0 < 2 * (room(n, k, p, d) % s) < s
            ),
            fitting(lambda n, k, s, p, d: d == 1 and 2 * (room(n, k, p, d) % s) > s),
            fitting(lambda n, k, s, p, d: d == 1 and s > k and p > 0),
            section="stride",
        ),
        "dilation": Group(
            1,
            fitting(lambda n, k, s, p, d: d > 1 and k > 1),
            fitting(lambda n, k, s, p, d: d > 1 and s > 1 and k > 1 and p > 0),
            section="stride",
        ),
        "impossible": Group(
            1,
            such_that(oversized, lambda n, k, s, p, d: -s < room(n, k, p, d) < 0),
            such_that(oversized, lambda n, k, s, p, d: room(n, k, p, d) < 0),
            *(senseless(i, 0 if i == 3 else 1) for i in range(5)),
            (3, 5, 3, 0, 1),
            (5, 3, 1, 0, 2),  # possible: the kernel just fits
            fitting(lambda n, k, s, p, d: room(n, k, p, d) == 0 and k > 1),
            visible=1,
        ),
    },
    mistakes={
        "You round to the nearest whole number. A window that does not fit whole is "
        "not taken: use the floor.": slip(
            lambda n, k, s, p, d: round(room(n, k, p, d) / s) + 1
        ),
        "You round up. The last window would hang over the edge: use the floor.": slip(
            lambda n, k, s, p, d: -(-room(n, k, p, d) // s) + 1
        ),
        "The padding is counted once. It is added on both sides.": slip(
            lambda n, k, s, p, d: (n + p - d * (k - 1) - 1) // s + 1
        ),
        "The dilation is not used. A dilated kernel reaches over dilation * "
        "(kernel_size - 1) + 1 pixels.": slip(given(reference, dilation=1)),
        "The kernel's reach is counted as dilation * kernel_size. There are gaps only "
        "between weights, so one fewer than there are weights.": slip(
            lambda n, k, s, p, d: (n + 2 * p - d * k) // s + 1
        ),
        "One is missing: the first window counts too, before any step.": slip(
            lambda n, k, s, p, d: room(n, k, p, d) // s
        ),
        "`int` rounds toward 0, so a kernel that is a little too large still gets a "
        "number. Look at the room before you divide.": lambda n, k, s, p, d: (
            int(room(n, k, p, d) / s) + 1
            if room(n, k, p, d) > -s and min(n, k, s, d) > 0 <= p
            else reference(n, k, s, p, d)
        ),
        "The formula gives a number here, but no window fits, or the setting makes no "
        "sense. Test for that and raise ValueError.": lambda n, k, s, p, d: (
            room(n, k, p, d) // s + 1
        ),
    },
    alternatives=(by_counting, by_division),
    hints=(
        "How far does the kernel reach? With k weights there are k - 1 gaps, each as "
        "long as the dilation.",
        "Put the first window at the left end of the padded input. How many pixels are "
        "left over? How many steps of the stride fit into these?",
        "Count the first window, then the steps: room // stride + 1. If the room is "
        "negative, not even the first window fits: raise ValueError.",
    ),
    section="output-size",
)
