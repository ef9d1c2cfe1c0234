"""Change one sound of a word and see which outputs of a network move."""

from __future__ import annotations

from typing import Any

import traitlets

from c2a.data.sets.cmudict import PHONES
from c2a.widgets.toolkit import InteractiveFigure, Still

#: Of `stress-readers`, the weights that this book trains in chapter 11.
NETWORKS = {
    "ahead": "GRU, reads ahead",
    "late": "GRU, reads ahead, answers two sounds late",
    "back": "GRU, reads back",
    "both": "GRU, both ways",
    "deep": "GRU, both ways, two layers",
    "window": "convolutions, two kernels of 3",
    "causal": "causal convolutions, two kernels of 3",
    "normalized": "GRU, reads ahead, normalized over the word",
}
WORDS = {
    "music": "M Y UW Z IH K",
    "musician": "M Y UW Z IH SH AH N",
    "surface": "S ER F AH S",
    "survive": "S ER V AY V",
    "economy": "IH K AA N AH M IY",
    "original": "ER IH JH AH N AH L",
    "comfort": "K AH M F ER T",
    "confess": "K AH N F EH S",
}
_CELL = 44.0


class WhichOutputsMove(InteractiveFigure):
    """A word's sounds, a network that marks their stress, and a sound to change.

    The reader marks the outputs that will move, and then sees those that did.

    Args:
        traits: `network` (a key of `NETWORKS`), `word` (a key of `WORDS`), `place`
            (of the sound that is changed, from 0), `other` (the phone that is put
            there), `marked` (places of the outputs that the reader expects to move),
            `answered` (whether the sound has been changed).
    """

    network = traitlets.Enum(list(NETWORKS), "ahead").tag(sync=True)
    word = traitlets.Enum(list(WORDS), "music").tag(sync=True)
    place = traitlets.Int(3, min=0).tag(sync=True)
    other = traitlets.Enum(list(PHONES), "IY").tag(sync=True)
    marked = traitlets.List(traitlets.Int()).tag(sync=True)
    answered = traitlets.Bool(False).tag(sync=True)
    networks = traitlets.Dict(NETWORKS).tag(sync=True)
    words = traitlets.Dict(WORDS).tag(sync=True)
    phones = traitlets.List(traitlets.Unicode(), list(PHONES)).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        if self.place >= len(self.sounds):
            raise ValueError(f"{self.word!r} has only {len(self.sounds)} sounds.")

    @property
    def sounds(self) -> list[str]:
        """The phones of the word."""
        return WORDS[self.word].split()

    @property
    def alt(self) -> str:
        return (
            f"The word {self.word} as {len(self.sounds)} sounds, "
            f"{' '.join(self.sounds)}; sound {self.place + 1}, "
            f"{self.sounds[self.place]}, is to be changed to {self.other}. Which of "
            f"the outputs of a network ({NETWORKS[self.network]}) will move is to be "
            "guessed."
        )

    def still(self) -> Still:
        left = 110.0
        still = Still(left + _CELL * len(self.sounds), 3.4 * _CELL)
        still.text(0, 16, NETWORKS[self.network], size=13, anchor="start")
        for row, name in enumerate(("sound", "changed to", "moves?")):
            y = 30 + row * 34
            still.text(0, y + 21, name, size=13, anchor="start", color="faint")
            for t, sound in enumerate(self.sounds):
                text = (sound, self.other if t == self.place else "", "?")[row]
                fill = "positive" if t == self.place and row < 2 else None
                x = left + t * _CELL
                still.rectangle(x, y, _CELL - 4, 30, fill=fill, opacity=0.4)
                still.text(x + _CELL / 2 - 2, y + 21, text, size=13)
        return still
