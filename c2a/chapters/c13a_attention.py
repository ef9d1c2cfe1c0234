"""Code shown to the reader in chapter 13a, for later ones to build on.

Collected from the cells of book/13a-attention.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import math

import torch
from torch import nn


def scaled_attention(q, k, v, mask=None):
    """Every query q (..., T, d) looks at all keys k and values v (..., S, d).

    mask: boolean, broadcastable to (..., T, S); True where a query may look.
    Returns what the queries get (..., T, d) and the weights (..., T, S).
    """
    scores = q @ k.mT / math.sqrt(q.shape[-1])  # (..., T, S)
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = scores.softmax(-1)
    return weights @ v, weights


def causal_mask(length, device=None):
    """Who may look at whom (length, length): True on and left of the diagonal."""
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()


class MultiHeadAttention(nn.Module):
    """Several attentions side by side, each on width / heads numbers of a token.

    x (B, T, width) asks, context (B, S, width) answers: x itself if there is none.
    mask: boolean, broadcastable to (B, heads, T, S); True where a token may look.
    The weights of the last call stay in `maps`, (B, heads, T, S).
    """

    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.maps = heads, None
        self.q, self.k, self.v, self.out = (nn.Linear(width, width) for _ in range(4))

    def split(self, z):
        """(B, T, width) -> (B, heads, T, width / heads)."""
        return z.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def attend(self, q, k, v, mask):
        return scaled_attention(q, k, v, mask)

    def forward(self, x, context=None, mask=None):
        context = x if context is None else context
        q, k, v = self.q(x), self.k(context), self.v(context)
        found, maps = self.attend(self.split(q), self.split(k), self.split(v), mask)
        self.maps = maps.detach()
        return self.out(found.transpose(1, 2).flatten(2))  # heads side by side again


class RelativeAttention(MultiHeadAttention):
    """Adds to each score a learned number for its head and distance, `far` at most."""

    def __init__(self, width, heads, far=16):
        super().__init__(width, heads)
        self.bias = nn.Parameter(torch.zeros(heads, far + 1))

    def attend(self, q, k, v, mask):
        i = torch.arange(q.shape[-2], device=q.device)
        distance = (i[:, None] - i).clamp(0, self.bias.shape[1] - 1)  # (T, T)
        scores = q @ k.mT / math.sqrt(q.shape[-1]) + self.bias[:, distance]
        weights = scores.masked_fill(~mask, -math.inf).softmax(-1)
        return weights @ v, weights
