"""Exercise: cut images into patches, in the order of a convolution's weights."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, after, declare


def refused(images, patch):
    if patch < 1 or images.shape[2] % patch or images.shape[3] % patch:
        raise ValueError("the patches do not tile the image")


def reference(images, patch):
    """Split both sides, bring the numbers of the patches to the front."""
    refused(images, patch)
    n, c, h, w = images.shape
    cut = images.reshape(n, c, h // patch, patch, w // patch, patch)
    return cut.transpose(0, 2, 4, 1, 3, 5).reshape(n, -1, c * patch * patch)


def by_loops(images, patch):
    """Right: patch by patch."""
    refused(images, patch)
    _, _, h, w = images.shape
    rows = [
        images[:, :, i : i + patch, j : j + patch].reshape(len(images), -1)
        for i in range(0, h, patch)
        for j in range(0, w, patch)
    ]
    return np.stack(rows, 1)


def by_unfold(images, patch):
    """Right: torch's unfold, which puts the patches last."""
    import torch
    import torch.nn.functional as F

    refused(images, patch)
    columns = F.unfold(torch.tensor(np.ascontiguousarray(images)), patch, stride=patch)
    return columns.mT.numpy()


def arranged(*axes):
    """The cut image with its axes in another order: (n, c, row, i, column, j)."""

    def wrong(images, patch):
        refused(images, patch)
        n, c, h, w = images.shape
        cut = images.reshape(n, c, h // patch, patch, w // patch, patch)
        return cut.transpose(axes).reshape(n, -1, c * patch * patch)

    return wrong


def stripes(images, patch):
    refused(images, patch)
    return images.reshape(len(images), -1, images.shape[1] * patch * patch)


def drops_the_rest(images, patch):
    h, w = (side // patch * patch for side in images.shape[2:])
    return reference(images[:, :, :h, :w], patch)


def by_area(images, patch):
    """Refuses only where the pixels do not fill whole patches by their number."""
    if images.shape[2] * images.shape[3] % patch**2:
        raise ValueError("the patches do not fill the image")
    return drops_the_rest(images, patch)


def channel_by_channel(images, patch):
    n, c, h, w = images.shape
    return reference(images.reshape(n * c, 1, h, w), patch).reshape(n, -1, patch**2)


def overlapping(images, patch):
    refused(images, patch)
    windows = np.lib.stride_tricks.sliding_window_view(images, (patch, patch), (2, 3))
    n, c = images.shape[:2]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, -1, c * patch * patch)


def sizes(d: Draw, c: int, patch: int, wide: bool) -> tuple:
    rows = d.int(1, 3)
    columns = rows + d.int(1, 2) if wide else rows
    return d.array(d.int(1, 2), c, patch * rows, patch * columns), patch


EXERCISE = declare(
    "patchify",
    "Words of k by k pixels",
    reference,
    difficulty=2,
    minutes=20,
    example=(np.arange(16.0).reshape(1, 1, 4, 4), 2),
    groups={
        "one channel": Group(
            2,
            lambda d: sizes(d, 1, d.int(2, 3), False),
            (np.arange(16.0).reshape(1, 1, 4, 4), 2),
        ),
        "channels": Group(
            2,
            lambda d: sizes(d, d.int(2, 4), 2, False),
            (np.arange(32.0).reshape(1, 2, 4, 4), 2),
        ),
        "not square": Group(
            1,
            lambda d: sizes(d, d.int(1, 3), d.int(2, 3), True),
            (np.arange(24.0).reshape(1, 1, 4, 6), 2),
        ),
        "impossible": Group(
            1,
            lambda d: (d.array(1, 2, 6, d.choose(5, 7)), d.int(2, 3)),
            lambda d: sizes(d, 2, 2, True),  # possible: not all is to be refused
            lambda d: (d.array(1, 1, 6, 8 * d.int(1, 2)), 4),  # 48 or 96 pixels
            (np.ones((1, 1, 4, 6)), 4),
        ),
    },
    mistakes={
        "Your patches are stripes: a bare reshape or view cuts along the rows.": (
            stripes
        ),
        "The patches go down the columns. Number them row by row.": arranged(
            0, 4, 2, 1, 3, 5
        ),
        "The channels come last inside a patch. In a kernel they come first.": arranged(
            0, 2, 4, 3, 5, 1
        ),
        "Inside a patch, rows and columns are exchanged.": arranged(0, 2, 4, 1, 5, 3),
        "This is what unfold gives, (N, C k k, T). The patches come first: exchange "
        "the last two axes.": after(reference, lambda y: y.swapaxes(1, 2)),
        "What does not fill a patch is dropped. Raise a ValueError instead.": (
            drops_the_rest
        ),
        "The patches overlap: move by their side.": overlapping,
        "Each side has to be a multiple of the patch. That their product fills whole "
        "patches is not enough.": by_area,
        "Each channel has patches of its own. A patch holds all channels.": (
            channel_by_channel
        ),
    },
    alternatives=(by_loops, by_unfold),
    hints=(
        "Reshape the height into (rows of patches, rows in a patch), and the width "
        "likewise: six axes.",
        "Which of the six axes number the patches? Bring them behind the first one, "
        "in the order of reading.",
        "Then three axes are left for the inside of a patch: channel, row, column. "
        "Flatten them at last.",
    ),
    section="vit-patches",
)
