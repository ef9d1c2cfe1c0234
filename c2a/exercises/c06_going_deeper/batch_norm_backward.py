"""Exercise: the gradients of batch norm."""

import numpy as np

from c2a.exercises.c06_going_deeper.inputs import (
    LIBRARIES,
    WITH_NUMPY,
    columns,
    maps,
    positive,
)
from c2a.exercises.kit import Draw, Group, after, declare

EPS, AXES = 1e-5, (0, 2, 3)


def parts(x):
    """Normalized maps and the deviation of each channel (1, C, 1, 1)."""
    std = np.sqrt(x.var(axis=AXES, keepdims=True) + EPS)
    return (x - x.mean(axis=AXES, keepdims=True)) / std, std


def variant(mean=1.0, along=1.0, gain=True, divide=True, axes=AXES):
    """The gradients with one term changed."""

    def batch_norm_backward(x, gamma, g):
        unit, std = parts(x)
        inner = g - mean * g.mean(axis=axes, keepdims=True)
        inner = inner - along * unit * (g * unit).mean(axis=axes, keepdims=True)
        dx = inner / std if divide else inner
        dx = columns(gamma)[0] * dx if gain else dx
        return dx, (g * unit).sum(axis=AXES), g.sum(axis=AXES)

    return batch_norm_backward


reference = variant()


def raw_gamma(x, gamma, g):
    """The gradient of gamma from the input before it is normalized."""
    dx, _, d_beta = reference(x, gamma, g)
    return dx, (g * x).sum(axis=AXES), d_beta


def step_by_step(x, gamma, g):
    """Right: backwards through variance and mean, one operation at a time."""
    count = x.size // x.shape[1]
    centered = x - x.mean(axis=AXES, keepdims=True)
    var = (centered**2).mean(axis=AXES, keepdims=True)
    inverse = (var + EPS) ** -0.5
    d_unit = g * columns(gamma)[0]
    d_var = -0.5 * (d_unit * centered).sum(axis=AXES, keepdims=True) * inverse**3
    d_centered = d_unit * inverse + 2 / count * centered * d_var
    dx = d_centered - d_centered.mean(axis=AXES, keepdims=True)
    return dx, (g * centered * inverse).sum(axis=AXES), g.sum(axis=AXES)


def by_matrix(x, gamma, g):
    """Right: the matrix of all derivatives of each channel."""
    dx, d_gamma = np.empty(x.shape), np.empty(x.shape[1])
    unit, std = parts(x)
    for c in range(x.shape[1]):
        u, upstream = unit[:, c].ravel(), g[:, c].ravel()
        m = u.size
        jacobian = np.eye(m) - np.full((m, m), 1 / m) - np.outer(u, u) / m
        flat = gamma[c] / std[0, c, 0, 0] * jacobian @ upstream
        dx[:, c] = flat.reshape(dx[:, c].shape)
        d_gamma[c] = u @ upstream
    return dx, d_gamma, g.sum(axis=AXES)


def task(d: Draw, scale: bool = False, images: int | None = None):
    x = maps(d, images) + 1
    gamma = positive(d, x.shape[1]) if scale else np.ones(x.shape[1])
    return x, gamma, d.rng.integers(-4, 5, x.shape) * 1.0


SUMS = "The gradients of gamma and beta are sums over a channel, not means."
RAW = (
    "For gamma's gradient, g meets the normalized maps, not x as it came: gamma "
    "multiplies what is normalized."
)


def parameters_are_right(value, x, gamma, g):
    """Judges the gradients of gamma and beta, whatever dL/dx is."""
    _, *found = (np.asarray(part, dtype=float) for part in value)
    expected = reference(x, gamma, g)[1:]
    if [part.shape for part in found] != [part.shape for part in expected]:
        return f"The gradients of gamma and beta have shape {gamma.shape} each."
    if np.allclose(found, expected, rtol=1e-4, atol=1e-5):
        return ""
    if np.allclose(found[0], (g * x).sum(axis=AXES), rtol=1e-4, atol=1e-5):
        return RAW
    share = x.size // x.shape[1]
    if np.allclose(np.array(found) * share, expected, rtol=1e-4, atol=1e-5):
        return SUMS
    return "The gradients of gamma and beta are not right: sum over each channel."


EXERCISE = declare(
    "batch_norm_backward",
    "The gradients of batch norm",
    reference,
    difficulty=3,
    minutes=25,
    example=(
        np.array([1.0, 3.0, 5.0, 7.0]).reshape(4, 1, 1, 1),
        np.array([1.0]),
        np.array([1.0, 0.0, 0.0, 0.0]).reshape(4, 1, 1, 1),
    ),
    groups={
        "parameters": Group(
            1, lambda d: task(d, scale=True), judge=parameters_are_right
        ),
        "gamma is 1": Group(1, task, rtol=1e-4),
        "scaled": Group(2, lambda d: task(d, scale=True), rtol=1e-4),
        "one image": Group(1, lambda d: task(d, scale=True, images=1), rtol=1e-4),
    },
    mistakes={
        "You took mean and variance for constants. They are made of x, so two terms "
        "have to be taken away.": variant(mean=0, along=0),
        "You forgot that the variance depends on x: the part along the normalized "
        "maps is still in it.": variant(along=0),
        "You forgot that the mean depends on x: the mean of g is still in it.": variant(
            mean=0
        ),
        "gamma is missing in dL/dx.": variant(gain=False),
        "The division by the deviation is missing in dL/dx.": variant(divide=False),
        "You averaged over rows and columns only: the batch axis is missing.": variant(
            axes=(2, 3)
        ),
        SUMS: after(
            reference,
            lambda value: (
                value[0],
                *(part * len(part) / value[0].size for part in value[1:]),
            ),
        ),
        RAW: raw_gamma,
    },
    alternatives=(step_by_step, by_matrix),
    hints=(
        "beta is added everywhere: its gradient is the sum of g over the channel. For "
        "gamma, each place counts with its normalized value.",
        "What batch norm ignores gets no gradient: subtract the channel's mean of g.",
        "And subtract x_hat times the channel's mean of g * x_hat. Then multiply by "
        "gamma and divide by sqrt(var + 1e-5).",
    ),
    section="batch-norm-backward",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
    forms=("float64",),
)
