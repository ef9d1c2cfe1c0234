"""Exercise: fold a batch norm into the convolution before it."""

import numpy as np

from c2a.exercises.c06_going_deeper.inputs import LIBRARIES, WITH_NUMPY, positive
from c2a.exercises.kit import Draw, Group, declare, given

EPS = 1e-5


def variant(eps=EPS, power=-0.5, axis=0, move_bias=True, scale_shift=False):
    """Folded weights with one decision changed."""

    def fold_batch_norm(weight, bias, gamma, beta, mean, var):
        scale = gamma * (var + eps) ** power
        shape = [1] * weight.ndim
        shape[axis] = -1
        if weight.shape[axis] != len(scale):
            raise ValueError("The scale does not fit this axis.")
        old = bias - mean if move_bias else -mean
        return weight * scale.reshape(shape), scale * (
            old + (beta if scale_shift else 0)
        ) + (0 if scale_shift else beta)

    return fold_batch_norm


reference = variant()


def by_filters(weight, bias, gamma, beta, mean, var):
    """Right: filter by filter."""
    folded, shift = np.empty(weight.shape), np.empty(len(weight))
    for o in range(len(weight)):
        scale = gamma[o] / np.sqrt(var[o] + EPS)
        folded[o] = scale * weight[o]
        shift[o] = beta[o] + scale * (bias[o] - mean[o])
    return folded, shift


def by_product(weight, bias, gamma, beta, mean, var):
    """Right: batch norm as a diagonal matrix."""
    diagonal = np.diag(gamma / np.sqrt(var + EPS))
    rows = diagonal @ weight.reshape(len(weight), -1)
    return rows.reshape(weight.shape), diagonal @ (bias - mean) + beta


def bias_as_it_was(weight, bias, gamma, beta, mean, var):
    """The old bias added without the scale."""
    new_weight, shift = reference(weight, 0 * bias, gamma, beta, mean, var)
    return new_weight, shift + bias


def forgot_weight(weight, bias, gamma, beta, mean, var):
    return weight, reference(weight, bias, gamma, beta, mean, var)[1]


def layer(d: Draw, bias: bool = True, small: bool = False):
    out = d.int(2, 5)
    k = d.choose(1, 3)
    weight = d.array(out, out if d.shown else d.int(2, 5), k, k)
    offsets = d.rng.integers(-4, 5, out) * 1.0 if bias else np.zeros(out)
    var = positive(d, out) * (1e-5 if small else 1.0)
    mean, beta = positive(d, out), positive(d, out)
    return weight, offsets, positive(d, out), beta, mean, var


EXERCISE = declare(
    "fold_batch_norm",
    "Make a batch norm disappear",
    reference,
    difficulty=4,
    minutes=20,
    example=(
        np.array([[[[2.0]]], [[[1.0]]]]),
        np.array([0.0, 1.0]),
        np.array([3.0, 1.0]),
        np.array([0.0, 5.0]),
        np.array([4.0, 0.0]),
        np.array([9.0, 4.0]),
    ),
    groups={
        "no bias": Group(2, lambda d: layer(d, bias=False), rtol=1e-4),
        "bias": Group(2, layer, rtol=1e-4),
        "tiny variance": Group(1, lambda d: layer(d, small=True), rtol=1e-4),
    },
    mistakes={
        "The bias of the convolution is normalized, too: it moves the mean.": variant(
            move_bias=False
        ),
        "The old bias goes through the batch norm, too: it is multiplied by the "
        "scale.": bias_as_it_was,
        "You divided by the variance. Divide by its root.": variant(power=-1),
        "You left out the 1e-5 under the root. Where the variance is tiny it "
        "decides.": variant(eps=0.0),
        "beta is added behind the scale: it is not to be scaled.": variant(
            scale_shift=True
        ),
        "The weights have to be scaled, too, not only the bias.": forgot_weight,
        "The running mean is not used.": given(reference, mean=np.zeros_like),
        "gamma is not used.": given(reference, gamma=np.ones_like),
    },
    alternatives=(by_filters, by_product),
    hints=(
        "At test time batch norm does scale * y + shift to each channel, with "
        "scale = gamma / sqrt(var + 1e-5). What is shift?",
        "y = weight x + bias. Put that into scale * (y - mean) + beta and collect what "
        "multiplies x.",
        "Filter o makes channel o: weight[o] is multiplied by scale[o]. The rest, "
        "scale * (bias - mean) + beta, is the new bias.",
    ),
    section="batch-norm",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
    forms=("float64",),
)
