"""Exercise: a block with three bugs in it."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from c2a.exercises.kit import FORMS32, Draw, Group, Mistake, declare
from c2a.exercises.kit.values import Tensor as Tensor32

Tensor = torch.Tensor


def norm(x: Tensor, over: int = -1, less: int = 0) -> Tensor:
    """Mean 0 and variance 1 over an axis."""
    x = x - x.mean(over, keepdim=True)
    squares = x.square().sum(over, keepdim=True)
    return x / (squares / max(x.shape[over] - less, 1) + 1e-5).sqrt()


def attend(x: Tensor, w: Tensor) -> Tensor:
    """One head over all tokens; w (3, d, d) for queries, keys and values."""
    q, k, v = (x @ part.T for part in w)
    return (q @ k.T / x.shape[-1] ** 0.5).softmax(-1) @ v


def block(
    over: int = -1,
    from_norm: bool = False,
    no_sum: bool = False,
    raw: bool = False,
    twice: bool = False,
    less: int = 0,
) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """The block, right by default; its bugs by name."""

    def mend_block(x: Tensor, w: Tensor, up: Tensor, down: Tensor) -> Tensor:
        n = norm(x, over, less)
        x = (n if from_norm else x) + attend(n, w)
        hidden = F.relu((x if raw else norm(x, over, less)) @ up.T)
        y = hidden @ down.T
        x = y if no_sum else x + y
        return norm(x) if twice else x

    return mend_block


mend_block = block()


def by_layers(x: Tensor, w: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """Right: torch's norm, attention and dense layers."""
    n = F.layer_norm(x, x.shape[-1:])
    q, k, v = (F.linear(n, part)[None] for part in w)
    x = x + F.scaled_dot_product_attention(q, k, v)[0]
    hidden = F.linear(F.layer_norm(x, x.shape[-1:]), up).clamp(min=0)
    return x + F.linear(hidden, down)


def by_tokens(x: Tensor, w: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """Right: in double precision, token by token after attention."""
    x, w, up, down = (part.double() for part in (x, w, up, down))
    x = x + attend(norm(x), w)
    rows = [row + down @ torch.clamp(up @ norm(row), min=0) for row in x]
    return torch.stack(rows)


def drive(mend_block, x, w, up, down):
    """Weights a third as large, so that attention does not pick one token only."""
    return mend_block(x, w / 3, up / 3, down / 3)


def tokens(d: Draw, count: int) -> tuple:
    width = d.int(3, 5)
    shapes = (count, width), (3, width, width), (4 * width, width), (width, 4 * width)
    return tuple(d.tensor(*shape) for shape in shapes)


def part(
    d: Draw, x: np.ndarray, values: float = 1, down: float = 1
) -> tuple[Tensor32, ...]:
    """A stream (T, 4), with values of attention and a way down of a given size."""
    w, up, back = d.array(3, 4, 4), d.array(16, 4), d.array(4, 16)
    w[2] *= values
    parts = x, w, up, back * down
    return tuple(Tensor32(each.astype(np.float32)) for each in parts)


def even(d: Draw) -> np.ndarray:
    """Numbers 1 and -1: normalized already, over tokens and over each token alike."""
    half = np.array([1.0, -1.0])
    rows = d.rng.permutation(np.tile(half, d.choose(1, 2)))
    return np.outer(rows, d.rng.permutation(np.tile(half, 2)))


def first(d: Draw) -> tuple:
    """Only the axis matters: rows are normalized, and what is added drowns them."""
    x = d.rng.normal(size=(d.int(2, 4), 4))
    x = x - x.mean(1, keepdims=True)
    return part(d, (x / x.std(1, keepdims=True)).round(2), down=1000)


def second(d: Draw) -> tuple:
    """Only the first sum matters: beside so large a stream, attention is nothing."""
    return part(d, 1000 * even(d), down=1e6)


def third(d: Draw) -> tuple:
    """Only the second sum matters: the norm changes nothing, and attention is 0."""
    return part(d, even(d), values=0)


EXERCISE = declare(
    "mend_block",
    "A block that trains badly",
    mend_block,
    drive=drive,
    difficulty=2,
    minutes=20,
    forms=FORMS32,
    groups={
        # Each of the first three sees one bug and is blind for the others.
        "bug 1": Group(1, first, atol=0.02),
        "bug 2": Group(1, second, atol=0.02),
        "bug 3": Group(1, third, atol=1e-4),
        "the block": Group(1, lambda d: tokens(d, d.int(2, 6)), atol=1e-4),
    },
    mistakes=[
        Mistake(
            "All three bugs are still there: the axis of the norm, where the first sum "
            "starts, and the second sum.",
            block(over=0, from_norm=True, no_sum=True),
            whole=True,
        ),
        Mistake(
            "The norm runs over the tokens. Each token is normalized by itself, over "
            "its own numbers.",
            block(over=0),
        ),
        Mistake(
            "The first sum starts from the normalized copy: the stream itself is lost.",
            block(from_norm=True),
        ),
        Mistake(
            "The second sum is missing: the feed-forward net replaces the stream.",
            block(no_sum=True),
        ),
        Mistake(
            "Two bugs are left: the axis of the norm, and where the first sum starts.",
            block(over=0, from_norm=True),
        ),
        Mistake(
            "Two bugs are left: the axis of the norm, and the second sum.",
            block(over=0, no_sum=True),
        ),
        Mistake(
            "Two bugs are left: where the first sum starts, and the second sum.",
            block(from_norm=True, no_sum=True),
        ),
        Mistake(
            "The feed-forward net has to read a normalized copy, too.",
            block(raw=True),
        ),
        Mistake(
            "The variance divides by the width, not by one less.",
            block(less=1),
        ),
        Mistake(
            "The last norm belongs behind the whole stack, not into each block.",
            block(twice=True),
        ),
    ],
    alternatives=(by_layers, by_tokens),
    hints=(
        "Lay each line beside the formula of the block in the chapter.",
        "What does the stream lose when it goes through the norm itself? And what if a "
        "part replaces it instead of adding to it?",
        "Over which numbers does layer normalization take its mean: those of a token, "
        "or those of all tokens?",
    ),
    section="transformer-block",
)
