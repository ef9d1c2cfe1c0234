"""The assignment of the grading benchmark: four questions, twelve points.

The same questions, points and kinds of test are given to c2a, nbgrader and otter. The
references calculate with NumPy; all code gets real tensors for the last two questions.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import expit, softmax

from c2a.exercises.kit.cases import Case, Mistake
from c2a.exercises.kit.exercise import Exercise
from c2a.exercises.kit.values import Tensor

POINTS = {"example": 1.0, "random": 2.0}


def conv2d_valid(x, w, b):
    """Convolve x (C, H, W) with w (O, C, k_h, k_w), add b (O,)."""
    windows = sliding_window_view(x, w.shape[2:], axis=(1, 2))
    return np.einsum("chwij,ocij->ohw", windows, w) + b[:, None, None]


def max_pool2d(x, size, stride):
    """Pool x (C, H, W)."""
    windows = sliding_window_view(x, (size, size), axis=(1, 2))
    return windows[:, ::stride, ::stride].max(axis=(3, 4))


def lstm_step(*tensors):
    """One step of an LSTM with torch's order of gates: new h and c."""
    x, h, c, w_ih, w_hh, b_ih, b_hh = map(np.asarray, tensors)
    i, f, g, o = np.split(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 4, axis=1)
    c = expit(f) * c + expit(i) * np.tanh(g)
    return expit(o) * np.tanh(c), c


def attention(q, k, v, mask=None):
    """Scaled dot-product attention; `mask` is True where a key may be looked at."""
    q, k, v = map(np.asarray, (q, k, v))
    scores = q @ k.mT / np.sqrt(q.shape[-1])
    if mask is not None:
        scores[:, ~np.asarray(mask)] = -np.inf
    return softmax(scores, axis=-1) @ v


def tensor(array):
    """Let the student's function get a torch tensor of float32."""
    return Tensor(np.asarray(array, np.float32))


def conv2d_cases(rng):
    x = np.arange(9.0).reshape(1, 3, 3)
    example = (x, np.ones((1, 1, 2, 2)), np.zeros(1))
    random = (rng.normal(size=s) for s in ((3, 9, 8), (4, 3, 3, 2), (4,)))
    return [Case(example, "example"), Case(tuple(random), "random")]


def pool_cases(rng):
    x = np.arange(16.0).reshape(1, 4, 4)
    random = (rng.normal(size=(3, 11, 9)), 3, 2)
    return [Case((x, 2, 2), "example"), Case(random, "random")]


def lstm_cases(rng):
    ones = [np.ones(shape) for shape in ((1, 2), (1, 2), (1, 2), (8, 2), (8, 2))]
    example = map(tensor, (*ones, np.zeros(8), np.zeros(8)))
    shapes = ((3, 5), (3, 6), (3, 6), (24, 5), (24, 6), (24,), (24,))
    random = (tensor(rng.normal(size=shape)) for shape in shapes)
    return [Case(tuple(example), "example"), Case(tuple(random), "random")]


def attention_cases(rng):
    q, v = tensor(np.zeros((1, 2, 4))), tensor(np.arange(6.0).reshape(1, 2, 3))
    random = (tensor(rng.normal(size=(2, 5, 8))) for _ in range(3))
    mask = Tensor(np.tri(5, dtype=bool))
    return [Case((q, q, v), "example"), Case((*random, mask), "random")]


def declare(function, title, cases, mistake):
    """Declare one question of the benchmark."""
    return Exercise(
        name=function.__name__,
        title=title,
        points=POINTS,
        reference=function,
        visible=lambda: cases(np.random.default_rng(0))[:1],
        hidden=cases,
        mistakes=(mistake,),
        alternatives=(),
        hints=(),
        section="02-convolution.html",
    )


EXERCISES = (
    declare(
        conv2d_valid,
        "Convolution",
        conv2d_cases,
        Mistake(
            "The kernel is flipped.",
            lambda x, w, b: conv2d_valid(x, w[..., ::-1, ::-1].copy(), b),
        ),
    ),
    declare(
        max_pool2d,
        "Pooling",
        pool_cases,
        Mistake("This is the minimum.", lambda x, k, s: -max_pool2d(-x, k, s)),
    ),
    declare(
        lstm_step,
        "LSTM step",
        lstm_cases,
        Mistake("h and c are swapped.", lambda *args: lstm_step(*args)[::-1]),
    ),
    declare(
        attention,
        "Attention",
        attention_cases,
        Mistake("The mask is not used.", lambda q, k, v, mask=None: attention(q, k, v)),
    ),
)
