"""Exercise: a local layer, with a kernel of its own at each place."""

import numpy as np
import torch

from c2a.exercises.kit import Draw, Group, after, declare, given


def locally_connected(x, weight, bias):
    """Window by window, as the definition reads."""
    places, columns, outputs, _, kernel, _ = weight.shape
    y = np.empty((outputs, places, columns), np.result_type(x, weight, bias))
    for i in range(places):
        for j in range(columns):
            window = x[:, i : i + kernel, j : j + kernel]
            y[:, i, j] = (weight[i, j] * window).sum(axis=(1, 2, 3)) + bias[i, j]
    return y


def by_einsum(x, weight, bias):
    """Right: all windows at once."""
    kernel = weight.shape[-1]
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(1, 2))
    return np.einsum("cijuv,ijocuv->oij", windows, weight) + np.moveaxis(bias, 2, 0)


def by_torch(x, weight, bias):
    """Right: PyTorch's unfold, and a small matrix at each place."""
    x, weight, bias = (torch.tensor(np.ascontiguousarray(a)) for a in (x, weight, bias))
    rows, columns, outputs, _, kernel, _ = weight.shape
    windows = torch.nn.functional.unfold(x[None], kernel)[0].T[..., None]  # (L, Ckk, 1)
    matrices = weight.reshape(rows * columns, outputs, -1)
    y = (matrices @ windows)[..., 0] + bias.reshape(rows * columns, outputs)
    return y.T.reshape(outputs, rows, columns)


def shared(x, weight, bias):
    """Wrong: the kernel of the first place everywhere."""
    same = np.broadcast_to(weight[:1, :1], weight.shape)
    return locally_connected(x, same, np.broadcast_to(bias[:1, :1], bias.shape))


def shared_weights(x, weight, bias):
    """Wrong: the weights of the first place everywhere, each place with its bias."""
    return locally_connected(x, np.broadcast_to(weight[:1, :1], weight.shape), bias)


def flipped(weight):
    return weight[..., ::-1, ::-1]


def places_swapped(x, weight, bias):
    """Wrong: rows and columns of the places mixed up, where both exist."""
    side = min(weight.shape[:2])
    turned = weight.copy()
    turned[:side, :side] = weight[:side, :side].swapaxes(0, 1)
    turned_bias = bias.copy()
    turned_bias[:side, :side] = bias[:side, :side].swapaxes(0, 1)
    return locally_connected(x, turned, turned_bias)


def layer(d: Draw, channels: int, outputs: int, wider: int = 0):
    kernel, places = d.int(2, 3), d.int(2, 3)
    rows, columns = places + kernel - 1, places + wider + kernel - 1
    return (
        d.array(channels, rows, columns),
        d.array(places, places + wider, outputs, channels, kernel, kernel),
        d.array(places, places + wider, outputs),
    )


EXERCISE = declare(
    "locally_connected",
    "A layer that looks but does not share",
    locally_connected,
    difficulty=3,
    minutes=25,
    groups={
        "one channel": Group(2, lambda d: layer(d, 1, 1)),
        "channels": Group(2, lambda d: layer(d, d.int(2, 3), d.int(2, 3))),
        "not square": Group(1, lambda d: layer(d, d.int(1, 2), 2, wider=2)),
    },
    mistakes={
        "Every place uses the kernel of the first one: that is a convolution.": shared,
        "The biases are those of each place, the weights those of the first place "
        "only: use weight[i, j].": shared_weights,
        "The bias is missing.": given(locally_connected, bias=np.zeros_like),
        "The window meets the kernel upside down: weight [u, v] belongs to pixel "
        "[i + u, j + v].": given(locally_connected, weight=flipped),
        "Rows and columns of the places are mixed up: the kernel at row i, column j is "
        "weight[i, j].": places_swapped,
        "Only the first input channel counts. Sum over all of them.": given(
            locally_connected, x=lambda x: np.where(np.arange(len(x)) == 0, x.T, 0).T
        ),
        "The places come first in your result. Channels do: (O, H', W').": after(
            locally_connected, lambda y: np.moveaxis(y, 0, -1)
        ),
    },
    alternatives=(by_einsum, by_torch),
    hints=(
        "Two loops over the places i and j; the window is x[:, i : i + k, j : j + k].",
        "weight[i, j] has the shape (O, C, k, k): multiply it with the window and sum "
        "over the last three axes.",
        "The result of one place has O numbers. They belong to y[:, i, j].",
    ),
    section="three-layers",
    forbidden=("F.unfold",),
    instead="Write the loops: the point is to see what happens at each place.",
)
