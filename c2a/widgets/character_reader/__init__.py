"""Step a recurrent network through a line: its state, and the odds of what comes."""

from __future__ import annotations

import functools
import string
from typing import Any

import numpy as np
import traitlets

from c2a.weights import FOLDER
from c2a.weights.storage import decode
from c2a.widgets.toolkit import InteractiveFigure, Still

WEIGHTS = "plays-rnn"
SYMBOLS = "\n !',-.:;?" + string.ascii_uppercase + "[]" + string.ascii_lowercase
ALL = 25  # at this place of the slider, the network keeps all that it has read
NAMES = {" ": "space", "\n": "end of line"}


class CharacterReader(InteractiveFigure):
    """A line, read one character at a time by the network that the book has trained.

    Args:
        traits: `text` (characters of `SYMBOLS`, and "/" for the end of a line), `step`
            (the place of the last character read, from 0), `memory` (how many of
            the last characters it may use; 25 for all).
    """

    text = traitlets.Unicode("We are such stuff/As dreams are made on").tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    memory = traitlets.Int(ALL, min=1, max=ALL).tag(sync=True)
    symbols = traitlets.Unicode(SYMBOLS).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        unknown = sorted(set(self.text) - set(SYMBOLS) - {"/"})
        if unknown or not self.text:
            raise ValueError(f"text needs characters of SYMBOLS, not {unknown}")

    @property
    def hidden(self) -> np.ndarray:
        """The hidden state after the last character read: (256,)."""
        read = self.text.replace("/", "\n")[: self.step + 1]
        w, h = _weights(), np.zeros(256)
        for symbol in read if self.memory == ALL else read[-self.memory :]:
            x = w["embed.weight"][SYMBOLS.index(symbol)]
            h = np.tanh(
                w["recurrent.weight_ih_l0"] @ x
                + w["recurrent.bias_ih_l0"]
                + w["recurrent.weight_hh_l0"] @ h
                + w["recurrent.bias_hh_l0"]
            )
        return h

    @property
    def odds(self) -> np.ndarray:
        """The probability of each symbol as the next one: (64,)."""
        w = _weights()
        logits = w["out.weight"] @ self.hidden + w["out.bias"]
        odds = np.exp(logits - logits.max())
        return odds / odds.sum()

    def likeliest(self, count: int) -> list[tuple[str, float]]:
        """The most probable next characters, and how probable they are."""
        odds = self.odds
        return [(SYMBOLS[i], float(odds[i])) for i in odds.argsort()[::-1][:count]]

    @property
    def alt(self) -> str:
        told = ", ".join(
            f"{NAMES.get(symbol, symbol)} {p:.0%}" for symbol, p in self.likeliest(3)
        )
        return (
            f"A network has read the first {self.step + 1} characters of the line "
            f"“{self.text}”. Its 256 numbers are a grid of purple and orange squares. "
            f"The likeliest next characters: {told}."
        )

    def still(self) -> Still:
        still = Still(560, 250)
        for i, symbol in enumerate(self.text[:42]):
            x = 10 + 13 * i
            if i == self.step:
                still.rectangle(x, 8, 13, 26, fill="accent", stroke=None, opacity=0.4)
            ink = "ink" if i <= self.step else "faint"
            still.text(x + 6.5, 26, symbol, color=ink)
        still.text(10, 62, "state: 256 numbers", anchor="start", color="faint")
        for i, value in enumerate(self.hidden):
            fill = "positive" if value > 0 else "negative"
            x, y = 10 + 15 * (i % 16), 70 + 10 * (i // 16)
            size = abs(float(value))
            still.rectangle(x, y, 15, 10, fill=fill, stroke=None, opacity=size)
        still.text(290, 62, "next character", anchor="start", color="faint")
        for row, (symbol, p) in enumerate(self.likeliest(6)):
            top = 72 + 28 * row
            label = NAMES.get(symbol, symbol)
            still.text(370, top + 16, label, anchor="end")
            still.rectangle(380, top, 120 * p, 20, fill="accent", opacity=0.5)
            still.text(386 + 120 * p, top + 16, f"{p:.0%}", anchor="start")
        return still


@functools.cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{WEIGHTS}.npz") as file:
        return decode(dict(file))
