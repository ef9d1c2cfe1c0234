"""Exercise: batch norm in training and at test time."""

import numpy as np

from c2a.exercises.c06_going_deeper.inputs import (
    LIBRARIES,
    WITH_NUMPY,
    columns,
    maps,
    positive,
)
from c2a.exercises.kit import Draw, Group, declare, given

EPS, MOMENTUM = 1e-5, 0.1


def variant(axes=(0, 2, 3), correction=0, running=1, momentum=MOMENTUM):
    """The layer with one decision changed; axes of a channel's statistics."""

    def batch_norm(x, gamma, beta, mean, var, training):
        if not training:
            m, v = columns(mean, var)
        else:
            m = x.mean(axis=axes, keepdims=True)
            v = x.var(axis=axes, keepdims=True, ddof=correction)
            batch_mean, batch_var = x.mean((0, 2, 3)), x.var((0, 2, 3), ddof=running)
            mean = (1 - momentum) * mean + momentum * batch_mean
            var = (1 - momentum) * var + momentum * batch_var
        gain, shift = columns(gamma, beta)
        return gain * (x - m) / np.sqrt(v + EPS) + shift, mean, var

    return batch_norm


reference = variant()


def by_channels(x, gamma, beta, mean, var, training):
    """Right: one channel at a time."""
    y, means, variances = np.empty(x.shape), np.array(mean), np.array(var)
    for c in range(x.shape[1]):
        numbers = x[:, c].ravel()
        m, v = mean[c], var[c]
        if training:
            m = numbers.sum() / numbers.size
            squares = ((numbers - m) ** 2).sum()
            v = squares / numbers.size
            means[c] += MOMENTUM * (m - mean[c])
            variances[c] += MOMENTUM * (squares / (numbers.size - 1) - var[c])
        y[:, c] = gamma[c] * (x[:, c] - m) / (v + EPS) ** 0.5 + beta[c]
    return y, means, variances


def folded(x, gamma, beta, mean, var, training):
    """Right: as one scale and one shift a channel."""
    m, v = mean, var
    if training:
        flat = np.moveaxis(x, 1, 0).reshape(x.shape[1], -1)
        m, v = flat.mean(1), flat.var(1)
        mean = mean + MOMENTUM * (m - mean)
        var = var + MOMENTUM * (v * flat.shape[1] / (flat.shape[1] - 1) - var)
    scale = gamma / np.sqrt(v + EPS)
    gain, shift = columns(scale, beta - scale * m)
    return x * gain + shift, mean, var


def layer(d: Draw, training: bool, **sizes: int):
    x = maps(d, **sizes) + d.int(1, 3)
    c = x.shape[1]
    return x, positive(d, c), positive(d, c), positive(d, c), positive(d, c), training


def frozen_output(x, gamma, beta, mean, var, training):
    """Running statistics in training, too."""
    _, new_mean, new_var = reference(x, gamma, beta, mean, var, training)
    return reference(x, gamma, beta, mean, var, False)[0], new_mean, new_var


def just_updated(x, gamma, beta, mean, var, training):
    """In training, the running statistics with this batch already in them."""
    _, new_mean, new_var = reference(x, gamma, beta, mean, var, training)
    y = reference(x, gamma, beta, new_mean, new_var, False)[0]
    return y, new_mean, new_var


def judged_by_neighbors(x, gamma, beta, mean, var, training):
    """The batch's own statistics at test time, the running ones kept."""
    y, new_mean, new_var = reference(x, gamma, beta, mean, var, True)
    return (y, new_mean, new_var) if training else (y, mean, var)


EXERCISE = declare(
    "batch_norm",
    "Batch norm, in training and at test time",
    reference,
    difficulty=2,
    minutes=25,
    example=(
        np.array([1.0, 3.0, 5.0, 7.0]).reshape(4, 1, 1, 1),
        np.array([2.0]),
        np.array([0.0]),
        np.array([0.0]),
        np.array([1.0]),
        True,
    ),
    groups={
        "training": Group(3, lambda d: layer(d, True), rtol=1e-4),
        "test time": Group(2, lambda d: layer(d, False), rtol=1e-4),
        "one image": Group(1, lambda d: layer(d, True, images=1), rtol=1e-4),
    },
    mistakes={
        "At test time you used the batch's statistics. The answer for an image then "
        "depends on its neighbors. Use the running ones.": judged_by_neighbors,
        "`training` is not used: at test time the running statistics normalize, and "
        "stay as they are.": given(reference, training=True),
        "In training you used the running statistics. Those are for test time.": (
            frozen_output
        ),
        "You took the mean over rows and columns only. That is instance norm: the "
        "batch axis is missing.": variant(axes=(2, 3)),
        "In training you normalized with the running statistics that you had just "
        "updated. A training batch is normalized by its own.": just_updated,
        "The running variance divides the squares by the count less one; yours "
        "divides by the count.": variant(running=0),
        "The batch is normalized with its squares divided by the count, not by the "
        "count less one.": variant(correction=1),
        "Momentum is the share of the new statistics: the old ones keep 0.9.": variant(
            momentum=0.9
        ),
    },
    alternatives=(by_channels, folded),
    hints=(
        "One mean and one variance a channel: `x.mean(axis=(0, 2, 3), keepdims=True)`.",
        "gamma has shape (C,). `gamma[:, None, None]` meets maps (N, C, H, W).",
        "Running statistics: 0.9 of the old, 0.1 of the batch's, the variance with "
        "`ddof=1`. At test time they are used and returned as they are.",
    ),
    section="batch-norm",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
    forms=("float64",),
)
