"""Exercise: the padding that keeps the size, for every kernel. Beyond the text."""

from c2a.exercises.kit import Group, after, declare, given


def halves(total: int) -> tuple[int, int]:
    return total // 2, total - total // 2


def reference(kernel_size: int, dilation: int) -> tuple[int, int]:
    """Zeros before and after; the odd one goes after."""
    return halves(dilation * (kernel_size - 1))


def by_rounding_up(k: int, d: int) -> tuple[int, int]:
    """Right: the larger half first, by a ceiling."""
    total = d * (k - 1)
    return total - -(-total // 2), -(-total // 2)


def by_search(k: int, d: int) -> list[int]:
    """Right: hand out zeros one by one, after and before in turn."""
    sides = [0, 0]
    for given_out in range(d * (k - 1)):
        sides[1 - given_out % 2] += 1
    return sides


EXERCISE = declare(
    "same_padding",
    "A padding that keeps the size",
    reference,
    difficulty=2,
    minutes=10,
    example=(4, 1),
    groups={
        "odd": Group(1, (1, 1), lambda d: (2 * d.int(1, 29) + 1, 1)),
        "even": Group(1, (2, 1), lambda d: (2 * d.int(1, 29), 1)),
        "dilated": Group(
            1,
            lambda d: (1, d.int(2, 8)),
            lambda d: (2 * d.int(1, 29), 3),
            lambda d: (d.int(2, 29), d.int(2, 8)),
            section="dilation",
        ),
    },
    mistakes={
        "Half the kernel on both sides is one zero too many for an even kernel: the "
        "output grows by one.": lambda k, d: (d * (k // 2), d * (k // 2)),
        "Rounding down on both sides loses a zero: the output shrinks by one. The two "
        "sides need not be equal.": lambda k, d: (d * (k - 1) // 2, d * (k - 1) // 2),
        "The total is right, but the sides are swapped. The task puts the odd zero "
        "after the input.": after(reference, lambda sides: sides[::-1]),
        "The dilation is not used. It stretches the kernel: more zeros are "
        "needed.": given(reference, dilation=1),
        "The kernel does not reach over dilation * kernel_size pixels: after the last "
        "weight there is no gap.": lambda k, d: halves(d * k - 1),
        "Each side was dilated by itself. Find the total first, then halve "
        "it.": lambda k, d: tuple(d * side for side in reference(k, 1)),
        "Two slips: the dilation is not used, and rounding down on both sides loses a "
        "zero.": lambda k, d: ((k - 1) // 2, (k - 1) // 2),
        "This is the total on both sides: half of it goes before, half "
        "after.": lambda k, d: (d * (k - 1), d * (k - 1)),
    },
    alternatives=(by_rounding_up, by_search),
    hints=(
        "At stride 1 the output has size n + total - dilation * (k - 1). Which total "
        "gives n?",
        "The total is dilation * (k - 1). It is odd for some kernels, so it cannot "
        "always be halved.",
        "Halve the total for the zeros before, and the rest goes after. Which way do "
        "you round, if the odd zero goes after?",
    ),
    section="padding",
)
