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


def causal_mask(length, device=None):
    """Who may look at whom (length, length): True on and left of the diagonal."""
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()


def sinusoids(length, width):
    """Sines in even columns, cosines in odd ones: (length, width), width even."""
    speed = 10000.0 ** (-torch.arange(0, width, 2) / width)  # (width / 2,)
    angle = torch.arange(length)[:, None] * speed
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(-2)


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


def rotate(z, places):
    """Turn each pair of numbers of z (..., T, d) by an angle for its place (T,)."""
    d = z.shape[-1]
    speed = 10000.0 ** (-torch.arange(0, d, 2, device=z.device) / d)  # (d / 2,)
    angle = places[:, None] * speed  # (T, d / 2)
    a, b = z[..., 0::2], z[..., 1::2]
    turned = a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()
    return torch.stack(turned, -1).flatten(-2)


class RotaryAttention(MultiHeadAttention):
    """Turns queries and keys by their places before they meet."""

    def attend(self, q, k, v, mask):
        places = torch.arange(q.shape[-2], device=q.device)
        return scaled_attention(rotate(q, places), rotate(k, places), v, mask)
