"""Exercise: the padding that keeps the size, for every kernel. Beyond the text."""

import numpy as np

from c2a.exercises.core import Case, Exercise, Mistake


def reference(kernel_size: int, dilation: int) -> tuple[int, int]:
    """Zeros before and after; the odd one goes after."""
    total = dilation * (kernel_size - 1)
    return total // 2, total - total // 2


def by_rounding_up(kernel_size: int, dilation: int) -> tuple[int, int]:
    """Right: the larger half first, by a ceiling."""
    total = dilation * (kernel_size - 1)
    after = -(-total // 2)
    return total - after, after


def by_search(kernel_size: int, dilation: int) -> list[int]:
    """Right: hand out zeros one by one, after and before in turn."""
    sides = [0, 0]
    for given in range(dilation * (kernel_size - 1)):
        sides[1 - given % 2] += 1
    return sides


def half_of_kernel(k: int, d: int) -> tuple[int, int]:
    """Half the kernel on both sides."""
    return d * (k // 2), d * (k // 2)


def rounded_down(k: int, d: int) -> tuple[int, int]:
    """Half the reach on both sides, rounded down."""
    return d * (k - 1) // 2, d * (k - 1) // 2


def odd_one_before(k: int, d: int) -> tuple[int, int]:
    """The two sides swapped."""
    return reference(k, d)[::-1]


def no_dilation(k: int, d: int) -> tuple[int, int]:
    """Forgets the dilation."""
    return reference(k, 1)


def reach_too_long(k: int, d: int) -> tuple[int, int]:
    """Takes dilation * k for the reach."""
    total = d * k - 1
    return total // 2, total - total // 2


def halves_dilated(k: int, d: int) -> tuple[int, int]:
    """Dilates each side by itself."""
    before, after = reference(k, 1)
    return d * before, d * after


def _visible() -> list[Case]:
    settings = {
        "odd": [(1, 1), (3, 1), (5, 1)],
        "even": [(2, 1), (4, 1)],
        "dilated": [(3, 2), (2, 3), (4, 3)],
    }
    return [Case(each, group) for group, cases in settings.items() for each in cases]


def _hidden(rng: np.random.Generator) -> list[Case]:
    odd = 2 * rng.permutation(np.arange(1, 30))[:4] + 1
    even = 2 * rng.permutation(np.arange(1, 30))[:4]
    both = rng.permutation(np.arange(2, 30))[:4]
    gaps = rng.integers(2, 9, 4)
    return [
        Case((1, 1), "odd"),
        *(Case((int(k), 1), "odd") for k in odd),
        *(Case((int(k), 1), "even") for k in even),
        Case((1, int(gaps[0])), "dilated"),
        Case((int(even[0]), 3), "dilated"),
        *(Case((int(k), int(d)), "dilated") for k, d in zip(both, gaps, strict=True)),
    ]


EXERCISE = Exercise(
    name="same_padding",
    title="A padding that keeps the size",
    points={"odd": 1, "even": 1, "dilated": 1},
    reference=reference,
    visible=_visible,
    hidden=_hidden,
    mistakes=(
        Mistake(
            "Half the kernel on both sides is one zero too many for an even kernel: "
            "the output grows by one.",
            half_of_kernel,
        ),
        Mistake(
            "Rounding down on both sides loses a zero: the output shrinks by one. "
            "The two sides need not be equal.",
            rounded_down,
        ),
        Mistake(
            "The total is right, but the sides are swapped. The task puts the odd zero "
            "after the input.",
            odd_one_before,
        ),
        Mistake(
            "The dilation is not used. It stretches the kernel: more zeros are needed.",
            no_dilation,
        ),
        Mistake(
            "The kernel does not reach over dilation * kernel_size pixels: after the "
            "last weight there is no gap.",
            reach_too_long,
        ),
        Mistake(
            "Each side was dilated by itself. Find the total first, then halve it.",
            halves_dilated,
        ),
    ),
    alternatives=(by_rounding_up, by_search),
    hints=(
        "At stride 1 the output has size n + total - dilation * (k - 1). Which total "
        "gives n?",
        "The total is dilation * (k - 1). It is odd for some kernels, so it cannot "
        "always be halved.",
        "Halve the total for the zeros before, and the rest goes after. Which way do "
        "you round, if the odd zero goes after?",
    ),
    section="02-convolution.html#padding",
    sections={"dilated": "02-convolution.html#dilation"},
)
