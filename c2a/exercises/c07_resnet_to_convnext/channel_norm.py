"""Exercise: the norm of ConvNeXt, over the channels of each pixel."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare

EPS = 1e-6


def normed(axes, *, ddof=0, square=True, eps=EPS):
    """A norm over some axes; the right one is over axis 1."""

    def norm(x, weight, bias):
        mean = x.mean(axes, keepdims=True)
        variance = x.var(axes, keepdims=True, ddof=ddof)
        scale = np.sqrt(variance + eps) if square else variance + eps
        return (x - mean) / scale * weight[:, None, None] + bias[:, None, None]

    return norm


def channel_norm(x, weight, bias):
    """The mean and the variance over axis 1; one weight and bias a channel."""
    mean, variance = x.mean(1, keepdims=True), x.var(1, keepdims=True)
    z = (x - mean) / np.sqrt(variance + EPS)
    return z * weight[:, None, None] + bias[:, None, None]


def channels_last(x, weight, bias):
    """Right: channels moved to the end and back."""
    z = np.moveaxis(x, 1, -1)
    z = (z - z.mean(-1, keepdims=True)) / np.sqrt(z.var(-1, keepdims=True) + EPS)
    return np.moveaxis(z * weight + bias, -1, 1)


def by_torch(x, weight, bias):
    """Right: torch's layer norm on the last axis."""
    import torch

    z = torch.tensor(np.ascontiguousarray(x)).movedim(1, -1)
    parameters = (torch.tensor(np.ascontiguousarray(each)) for each in (weight, bias))
    z = torch.nn.functional.layer_norm(z, (z.shape[-1],), *parameters, EPS)
    return z.movedim(-1, 1).numpy()


def unscaled(x, weight, bias):
    """Wrong: no weight, no bias."""
    return channel_norm(x, np.ones_like(weight), np.zeros_like(bias))


def inputs(d: Draw, n: int, size: int) -> tuple:
    c = d.int(2, 5)
    return d.array(n, c, size, size), d.array(c) + 2, d.array(c)


#: Two pixels whose channels differ by little: here epsilon counts.
FAINT = np.array([[[[0.001, 0.004]], [[0.003, 0.007]]]]), np.ones(2), np.zeros(2)


EXERCISE = declare(
    "channel_norm",
    "A norm for each pixel",
    channel_norm,
    difficulty=2,
    minutes=15,
    groups={
        "one image": Group(
            1, lambda d: inputs(d, 1, d.int(2, 4)), FAINT, rtol=1e-3, atol=1e-3
        ),
        "a batch": Group(
            2, lambda d: inputs(d, d.int(2, 4), d.int(2, 5)), rtol=1e-3, atol=1e-3
        ),
    },
    mistakes={
        "This is batch norm: mean and variance over the batch and all places, one pair "
        "for each channel. Take them over the channels.": normed((0, 2, 3)),
        "Mean and variance are over the whole image. Each pixel has its own.": normed(
            (1, 2, 3)
        ),
        "This is instance norm: over the places of each channel.": normed((2, 3)),
        "The variance is not under a root.": normed(1, square=False),
        "This is the unbiased variance. Norms divide by the number of channels.": (
            normed(1, ddof=1)
        ),
        "Your mean and variance run over the batch, too. Each pixel of each image has "
        "its own.": normed((0, 1)),
        "The millionth is not under the root: you left it out, or added it behind. "
        "Where channels are nearly equal it decides.": normed(1, eps=1e-30),
        "Weight and bias are not used.": unscaled,
    },
    alternatives=(channels_last, by_torch),
    hints=(
        "For one pixel there are C numbers. Take their mean and their variance.",
        "`x.mean(axis=1, keepdims=True)` has shape (N, 1, H, W) and subtracts from x.",
        "One weight for each channel: `weight[:, None, None]` has shape (C, 1, 1).",
    ),
    section="convnext-block",
    forbidden=("torch", "scipy"),
    instead="Write it yourself, with NumPy's mean and var.",
)
