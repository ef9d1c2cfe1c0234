"""Code shown to the reader in chapter 12, for later ones to build on.

Collected from the cells of book/12-seq2seq.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import string
from functools import cache

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pad_packed_sequence

from c2a.data import load
from c2a.data.sets.cmudict import PHONES
from c2a.scale import pick
from c2a.training import fit, pack, pad

LETTERS, START, END = string.ascii_lowercase, 1, 2


def letter_tokens(word):
    """Letters as numbers from 1 on."""
    return torch.tensor([LETTERS.index(letter) + 1 for letter in word])


def sound_tokens(line):
    """START, the phones without stress as numbers from 3 on, END."""
    plain = [PHONES.index(phone.rstrip("012")) + 3 for phone in line.split()]
    return torch.tensor([START, *plain, END])


TRAINED_ON = 20_000  # words, of the small spellers


@cache
def spelling_pairs(part):
    """Words, and their letters (N, S) and sounds (N, T) as padded tokens.

    Parts: train, choosing (the last of the training words, for rates), and test.
    """
    d = load("cmudict")
    count = pick(smoke=200, cpu=1500, gpu=3000)
    words, lines = d.train_words, d.train_phones
    rows = slice(pick(smoke=400, cpu=TRAINED_ON, gpu=-3000))
    if part == "choosing":
        rows = slice(-count, None)
    if part == "test":
        words, lines, rows = d.test_words, d.test_phones, slice(2 * count)
    letters = pad([letter_tokens(word) for word in words[rows]])[0]
    return list(words[rows]), letters, pad([sound_tokens(s) for s in lines[rows]])[0]


class Encoder(nn.Module):
    """Letters (B, S) -> states (B, S, d), mask (B, 1, S), context (B, d)."""

    def __init__(self, d, embedding, dropout):
        super().__init__()
        self.embed = nn.Embedding(27, embedding, padding_idx=0)
        self.gru = nn.GRU(embedding, d // 2, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(dropout)

    def forward(self, letters):
        mask = letters > 0
        packed = pack(self.drop(self.embed(letters)), mask.sum(1))
        states, last = self.gru(packed)  # last: (2, B, d // 2)
        states, _ = pad_packed_sequence(states, batch_first=True)
        return states, mask[:, None], torch.cat([last[0], last[1]], dim=-1)


class Decoder(nn.Module):
    """Tokens (B, T), state (B, d), memory -> logits, next state, weights."""

    def __init__(self, d, look, embedding, dropout, size):
        super().__init__()
        self.embed = nn.Embedding(size, embedding, padding_idx=0)
        self.gru = nn.GRU(embedding, d, batch_first=True)
        self.look, self.drop = look, nn.Dropout(dropout)
        self.out = nn.Linear(2 * d, size)

    def forward(self, tokens, state, memory):
        q, last = self.gru(self.drop(self.embed(tokens)), state[None])  # (B, T, d)
        read, weights = self.look(q, *memory)  # (B, T, d), (B, T, S)
        both = torch.cat([q, read], dim=-1)
        return self.out(self.drop(both)), last[0], weights


def look_at_last(q, states, mask, context):
    """What is read: the context, at each of the T steps; q (B, T, d)."""
    return context[:, None].expand_as(q), None


class Seq2Seq(nn.Module):
    """An encoder and a decoder, joined by what the encoder hands over."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, source, tokens):
        memory = self.encoder(source)  # states, mask, context
        return self.decoder(tokens, memory[-1], memory)[0]


def speller(d, look, embedding=32, dropout=0.0):
    """Letters to the 39 phones, START, END and padding."""
    encoder = Encoder(d, embedding, dropout)
    return Seq2Seq(encoder, Decoder(d, look, embedding, dropout, len(PHONES) + 3))


def filled(tokens):
    """Without the columns that are padding in every row."""
    return tokens[:, : (tokens > 0).sum(1).max()]


def teacher_loss(model, source, tokens):
    """Cross-entropy of each next token, given the true ones before it."""
    source, tokens = filled(source), filled(tokens)
    logits = model(source, tokens[:, :-1])  # reads START ... last
    wanted = tokens[:, 1:]  # shall write first ... END
    return F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=0)


