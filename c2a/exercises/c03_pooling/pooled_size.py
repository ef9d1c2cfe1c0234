"""Exercise: the side of a pooled map, with ceil_mode."""

import math

from c2a.exercises.kit import Draw, Group, declare, given, raising_like, such_that


def reference(size: int, window: int, stride: int, padding: int, ceil: bool) -> int:
    """torch's rule; ValueError where no window fits or the padding is too wide."""
    if min(size, window, stride) < 1 or padding < 0:
        raise ValueError("size, window and stride start at 1, padding at 0")
    if 2 * padding > window or size + 2 * padding < window:
        raise ValueError("padding over half a window, or no window fits")
    room = size + 2 * padding - window
    count = -(-room // stride) + 1 if ceil else room // stride + 1
    # A last window that starts behind the input would see nothing but padding.
    return count - 1 if (count - 1) * stride >= size + padding else count


def by_listing(size, window, stride, padding, ceil):
    """Right: list the starts of all windows."""
    if min(size, window, stride) < 1 or padding < 0 or 2 * padding > window:
        raise ValueError("impossible")
    if size + 2 * padding < window:
        raise ValueError("no window fits")
    starts = [-padding]
    while True:
        start = starts[-1] + stride
        fits = start + window <= size + padding
        reached = starts[-1] + window >= size + padding
        if not (fits or (ceil and not reached and start < size)):
            return len(starts)
        starts.append(start)


def by_rounding(size, window, stride, padding, ceil):
    """Right: true division, then floor or ceil."""
    room = size + 2 * padding - window
    if min(size, window, stride) < 1 or padding < 0 or room < 0 or padding > window / 2:
        raise ValueError("impossible")
    count = (math.ceil if ceil else math.floor)(room / stride) + 1
    while (count - 1) * stride >= size + padding:
        count -= 1
    return count


def slip(formula):
    """A wrong formula of somebody who does look for impossible settings."""
    return raising_like(reference, formula)


def setting(d: Draw):
    return d.int(1, 40), d.int(1, 6), d.int(1, 5), d.int(0, 3), d.choose(False, True)


def fitting(accept):
    """A setting in which a window fits, and what else is asked for."""

    def fits(n, k, s, p, ceil):
        return n + 2 * p >= k >= 2 * p and accept(n, k, s, p, ceil)

    return such_that(setting, fits)


def left_over(n, k, s, p):
    return (n + 2 * p - k) % s


def beyond(n, k, s, p):
    """The window that rounding up adds starts behind the input."""
    steps = -(-(n + 2 * p - k) // s)
    return left_over(n, k, s, p) > 0 and steps * s >= n + p


def impossible(d: Draw):
    """One thing wrong, everything else varied."""
    n, s, ceil = d.int(8, 30), d.int(1, 4), d.choose(False, True)
    k = d.int(2, 5)
    return d.choose(
        (n, k, s, k // 2 + d.int(1, 2), ceil),
        (d.int(1, 3), d.int(6, 9), s, d.int(0, 1), ceil),
        (n, k, 0, 1, ceil),
        (n, k, s, -1, ceil),
        (n, 0, s, 0, ceil),
    )


EXERCISE = declare(
    "pooled_size",
    "How many windows?",
    reference,
    difficulty=2,
    minutes=15,
    example=(5, 2, 2, 0, True),
    groups={
        "rounded down": Group(
            1,
            fitting(lambda n, k, s, p, c: not c and p == 0 and left_over(n, k, s, p)),
            fitting(lambda n, k, s, p, c: not c and p > 0),
            (1, 1, 1, 0, False),
        ),
        "rounded up": Group(
            1,
            fitting(
                lambda n, k, s, p, c: (
                    c and left_over(n, k, s, p) and not beyond(n, k, s, p)
                )
            ),
            fitting(lambda n, k, s, p, c: c and not left_over(n, k, s, p)),
        ),
        "behind the end": Group(
            1,
            fitting(lambda n, k, s, p, c: c and p > 0 and beyond(n, k, s, p)),
            fitting(lambda n, k, s, p, c: c and s > k and beyond(n, k, s, p)),
        ),
        "impossible": Group(
            1,
            impossible,
            (2, 3, 2, 0, False),
            (5, 2, 2, 2, True),
            (3, 3, 1, 0, False),  # possible: one window
        ),
    },
    mistakes={
        "You always round up. Only `ceil` keeps a window that hangs over the edge.": (
            slip(given(reference, ceil=True))
        ),
        "You always round down. With `ceil` the last window may hang over the edge.": (
            slip(given(reference, ceil=False))
        ),
        "With `ceil`, a window that starts behind the input is counted. It would see "
        "nothing but padding: leave it out.": slip(
            lambda n, k, s, p, ceil: (
                (-(-(n + 2 * p - k) // s) if ceil else (n + 2 * p - k) // s) + 1
            )
        ),
        "One is missing: the first window counts, too, before any step.": slip(
            lambda *setting: reference(*setting) - 1
        ),
        "The padding is counted once. It is added on both sides.": slip(
            lambda n, k, s, p, ceil: (
                (-(-(n + p - k) // s) if ceil else (n + p - k) // s) + 1
            )
        ),
        "The window is taken for the stride, as where they are equal. Here both are "
        "given.": slip(
            lambda n, k, s, p, ceil: reference(n + k * k, k, k, 0, ceil) - k
        ),
        "A formula gives a number here, but no window fits, or the padding is wider "
        "than half a window. Test for that and raise ValueError.": (
            lambda n, k, s, p, ceil: (
                (
                    -(-(n + 2 * p - k) // max(s, 1))
                    if ceil
                    else (n + 2 * p - k) // max(s, 1)
                )
                + 1
            )
        ),
    },
    alternatives=(by_listing, by_rounding),
    hints=(
        "How many pixels are left to the right of the first window, padding included? "
        "How many steps fit?",
        "`ceil` rounds the number of steps up. `-(-a // b)` is a/b rounded up, without "
        "floating point.",
        "With `ceil`, look at where the last window starts. If it starts at size + "
        "padding or later, counted from the padded edge, it is not taken.",
    ),
    section="half-of-five",
)
