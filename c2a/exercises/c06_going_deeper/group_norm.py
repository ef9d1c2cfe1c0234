"""Exercise: group norm, and its two ends."""

import numpy as np

from c2a.exercises.c06_going_deeper.inputs import (
    LIBRARIES,
    WITH_NUMPY,
    columns,
    positive,
)
from c2a.exercises.kit import Draw, Group, declare, given, raising_like

EPS = 1e-5


def variant(axes=(2, 3, 4), neighbors=True, scaled=True, squared=True, eps=EPS):
    """Group norm with one decision changed."""

    def group_norm(x, gamma, beta, groups):
        n, c, *sides = x.shape
        if groups < 1 or c % groups:
            raise ValueError(f"{c} channels do not make {groups} equal groups.")
        if neighbors:
            cut = x.reshape(n, groups, c // groups, *sides)
        else:  # every groups-th channel
            cut = x.reshape(n, c // groups, groups, *sides).swapaxes(1, 2)
        std = cut.var(axis=axes, keepdims=True) + eps
        std = np.sqrt(std) if squared else std
        unit = (cut - cut.mean(axis=axes, keepdims=True)) / std
        unit = (unit if neighbors else unit.swapaxes(1, 2)).reshape(x.shape)
        gain, shift = columns(gamma, beta)
        return gain * unit + shift if scaled else unit

    return group_norm


reference = variant()


def by_loops(x, gamma, beta, groups):
    """Right: image by image, group by group."""
    size, rest = divmod(x.shape[1], groups) if groups > 0 else (0, 1)
    if rest:
        raise ValueError("The groups are not equal.")
    y = np.empty(x.shape)
    for n, start in np.ndindex(len(x), groups):
        part = slice(start * size, (start + 1) * size)
        seen = x[n, part]
        unit = (seen - seen.mean()) / np.sqrt(seen.var() + EPS)
        y[n, part] = gamma[part, None, None] * unit + beta[part, None, None]
    return y


def by_rows(x, gamma, beta, groups):
    """Right: one row a group, with the mean of the squares."""
    if groups < 1 or x.shape[1] % groups != 0:
        raise ValueError("The groups are not equal.")
    rows = x.reshape(len(x) * groups, -1)
    centered = rows - rows.mean(1)[:, None]
    unit = centered / ((centered**2).mean(1) + EPS)[:, None] ** 0.5
    gain, shift = columns(gamma, beta)
    return unit.reshape(x.shape) * gain + shift


def by_size(x, gamma, beta, groups):
    """`groups` taken for the channels that a group holds."""
    return reference(x, gamma, beta, x.shape[1] // groups)


def layer(d: Draw, groups: int, size: int, scale: float = 1.0):
    x = scale * (d.array(d.int(2, 3), groups * size, d.int(2, 4), d.int(3, 5)) + 1)
    return x, positive(d, x.shape[1]), positive(d, x.shape[1]), groups


def unequal(d: Draw):
    x, gamma, beta, _ = layer(d, 3, 2)
    return x, gamma, beta, d.choose(4, 5, 0)


EXERCISE = declare(
    "group_norm",
    "Group norm, and its two ends",
    reference,
    difficulty=2,
    minutes=20,
    example=(
        np.array([1.0, 3.0, 10.0, 30.0]).reshape(1, 4, 1, 1),
        np.ones(4),
        np.zeros(4),
        2,
    ),
    groups={
        "groups": Group(2, lambda d: layer(d, d.int(2, 3), d.int(2, 3)), rtol=1e-4),
        "layer norm": Group(1, lambda d: layer(d, 1, d.int(2, 5)), rtol=1e-4),
        "instance norm": Group(1, lambda d: layer(d, d.int(2, 4), 1), rtol=1e-4),
        "tiny variance": Group(1, lambda d: layer(d, 2, 2, scale=1e-3), rtol=1e-4),
        "impossible": Group(1, unequal, lambda d: layer(d, 2, 2), rtol=1e-4),
    },
    mistakes={
        "Your statistics run over the images, too. Each image is normalized by "
        "itself.": variant(axes=(0, 2, 3, 4)),
        "`groups` says how many groups there are, not how many channels a group "
        "holds.": raising_like(reference, by_size),
        "That is layer norm: all channels in one group.": raising_like(
            reference, given(reference, groups=1)
        ),
        "You took statistics over rows and columns only: the channels of a group "
        "share theirs.": variant(axes=(3, 4)),
        "A group holds neighboring channels. Yours takes every so many-th one.": (
            variant(neighbors=False)
        ),
        "gamma and beta are not used.": variant(scaled=False),
        "You divided by the variance. Divide by its root.": variant(squared=False),
        "You left out the 1e-5 under the root. Where the variance is tiny it "
        "decides.": variant(eps=0.0),
    },
    alternatives=(by_loops, by_rows),
    hints=(
        "Reshape to (N, groups, C // groups, H, W).",
        "Mean and variance over the last three axes, with keepdims=True.",
        "Back to (N, C, H, W), then gamma[:, None, None] and beta[:, None, None]. "
        "Raise ValueError where the channels cannot be cut into equal groups.",
    ),
    section="small-batches",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
    forms=("float64",),
)
