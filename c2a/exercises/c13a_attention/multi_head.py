"""Exercise: masked attention with several heads, equal to the library's."""

import math

import torch

from c2a.exercises.kit import FORMS32, Draw, Group, declare
from c2a.exercises.kit.values import Tensor as Tensor32

Tensor = torch.Tensor


def split(z: Tensor, heads: int) -> Tensor:
    return z.unflatten(-1, (heads, -1)).transpose(-3, -2)


def heads_of(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    return scores.masked_fill(~mask[:, None], -math.inf).softmax(-1) @ v


def by_library(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    return torch.nn.functional.scaled_dot_product_attention(
        q, k, v, attn_mask=mask[:, None]
    )


def made(attend=heads_of, split=split, join=None):
    """A whole layer from its parts."""
    join = join or (lambda found: found.transpose(1, 2).flatten(2))

    def multi_head(x, w_q, w_k, w_v, w_o, heads, mask):
        q, k, v = (split(x @ w.T, heads) for w in (w_q, w_k, w_v))
        return join(attend(q, k, v, mask)) @ w_o.T

    return multi_head


multi_head = made(by_library)
by_matrices = made()


def head_by_head(x, w_q, w_k, w_v, w_o, heads, mask):
    """Right: a loop over sentences and heads, each with its rows of the matrices."""
    each, outputs = x.shape[-1] // heads, []
    for sentence, seen in zip(x, mask, strict=True):
        found = []
        for h in range(heads):
            rows = slice(h * each, (h + 1) * each)
            q, k, v = (sentence @ w[rows].T for w in (w_q, w_k, w_v))
            scores = torch.where(seen, q @ k.T / each**0.5, torch.tensor(-math.inf))
            found.append(torch.softmax(scores, 1) @ v)
        outputs.append(torch.cat(found, 1) @ w_o.T)
    return torch.stack(outputs)


def unscaled(q, k, v, mask):
    return (q @ k.mT).masked_fill(~mask[:, None], -math.inf).softmax(-1) @ v


def by_width(heads_first):
    """Wrong: divided by the root of the whole width."""
    q, k, v, mask = heads_first
    scores = q @ k.mT / math.sqrt(q.shape[-1] * q.shape[1])
    return scores.masked_fill(~mask[:, None], -math.inf).softmax(-1) @ v


def after_softmax(q, k, v, mask):
    weights = (q @ k.mT / math.sqrt(q.shape[-1])).softmax(-1)
    return (weights * mask[:, None]) @ v


def zeros(q, k, v, mask):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    return (scores * mask[:, None]).softmax(-1) @ v


def polarity(q, k, v, mask):
    """Wrong: rows that may look everywhere now look nowhere, and are NaN."""
    return heads_of(q, k, v, ~mask)


def columns(q, k, v, mask):
    return heads_of(q, k, v, mask.mT)


def reshaped(z, heads):
    """Wrong: the right shape at once."""
    return z.reshape(len(z), heads, z.shape[1], -1)


def interleaved(z, heads):
    """Wrong here: head 0 has numbers 0, heads, 2 heads, ..."""
    return z.unflatten(-1, (-1, heads)).movedim(-1, 1)


def not_transposed(x, w_q, w_k, w_v, w_o, heads, mask):
    """Wrong, also for those who forget it with w_o: that is mostly symmetric."""
    return by_matrices(x, w_q.T, w_k.T, w_v.T, w_o, heads, mask)


def not_joined(found):
    """Wrong: flattened without changing the axes back."""
    return found.reshape(len(found), found.shape[2], -1)


def layer(d: Draw, heads: int, kind: str) -> tuple:
    batch, length, width = d.int(2, 3), d.int(3, 5), heads * d.choose(2, 3)
    x = d.tensor(batch, length, width)
    weights = [d.tensor(width, width) for _ in range(4)]
    if kind != "any":
        numbers = weights[3].array
        weights[3] = Tensor32((numbers + numbers.T) / 2)
    mask = torch.ones(batch, length, length, dtype=torch.bool)
    if kind == "causal":
        mask = mask.tril()
    if kind == "any":
        drawn = torch.as_tensor(d.mask(batch * length, length))
        mask = drawn.view(batch, length, length)
    return x, *weights, heads, mask


def drive(multi_head, x, w_q, w_k, w_v, w_o, heads, mask):
    """Matrices a third as large, so that no softmax is stuck."""
    return multi_head(x, w_q / 3, w_k / 3, w_v / 3, w_o / 3, heads, mask)


EXERCISE = declare(
    "multi_head",
    "Masked heads, equal to the library's",
    multi_head,
    drive=drive,
    difficulty=2,
    minutes=30,
    forms=FORMS32,
    rtol=1e-4,
    atol=1e-4,
    groups={
        "one head": Group(1, lambda d: layer(d, 1, "free")),
        "heads": Group(2, lambda d: layer(d, d.int(2, 3), "free")),
        "causal": Group(1, lambda d: layer(d, 2, "causal"), section="attention-masks"),
        "any mask": Group(1, lambda d: layer(d, 2, "any"), section="attention-masks"),
    },
    mistakes={
        "The scores are not divided by the root of d_k.": made(unscaled),
        "d_k is the width of one head, not of the layer: divide by its root.": made(
            lambda *parts: by_width(parts)
        ),
        "The mask came after the softmax: rows no longer sum to 1.": made(
            after_softmax
        ),
        "A hidden score of 0 still gets weight: e to the 0 is 1. Use minus infinity.": (
            made(zeros)
        ),
        "True means: may look. You hid what should be seen. (A row that may look "
        "nowhere is NaN.)": made(polarity),
        "Row i of the mask asks, column j is asked. Yours is transposed.": made(
            columns
        ),
        "The shape is right, but head 0 holds other tokens' numbers. Split the width "
        "first, then let heads and tokens change places.": made(split=reshaped),
        "Head 0 has the first numbers of each token, side by side. Yours takes every "
        "heads-th one: unflatten to (heads, -1), not to (-1, heads).": made(
            split=interleaved
        ),
        "The heads are not joined token by token: let heads and tokens change places "
        "again before you flatten.": made(join=not_joined),
        "The matrices are used the wrong way round: it is x @ w.T.": (not_transposed),
    },
    alternatives=(by_matrices, head_by_head),
    hints=(
        "Three products x @ w.T give queries, keys and values for all heads together.",
        "`z.unflatten(-1, (heads, -1)).transpose(1, 2)` makes (B, heads, T, d_k). The "
        "mask needs an axis for the heads: `mask[:, None]`.",
        "Scores, minus infinity where the mask is False, softmax over the last axis, "
        "times values. Then `.transpose(1, 2).flatten(2)`, and the output matrix.",
    ),
    section="attention-heads",
    forbidden=(
        "torch.nn.MultiheadAttention",
        "torch.nn.functional.scaled_dot_product_attention",
        "torch.nn.functional.multi_head_attention_forward",
        "c2a.chapters",
    ),
    instead="Write it from matrix products and a softmax.",
)
