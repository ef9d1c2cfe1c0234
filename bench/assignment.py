"""The assignment of the grading benchmark: four questions, twelve points.

The same questions, points and kinds of test are given to c2a, nbgrader and otter.
"""

import numpy as np
import torch
import torch.nn.functional as F

from c2a.exercises.core import Case, Exercise, Mistake

POINTS = {"example": 1.0, "random": 2.0}


def conv2d_valid(x, w, b):
    """Convolve x (C, H, W) with w (O, C, k_h, k_w), add b (O,)."""
    y = F.conv2d(torch.tensor(x)[None], torch.tensor(w), torch.tensor(b))
    return y[0].numpy()


def max_pool2d(x, size, stride):
    """Pool x (C, H, W)."""
    return F.max_pool2d(torch.tensor(x)[None], size, stride)[0].numpy()


def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """One step of an LSTM with torch's order of gates: new h and c."""
    cell = torch.nn.LSTMCell(x.shape[1], h.shape[1])
    with torch.no_grad():
        given = (w_ih, w_hh, b_ih, b_hh)
        for parameter, values in zip(cell.parameters(), given, strict=True):
            parameter.copy_(values)
        return cell(x, (h, c))


def attention(q, k, v, mask=None):
    """Scaled dot-product attention; `mask` is True where a key may be looked at."""
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def tensors(rng, *shape):
    """Draw float32 tensors."""
    return torch.tensor(rng.normal(size=shape), dtype=torch.float32)


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
    ones = [torch.ones(shape) for shape in ((1, 2), (1, 2), (1, 2), (8, 2), (8, 2))]
    shapes = ((3, 5), (3, 6), (3, 6), (24, 5), (24, 6), (24,), (24,))
    random = tuple(tensors(rng, *shape) for shape in shapes)
    example = (*ones, torch.zeros(8), torch.zeros(8))
    return [Case(example, "example"), Case(random, "random")]


def attention_cases(rng):
    q = torch.zeros(1, 2, 4)
    v = torch.arange(6.0).reshape(1, 2, 3)
    random = tuple(tensors(rng, 2, 5, 8) for _ in range(3))
    mask = torch.ones(5, 5).tril().bool()
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