@torch.no_grad()
def write(model, source, longest=30):
    """Greedy decoding; a list of tokens for each row of source, without END."""
    memory = model.encoder(source)
    state, written = memory[-1], []
    last = torch.full((len(source), 1), START, device=source.device)
    ended = last == END
    while len(written) < longest and not ended.all():
        logits, state, _ = model.decoder(last, state, memory)
        last = logits.argmax(-1)  # (B, 1): read at the next step
        ended |= last == END
        written.append(last)
    rows = torch.cat(written, 1).tolist()
    return [row[: row.index(END)] if END in row else row for row in rows]


def edit_distance(a, b):
    """Fewest replacements, insertions and deletions from a to b."""
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
        above = row
    return above[-1]


BINS = ((1, 5), (6, 7), (8, 9), (10, 11), (12, 40))  # letters


@cache
def accepted(part):
    """For each word of a part, the token lists of the pronunciations that count."""
    d = load("cmudict")
    words, _, sounds = spelling_pairs(part)
    rows = [[t for t in row if t > END] for row in sounds.tolist()]
    return [
        [sound_tokens(line)[1:-1].tolist() for line in d.variants.get(word, ())]
        or [row]
        for word, row in zip(words, rows, strict=True)
    ]


def mistakes(written, right):
    """Distance to the nearest answer, and its length, of each word: two tensors."""
    pairs = [
        min((edit_distance(row, answer), len(answer)) for answer in answers)
        for row, answers in zip(written, right, strict=True)
    ]
    return torch.tensor(pairs).T


def write_all(model, letters):
    """Greedy decoding, 500 words at a time."""
    where = next(model.parameters()).device
    parts = [filled(part).to(where) for part in letters.split(500)]
    return [row for part in parts for row in write(model.eval(), part)]


def error_rates(model, part="test"):
    """Phoneme error, word error, and phoneme error by length of the word (BINS)."""
    words, letters, _ = spelling_pairs(part)
    wrong, size = mistakes(write_all(model, letters), accepted(part))
    length = torch.tensor([len(word) for word in words])
    groups = [(length >= low) & (length <= high) for low, high in BINS]
    by_length = [(wrong[g].sum() / size[g].sum()).item() for g in groups]
    return (
        (wrong.sum() / size.sum()).item(),
        (wrong > 0).float().mean().item(),
        by_length,
    )


LOOKS = {  # what the decoder reads beside its state, by name
    "last": lambda d: look_at_last,
    "mean": lambda d: look_evenly,
    "dot": lambda d: look_by_dot,
    "adding": lambda d: LookByAdding(d),
}


@cache
def small_speller(look, d=64, rate=0.01, seed=0, checkpoint=None, times=1):
    """A speller trained for some 20 seconds of a thread, `times` over; its losses."""
    torch.manual_seed(seed)
    model = speller(d, LOOKS[look](d))
    _, letters, sounds = spelling_pairs("train")
    history = fit(
        model, letters, sounds, objective=teacher_loss, batch_size=128,
        steps=times * pick(smoke=3, cpu=450, gpu=4000), learning_rate=rate,
        clip=1.0, seed=seed, checkpoint=checkpoint,
        label=f"{look}, {d}, {rate}, {seed}",
    )  # fmt: skip
    return model.eval(), history.loss


def attend(q, k, v, mask=None):
    """Dot-product attention; q (..., T, d), k and v (..., S, d), mask (..., T, S).

    Returns what is read (..., T, d) and the weights (..., T, S). True: may look.
    """
    scores = q @ k.transpose(-2, -1) / k.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


def look_by_dot(q, states, mask, context):
    """Keys and values are the encoder's states."""
    return attend(q, states, states, mask)


class LookByAdding(nn.Module):
    """Scores w . tanh(W_q q + W_k k), the attention of 2014."""

    def __init__(self, d):
        super().__init__()
        self.W_q, self.W_k = nn.Linear(d, d // 2), nn.Linear(d, d // 2)
        self.w = nn.Linear(d // 2, 1, bias=False)

    def forward(self, q, states, mask, context):
        sums = self.W_q(q)[:, :, None] + self.W_k(states)[:, None]  # (B, T, S, h)
        scores = self.w(sums.tanh())[..., 0]  # (B, T, S)
        weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
        return weights @ states, weights


def look_evenly(q, states, mask, context):
    """The mean of all states: attention that does not choose."""
    weights = (mask / mask.sum(-1, keepdim=True)).expand(-1, q.shape[1], -1)
    return weights @ states, weights
