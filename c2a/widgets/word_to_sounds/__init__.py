"""Type a word, see its sounds, and find the letters that each sound hangs on."""

from __future__ import annotations

import functools
import string
from typing import Any, NamedTuple

import numpy as np
import traitlets

from c2a.data.sets.cmudict import PHONES
from c2a.weights import FOLDER
from c2a.weights.storage import decode
from c2a.widgets.toolkit import InteractiveFigure, Still

WEIGHTS = "speller"
START, END = 1, 2  # phone i is token i + 3
LONGEST = 14  # letters of a word, so that the grid fits
MOST = 20  # sounds of a word


class Spoken(NamedTuple):
    """What the network says for a word, END left out.

    Attributes:
        sounds: T names of phones.
        queries: the decoder's states, (T, 384).
        states: the encoder's, (S, 384).
    """

    sounds: list[str]
    queries: np.ndarray
    states: np.ndarray


class WordToSounds(InteractiveFigure):
    """A grid of a word's sounds and letters; a chosen cell blocks its letter there.

    Args:
        traits: `word` (1 to 14 letters a to z), `tried` (pairs of sound and letter,
            from 0: cells whose letter has been blocked for that sound), `shown`
            (whether the cells are shaded with the attention weights).
    """

    word = traitlets.Unicode("though").tag(sync=True)
    tried = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)
    shown = traitlets.Bool(False).tag(sync=True)
    phones = traitlets.List(traitlets.Unicode(), list(PHONES)).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        unknown = set(self.word) - set(string.ascii_lowercase)
        if unknown or not 1 <= len(self.word) <= LONGEST:
            raise ValueError(f"word needs 1 to {LONGEST} letters a to z: {self.word!r}")

    @property
    def spoken(self) -> Spoken:
        """What the network says, and the states with which it does."""
        return _say(self.word)

    def odds(self, sound: int, blocked: int | None = None) -> np.ndarray:
        """Odds of the 42 tokens at a sound's place, a letter's state out of sight."""
        said, w = self.spoken, _weights()
        read = _attend(said.queries[sound], said.states, blocked)[1]
        both = np.concatenate([said.queries[sound], read])
        return _softmax(w["decoder.out.weight"] @ both + w["decoder.out.bias"])

    def says(self, sound: int, blocked: int | None = None) -> str:
        """The likeliest sound at a place, or "END"."""
        token = int(self.odds(sound, blocked).argmax())
        return PHONES[token - 3] if token > END else "END"

    @property
    def weights(self) -> np.ndarray:
        """How far each sound looks at each letter: (T, S)."""
        said = self.spoken
        rows = [_attend(q, said.states)[0] for q in said.queries]
        return np.array(rows).reshape(-1, len(self.word))

    @property
    def alt(self) -> str:
        said = self.spoken.sounds
        told = "; ".join(
            f"without letter {i + 1}, {self.word[i]}, the sound {said[t]} "
            f"becomes {self.says(t, i)}"
            for t, i in self.tried
        )
        return (
            f"A grid with a column for each letter of {self.word} and a row for each "
            f"sound that a network writes for it, {' '.join(said)}. "
            + (told or "No letter has been blocked yet")
            + "."
        )

    def still(self) -> Still:
        said, cell = self.spoken.sounds, 34.0
        still = Still(60 + cell * len(self.word), 30 + cell * max(len(said), 1))
        for i, letter in enumerate(self.word):
            still.text(60 + cell * (i + 0.5), 20, letter)
        weights = self.weights
        for t, sound in enumerate(said):
            still.text(50, 30 + cell * t + 22, sound, anchor="end")
            for i in range(len(self.word)):
                shade = float(weights[t, i]) if self.shown else 0.0
                x, y = 60 + cell * i, 30 + cell * t
                box = {"fill": "accent", "opacity": shade, "stroke": "faint"}
                still.rectangle(x, y, cell, cell, **box)  # type: ignore[arg-type]
                if [t, i] in self.tried:
                    ink = "faint" if self.says(t, i) == sound else "ink"
                    text = self.says(t, i)
                    still.text(x + cell / 2, y + 22, text, size=12, color=ink)
        return still


@functools.cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{WEIGHTS}.npz") as file:
        return decode(dict(file))


def _softmax(z: np.ndarray) -> np.ndarray:
    powers = np.exp(z - z.max())
    return powers / powers.sum()


def _attend(
    q: np.ndarray, states: np.ndarray, blocked: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (S,) and what is read (d,); never from the blocked place."""
    scores = states @ q / np.sqrt(len(q))
    if blocked is not None and len(scores) > 1:
        scores[blocked] = -np.inf
    weights = _softmax(scores)
    return weights, weights @ states


def _gru(x: np.ndarray, h: np.ndarray, name: str, end: str = "") -> np.ndarray:
    """One step of torch's GRU."""
    w = _weights()
    part = [f"{name}.{kind}_l0{end}" for kind in ("weight_ih", "bias_ih")]
    from_input = np.split(w[part[0]] @ x + w[part[1]], 3)
    part = [f"{name}.{kind}_l0{end}" for kind in ("weight_hh", "bias_hh")]
    from_state = np.split(w[part[0]] @ h + w[part[1]], 3)
    r, z = (
        1 / (1 + np.exp(-a - b))
        for a, b in zip(from_input[:2], from_state[:2], strict=True)
    )
    candidate = np.tanh(from_input[2] + r * from_state[2])
    return (1 - z) * candidate + z * h


@functools.lru_cache(maxsize=8)
def _say(word: str) -> Spoken:
    """Greedy decoding, as `write` of chapter 12 does it."""
    w = _weights()
    x = w["encoder.embed.weight"][[string.ascii_lowercase.index(c) + 1 for c in word]]
    directions = []
    for end, steps in (("", x), ("_reverse", x[::-1])):
        h = np.zeros(w[f"encoder.gru.weight_hh_l0{end}"].shape[1])
        read = []
        for step in steps:
            h = _gru(step, h, "encoder.gru", end)
            read.append(h)
        directions.append(np.array(read))
    ahead, back = directions[0], directions[1][::-1]
    states = np.concatenate([ahead, back], axis=1)
    q, token = np.concatenate([ahead[-1], back[0]]), START
    sounds: list[str] = []
    queries = []
    for _ in range(MOST):
        q = _gru(w["decoder.embed.weight"][token], q, "decoder.gru")
        both = np.concatenate([q, _attend(q, states)[1]])
        token = int((w["decoder.out.weight"] @ both + w["decoder.out.bias"]).argmax())
        if token <= END:
            break
        sounds.append(PHONES[token - 3])
        queries.append(q)
    return Spoken(sounds, np.array(queries), states)
