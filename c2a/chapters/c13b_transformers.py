"""Code shown to the reader in chapter 13b, for later ones to build on.

Collected from the cells of book/13b-transformers.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import math
from functools import cache

import torch
from torch import nn

from c2a.chapters.c10_lstm_gru import LinearRecurrence
from c2a.chapters.c11_deep_bidirectional import (
    BothWays,
    at_vowels,
    reverse,
    share_right,
    stress_words,
)
from c2a.chapters.c13a_attention import MultiHeadAttention
from c2a.training import count_parameters, fit
from c2a.training import mask as real


class Block(nn.Module):
    """A transformer block, norm first: x (B, T, width) -> (B, T, width)."""

    def __init__(self, width, heads, dropout=0.0):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = MultiHeadAttention(width, heads)
        wide = nn.Linear(width, 4 * width)
        self.mlp = nn.Sequential(wide, nn.GELU(), nn.Linear(4 * width, width))
        self.drop = nn.Dropout(dropout)

    def forward(self, x, mask=None):
        x = x + self.drop(self.attention(self.norm1(x), mask=mask))
        return x + self.drop(self.mlp(self.norm2(x)))


class Part(nn.Module):
    """A mixer or a feed-forward net with what stands around it, where it has that."""

    def __init__(self, inner, width, norm="before", residual=True):
        super().__init__()
        self.inner, self.place, self.residual = inner, norm, residual
        self.norm = nn.Identity() if norm == "none" else nn.LayerNorm(width)

    def forward(self, x, lengths):
        y = self.inner(self.norm(x) if self.place == "before" else x, lengths)
        y = x + y if self.residual else y
        return self.norm(y) if self.place == "after" else y


class Attend(nn.Module):
    """Attention of four heads that sees real places only."""

    def __init__(self, width):
        super().__init__()
        self.attention = MultiHeadAttention(width, 4)

    def forward(self, x, lengths):
        keep = real(lengths, x.shape[1])
        return self.attention(x, mask=keep[:, None, None])


class Convolve(nn.Module):
    """A convolution over five places, the padding blank."""

    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv1d(width, width, 5, padding=2)

    def forward(self, x, lengths):
        keep = real(lengths, x.shape[1])
        return self.conv((x * keep[..., None]).mT).mT


class Recur(BothWays):
    """A GRU from each end."""

    def __init__(self, width):
        super().__init__(width, width // 2)


class RecurLinearly(nn.Module):
    """A gated linear recurrence from each end."""

    def __init__(self, width):
        super().__init__()
        self.ahead = LinearRecurrence(width, width // 2)
        self.back = LinearRecurrence(width, width // 2)

    def forward(self, x, lengths):
        back = reverse(self.back(reverse(x, lengths))[0], lengths)
        return torch.cat([self.ahead(x)[0], back], -1)


class FeedForward(nn.Module):
    """Each place by itself."""

    def __init__(self, width):
        super().__init__()
        wide = nn.Linear(width, 4 * width)
        self.net = nn.Sequential(wide, nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x, lengths):
        return self.net(x)


class StressTagger(nn.Module):
    """Phones (N, T) to the stress of each (N, T, 3), by a stack of blocks."""

    def __init__(self, width, depth, mixer=Attend, feed=FeedForward, **around):
        super().__init__()
        self.token = nn.Embedding(40, width, padding_idx=0)
        self.position = nn.Embedding(10, width)
        kinds = [kind for kind in (mixer, feed) if kind] * depth
        self.parts = nn.ModuleList(Part(kind(width), width, **around) for kind in kinds)
        last = around.get("norm", "before") == "before"
        self.norm = nn.LayerNorm(width) if last else nn.Identity()
        self.out = nn.Linear(width, 3)

    def forward(self, x, lengths):
        h = self.token(x) + self.position.weight[: x.shape[1]]
        for part in self.parts:
            h = part(h, lengths)
        return self.out(self.norm(h))


def widest_tagger(budget, **kind):
    """The widest tagger of a kind, in steps of four, within a number of parameters."""
    width = 4
    while count_parameters(StressTagger(width + 4, **kind)) <= budget:
        width += 4
    return StressTagger(width, **kind)


def falling(optimizer, steps, warm=0.1):
    """Up along a line for a share of the steps, then down along a cosine."""
    up = int(warm * steps)

    def factor(step):
        if step < up:
            return (step + 1) / up
        return 0.5 + 0.5 * math.cos(math.pi * (step - up) / (steps - up))

    return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def falling_from_the_start(optimizer, steps):
    """The same without the way up."""
    return falling(optimizer, steps, warm=0)


@cache
def phones_and_stress(part):
    """16,000 words to learn from, 1,500 for choosing rates, 1,500 to test."""
    if part == "test":
        return stress_words("test", 1500)[1:]
    rows = slice(16_000) if part == "train" else slice(16_000, 17_500)
    return [column[rows] for column in stress_words("train", 17_500)[1:]]


def train_tagger(kind, rate, seed, steps, count=16_000, budget=60_000, checkpoint=None):
    """A trained tagger, and its losses; kind: what makes it differ from a block's."""
    kind = dict(kind)
    schedule = kind.pop("schedule", falling)
    torch.manual_seed(seed)
    net = widest_tagger(budget, **kind)
    data = [column[:count] for column in phones_and_stress("train")]
    history = fit(
        net, *data, loss=at_vowels, learning_rate=rate, steps=steps, batch_size=64,
        clip=1.0, schedule=schedule, seed=seed,
        checkpoint=checkpoint,
    )  # fmt: skip
    return net.eval(), history.loss


def tag_score(net, part):
    where = next(net.parameters()).device
    return share_right(net, *(column.to(where) for column in phones_and_stress(part)))
