"""Code shown to the reader in chapter 11, for later ones to build on.

Collected from the cells of book/11-deep-bidirectional.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import torch
import torch.nn.functional as F
from torch import nn

from c2a.data import load
from c2a.training import mask, pad


def stress_words(part, count):
    """Words of two vowels or more and at most ten phones, as numbers.

    Returns spellings (count,), phones (count, T) from 1 on with 0 for padding, lengths
    (count,), and marks (count, T): 0, 1 or 2 at vowels, -100 elsewhere.
    """
    d = load("cmudict")
    number = {phone: i + 1 for i, phone in enumerate(d.phones)}
    words, sounds, marks = [], [], []
    spellings, lines = getattr(d, f"{part}_words"), getattr(d, f"{part}_phones")
    for word, line in zip(spellings, lines, strict=True):
        phones = line.split()
        stress = [int(p[-1]) if p[-1].isdigit() else -100 for p in phones]
        if len(phones) <= 10 and sum(mark >= 0 for mark in stress) > 1:
            words.append(word)
            sounds.append(torch.tensor([number[p.rstrip("012")] for p in phones]))
            marks.append(torch.tensor(stress))
        if len(words) == count:
            break
    return words, *pad(sounds), pad(marks, value=-100)[0]


def at_vowels(logits, marks):
    """Cross-entropy at the vowels; logits (N, T, 3), marks (N, T)."""
    return F.cross_entropy(logits.flatten(0, 1), marks.flatten())


@torch.no_grad()
def marked(net, x, lengths, marks):
    """Whether each vowel gets its mark: (vowels,) bool."""
    guess = net.eval()(x, lengths).argmax(-1)
    return (guess == marks)[marks >= 0]


def share_right(net, x, lengths, marks):
    """Share of the vowels that get their mark, from 0 to 1."""
    return marked(net, x, lengths, marks).float().mean().item()


def reverse(x, lengths):
    """Turn each sequence round within its own length; x (N, T, ...)."""
    t = torch.arange(x.shape[1], device=x.device)
    source = lengths[:, None] - 1 - t  # (N, T): negative in the padding
    source = torch.where(source < 0, t, source)  # which stays where it is
    return x[torch.arange(len(x), device=x.device)[:, None], source]


class BothWays(nn.Module):
    """A GRU from each end; x (N, T, d_x) -> (N, T, 2 * d_h)."""

    def __init__(self, d_x, d_h):
        super().__init__()
        self.ahead = nn.GRU(d_x, d_h, batch_first=True)
        self.back = nn.GRU(d_x, d_h, batch_first=True)

    def forward(self, x, lengths):
        ahead, _ = self.ahead(x)
        back, _ = self.back(reverse(x, lengths))
        return torch.cat([ahead, reverse(back, lengths)], dim=-1)


class Ahead(nn.Module):
    """A GRU that answers for each step when it has read `late` steps more."""

    def __init__(self, d_x, d_h, late=0):
        super().__init__()
        self.gru, self.late = nn.GRU(d_x, d_h, batch_first=True), late

    def forward(self, x, lengths):
        states, _ = self.gru(F.pad(x, (0, 0, 0, self.late)))  # (N, T + late, d_h)
        return states[:, self.late :]


class Back(nn.Module):
    """A GRU that reads from the end."""

    def __init__(self, d_x, d_h):
        super().__init__()
        self.gru = nn.GRU(d_x, d_h, batch_first=True)

    def forward(self, x, lengths):
        return reverse(self.gru(reverse(x, lengths))[0], lengths)


class Convolutions(nn.Module):
    """Convolutions along time, centered or, where causal, on the past alone."""

    def __init__(self, d_x, channels, kernels, causal=False):
        super().__init__()
        sizes = [d_x, *[channels] * len(kernels)]
        self.layers = nn.ModuleList(map(nn.Conv1d, sizes, sizes[1:], kernels))
        self.causal = causal

    def forward(self, x, lengths):
        keep = mask(lengths, x.shape[1])[:, None]  # (N, 1, T)
        x = x.movedim(1, 2)  # (N, d_x, T), as Conv1d wants it
        for layer in self.layers:
            span = layer.kernel_size[0] - 1
            right = 0 if self.causal else span // 2
            x = F.relu(layer(F.pad(x, (span - right, right)))) * keep
        return x.movedim(1, 2)


class OverTime(nn.Module):
    """A body whose units are normalized over the steps of each sequence."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x, lengths):
        y = self.body(x, lengths)
        keep = mask(lengths, x.shape[1])[..., None]  # (N, T, 1)
        count = lengths[:, None, None]
        middle = y - (y * keep).sum(1, keepdim=True) / count
        variance = (middle.square() * keep).sum(1, keepdim=True) / count
        return middle / (variance + 1e-5).sqrt()


class Chain(nn.Module):
    """Bodies one after the other."""

    def __init__(self, *bodies):
        super().__init__()
        self.bodies = nn.ModuleList(bodies)

    def forward(self, x, lengths):
        for body in self.bodies:
            x = body(x, lengths)
        return x


