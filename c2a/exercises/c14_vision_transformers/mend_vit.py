"""Exercise: a vision transformer with three bugs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from c2a.exercises.kit import Draw, Group, Mistake, declare
from c2a.exercises.kit.values import Tensor


def norm(x):
    """Layer norm over the width, without learned scale and shift."""
    return F.layer_norm(x, x.shape[-1:])


def mend_vit(images, kernel, cls, positions, attend, head):
    """The lines of the chapter."""
    k = kernel.shape[-1]
    x = F.conv2d(images, kernel, stride=k).flatten(2).mT
    x = torch.cat([cls.expand(len(x), 1, -1), x], 1)
    x = x + positions
    x = x + attend(norm(x))
    return norm(x[:, 0]) @ head.T


def by_unfold(images, kernel, cls, positions, attend, head):
    """Right: the patches cut by unfold, and the class token written into place."""
    k, width = kernel.shape[-1], len(cls)
    patches = F.unfold(images, k, stride=k).mT @ kernel.flatten(1).T
    x = positions.expand(len(images), -1, width).clone()
    x[:, 0] += cls
    x[:, 1:] += patches
    change = attend(norm(x))
    return torch.einsum("nd,cd->nc", norm((x + change)[:, 0]), head)


def norm_last(images, kernel, cls, positions, attend, head):
    """Right: the last norm before the class token is taken out."""
    maps = F.conv2d(images, kernel, None, kernel.shape[-1])
    tokens = maps.reshape(len(maps), len(cls), -1).transpose(1, 2)
    first = cls.reshape(1, 1, -1).repeat(len(maps), 1, 1)
    x = torch.cat([first, tokens], dim=1) + positions[None]
    return F.linear(norm(x + attend(norm(x)))[:, 0], head)


def variant(*, mixed=False, places="all", attend_to="norm", last_norm=True, mean=False):
    """The network with one thing or several done otherwise."""

    def net(images, kernel, cls, positions, attend, head):
        x = F.conv2d(images, kernel, stride=kernel.shape[-1])
        width = len(cls)
        x = x.reshape(len(x), -1, width) if mixed else x.flatten(2).mT
        if places != "all":
            x = x + (positions[:-1] if places == "early" else positions[1:])
        x = torch.cat([cls.expand(len(x), 1, -1), x], 1)
        if places == "all":
            x = x + positions
        change = attend(x if attend_to == "raw" else norm(x))
        if attend_to == "lost":
            x = change
        else:
            x = (norm(x) if attend_to == "normed" else x) + change
        x = x.mean(1) if mean else x[:, 0]
        return (norm(x) if last_norm else x) @ head.T

    return net


def drive(mend_vit, images, kernel, cls, positions, mix, head):
    """The scores, with a stand-in for attention in which tokens meet."""

    def attend(x):
        weights = (x @ mix @ x.mT).softmax(-1)
        return weights @ torch.tanh(x @ mix)

    return mend_vit(images, kernel, cls, positions, attend, head)


def inputs(d: Draw, n: int, side: int, width: int) -> tuple:
    channels, k = d.int(1, 3), d.int(2, 3)
    images = d.tensor(n, channels, k * side, k * side)
    places = d.tensor(side * side + 1, width)
    kernel, mix = d.tensor(width, channels, k, k), d.tensor(width, width)
    return images, kernel, d.tensor(width), places, mix, d.tensor(d.int(2, 4), width)


def tokens_only(d: Draw) -> tuple:
    """Class token and places are zero: blind for what is done to them."""
    images, kernel, cls, places, *rest = inputs(d, 1, 2, d.int(4, 6))
    return images, kernel, zero(cls), zero(places), *rest


def places_only(d: Draw) -> tuple:
    """One patch, and a class token that is normalized in its place: blind for the
    order of the patches and for what the residual carries.
    """
    images, kernel, cls, places, *rest = inputs(d, 1, 1, 2 * d.int(2, 3))
    values, first = places.array.copy(), np.resize([1, -1], len(cls.array))
    values[0] = first - cls.array
    return images, kernel, cls, Tensor(values), *rest


def residual_only(d: Draw) -> tuple:
    """One patch and no places: blind for their order."""
    images, kernel, cls, places, *rest = inputs(d, 1, 1, d.int(4, 6))
    return images, kernel, cls, zero(places), *rest


def zero(tensor: Tensor) -> Tensor:
    return Tensor(np.zeros_like(tensor.array))


def blind(draw: Callable[[Draw], tuple]) -> Group:
    """A point for one bug, by cases that the other two do not touch."""
    return Group(1, draw, rtol=1e-3, atol=1e-3, visible=1, hidden=2)


EXERCISE = declare(
    "mend_vit",
    "A vision transformer that guesses",
    mend_vit,
    drive=drive,
    difficulty=3,
    minutes=25,
    forms=("float32", "strided"),
    groups={
        "bug 1": blind(tokens_only),
        "bug 2": blind(places_only),
        "bug 3": blind(residual_only),
        "the whole": Group(
            1,
            lambda d: inputs(d, d.int(2, 3), d.int(2, 3), d.int(4, 6)),
            rtol=1e-3,
            atol=1e-3,
        ),
    },
    mistakes=[
        Mistake(
            "This is the given code, bugs and all.",
            variant(mixed=True, places="early", attend_to="normed"),
            whole=True,
        ),
        Mistake(
            "A bare reshape mixes channels and places: a token is one place of all "
            "maps.",
            variant(mixed=True),
        ),
        Mistake(
            "Patch 1 carries the class token's place. Put the class token in front "
            "first, then add the positions.",
            variant(places="early"),
        ),
        Mistake(
            "The class token has a place, too: the first row of `positions`.",
            variant(places="late"),
        ),
        Mistake(
            "The residual starts from the normalized tokens. It has to carry `x` as it "
            "was.",
            variant(attend_to="normed"),
        ),
        Mistake(
            "The attention reads the tokens as they are. A norm stands before it, not "
            "behind the sum.",
            variant(attend_to="raw"),
        ),
        Mistake(
            "The residual is missing: the attention's result replaces the tokens.",
            variant(attend_to="lost"),
        ),
        Mistake(
            "One last norm stands before the head.",
            variant(last_norm=False),
        ),
        Mistake(
            "The head reads the class token, not the mean.",
            variant(mean=True),
        ),
    ],
    alternatives=(by_unfold, norm_last),
    hints=(
        "Write the shape behind every line. Which axis counts the places, which the "
        "maps?",
        "How many rows has `positions`, and to which token does the first one belong?",
        "In the chapter, what does the attention get, and what is its result added to?",
    ),
    section="vit-model",
)
