"""One cell of an LSTM on a piece of text, with its gates in the reader's hands."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from c2a.widgets.toolkit import InteractiveFigure, Still, format_number

GATES = ("i", "f", "g", "o")  # torch's names and order; g is the candidate
TEXT = "Keep what you have,\nadd to it,\nand let go\nin time.\n"
STEADY = {"i": 0.5, "f": 0.9, "g": 0.1, "o": 0.8}


class GatedCell(InteractiveFigure):
    """The cell state over a text; each gate as the network set it, or held by hand.

    Args:
        text: what the network reads, one symbol a step.
        gates: the learned values, "i", "f", "g", "o" -> one number a symbol.
        traits: `start` (the cell before the first symbol), `step`, and for each gate
            `hold_f` (whether it is held), `letter_f` and `end_f` (where it is held at
            letters and at line ends).
    """

    text = traitlets.Unicode().tag(sync=True)
    gates = traitlets.Dict().tag(sync=True)
    start = traitlets.CFloat(0.0).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    hold_i = traitlets.Bool(False).tag(sync=True)
    hold_f = traitlets.Bool(False).tag(sync=True)
    hold_g = traitlets.Bool(False).tag(sync=True)
    hold_o = traitlets.Bool(False).tag(sync=True)
    letter_i = traitlets.CFloat(0.5, min=0, max=1).tag(sync=True)
    letter_f = traitlets.CFloat(0.5, min=0, max=1).tag(sync=True)
    letter_g = traitlets.CFloat(0.1, min=-1, max=1).tag(sync=True)
    letter_o = traitlets.CFloat(0.5, min=0, max=1).tag(sync=True)
    end_i = traitlets.CFloat(0.5, min=0, max=1).tag(sync=True)
    end_f = traitlets.CFloat(0.5, min=0, max=1).tag(sync=True)
    end_g = traitlets.CFloat(0.1, min=-1, max=1).tag(sync=True)
    end_o = traitlets.CFloat(0.5, min=0, max=1).tag(sync=True)

    def __init__(
        self, text: str = TEXT, gates: dict[str, Any] | None = None, **traits: Any
    ) -> None:
        gates = gates or {name: [v] * len(text) for name, v in STEADY.items()}
        rounded = {k: np.round(gates[k], 4).tolist() for k in GATES}
        if any(len(values) != len(text) for values in rounded.values()):
            raise ValueError("Each gate needs one value for each symbol of the text.")
        super().__init__(text=text, gates=rounded, **traits)

    @property
    def cell(self) -> np.ndarray:
        """The cell state after each symbol, with the gates as they are held now."""
        ends = np.array([symbol == "\n" for symbol in self.text])
        now = {
            name: np.where(
                ends, getattr(self, f"end_{name}"), getattr(self, f"letter_{name}")
            )
            if getattr(self, f"hold_{name}")
            else np.array(self.gates[name])
            for name in GATES
        }
        states, c = [], self.start
        for f, added in zip(now["f"], now["i"] * now["g"], strict=True):
            c = f * c + added
            states.append(c)
        return np.array(states)

    @property
    def alt(self) -> str:
        ends = [c for c, s in zip(self.cell, self.text, strict=True) if s == "\n"]
        named = ", ".join(format_number(c) for c in ends[:6]) or "none"
        return (
            f"The state of one cell over {len(self.text)} characters of a text, with "
            f"its line ends marked. It runs from {format_number(self.cell.min())} to "
            f"{format_number(self.cell.max())}; at the first line ends it is {named}."
        )

    def still(self) -> Still:
        still = Still(560, 200)
        c = self.cell
        low, high = min(c.min(), 0.0), max(c.max(), 0.0)
        x = np.linspace(40, 545, len(c))
        y = 170 - 150 * (c - low) / ((high - low) or 1.0)
        for at, symbol in zip(x, self.text, strict=True):
            if symbol == "\n":
                still.line([(at, 15), (at, 175)], color="faint", width=1, dashed=True)
        points = [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
        still.line(points, color="accent")
        still.text(34, 24, format_number(high), anchor="end", color="faint")
        still.text(34, 174, format_number(low), anchor="end", color="faint")
        still.text(290, 194, "cell state, character by character")
        return still