class Tagger(nn.Module):
    """Phones (N, T) -> logits (N, T, 3); the body keeps the length."""

    def __init__(self, body, width, d_x=16):
        super().__init__()
        self.embed = nn.Embedding(40, d_x, padding_idx=0)  # padding is a zero vector
        self.body, self.out = body, nn.Linear(width, 3)

    def forward(self, x, lengths):
        return self.out(self.body(self.embed(x), lengths))


READERS = {
    "ahead": lambda: Tagger(Ahead(12, 24), 24, 12),
    "late": lambda: Tagger(Ahead(12, 24, late=2), 24, 12),
    "back": lambda: Tagger(Back(12, 24), 24, 12),
    "both": lambda: Tagger(BothWays(12, 16), 32, 12),
    "deep": lambda: Tagger(Chain(BothWays(12, 12), BothWays(24, 12)), 24, 12),
    "window": lambda: Tagger(Convolutions(12, 24, (3, 3)), 24, 12),
    "causal": lambda: Tagger(Convolutions(12, 24, (3, 3), causal=True), 24, 12),
    "normalized": lambda: Tagger(OverTime(Ahead(12, 24)), 24, 12),
}


class Deep(nn.Module):
    """A stack of layers that read both ways; x (N, T, d_x) -> (N, T, 2 * d_h)."""

    def __init__(self, d_x, d_h, depth, residual=False, norm=False):
        super().__init__()
        self.enter = nn.Linear(d_x, 2 * d_h)
        self.layers = nn.ModuleList(BothWays(2 * d_h, d_h) for _ in range(depth))
        make = nn.LayerNorm if norm else nn.Identity
        self.norms = nn.ModuleList(make(2 * d_h) for _ in range(depth + 1))
        self.residual = residual

    def forward(self, x, lengths):
        x = self.enter(x)
        for layer, norm in zip(self.layers, self.norms[:-1], strict=True):
            y = layer(norm(x), lengths)
            x = x + y if self.residual else y
        return self.norms[-1](x)


KINDS = {
    "plain": {},
    "residual": {"residual": True},
    "normed": {"residual": True, "norm": True},
}


def deep_tagger(kind, depth, budget=12_000):
    """The widest tagger of this depth that has at most `budget` parameters."""
    d_h = 1
    while True:
        with torch.device("meta"):
            wider = Tagger(Deep(16, d_h + 1, depth, **KINDS[kind]), 2 * d_h + 2)
        if sum(p.numel() for p in wider.parameters()) > budget:
            return Tagger(Deep(16, d_h, depth, **KINDS[kind]), 2 * d_h)
        d_h += 1


class MaskedLayer(nn.Module):
    """A tanh layer from each end whose memories are masked.

    x (N, T, d_x) and masks (T, 2, N, d_h) -> (N, T, 2 * d_h)
    """

    def __init__(self, d_x, d_h):
        super().__init__()
        self.ends = nn.RNN(d_x, d_h, batch_first=True, bidirectional=True)

    def forward(self, x, lengths, masks):
        W = dict(self.ends.named_parameters())
        W_x, W_h, b_x, b_h = (
            torch.stack([W[f"{name}_l0"], W[f"{name}_l0_reverse"]])
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        both = torch.stack([x, reverse(x, lengths)])  # (2, N, T, d_x)
        b = (b_x + b_h)[:, None]
        added = (both.flatten(1, 2) @ W_x.mT + b).unflatten(1, x.shape[:2])
        h, states = torch.zeros_like(added[:, :, 0]), []  # (2, N, d_h)
        for added_t, m_t in zip(added.unbind(2), masks, strict=True):
            h = torch.tanh(added_t + (m_t * h) @ W_h.mT)
            states.append(h)
        ahead, back = torch.stack(states, 2)
        return torch.cat([ahead, reverse(back, lengths)], dim=-1)


def dropout_masks(p, once, steps, *shape, device=None):
    """Zeros and 1 / (1 - p), (steps, *shape); with `once`, the same at all steps."""
    masks = F.dropout(torch.ones(1 if once else steps, *shape, device=device), p)
    return masks.expand(steps, *shape)


class MaskedTagger(nn.Module):
    """Two masked layers: phones (N, T) -> logits (N, T, 3).

    Args:
        p: share dropped, in training, of what each layer and the read-out get.
        once: whether a mask is drawn once for a word, or anew at each step.
        memory: whether what a layer passes on to its next step is dropped, too.
    """

    def __init__(self, p=0.0, once=False, memory=False, d_h=48, d_x=16):
        super().__init__()
        self.embed = nn.Embedding(40, d_x, padding_idx=0)
        sizes = (d_x, 2 * d_h)
        self.layers = nn.ModuleList(MaskedLayer(size, d_h) for size in sizes)
        self.out = nn.Linear(2 * d_h, 3)
        self.p, self.once, self.memory, self.d_h = p, once, memory, d_h

    def forward(self, x, lengths):
        N, T = x.shape
        p = self.p if self.training else 0.0

        def masked(z):  # (N, T, d)
            m = dropout_masks(p, self.once, T, N, z.shape[-1], device=x.device)
            return z * m.movedim(0, 1)

        z = self.embed(x)
        for layer in self.layers:
            own = dropout_masks(
                p * self.memory, self.once, T, 2, N, self.d_h, device=x.device
            )
            z = layer(masked(z), lengths, own)
        return self.out(masked(z))
