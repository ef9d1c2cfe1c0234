"""A transformer that has read plays: draw its next letters, or guess against it."""

from __future__ import annotations

import functools
import math
import string
from typing import Any

import numpy as np
import traitlets

from c2a.weights import FOLDER
from c2a.weights.storage import decode
from c2a.widgets.toolkit import InteractiveFigure, Still

WEIGHTS, HEADS, CONTEXT = "play-writer", 5, 256
SYMBOLS = "\n !',-.:;?" + string.ascii_uppercase + "[]" + string.ascii_lowercase
NAMES = {" ": "space", "\n": "end of line"}
# From The Tempest, which the network has not read.
PASSAGE = (
    "PROSPERO.\nYou do look, my son, in a mov'd sort,\nAs if you were dismay'd: be "
    "cheerful, sir:\nOur revels now are ended. These our actors,\nAs I foretold you, "
    "were all spirits and\nAre melted into air, into thin air:\n"
)


class WriteAPlay(InteractiveFigure):
    """The network's odds for the next letter, what is left of them, and what it writes.

    Args:
        traits: `begin` (the reader's own beginning, "/" for the end of a line),
            `written` (what the network has added), `temperature`, `top_k` (64: all),
            `top_p`; `mode` ("write", or "guess" the letters of `passage`) and `place`
            (how many of them are known).
    """

    begin = traitlets.Unicode("ROMEO./O, ").tag(sync=True)
    written = traitlets.Unicode("").tag(sync=True)
    temperature = traitlets.CFloat(0.8, min=0.1, max=2.0).tag(sync=True)
    top_k = traitlets.Int(64, min=1, max=64).tag(sync=True)
    top_p = traitlets.CFloat(1.0, min=0.05, max=1.0).tag(sync=True)
    mode = traitlets.Enum(("write", "guess"), "write").tag(sync=True)
    place = traitlets.Int(45, min=1).tag(sync=True)
    guess = traitlets.Unicode("").tag(sync=True)
    passage = traitlets.Unicode(PASSAGE).tag(sync=True)
    symbols = traitlets.Unicode(SYMBOLS).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        unknown = sorted(set(self.begin) - set(SYMBOLS) - {"/"})
        if unknown or not self.begin:
            raise ValueError(f"begin needs characters of SYMBOLS, not {unknown}")

    @property
    def text(self) -> str:
        """All that the network reads before the next letter."""
        if self.mode == "guess":
            return self.passage[: self.place]
        return self.begin.replace("/", "\n") + self.written

    @property
    def odds(self) -> np.ndarray:
        """What the next letter is drawn from, after all three settings: (64,)."""
        z = logits(self.text) / self.temperature
        order = np.argsort(-z, kind="stable")[: self.top_k]
        p = np.exp(z[order] - z[order[0]])
        p /= p.sum()
        kept = int(np.searchsorted(p.cumsum(), self.top_p - 1e-12)) + 1
        result = np.zeros(len(SYMBOLS))
        result[order[:kept]] = p[:kept] / p[:kept].sum()
        return result

    def likeliest(self, count: int) -> list[tuple[str, float]]:
        """The most probable next letters, and how probable they are."""
        odds = self.odds
        order = np.argsort(-odds, kind="stable")[:count]
        return [(SYMBOLS[i], float(odds[i])) for i in order]

    @property
    def alt(self) -> str:
        if self.mode == "guess":
            return (
                f"The first {self.place} letters of a speech of an unread play, and a "
                "field for guessing the next one; the network's odds are covered."
            )
        read = self.text[-60:].replace("\n", " / ")
        told = ", ".join(f"{NAMES.get(s, s)} {p:.0%}" for s, p in self.likeliest(3))
        return (
            f"A network has read “{read}”. At temperature "
            f"{self.temperature:.1f} its likeliest next letters: {told}."
        )

    def still(self) -> Still:
        still = Still(560, 250)
        lines = self.text.split("\n")[-6:]
        for row, line in enumerate(lines):
            still.text(10, 30 + 22 * row, line[-44:], anchor="start")
        if self.mode == "guess":
            still.text(10, 200, "Which letter comes next?", anchor="start")
            return still
        still.text(340, 20, "next letter", anchor="start", color="faint")
        for row, (symbol, p) in enumerate(self.likeliest(7)):
            top = 32 + 28 * row
            label = NAMES.get(symbol, symbol)
            still.text(410, top + 16, label, anchor="end")
            still.rectangle(420, top, 90 * p, 20, fill="accent", opacity=0.5)
            still.text(426 + 90 * p, top + 16, f"{p:.0%}", anchor="start")
        return still


def window(length: int) -> int:
    """Where what the network reads begins: it drops 128 letters when it is full."""
    return 0 if length <= CONTEXT else -(-(length - CONTEXT) // 128) * 128


def logits(text: str) -> np.ndarray:
    """What the network gives for the letter after a text: (64,)."""
    tokens = [SYMBOLS.index(s) for s in text[window(len(text)) :]]
    w = _weights()
    x = w["token.weight"][tokens] + w["position.weight"][: len(tokens)]
    see = np.tril(np.ones((len(tokens), len(tokens)), bool))

    def dense(name: str, x: np.ndarray) -> np.ndarray:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(name: str, x: np.ndarray) -> np.ndarray:
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    def heads(x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), HEADS, -1).swapaxes(0, 1)

    for block in range(4):
        at = f"blocks.{block}"
        n = norm(f"{at}.norm1", x)
        q, k, v = (heads(dense(f"{at}.attention.{name}", n)) for name in "qkv")
        scores = q @ k.swapaxes(1, 2) / math.sqrt(q.shape[-1])
        scores = np.where(see, scores, -np.inf)
        a = np.exp(scores - scores.max(-1, keepdims=True))
        found = (a / a.sum(-1, keepdims=True) @ v).swapaxes(0, 1).reshape(x.shape)
        x = x + dense(f"{at}.attention.out", found)
        hidden = dense(f"{at}.mlp.0", norm(f"{at}.norm2", x))
        x = x + dense(f"{at}.mlp.2", hidden * _normal(hidden))
    return dense("head", norm("norm", x[-1:]))[0]


def _normal(x: np.ndarray) -> np.ndarray:
    """The normal distribution function, which GELU multiplies by."""
    return 0.5 + 0.5 * np.vectorize(math.erf)(x / math.sqrt(2))


@functools.cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{WEIGHTS}.npz") as file:
        return decode(dict(file))
