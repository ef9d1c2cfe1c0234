"""Exercise: the gradients of a subsampling that is trained."""

from collections.abc import Callable

import numpy as np

from c2a.exercises.c05_lenet_to_alexnet.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, declare

Gradients = tuple[np.ndarray, np.ndarray, np.ndarray]


def sums(x: np.ndarray) -> np.ndarray:
    """The sum of each 2 x 2 window; what is left over is not read."""
    c, h, w = x.shape
    even = x[:, : h // 2 * 2, : w // 2 * 2]
    return even.reshape(c, h // 2, 2, w // 2, 2).sum((2, 4))


def spread(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Each value of g to the four pixels of its window, zeros to what is left over."""
    full = np.zeros(shape)
    large = g.repeat(2, 1).repeat(2, 2)
    full[:, : large.shape[1], : large.shape[2]] = large
    return full


def solution(
    x_part: Callable = lambda g, a, x: spread(a[:, None, None] * g, x.shape),
    a_part: Callable = lambda g, x: (g * sums(x)).sum((1, 2)),
    b_part: Callable = lambda g: g.sum((1, 2)),
) -> Callable[..., Gradients]:
    """The three gradients, right by default; one can be replaced by a slip."""

    def gradients(
        x: np.ndarray, coefficient: np.ndarray, bias: np.ndarray, g: np.ndarray
    ) -> Gradients:
        return x_part(g, coefficient, x), a_part(g, x), b_part(g)

    return gradients


reference = solution()


def by_loops(
    x: np.ndarray, coefficient: np.ndarray, bias: np.ndarray, g: np.ndarray
) -> Gradients:
    """Right: window by window."""
    gx, ga, gb = np.zeros(x.shape), np.zeros(len(x)), np.zeros(len(x))
    for c, i, j in np.ndindex(*g.shape):
        window = slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2)
        gx[(c, *window)] += coefficient[c] * g[c, i, j]
        ga[c] += g[c, i, j] * x[(c, *window)].sum()
        gb[c] += g[c, i, j]
    return gx, ga, gb


def by_slices(
    x: np.ndarray, coefficient: np.ndarray, bias: np.ndarray, g: np.ndarray
) -> Gradients:
    """Right: the four corners of all windows at once."""
    rows, columns = g.shape[1:]
    gx, ga = np.zeros(x.shape), np.zeros(len(x))
    for u, v in np.ndindex(2, 2):
        corner = (
            slice(None),
            slice(u, 2 * rows, 2),
            slice(v, 2 * columns, 2),
        )
        gx[corner] = np.einsum("c,cij->cij", coefficient, g)
        ga += np.einsum("cij,cij->c", g, x[corner])
    return gx, ga, np.einsum("cij->c", g)


def only_largest(g: np.ndarray, a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Gives the gradient to the largest pixel of each window."""
    gx = np.zeros(x.shape)
    for c, i, j in np.ndindex(*g.shape):
        window = x[c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        u, v = np.unravel_index(window.argmax(), (2, 2))
        gx[c, 2 * i + u, 2 * j + v] = a[c] * g[c, i, j]
    return gx


def layer(d: Draw, odd: int = 0) -> tuple:
    c, rows, columns = d.int(1, 3), d.int(1, 3), d.int(1, 4)
    x = d.array(c, 2 * rows + odd, 2 * columns + odd)
    return x, d.array(c) + 2, d.array(c), d.array(c, rows, columns)


EXERCISE = declare(
    "subsample_gradients",
    "Train the subsampling",
    reference,
    difficulty=3,
    minutes=20,
    example=(
        np.array([[[1.0, 2.0], [3.0, 4.0]]]),
        np.array([0.5]),
        np.array([1.0]),
        np.array([[[2.0]]]),
    ),
    groups={
        "one window": Group(
            1,
            lambda d: (d.array(1, 2, 2), d.array(1) + 2, d.array(1), d.array(1, 1, 1)),
        ),
        "maps": Group(2, layer, layer),
        "left over": Group(1, lambda d: layer(d, 1)),
    },
    mistakes={
        "The gradient of x lacks the coefficient.": solution(
            x_part=lambda g, a, x: spread(g, x.shape)
        ),
        "The four pixels do not share one gradient, as in a mean: each counts in "
        "full.": solution(
            x_part=lambda g, a, x: spread(a[:, None, None] * g / 4, x.shape)
        ),
        "The coefficient's gradient is averaged over the places. It was used at all of "
        "them: add up.": solution(a_part=lambda g, x: (g * sums(x)).mean((1, 2))),
        "The coefficient meets the sum of the window, not its mean.": solution(
            a_part=lambda g, x: (g * sums(x) / 4).sum((1, 2))
        ),
        "The bias's gradient is averaged over the places. Add up.": solution(
            b_part=lambda g: g.mean((1, 2))
        ),
        "Each map has a coefficient of its own: do not add over the maps.": solution(
            a_part=lambda g, x: np.full(len(g), (g * sums(x)).sum())
        ),
        "Each pixel in the window gets a gradient, not the largest alone. That is max "
        "pooling.": solution(x_part=only_largest),
    },
    alternatives=(by_loops, by_slices),
    hints=(
        "y = coefficient * (sum of the window) + bias. Differentiate that by each of "
        "the three.",
        "dy/dbias is 1 and dy/dcoefficient is the sum of the window: multiply by the "
        "upstream gradient, and add over all places of the map.",
        "dy/dx is the coefficient, for each of the four pixels. np.repeat makes a "
        "2 x 2 block of each value. Pixels that no window reads get 0.",
    ),
    section="lenet-subsampling",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
