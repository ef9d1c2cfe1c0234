# --- export: model of chapter 13 (and data) ---
import math
import torch
import torch.nn.functional as F
from torch import nn

from c2a.data import load
from c2a.scale import device, pick
from c2a.training import fit

# ---- export
class Attention(nn.Module):
    """Masked multi-head self-attention over (B, T, width)."""

    def __init__(self, width, heads, dropout=0.0):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        B, T, width = x.shape
        split = self.qkv(x).view(B, T, 3, self.heads, width // self.heads)
        q, k, v = split.permute(2, 0, 3, 1, 4)  # (B, heads, T, d) each
        p = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=p)
        return self.out(y.transpose(1, 2).reshape(B, T, width))


# ---- export
class Block(nn.Module):
    """One pre-norm transformer block."""

    def __init__(self, width, heads, dropout=0.0):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads, dropout)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        x = x + self.drop(self.attention(self.norm1(x)))
        return x + self.drop(self.mlp(self.norm2(x)))


# ---- export
class LanguageModel(nn.Module):
    """A decoder-only transformer: (B, T) tokens to (B, T, symbols) logits."""

    def __init__(self, symbols, width, depth, heads, context, dropout=0.0):
        super().__init__()
        self.context = context
        self.token = nn.Embedding(symbols, width)
        self.position = nn.Embedding(context, width)
        self.drop = nn.Dropout(dropout)
        self.blocks = nn.Sequential(
            *(Block(width, heads, dropout) for _ in range(depth))
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, symbols)

    def forward(self, tokens):
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.drop(self.token(tokens) + self.position(places))
        return self.head(self.norm(self.blocks(x)))


# ---- weights-play-writer
SYMBOLS = sorted(set(load("plays").train))


def encode_play(text):
    index = {symbol: i for i, symbol in enumerate(SYMBOLS)}
    return torch.tensor([index[s] for s in text if s in index])


def windows_loss(model, starts):
    """Cross-entropy of windows of the plays that begin at `starts`, in nats."""
    text = model.text
    grid = starts[:, None] + torch.arange(model.context + 1, device=starts.device)
    rows = text[grid]
    outputs = model(rows[:, :-1])
    return F.cross_entropy(outputs.flatten(0, 1), rows[:, 1:].flatten())


DROPOUT, STEPS, WIDTH, DEPTH, HEADS, CONTEXT = 0.2, 12000, 160, 4, 5, 256


def build_play_writer():
    torch.manual_seed(0)
    return LanguageModel(len(SYMBOLS), WIDTH, DEPTH, HEADS, CONTEXT, DROPOUT)


def train_play_writer(model, checkpoint):
    text = encode_play(load("plays").train)
    model.text = text.to(device())
    starts = torch.arange(len(text) - model.context - 1)
    return fit(
        model, starts, objective=windows_loss, steps=STEPS, batch_size=64,
        learning_rate=2e-3, weight_decay=0.1, clip=1.0, checkpoint=checkpoint,
    )


@torch.no_grad()
def measure_play_writer(model, text=None):
    """Bits a character on held-out plays, each with at least half a context before it."""
    text = encode_play(load("plays").test if text is None else text)
    half = model.context // 2
    where = next(model.parameters()).device
    total = count = 0
    starts = torch.arange(0, len(text) - model.context - 1, half)
    for part in starts.split(32):
        rows = text[part[:, None] + torch.arange(model.context + 1)].to(where)
        logits = model(rows[:, :-1])[:, half:]
        total += F.cross_entropy(logits.flatten(0, 1), rows[:, 1 + half:].flatten(), reduction="sum").item()
        count += rows[:, 1 + half:].numel()
    return {"bits a character": total / count / math.log(2)}
