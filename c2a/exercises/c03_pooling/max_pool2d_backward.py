"""Exercise: who gets the gradient of a maximum."""

import numpy as np

from c2a.exercises.c03_pooling.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, declare, given


def pay(x, grad_y, window, stride, share, add=True):
    """Each window hands its gradient on in shares: share(seen) -> weights (k, k)."""
    grad_x = np.zeros(x.shape, np.result_type(x, grad_y))
    for c, i, j in np.ndindex(*grad_y.shape):
        rows = slice(i * stride, i * stride + window)
        columns = slice(j * stride, j * stride + window)
        weights = share(x[c, rows, columns])
        if add:
            grad_x[c, rows, columns] += grad_y[c, i, j] * weights
        else:
            grad_x[c, rows, columns][weights > 0] = grad_y[c, i, j]
    return grad_x


def first(seen):
    """1 at the first of the largest, in row order."""
    weights = np.zeros(seen.shape)
    weights.flat[seen.argmax()] = 1
    return weights


def last(seen):
    return first(seen[::-1, ::-1])[::-1, ::-1]


def all_equal(seen):
    return (seen == seen.max()).astype(float)


def reference(x, grad_y, window, stride):
    """Window by window, to the first of the largest."""
    return pay(x, grad_y, window, stride, first)


def by_index(x, grad_y, window, stride):
    """Right: places of the winners, summed where windows share one."""
    views = np.lib.stride_tricks.sliding_window_view(x, (window, window), axis=(1, 2))
    winners = views[:, ::stride, ::stride].reshape(*grad_y.shape, -1).argmax(-1)
    u, v = np.divmod(winners, window)
    c, i, j = np.indices(grad_y.shape)
    grad_x = np.zeros_like(x)
    np.add.at(grad_x, (c, i * stride + u, j * stride + v), grad_y)
    return grad_x


def by_search(x, grad_y, window, stride):
    """Right: plain loops that look for the largest."""
    grad_x = np.zeros_like(x)
    for c, i, j in np.ndindex(*grad_y.shape):
        at = i * stride, j * stride
        for u in range(i * stride, i * stride + window):
            for v in range(j * stride, j * stride + window):
                if x[c, u, v] > x[c, at[0], at[1]]:
                    at = u, v
        grad_x[c, at[0], at[1]] += grad_y[c, i, j]
    return grad_x


def inside_window(x, grad_y, window, stride):
    """The winner's place inside its window is taken for its place in the map."""
    grad_x = np.zeros_like(x)
    for c, i, j in np.ndindex(*grad_y.shape):
        rows = slice(i * stride, i * stride + window)
        columns = slice(j * stride, j * stride + window)
        u, v = divmod(int(x[c, rows, columns].argmax()), window)
        grad_x[c, u, v] += grad_y[c, i, j]
    return grad_x


def layer(d: Draw, window: int, stride: int, channels: int = 1, wider: int = 0):
    """Maps without two equal numbers, and the gradient of what they are pooled to."""
    side = window + d.int(2, 5)
    sides = side, side + wider
    steps = [(n - window) // stride + 1 for n in sides]
    x = d.array(channels, *sides)
    ranks = d.rng.permutation(x.size).reshape(x.shape) - x.size // 2
    x[:] = ranks * (1 if d.shown else np.abs(x).max() / x.size)
    return x, d.array(channels, *steps), window, stride


def flat(d: Draw, window: int, stride: int):
    """Maps of few different numbers, full of ties, as after a ReLU."""
    x, grad_y, *rest = layer(d, window, stride)
    return np.maximum(np.sign(x), 0), grad_y, *rest


EXERCISE = declare(
    "max_pool2d_backward",
    "The winner takes it all",
    reference,
    difficulty=3,
    minutes=25,
    example=(
        np.array([[[1.0, 3.0, 2.0], [4.0, 2.0, 0.0]]]),
        np.array([[[10.0, 1.0]]]),
        2,
        1,
    ),
    groups={
        "no overlap": Group(
            1,
            lambda d: layer(d, 2, 2),
            lambda d: layer(d, 2, 3),
            lambda d: layer(d, 3, 4),
        ),
        "overlap": Group(
            2, lambda d: layer(d, 3, d.int(1, 2)), lambda d: layer(d, 2, 1)
        ),
        "ties": Group(1, lambda d: flat(d, 2, 2), lambda d: flat(d, 3, 3)),
        "channels": Group(1, lambda d: layer(d, 2, d.int(2, 3), d.int(2, 3))),
        "not square": Group(
            1, lambda d: layer(d, 2, 2, 1, d.int(1, 3)), lambda d: layer(d, 3, 3, 1, -1)
        ),
    },
    mistakes={
        "That is the gradient of the mean: every pixel of the window gets an equal "
        "share. The maximum pays the winner alone.": lambda x, grad_y, window, stride: (
            pay(x, grad_y, window, stride, lambda s: np.full(s.shape, 1 / s.size))
        ),
        "Every pixel gets the whole gradient of its window. Only the largest decided "
        "the output.": lambda x, grad_y, window, stride: pay(
            x, grad_y, window, stride, lambda s: np.ones(s.shape)
        ),
        "A pixel that wins two windows gets both gradients: +=, not =.": (
            lambda x, grad_y, window, stride: pay(
                x, grad_y, window, stride, first, add=False
            )
        ),
        "Where several pixels are largest, all of them get the gradient. It goes to "
        "the first, in row order.": lambda x, grad_y, window, stride: pay(
            x, grad_y, window, stride, all_equal
        ),
        "Where several pixels are largest, the gradient is split among them. Here it "
        "goes to the first, in row order.": lambda x, grad_y, window, stride: pay(
            x, grad_y, window, stride, lambda s: all_equal(s) / all_equal(s).sum()
        ),
        "Where several pixels are largest, the last gets the gradient. It goes to the "
        "first, in row order: a later one must be larger to win.": (
            lambda x, grad_y, window, stride: pay(x, grad_y, window, stride, last)
        ),
        "The winner's row and column are counted inside its window. Add where the "
        "window starts: i * stride and j * stride.": inside_window,
        "The smallest pixel of each window gets the gradient.": given(
            reference, x=np.negative
        ),
    },
    alternatives=(by_index, by_search),
    hints=(
        "Start with zeros of the shape of x. Then go through the outputs: which pixel "
        "of the window would change output (i, j), if you changed it a little?",
        "`window.argmax()` counts through the window row by row; `divmod(index, k)` "
        "makes a row and a column of it.",
        "The winner stands in row i * stride + u and column j * stride + v of its "
        "channel. Add grad_y[c, i, j] there: windows that overlap may share a winner.",
    ),
    section="who-gets-the-gradient",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
