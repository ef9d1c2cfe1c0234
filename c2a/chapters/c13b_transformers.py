"""Code shown to the reader in chapter 13b, for later ones to build on.

Collected from the cells of book/13b-transformers.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import math
from functools import cache

import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters.c08_recurrent_networks import encode
from c2a.chapters.c10_lstm_gru import LinearRecurrence
from c2a.chapters.c11_deep_bidirectional import (
    BothWays,
    at_vowels,
    reverse,
    share_right,
    stress_words,
)
from c2a.chapters.c13a_attention import MultiHeadAttention, causal_mask
from c2a.data import load
from c2a.training import count_parameters, fit
from c2a.training import mask as real


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


class Stack(nn.Module):
    """Tokens (B, T) to states (B, T, width); every block gets the masks."""

    kind = Block

    def __init__(self, symbols, width, depth, heads, context, dropout=0.0):
        super().__init__()
        self.token = nn.Embedding(symbols, width)
        self.position = nn.Embedding(context, width)
        blocks = (self.kind(width, heads, dropout) for _ in range(depth))
        self.blocks, self.drop = nn.ModuleList(blocks), nn.Dropout(dropout)
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens, *masks):
        x = self.drop(self.token(tokens) + self.position.weight[: tokens.shape[1]])
        for block in self.blocks:
            x = block(x, *masks)
        return self.norm(x)


class Transformer(Stack):
    """A stack with a read-out: tokens (B, T) to logits (B, T, symbols)."""

    def __init__(self, symbols, width, *sizes, **options):
        super().__init__(symbols, width, *sizes, **options)
        self.head = nn.Linear(width, symbols)

    def forward(self, tokens, *masks):
        return self.head(super().forward(tokens, *masks))


GAP = 27  # letters are 1 to 26, padding is 0


def with_gaps(words, generator):
    """Words (B, T), each letter covered with a chance of 0.15; and where (B, T)."""
    drawn = torch.rand(words.shape, generator=generator).to(words.device)
    gaps = (drawn < 0.15) & (words > 0)
    return torch.where(gaps, GAP, words), gaps


def writer_loss(model, starts, text, length):
    """Cross-entropy of next characters, in windows that begin at starts (B,)."""
    steps = torch.arange(length + 1, device=text.device)
    rows = text[starts[:, None] + steps]
    logits = model(rows[:, :-1], causal_mask(length, text.device))
    return F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())


@cache
def eighth_of_the_plays():
    """Rows of 257 characters of two unread plays, one in every 1,024: (205, 257)."""
    return encode(load("plays").test).unfold(0, 257, 1024)


@torch.no_grad()
def held_out_bits(next_logits):
    """Bits a character on the last 128 characters of each row.

    next_logits: characters (B, T) to logits of the ones that follow (B, T, symbols).
    """
    nats = []
    for rows in eighth_of_the_plays().split(32):
        logits, wanted = next_logits(rows[:, :-1])[:, -128:], rows[:, 129:]
        nats.append(F.cross_entropy(logits.flatten(0, 1), wanted.flatten()) * len(rows))
    return sum(nats).item() / len(eighth_of_the_plays()) / math.log(2)


class CrossBlock(Block):
    """A block that also looks at a memory (B, S, width), between its two parts."""

    def __init__(self, width, heads, dropout=0.0):
        super().__init__(width, heads, dropout)
        self.norm3 = nn.LayerNorm(width)
        self.cross = MultiHeadAttention(width, heads)

    def forward(self, x, mask, memory, memory_mask):
        x = x + self.drop(self.attention(self.norm1(x), mask=mask))
        x = x + self.drop(self.cross(self.norm3(x), memory, memory_mask))
        return x + self.drop(self.mlp(self.norm2(x)))


class Decoder(Transformer):
    """A transformer whose blocks also look at a memory."""

    kind = CrossBlock


class Translator(nn.Module):
    """Source (B, S), target so far (B, T), 0 for padding, to logits (B, T, n)."""

    def __init__(self, source, target, width, depth, heads, context):
        super().__init__()
        sizes = width, depth, heads, context
        self.encoder = Stack(source, *sizes)
        self.decoder = Decoder(target, *sizes)

    def forward(self, source, tokens):
        keep = (source > 0)[:, None, None]  # (B, 1, 1, S): True where a letter is
        memory = self.encoder(source, keep)
        see = causal_mask(tokens.shape[1], tokens.device)
        return self.decoder(tokens, see, memory, keep)


def odds(logits, temperature=1.0, top_k=None, top_p=1.0):
    """Logits (B, symbols) to what is drawn from: sharpened, cut, summing to 1."""
    p, order = (logits / temperature).softmax(-1).sort(descending=True)
    if top_k is not None:
        p[:, top_k:] = 0
        p = p / p.sum(-1, keepdim=True)
    before = p.cumsum(-1) - p  # how much the likelier ones have together
    p = torch.where(before < top_p, p, 0)
    p = p / p.sum(-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, p)  # back in the old order


def attend_cached(attention, x, kept):
    """Attention of new tokens x (B, t, width); kept: the keys and values so far."""
    maps = attention.q, attention.k, attention.v
    q, k, v = (attention.split(make(x)) for make in maps)
    if kept:
        k, v = torch.cat([kept["k"], k], 2), torch.cat([kept["v"], v], 2)
    kept.update(k=k, v=v)  # (B, heads, S, width / heads)
    places = torch.arange(k.shape[2], device=x.device)
    see = places <= places[-x.shape[1] :, None]  # the last t rows of the mask
    found, _ = attention.attend(q, k, v, see)
    return attention.out(found.transpose(1, 2).flatten(2))


@torch.no_grad()
def read_on(model, tokens, caches):
    """Logits (B, t, symbols) of new tokens (B, t); caches: one dict a block."""
    start = caches[0]["k"].shape[2] if caches[0] else 0
    places = model.position.weight[start : start + tokens.shape[1]]
    x = model.token(tokens) + places
    for block, kept in zip(model.blocks, caches, strict=True):
        x = x + attend_cached(block.attention, block.norm1(x), kept)
        x = x + block.mlp(block.norm2(x))
    return model.head(model.norm(x))


@torch.no_grad()
def write_on(model, start, count, generator, **settings):
    """Tokens (B, S + count): start (B, S) continued, within the model's context."""
    caches, new, tokens = [{} for _ in model.blocks], start, start
    for _ in range(count):
        p = odds(read_on(model, new, caches)[:, -1], **settings)
        new = torch.multinomial(p, 1, generator=generator)
        tokens = torch.cat([tokens, new], 1)
    return tokens
