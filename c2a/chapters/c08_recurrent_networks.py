"""Code shown to the reader in chapter 8, for later ones to build on.

Collected from the cells of book/08-recurrent-networks.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import math
import string

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SYMBOLS = "\n !',-.:;?" + string.ascii_uppercase + "[]" + string.ascii_lowercase
INDEX = {symbol: i for i, symbol in enumerate(SYMBOLS)}


def encode(text):
    """Characters as indices of SYMBOLS: (len(text),) int64."""
    return torch.tensor([INDEX[symbol] for symbol in text])


def ngram_bits(train, test, longest):
    """Surprise of each character for readers of n - 1 characters, n = 1 to longest.

    Counts as Witten and Bell (1991) smooth them. Arrays of indices; a list of arrays.
    """
    size = len(SYMBOLS)

    def before(text, k):  # the k characters before each place, as one number
        code = np.zeros(len(text), np.int64)
        for j in range(k):
            code[k:] = code[k:] * size + text[j : len(text) - k + j]
        return code

    def at(keys, values, wanted):  # the value of each wanted key, 0 where unseen
        place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
        return np.where(keys[place] == wanted, values[place], 0)

    p, bits = np.full(len(test), 1 / size), []
    for k in range(longest):
        seen, now = before(train, k)[k:], before(test, k)
        pairs, count = np.unique(seen * size + train[k:], return_counts=True)
        contexts, total = np.unique(seen, return_counts=True)
        kinds = np.unique(pairs // size, return_counts=True)[1]
        c, n = at(pairs, count, now * size + test), at(contexts, total, now)
        r = at(contexts, kinds, now)  # how many different characters followed
        p = np.where(n > 0, (c + r * p) / np.maximum(n + r, 1), p)
        bits.append(-np.log2(p))
    return bits


def rnn_forward(x, h, W_x, W_h, b):
    """Inputs (T, d_x) and a first state (d_h,): all states (T, d_h)."""
    states = []
    for x_t in x:
        h = torch.tanh(W_h @ h + W_x @ x_t + b)
        states.append(h)
    return torch.stack(states)


def rnn_backward(x, h_0, states, g, W_h):
    """Gradients of W_x, W_h and b; g (T, d_h) is dL/dh_t without later steps."""
    dW_x, dW_h = torch.zeros(len(h_0), x.shape[1]), torch.zeros_like(W_h)
    db, later = torch.zeros_like(h_0), torch.zeros_like(h_0)
    for t in reversed(range(len(x))):
        delta = (g[t] + later) * (1 - states[t] ** 2)
        h_before = states[t - 1] if t else h_0
        dW_x += torch.outer(delta, x[t])
        dW_h += torch.outer(delta, h_before)
        db += delta
        later = W_h.T @ delta  # what step t - 1 hears from this one
    return dW_x, dW_h, db


class CharacterModel(nn.Module):
    """Characters (B, T) to logits of the next ones (B, T, symbols)."""

    def __init__(self, kind, symbols, hidden, embedding=64, dropout=0.0):
        super().__init__()
        self.embed = nn.Embedding(symbols, embedding)
        self.recurrent = getattr(nn, kind)(embedding, hidden, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, symbols)

    def forward(self, tokens, state=None):
        states, state = self.recurrent(self.embed(tokens), state)  # (B, T, hidden)
        return self.out(self.drop(states)), state


def next_character_loss(model, starts, text, length):
    """Cross-entropy in windows of the text that begin at starts (B,)."""
    places = starts[:, None] + torch.arange(length + 1, device=starts.device)
    rows = text[places]  # (B, length + 1)
    logits, _ = model(rows[:, :-1])
    return F.cross_entropy(logits[:, 8:].flatten(0, 1), rows[:, 9:].flatten())


def bits_of(model, text, row=512, warm=64):
    """Bits of each character but the first 64 of each row of 512: (rows, 448)."""
    count = (len(text) - 1) // row
    inputs = text[: count * row].view(-1, row)
    targets = text[1 : count * row + 1].view(-1, row)[:, warm:]
    with torch.no_grad():
        logits = torch.cat([model(part)[0][:, warm:] for part in inputs.split(32)])
    nats = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    return nats.view(count, -1) / math.log(2)


def scan(a, b):
    """h_t = a_t h_{t-1} + b_t from h_0 = 0, for all t at once; a, b (T, width)."""
    reach = 1
    while reach < len(a):
        b = torch.cat([b[:reach], a[reach:] * b[:-reach] + b[reach:]])
        a = torch.cat([a[:reach], a[reach:] * a[:-reach]])
        reach *= 2
    return b
