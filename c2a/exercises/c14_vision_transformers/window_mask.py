"""Exercise: windows that were rolled, and must not look across the border."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def masked(
    rows, cols, size, shift, *, masked=True, direction=-1, both=True, by_columns=False,
    opposite=False, sides=(2, 1), cut_up=True, either=False,
):  # fmt: skip
    """The masks, right by default; each setting is a slip."""
    i, j = np.indices((rows, cols))
    # Before the roll: rows of the last window that came from the top are another region
    # than those that were there; columns likewise.
    region = sides[0] * (i < shift) + sides[1] * (j < shift if both else 0)
    region = np.roll(region, (direction * shift, direction * shift), (0, 1))
    cut = region.reshape(rows // size, size, cols // size, size)
    if cut_up:
        cut = cut.swapaxes(1, 2)
    if by_columns:
        cut = cut.swapaxes(0, 1)
    tokens = cut.reshape(-1, size * size)
    same = tokens[:, :, None] == tokens[:, None, :]
    if (
        either
    ):  # tokens hold 0 to 3: half of it is the row's side, the rest the column's
        halves = [tokens // 2, tokens % 2]
        same = np.any([z[:, :, None] == z[:, None, :] for z in halves], 0)
    if not masked:
        same = np.ones_like(same)
    return ~same if opposite else same


def reference(rows, cols, size, shift):
    """Tokens of one region may look at each other."""
    return masked(rows, cols, size, shift)


def by_neighbors(rows, cols, size, shift):
    """Right: two tokens of a window are neighbors still if the roll kept their
    distance.
    """
    numbers = np.arange(rows * cols).reshape(rows, cols)
    rolled = np.roll(numbers, (-shift, -shift), (0, 1))
    masks = []
    for top in range(0, rows, size):
        for left in range(0, cols, size):
            seen = rolled[top : top + size, left : left + size].ravel()
            i, j = seen // cols, seen % cols
            u, v = np.divmod(np.arange(size * size), size)
            kept = (i[:, None] - i == u[:, None] - u) & (
                j[:, None] - j == v[:, None] - v
            )
            masks.append(kept)
    return np.array(masks)


def by_torch(rows, cols, size, shift):
    """Right: regions painted by slices, as in the paper's code, cut by unfold."""
    import torch

    region, number = torch.zeros(rows, cols), 0
    lines = [slice(0, -size), slice(-size, -shift or None), slice(-shift, None)]
    for down in lines if shift else [slice(None)]:
        for across in lines if shift else [slice(None)]:
            region[down, across] = number
            number += 1
    cut = region.unfold(0, size, size).unfold(1, size, size).flatten(2).flatten(0, 1)
    same = cut[:, :, None] == cut[:, None]
    return same.numpy()


def slip(**setting):
    return lambda rows, cols, size, shift: masked(rows, cols, size, shift, **setting)


def grid(d: Draw, moved: bool, wide: bool) -> tuple:
    size = d.int(2, 3)
    rows = size * d.int(2, 3)
    cols = rows + size if wide else rows
    return rows, cols, size, d.int(1, size - 1) if moved else 0


EXERCISE = declare(
    "window_mask",
    "Do not look across the border",
    reference,
    difficulty=3,
    minutes=30,
    groups={
        "square": Group(
            4,
            (4, 4, 2, 1),
            lambda d: grid(d, True, False),
            lambda d: grid(d, False, False),  # at rest: all tokens of a window
        ),
        "not square": Group(
            1,
            (4, 6, 2, 1),
            lambda d: grid(d, True, True),
            lambda d: grid(d, False, True),
        ),
    },
    mistakes={
        "Opposite borders attend to each other: the roll brought them into one "
        "window.": slip(masked=False),
        "Rolled the other way: up and to the left, by -shift.": slip(direction=1),
        "Only the rows are kept apart. The left border meets the right one, too.": slip(
            both=False
        ),
        "The windows are numbered down the columns. Take them row by row.": slip(
            by_columns=True
        ),
        "True is to mean “may look”.": slip(opposite=True),
        "The corner from the top right and the one from the bottom left count as one "
        "region: give all four regions numbers of their own.": slip(sides=(1, 1)),
        "One border between two tokens is enough to keep them apart: “and”, not "
        "“or”.": slip(either=True),
        "Your windows are stripes: a bare reshape cuts the rolled grid along its "
        "rows.": slip(cut_up=False),
    },
    alternatives=(by_neighbors, by_torch),
    hints=(
        "Give every token of the grid a number for its region, before the roll: did "
        "its row come from the top border, its column from the left one? That makes "
        "up to four regions.",
        "Roll the grid of regions by (-shift, -shift), and cut it into windows as you "
        "cut an image into patches.",
        "In each window, compare every two tokens: the same region, or not.",
    ),
    section="vit-gap",
)
