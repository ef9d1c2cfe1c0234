"""Where each head of a small network looks, letter by letter, and what it is for."""

from __future__ import annotations

import functools
import string
from typing import Any

import numpy as np
import traitlets

from c2a.weights import FOLDER
from c2a.weights.storage import decode
from c2a.widgets.toolkit import InteractiveFigure, Still

WEIGHTS = "letter-readers"
SYMBOLS = string.ascii_lowercase + " "
HEADS = 4  # in each of two layers
LONGEST = 48  # the rows on which both networks were trained


class AttentionHeads(InteractiveFigure):
    """Two networks that learned on random letters, and the eight heads of one of them.

    Args:
        traits: `text` (small letters and spaces, 2 to 48), `heads` (False: compare what
            both networks expect; True: look into the one with attention), `place` (the
            letter that asks, from 0), `head` (0 to 3 in the first layer, 4 to 7 in the
            second), `off` (heads that are switched off).
    """

    text = traitlets.Unicode("brontosaurus and a brontosaurus").tag(sync=True)
    heads = traitlets.Bool(True).tag(sync=True)
    place = traitlets.Int(22, min=0).tag(sync=True)
    head = traitlets.Int(0, min=0, max=2 * HEADS - 1).tag(sync=True)
    off = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        unknown = sorted(set(self.text) - set(SYMBOLS))
        if unknown or not 2 <= len(self.text) <= LONGEST:
            raise ValueError(
                f"text needs 2 to {LONGEST} small letters and spaces, not {unknown}"
            )

    @property
    def letters(self) -> np.ndarray:
        """The text as numbers (T,)."""
        return np.array([SYMBOLS.index(letter) for letter in self.text])

    def attention(self) -> tuple[np.ndarray, np.ndarray]:
        """Odds of each next letter (T, 27), and the weights of all heads (8, T, T)."""
        w, maps = _weights("attention"), []
        x = w["embed.weight"][self.letters]  # (T, width)
        place = np.arange(len(x))
        behind = place[:, None] - place  # (T, T)
        for layer in range(2):

            def linear(name: str, z: np.ndarray, layer: int = layer) -> np.ndarray:
                prefix = f"layers.{layer}.{name}"
                return z @ w[f"{prefix}.weight"].T + w[f"{prefix}.bias"]

            q, k, v = (
                linear(name, x).reshape(len(x), HEADS, -1).swapaxes(0, 1)
                for name in "qkv"
            )  # (heads, T, d_k)
            bias = w[f"layers.{layer}.bias"]
            far = np.clip(behind, 0, bias.shape[1] - 1)
            scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1]) + bias[:, far]
            weights = _softmax(np.where(behind >= 0, scores, -np.inf))
            maps.append(weights)
            found = weights @ v
            for head in self.off:
                if head // HEADS == layer:
                    found[head % HEADS] = 0.0
            x = x + linear("out", found.swapaxes(0, 1).reshape(len(x), -1))
        return _softmax(x @ w["out.weight"].T + w["out.bias"]), np.concatenate(maps)

    def recurrent(self) -> np.ndarray:
        """Odds of each next letter by the GRU: (T, 27)."""
        w, odds = _weights("GRU"), []
        h = np.zeros(w["gru.weight_hh_l0"].shape[1])
        for x in w["embed.weight"][self.letters]:
            read = w["gru.weight_ih_l0"] @ x + w["gru.bias_ih_l0"]
            held = w["gru.weight_hh_l0"] @ h + w["gru.bias_hh_l0"]
            (r, z, n), (r_held, z_held, n_held) = np.split(read, 3), np.split(held, 3)
            r, z = 1 / (1 + np.exp(-r - r_held)), 1 / (1 + np.exp(-z - z_held))
            h = z * h + (1 - z) * np.tanh(n + r * n_held)
            odds.append(w["out.weight"] @ h + w["out.bias"])
        return _softmax(np.array(odds))

    def right(self, odds: np.ndarray) -> np.ndarray:
        """Which letters, from the second on, are the likeliest before they come."""
        return odds[:-1].argmax(-1) == self.letters[1:]

    @property
    def _asks(self) -> int:
        return min(self.place, len(self.text) - 1)

    @property
    def alt(self) -> str:
        odds, maps = self.attention()
        if not self.heads:
            ours, gru = (self.right(each).sum() for each in (odds, self.recurrent()))
            return (
                f"The text “{self.text}”. Of its {len(self.text) - 1} letters after "
                f"the first, the network with attention foresees {ours}, the GRU {gru}."
            )
        weights = maps[self.head, self._asks]
        best = int(weights.argmax())
        return (
            f"The text “{self.text}”. From letter {self._asks + 1}, "
            f"“{self.text[self._asks]}”, head {_name(self.head)} looks at letter "
            f"{best + 1}, “{self.text[best]}”, with weight {weights[best]:.2f}. The "
            f"likeliest next letter is “{SYMBOLS[odds[self._asks].argmax()]}”."
        )

    def still(self) -> Still:
        odds, maps = self.attention()
        if not self.heads:
            return self._comparison({"attention": odds, "GRU": self.recurrent()})
        cell = min(26.0, 560 / len(self.text))
        still = Still(640, 60 + 22 * len(maps))
        for i, letter in enumerate(self.text):
            if i == self._asks:
                still.rectangle(60 + cell * i, 6, cell, 26, fill="accent", opacity=0.4)
            still.text(60 + cell * (i + 0.5), 26, letter)
        for head, rows in enumerate(maps):
            top = 42 + 22 * head
            ink = "faint" if head in self.off else "ink"
            still.text(50, top + 15, _name(head), anchor="end", color=ink)
            for i, weight in enumerate(rows[self._asks]):
                if weight > 0.02:
                    x = 60 + cell * i
                    shade = float(weight)
                    still.rectangle(
                        x, top, cell, 20, fill="accent", stroke=None, opacity=shade
                    )
        return still

    def _comparison(self, odds: dict[str, np.ndarray]) -> Still:
        cell = min(26.0, 530 / len(self.text))
        still = Still(640, 110)
        for i, letter in enumerate(self.text):
            still.text(95 + cell * (i + 0.5), 24, letter)
        for row, (name, each) in enumerate(odds.items()):
            top = 40 + 32 * row
            still.text(85, top + 18, name, anchor="end")
            for i, good in enumerate(self.right(each), start=1):
                x = 95 + cell * i
                guess = SYMBOLS[each[i - 1].argmax()]
                if good:
                    still.rectangle(
                        x, top, cell, 26, fill="accent", stroke=None, opacity=0.4
                    )
                color = "ink" if good else "faint"
                still.text(x + cell / 2, top + 18, guess, color=color)
        return still


def _name(head: int) -> str:
    """Layer and head, counted from 1."""
    return f"{head // HEADS + 1}.{head % HEADS + 1}"


def _softmax(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


@functools.cache
def _weights(kind: str) -> dict[str, np.ndarray]:
    """The weights of one of the two networks, by their names in it."""
    with np.load(FOLDER / f"{WEIGHTS}.npz") as file:
        arrays = decode(dict(file))
    start = f"{kind}."
    return {n.removeprefix(start): a for n, a in arrays.items() if n.startswith(start)}
