import random
import torch
import torch.nn.functional as F
from torch import nn
from c2a.data import load
from c2a.scale import device, pick
from c2a.training import fit, pad

# ---- export
LETTERS = "abcdefghijklmnopqrstuvwxyz"  # letter i is token i + 1; 0 is padding
PHONES = load("cmudict").phones
START, END = 1, 2  # 0 is padding; phone i is token i + 3


def spelling_tokens(word):
    return torch.tensor([LETTERS.index(letter) + 1 for letter in word])


def sound_tokens(phones):
    plain = [phone.rstrip("012") for phone in phones.split()]
    return torch.tensor([START, *(PHONES.index(phone) + 3 for phone in plain), END])


# ---- export
class Speller(nn.Module):
    """GRU encoder (both directions) and decoder with dot-product attention."""

    def __init__(self, width, embedding=64, dropout=0.0):
        super().__init__()
        self.letters = nn.Embedding(27, embedding, padding_idx=0)
        self.sounds = nn.Embedding(len(PHONES) + 3, embedding, padding_idx=0)
        self.encoder = nn.GRU(embedding, width // 2, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(embedding, width, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(2 * width, len(PHONES) + 3)

    def encode(self, words):
        lengths = (words > 0).sum(1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(
            self.drop(self.letters(words)), lengths, batch_first=True, enforce_sorted=False
        )
        states, last = self.encoder(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
        return states, torch.cat([last[0], last[1]], -1)[None]  # (B, L, width), (1, B, width)

    def decode(self, sounds, hidden, states, words):
        queries, hidden = self.decoder(self.drop(self.sounds(sounds)), hidden)  # (B, T, width)
        scores = queries @ states.transpose(1, 2) / states.shape[-1] ** 0.5
        weights = scores.masked_fill((words == 0)[:, None], float("-inf")).softmax(-1)
        both = torch.cat([queries, weights @ states], -1)
        return self.out(self.drop(both)), hidden, weights

    def forward(self, words, sounds):
        states, hidden = self.encode(words)
        return self.decode(sounds, hidden, states, words)[0]


# ---- weights-speller
def speller_pairs(part):
    d = load("cmudict")
    words, sounds = (d.train_words, d.train_phones) if part == "train" else (d.test_words, d.test_phones)
    return [spelling_tokens(w) for w in words], [sound_tokens(s) for s in sounds]

DROPOUT, STEPS, WIDTH = 0.2, 20000, 320

def build_speller():
    torch.manual_seed(0)
    return Speller(WIDTH, dropout=DROPOUT)

def speller_loss(model, words, sounds):
    logits = model(words, sounds[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), sounds[:, 1:].flatten(), ignore_index=0)

def train_speller(model, checkpoint):
    words, sounds = speller_pairs("train")
    words, sounds = pad(words)[0], pad(sounds)[0]  # (N, L), (N, T)
    def loss(model, w, s):
        w = w[:, : (w > 0).any(0).sum()]; s = s[:, : (s > 0).any(0).sum()]
        return speller_loss(model, w, s)
    return fit(model, words, sounds, objective=loss, steps=STEPS, batch_size=256,
               learning_rate=3e-3, weight_decay=0.01, clip=1.0, checkpoint=checkpoint)

def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]

@torch.no_grad()
def pronounce(model, words, longest=30):
    states, hidden = model.encode(words)
    last = torch.full((len(words), 1), START, device=words.device)
    said = []
    for _ in range(longest):
        logits, hidden, _ = model.decode(last, hidden, states, words)
        last = logits.argmax(-1)
        said.append(last)
    return [(r[: r.index(END)] if END in r else r) for r in torch.cat(said, 1).tolist()]

def measure_speller(model, count=3000):
    d = load("cmudict")
    where = next(model.parameters()).device
    words = list(d.test_words[:count])
    said = []
    for i in range(0, len(words), 500):
        said += pronounce(model, pad([spelling_tokens(w) for w in words[i:i+500]])[0].to(where))
    errors = length = wrong = 0
    for word, phones, tokens in zip(words, d.test_phones, said):
        accepted = {tuple(sound_tokens(v)[1:-1].tolist()) for v in d.variants.get(word, (phones,))}
        e, n = min((distance(tokens, list(v)), len(v)) for v in accepted)
        errors, length, wrong = errors + e, length + n, wrong + (e > 0)
    return {"phoneme error": errors / length, "word error": wrong / len(words)}
