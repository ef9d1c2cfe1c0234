"""Exercise: a vision transformer with three bugs."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from c2a.exercises.kit import Draw, Group, Mistake, declare


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


def variant(*, mixed=False, places=True, residual=True, last_norm=True, read="first"):
    """The network with one thing or several done otherwise."""

    def net(images, kernel, cls, positions, attend, head):
        x = F.conv2d(images, kernel, stride=kernel.shape[-1])
        width = len(cls)
        x = x.reshape(len(x), -1, width) if mixed else x.flatten(2).mT
        if not places:
            x = x + positions[:-1]
        x = torch.cat([cls.expand(len(x), 1, -1), x], 1)
        if places:
            x = x + positions
        if residual:
            x = x + attend(norm(x))
        else:
            x = norm(x)
            x = x + attend(x)
        x = x.mean(1) if read == "mean" else x[:, 0 if read == "first" else -1]
        return (norm(x) if last_norm else x) @ head.T

    return net


def drive(mend_vit, images, kernel, cls, positions, mix, head):
    """The scores, with a stand-in for attention in which tokens meet."""

    def attend(x):
        weights = (x @ mix @ x.mT).softmax(-1)
        return weights @ torch.tanh(x @ mix)

    return mend_vit(images, kernel, cls, positions, attend, head)


def inputs(d: Draw, n: int) -> tuple:
    channels, k, width, side = d.int(1, 3), d.int(2, 3), d.int(4, 6), d.int(2, 3)
    images = d.tensor(n, channels, k * side, k * side)
    places = d.tensor(side * side + 1, width)
    kernel, mix = d.tensor(width, channels, k, k), d.tensor(width, width)
    return images, kernel, d.tensor(width), places, mix, d.tensor(d.int(2, 4), width)


EXERCISE = declare(
    "mend_vit",
    "A vision transformer that guesses",
    mend_vit,
    drive=drive,
    difficulty=3,
    minutes=25,
    forms=("float32", "strided"),
    groups={
        "one image": Group(2, lambda d: inputs(d, 1), rtol=1e-3, atol=1e-4),
        "several": Group(2, lambda d: inputs(d, d.int(2, 3)), rtol=1e-3, atol=1e-4),
    },
    mistakes=[
        Mistake(
            "This is the given code, bugs and all.",
            variant(mixed=True, places=False, residual=False),
            whole=True,
        ),
        Mistake(
            "The tokens are mended. Two bugs are left: one at the positions, one at "
            "the residual.",
            variant(places=False, residual=False),
        ),
        Mistake(
            "The positions are mended. Two bugs are left: one at the tokens, one at "
            "the residual.",
            variant(mixed=True, residual=False),
        ),
        Mistake(
            "The residual is mended. Two bugs are left, both before the norm.",
            variant(mixed=True, places=False),
        ),
        Mistake(
            "A bare reshape mixes channels and places: a token is one place of all "
            "maps.",
            variant(mixed=True),
        ),
        Mistake(
            "Patch 1 carries the class token's place. Put the class token in front "
            "first, then add the positions.",
            variant(places=False),
        ),
        Mistake(
            "The residual starts from the normalized tokens. It has to carry `x` as it "
            "was.",
            variant(residual=False),
        ),
        Mistake(
            "The class token stands in front, not at the end.", variant(read="last")
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
