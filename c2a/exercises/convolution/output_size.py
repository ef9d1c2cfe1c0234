"""Exercise: the size of a response."""

import math
from collections.abc import Callable

import numpy as np

from c2a.exercises.core import Case, Exercise, Mistake

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


def by_counting(
    size: int, kernel_size: int, stride: int, padding: int, dilation: int
) -> int:
    """Right: count the places where a window can start."""
    last_start = size + 2 * padding - 1 - dilation * (kernel_size - 1)
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0 or last_start < 0:
        raise ValueError("impossible")
    return len(range(0, last_start + 1, stride))


def by_division(
    size: int, kernel_size: int, stride: int, padding: int, dilation: int
) -> int:
    """Right: true division, then floor."""
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError("impossible")
    steps = (size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride
    if steps < 0:
        raise ValueError("impossible")
    return math.floor(steps) + 1


def _checked(formula: Callable[..., float]) -> Callable[..., float]:
    """A wrong formula of somebody who does look for impossible settings."""

    def answer(
        size: int, kernel_size: int, stride: int, padding: int, dilation: int
    ) -> float:
        reference(size, kernel_size, stride, padding, dilation)
        return formula(size, kernel_size, stride, padding, dilation)

    return answer


def unchecked(n: int, k: int, s: int, p: int, d: int) -> int:
    """Gives a number for impossible settings too."""
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def _allowed(rng: np.random.Generator, want: Callable[[Setting], bool]) -> Setting:
    """A random possible setting that `want` accepts."""
    while True:
        setting = (
            int(rng.integers(1, 65)),
            int(rng.integers(1, 8)),
            int(rng.integers(1, 6)),
            int(rng.integers(0, 5)),
            int(rng.integers(1, 5)),
        )
        n, k, _, p, d = setting
        if d * (k - 1) + 1 <= n + 2 * p and want(setting):
            return setting


def _remainder(setting: Setting) -> int:
    """Pixels that the last window leaves over."""
    n, k, s, p, d = setting
    return (n + 2 * p - d * (k - 1) - 1) % s


def _visible() -> list[Case]:
    groups: dict[str, list[tuple[int, ...]]] = {
        "padding": [(5, 3, 1, 0, 1), (5, 5, 1, 2, 1), (1, 1, 1, 0, 1)],
        "stride": [
            (7, 3, 2, 0, 1),
            (32, 5, 2, 0, 1),
            (10, 3, 4, 0, 1),
            (10, 2, 5, 1, 1),
        ],
        "dilation": [(9, 3, 1, 0, 2), (12, 3, 2, 1, 3)],
        "impossible": [
            (3, 5, 1, 0, 1),
            (3, 5, 1, 1, 1),
            (4, 3, 1, 0, 2),
            (0, 1, 1, 1, 1),
            (5, 0, 1, 0, 1),
            (5, 3, 0, 0, 1),
            (5, 3, 1, -1, 1),
            (5, 3, 1, 0, 0),
        ],
    }
    return [Case(each, group) for group, cases in groups.items() for each in cases]


def _hidden(rng: np.random.Generator) -> list[Case]:
    def some(group: str, count: int, want: Callable[[Setting], bool]) -> list[Case]:
        return [Case(_allowed(rng, want), group) for _ in range(count)]

    def too_large() -> tuple[int, ...]:
        k, p, d = (int(rng.integers(*ends)) for ends in ((3, 8), (0, 3), (1, 4)))
        short = int(rng.integers(1, 4))
        return max(d * (k - 1) + 1 - 2 * p - short, 1), k, 1, p, d

    def exact() -> tuple[int, ...]:
        k, d = int(rng.integers(2, 8)), int(rng.integers(1, 4))
        return d * (k - 1) + 1, k, int(rng.integers(1, 6)), 0, d

    impossible = [too_large() for _ in range(4)]
    impossible = [case for case in impossible if _is_impossible(case)]
    n = int(rng.integers(5, 30))
    impossible += [
        (n, 3, 0, 0, 1),
        (n, 3, 1, -1, 1),
        (n, n + 2, 1, 0, 1),
        (n, 0, 1, 1, 1),
        (n, 3, 1, 0, 0),
        (0, 1, 1, 1, 1),
    ]
    return [
        *some("padding", 4, lambda c: c[2] == c[4] == 1 and c[3] > 0 and c[1] > 1),
        *some("padding", 2, lambda c: c[2] == c[4] == 1 and c[3] == 0),
        Case((1, 1, 1, 0, 1), "padding"),
        *some("stride", 3, lambda c: c[4] == 1 and 0 < 2 * _remainder(c) < c[2]),
        *some("stride", 3, lambda c: c[4] == 1 and 2 * _remainder(c) > c[2]),
        *some("stride", 2, lambda c: c[4] == 1 and c[2] > c[1]),
        *some("dilation", 5, lambda c: c[4] > 1 and c[1] > 1),
        *(Case(each, "impossible") for each in impossible),
        *(Case(exact(), "impossible") for _ in range(2)),
        *some("impossible", 2, lambda c: True),
    ]


def _is_impossible(case: tuple[int, ...]) -> bool:
    n, k, _, p, d = case
    return d * (k - 1) + 1 > n + 2 * p


EXERCISE = Exercise(
    name="output_size",
    title="The size of a response",
    points={"padding": 1, "stride": 1, "dilation": 1, "impossible": 1},
    reference=reference,
    visible=_visible,
    hidden=_hidden,
    mistakes=(
        Mistake(
            "You round to the nearest whole number. A window that does not fit whole "
            "is not taken: use the floor.",
            _checked(
                lambda n, k, s, p, d: round((n + 2 * p - d * (k - 1) - 1) / s + 1)
            ),
        ),
        Mistake(
            "You round up. The last window would hang over the edge: use the floor.",
            _checked(lambda n, k, s, p, d: -(-(n + 2 * p - d * (k - 1) - 1) // s) + 1),
        ),
        Mistake(
            "The padding is counted once. It is added on both sides.",
            _checked(lambda n, k, s, p, d: (n + p - d * (k - 1) - 1) // s + 1),
        ),
        Mistake(
            "The dilation is not used. A dilated kernel reaches over "
            "dilation * (kernel_size - 1) + 1 pixels.",
            _checked(lambda n, k, s, p, d: (n + 2 * p - k) // s + 1),
        ),
        Mistake(
            "The kernel's reach is counted as dilation * kernel_size. There are gaps "
            "only between weights, so one fewer than there are weights.",
            _checked(lambda n, k, s, p, d: (n + 2 * p - d * k) // s + 1),
        ),
        Mistake(
            "One is missing: the first window counts too, before any step.",
            _checked(lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) // s),
        ),
        Mistake(
            "The division is done last, on one number too many: add 1 after dividing "
            "by the stride.",
            _checked(lambda n, k, s, p, d: (n + 2 * p - d * (k - 1)) // s),
        ),
        Mistake(
            "This is the right number as a float. A size is a whole number: use //.",
            _checked(lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) / s + 1),
        ),
        Mistake(
            "The formula gives a number here, but no window fits, or the setting makes "
            "no sense. Test for that and raise ValueError.",
            unchecked,
        ),
    ),
    alternatives=(by_counting, by_division),
    hints=(
        "How far does the kernel reach? With k weights there are k - 1 gaps, each as "
        "long as the dilation.",
        "Put the first window at the left end of the padded input. How many pixels are "
        "left over? How many steps of the stride fit into these?",
        "Count the first window, then the steps: room // stride + 1. If the room is "
        "negative, not even the first window fits: raise ValueError.",
    ),
    section="02-convolution.html#output-size",
)
