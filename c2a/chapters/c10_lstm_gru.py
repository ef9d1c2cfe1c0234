"""Code shown to the reader in chapter 10, for later ones to build on.

Collected from the cells of book/10-lstm-gru.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from c2a.data import load


class CharacterModel(nn.Module):
    """Embedding, one recurrent layer, linear read-out: tokens (B, T) to (B, T, 64).

    Args:
        kind: "RNN", "LSTM" or "GRU", the name of torch's layer.
        hidden: units of the recurrent layer.
    """

    def __init__(self, kind, hidden=256, symbols=64, embedding=64, dropout=0.1):
        super().__init__()
        self.embed = nn.Embedding(symbols, embedding)
        self.recurrent = getattr(nn, kind)(embedding, hidden, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, symbols)

    def forward(self, tokens):
        return self.out(self.drop(self.recurrent(self.embed(tokens))[0]))


def encode_text(text):
    """Tokens of a text: the place of each character in the plays' alphabet."""
    symbols = {s: k for k, s in enumerate(sorted(set(load("plays").train)))}
    return torch.tensor([symbols[s] for s in text if s in symbols])


@torch.no_grad()
def bits_per_character(model, text):
    """Held-out bits a character, in rows of 512; the first 64 of each do not count."""
    tokens = encode_text(text)
    rows = tokens[: (len(tokens) - 1) // 512 * 512]
    inputs, targets = rows.view(-1, 512), tokens[1 : len(rows) + 1].view(-1, 512)
    where, total, count = next(model.parameters()).device, 0.0, 0
    for x, y in zip(
        inputs.to(where).split(32), targets.to(where).split(32), strict=True
    ):
        scores, wanted = model(x)[:, 64:].flatten(0, 1), y[:, 64:].flatten()
        total += F.cross_entropy(scores, wanted, reduction="sum").item()
        count += len(wanted)
    return total / count / math.log(2)


def lstm_step(x, h, c, w_x, w_h, b):
    """One step of an LSTM, blocks in torch's order.

    Args:
        x: input (N, D). h, c: state and cell (N, n).
        w_x, w_h, b: (4n, D), (4n, n) and (4n,), blocks i, f, candidate, o.
    """
    i, f, candidate, o = (x @ w_x.T + h @ w_h.T + b).chunk(4, dim=-1)  # (N, n) each
    c = f.sigmoid() * c + i.sigmoid() * candidate.tanh()
    return o.sigmoid() * c.tanh(), c


def lstm_step_backward(dh, dc, x, h, c, w_x, w_h, b):
    """Gradients of x, h, c, w_x, w_h and b, from those of a step's two results."""
    i, f, g, o = (x @ w_x.T + h @ w_h.T + b).chunk(4, dim=-1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    tanh_c = (f * c + i * g).tanh()
    dc = dc + dh * o * (1 - tanh_c**2)  # all that reaches the new cell
    di, df, dg, do = dc * g, dc * c, dc * i, dh * tanh_c
    sums = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    d = torch.cat(sums, -1)  # (N, 4n), in torch's order
    return d @ w_x, d @ w_h, dc * f, d.T @ x, d.T @ h, d.sum(0)


def gru_step(x, h, w_x, w_h, b_x, b_h):
    """One step of torch's GRU, blocks r, z, candidate.

    Args:
        x: input (N, D). h: state (N, n).
        w_x, w_h: (3n, D), (3n, n). b_x, b_h: (3n,), kept apart: r meets one only.
    """
    r_x, z_x, n_x = (x @ w_x.T + b_x).chunk(3, dim=-1)
    r_h, z_h, n_h = (h @ w_h.T + b_h).chunk(3, dim=-1)
    r, z = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
    candidate = (n_x + r * n_h).tanh()
    return (1 - z) * candidate + z * h


def scan(f, added):
    """All h_t = f_t * h_{t-1} + added_t from zero, in log2(T) rounds: (N, T, n)."""
    reach = 1
    while reach < f.shape[1]:
        earlier = F.pad(added, (0, 0, reach, 0))[:, :-reach]
        added = added + f * earlier
        f = f * F.pad(f, (0, 0, reach, 0))[:, :-reach]
        reach *= 2
    return added


class LinearRecurrence(nn.Module):
    """Gates that see the input alone: (N, T, D) to (N, T, n), and the last."""

    def __init__(self, inputs, hidden, batch_first=True):
        super().__init__()
        self.both = nn.Linear(inputs, 2 * hidden)

    def forward(self, x):
        f, candidate = self.both(x).chunk(2, -1)
        states = scan(f.sigmoid(), (1 - f.sigmoid()) * candidate)
        return states, states[:, -1:].movedim(1, 0)
