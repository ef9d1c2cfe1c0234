"""Exercise: what has reached the class token, block after block."""

from __future__ import annotations

from functools import reduce

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def rolled(
    maps, keep, *, residual=True, over_heads=np.mean, halve=True, order=1,
    normalize=True, row=True, product=True, swap=False, last=False,
):  # fmt: skip
    """Rollout, right by default; each setting is a slip."""
    n, keep = maps[0].shape[-1], 1 - keep if swap else keep
    maps = maps[-1:] if last else maps
    mixed = [over_heads(weights, axis=0) for weights in maps]
    if residual:
        mixed = [
            keep * np.eye(n) + (1 - keep) * a if halve else np.eye(n) + a for a in mixed
        ]
    through = np.eye(n)
    for a in mixed[::order]:
        through = a @ through if product else through + a
    told = through[0, 1:] if row else through[1:, 0]
    return told / told.sum() if normalize else told


def reference(maps, keep):
    """Later blocks on the left; the row of the class token; its own share left out."""
    return rolled(maps, keep)


def downward(maps, keep):
    """Right: the class token's row alone, carried from the last block down."""
    row = np.zeros(maps[0].shape[-1])
    row[0] = 1
    for weights in maps[::-1]:
        row = keep * row + (1 - keep) * (row @ weights.mean(0))
    return row[1:] / row[1:].sum()


def by_reduce(maps, keep):
    """Right: one product over all blocks, heads averaged by einsum."""
    averaged = [np.einsum("hij->ij", a) / len(a) for a in maps]
    mixed = [keep * np.eye(len(a)) + (1 - keep) * a for a in averaged]
    told = reduce(lambda through, a: a @ through, mixed)[0][1:]
    return told / np.sum(told)


def slip(**setting):
    return lambda maps, keep: rolled(maps, keep, **setting)


def tables(d: Draw, blocks: int, heads: int) -> tuple:
    """Tables of attention: positive rows that sum to one."""
    n = d.int(3, 6)
    maps = []
    for _ in range(blocks):
        raw = d.rng.uniform(0.05, 1, (heads, n, n)) ** 2
        maps.append(raw / raw.sum(-1, keepdims=True))
    return maps, d.choose(0.25, 0.75, 0.4)


TWO = np.array([[[0.2, 0.8, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5]]])

EXERCISE = declare(
    "rollout",
    "What has reached the class token",
    reference,
    difficulty=2,
    minutes=20,
    groups={
        "one block": Group(1, lambda d: tables(d, 1, d.int(2, 4)), ([TWO], 0.25)),
        "blocks": Group(
            3,
            lambda d: tables(d, d.int(2, 4), d.int(1, 3)),
            ([TWO, TWO[:, ::-1]], 0.25),
        ),
    },
    mistakes={
        "The residual is left out: a token keeps a part of itself in each block.": slip(
            residual=False
        ),
        "The blocks are multiplied in the wrong order: the later one stands on the "
        "left.": slip(order=-1),
        "Take the mean over the heads, not the largest.": slip(over_heads=np.max),
        "Take the mean over the heads, not the sum.": slip(over_heads=np.sum),
        "`keep` is the share of the identity, 1 - keep that of the table.": slip(
            swap=True
        ),
        "Only the last block is looked at. The others have mixed the tokens before.": (
            slip(last=True)
        ),
        "The identity is added, but `keep` does not say how much of it.": slip(
            halve=False
        ),
        "You read the column: who looks at the class token. The row says at whom it "
        "looks.": slip(row=False),
        "The blocks are added. What passes through two of them is a product.": slip(
            product=False
        ),
        "The shares of the patches are to sum to one.": slip(normalize=False),
    },
    alternatives=(downward, by_reduce),
    hints=(
        "First the mean over the heads, so that each block has one table (n, n).",
        "Then mix: keep times the identity, plus 1 - keep times the table.",
        "Begin with the identity, and multiply each block's mixed table from the left.",
        "Row 0 belongs to the class token. Leave out column 0, and divide by the sum.",
    ),
    section="vit-looking",
)
