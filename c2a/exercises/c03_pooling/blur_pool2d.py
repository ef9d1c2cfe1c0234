"""Exercise: blur first, then keep every second pixel."""

import numpy as np

from c2a.exercises.c03_pooling.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, after, declare, given

WEIGHTS = (1, 2, 1)


def blur(x, weights=WEIGHTS, mode="reflect", total=None, axes=(1, 2)):
    """Three weights along each axis, the border filled as told."""
    total = sum(weights) if total is None else total
    for axis in axes:
        widths = [(0, 0)] * 3
        widths[axis] = (1, 1)
        padded = np.moveaxis(np.pad(x, widths, mode=mode), axis, 0)
        parts = (w * padded[u : len(padded) - 2 + u] for u, w in enumerate(weights))
        x = np.moveaxis(sum(parts) / total, 0, axis)
    return x


def reference(x, stride):
    """Blurred along both axes, then every stride-th pixel."""
    return blur(x)[:, ::stride, ::stride]


def by_kernel(x, stride):
    """Right: the kernel of nine weights, window by window."""
    kernel = np.outer(WEIGHTS, WEIGHTS) / 16
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode="reflect")
    views = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    return np.einsum("cijuv,uv->cij", views[:, ::stride, ::stride], kernel)


def by_two_means(x, stride):
    """Right: twice the mean of two neighbors, along rows and along columns."""
    y = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode="reflect")
    for _ in range(2):
        y = (y[:, 1:] + y[:, :-1]) / 2
        y = (y[:, :, 1:] + y[:, :, :-1]) / 2
    return y[:, ::stride, ::stride]


def framed(mode):
    return lambda x, stride: blur(x, mode=mode)[:, ::stride, ::stride]


def image(d: Draw, channels: int = 1, wider: int = 0):
    side = d.int(4, 8)
    return d.array(channels, side, side + wider)


EXERCISE = declare(
    "blur_pool2d",
    "Blur first, then keep every second",
    reference,
    difficulty=2,
    minutes=20,
    example=(np.array([[[4.0, 0.0, 8.0], [0.0, 4.0, 0.0]]]), 2),
    groups={
        "blur": Group(1, lambda d: (image(d), 1), (np.full((1, 3, 3), 5.0), 1)),
        "stride": Group(
            2, lambda d: (image(d), 2), lambda d: (image(d), 3), lambda d: (image(d), 5)
        ),
        "channels": Group(1, lambda d: (image(d, d.int(2, 4)), d.int(1, 2))),
        "not square": Group(
            1, lambda d: (image(d, 1, d.int(1, 3)), 2), lambda d: (image(d, 2, -1), 2)
        ),
    },
    mistakes={
        "The weights add up to 16, so the picture gets 16 times as bright. Divide.": (
            lambda x, stride: blur(x, total=1)[:, ::stride, ::stride]
        ),
        "The nine weights add up to 16. You divided by 4, the sum of one row.": (
            lambda x, stride: blur(x, total=2)[:, ::stride, ::stride]
        ),
        "All nine weights are equal. The blur weighs the middle more: 1, 2, 1.": (
            lambda x, stride: blur(x, weights=(1, 1, 1))[:, ::stride, ::stride]
        ),
        "The border is filled with zeros, which darkens it. Reflect it.": framed(
            "constant"
        ),
        "The border pixel is repeated. Reflecting leaves it out: the neighbor of pixel "
        "0 is pixel 1 on both sides.": framed("edge"),
        "You kept every second pixel first and blurred what was left. What the stride "
        "skips must enter the blur before it is lost.": lambda x, stride: blur(
            x[:, ::stride, ::stride]
        ),
        "Only the rows are blurred along. Blur along the columns, too.": (
            lambda x, stride: blur(x, axes=(2,))[:, ::stride, ::stride]
        ),
        "The stride is not used.": given(reference, stride=1),
        "The blur runs over the channels. Each channel is blurred by itself.": after(
            reference, lambda y: np.broadcast_to(y.mean(0), y.shape).copy()
        ),
    },
    alternatives=(by_kernel, by_two_means),
    hints=(
        "Pad rows and columns with `np.pad(..., mode='reflect')`, the channels not.",
        "The kernel is the product of two rows: weights[:, None] * weights[None, :], "
        "with weights 1/4, 1/2, 1/4.",
        "The blurred pixel (i, j) sums kernel[u, v] * padded[:, i + u, j + v] over u "
        "and v. Compute it everywhere and keep [:, ::stride, ::stride].",
    ),
    section="blur-before-you-skip",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
