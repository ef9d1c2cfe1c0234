"""Exercise: what it costs to write a text, with and without a cache."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def priced(
    d, n, *, itself=True, projections=4, scores=2, gru=6, again=True, kept=2,
    triangle=True, all_rows=True, once=False, masked=False,
):  # fmt: skip
    """Four numbers, right by default; each setting is a slip."""
    total = cached = uncached = 0
    for t in range(1, n + 1):
        seen = t if itself else t - 1
        seen = seen if triangle else n
        total += gru * d * d
        cached += projections * d * d + scores * seen * d
        rows = t if again else 1
        work = rows * seen if all_rows else seen
        work = t * (t + 1) / 2 if masked else work
        uncached += rows * projections * d * d + scores * work * d
    if once:
        uncached = projections * n * d * d + scores * n * n * d
    return [total, cached, int(uncached), kept * n * d]


def reference(d, n):
    """Token by token."""
    return priced(d, n)


def by_sums(d, n):
    """Right: in closed form."""
    line, squares = n * (n + 1) // 2, n * (n + 1) * (2 * n + 1) // 6
    cached = 4 * n * d**2 + 2 * line * d
    return (6 * n * d**2, cached, 4 * line * d**2 + 2 * squares * d, 2 * n * d)


def by_numpy(d, n):
    """Right: over all lengths at once."""
    t = np.arange(1, n + 1, dtype=np.int64)
    cached = (4 * d * d + 2 * t * d).sum()
    again = (4 * t * d * d + 2 * t * t * d).sum()
    return [6 * d * d * n, int(cached), int(again), 2 * n * d]


def slip(**setting):
    return lambda d, n: priced(d, n, **setting)


def text(draw: Draw) -> tuple:
    return draw.choose(4, 8, 10, 16, 48), draw.int(2, 70)


EXERCISE = declare(
    "writing_cost",
    "Write a text: state, cache, or all again",
    reference,
    difficulty=3,
    minutes=25,
    example=(4, 2),
    groups={
        "texts": Group(4, text, (10, 3), hidden=5),
        "one token": Group(1, (8, 1), (16, 1)),
    },
    mistakes={
        "A token looks at itself, too: the t-th one looks at t places.": slip(
            itself=False
        ),
        "The four projections of each token are missing: 4 d d.": slip(projections=0),
        "The query meets every key, and the weights every value: n d twice, not "
        "once.": slip(scores=1),
        "A GRU multiplies by three pairs of matrices: 6 d d for each token.": slip(
            gru=3
        ),
        "Without a cache all tokens so far go through the layer again, not only the "
        "new one.": slip(again=False),
        "Keys and values are kept: two vectors for each token, not one.": slip(kept=1),
        "A token looks at what has been written so far, not at the whole text.": slip(
            triangle=False
        ),
        "That is the layer once over the whole text. Without a cache it runs anew for "
        "each token: over 1, then 2, up to n tokens.": slip(once=True),
        "No mask saves work here: all t queries meet all t keys.": slip(masked=True),
        "Without a cache every token so far asks again: t queries meet t keys.": slip(
            all_rows=False
        ),
    },
    alternatives=(by_sums, by_numpy),
    hints=(
        "Go through t = 1 to n: before the t-th character of the rest is drawn, t "
        "tokens are there.",
        "With a cache: 4 d d + 2 t d for the t-th token. A GRU: 6 d d.",
        "Without: t tokens through the projections, and t queries that meet t keys and "
        "t values: 4 t d d + 2 t t d.",
    ),
    section="choosing-tokens",
)
