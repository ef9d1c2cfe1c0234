import math
import torch
import torch.nn.functional as F
from torch import nn
from c2a.data import load
from c2a.scale import device, pick
from c2a.training import fit

KIND, HIDDEN, DROPOUT, STEPS = "RNN", 256, 0.1, 15000
SYMBOLS = sorted(set(load("plays").train))

class CharacterModel(nn.Module):
    """Embedding, one recurrent layer, linear read-out over (B, T) tokens."""

    def __init__(self, kind, symbols, hidden, embedding=64, dropout=0.0):
        super().__init__()
        self.embed = nn.Embedding(symbols, embedding)
        self.recurrent = getattr(nn, kind)(embedding, hidden, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, symbols)

    def forward(self, tokens, state=None):
        states, state = self.recurrent(self.embed(tokens), state)
        return self.out(self.drop(states)), state

def encode_play(text):
    index = {symbol: i for i, symbol in enumerate(SYMBOLS)}
    return torch.tensor([index[s] for s in text if s in index])

def build_chars():
    torch.manual_seed(0)
    return CharacterModel(KIND, len(SYMBOLS), HIDDEN, dropout=DROPOUT)

def windows_loss(model, starts):
    rows = model.text[starts[:, None] + torch.arange(129, device=starts.device)]
    logits, _ = model(rows[:, :-1])
    return F.cross_entropy(logits[:, 8:].flatten(0, 1), rows[:, 9:].flatten())

def train_chars(model, checkpoint):
    text = encode_play(load("plays").train)
    model.text = text.to(device())
    return fit(model, torch.arange(len(text) - 130), objective=windows_loss, steps=STEPS,
        batch_size=64, learning_rate=LR, weight_decay=0.01, clip=1.0, checkpoint=checkpoint)

@torch.no_grad()
def measure_chars(model, text=None):
    text = encode_play(load("plays").test if text is None else text)
    where = next(model.parameters()).device
    rows = text[: (len(text) - 1) // 512 * 512]
    inputs, targets = rows.view(-1, 512).to(where), text[1 : len(rows) + 1].view(-1, 512).to(where)
    total = count = 0
    for x, y in zip(inputs.split(32), targets.split(32)):
        logits = model(x)[0][:, 64:]
        total += F.cross_entropy(logits.flatten(0, 1), y[:, 64:].flatten(), reduction="sum").item()
        count += y[:, 64:].numel()
    return {"bits a character": total / count / math.log(2)}
LR = 4e-3
