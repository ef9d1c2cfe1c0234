"""Choose a target, a strategy and a number of labels, guess, and see the accuracy."""

from __future__ import annotations

import numpy as np
import traitlets

from c2a.weights import FOLDER, read
from c2a.widgets.toolkit import InteractiveFigure, Still

TARGETS = {
    "garments": (5, 20, 100, 500),
    "emoji": (5, 20, 40),
    "digits": (5, 20, 100, 300),
}
DRAWS = {
    "pixels": 5, "random": 5, "cnn": 3, "probe": 5, "last": 3, "adapters": 3,
    "gradual": 3, "by_depth": 3, "all": 3,
}  # fmt: skip
NAMES = {
    "pixels": "pixels",
    "random": "random network, head only",
    "cnn": "own network, from scratch",
    "probe": "borrowed, head only",
    "last": "borrowed, last blocks",
    "adapters": "borrowed, adapters",
    "gradual": "borrowed, unfrozen gradually",
    "by_depth": "borrowed, rates by depth",
    "all": "borrowed, all at one rate",
}


def table() -> dict[str, dict[str, list[list[float]]]]:
    """target -> strategy -> one list of accuracies (a draw each) for a label count."""
    found: dict[str, dict[str, list[list[float]]]] = {}
    for target in TARGETS:
        kept = read(FOLDER / f"transfer-{target}.npz")
        found[target] = {
            name: np.round(kept[name].astype(float), 3).reshape(-1, draws).tolist()
            for name, draws in DRAWS.items()
            if name in kept
        }
    return found


class TransferBench(InteractiveFigure):
    """Accuracy against labels, uncovered one guess at a time.

    Args:
        traits: `target` (a key of `TARGETS`), `strategy` (a key of `NAMES`), `labels`
            (which of the target's label counts), `guess` (0 to 1), `uncovered` (what
            has been shown, as "target strategy labels").
    """

    results = traitlets.Dict().tag(sync=True)
    target = traitlets.Enum(list(TARGETS), "emoji").tag(sync=True)
    strategy = traitlets.Enum(list(NAMES), "probe").tag(sync=True)
    labels = traitlets.Int(0, min=0, max=3).tag(sync=True)
    guess = traitlets.CFloat(0.5, min=0, max=1).tag(sync=True)
    uncovered = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, **traits: object) -> None:
        super().__init__(**traits)
        if not self.results:
            self.results = table()

    def summary(self, target: str, strategy: str, row: int) -> tuple[float, float]:
        """Mean accuracy over draws and its sample standard deviation."""
        values = np.array(self.results[target][strategy][row])
        return float(values.mean()), float(values.std(ddof=1))

    @property
    def shown(self) -> list[tuple[str, int]]:
        """Strategies and label counts that are uncovered for the target."""
        parts = [each.split() for each in self.uncovered]
        return [(s, int(row)) for target, s, row in parts if target == self.target]

    @property
    def alt(self) -> str:
        text = (
            f"Accuracy against labels a class for {self.target}, on a logarithmic "
            "axis. "
        )
        if not self.shown:
            return text + "No result is uncovered yet; the reader guesses first."
        found = [
            f"{NAMES[s]} with {TARGETS[self.target][row]} labels "
            f"{self.summary(self.target, s, row)[0]:.2f}"
            for s, row in self.shown
        ]
        return text + "Uncovered: " + "; ".join(found) + "."

    def still(self) -> Still:
        still = Still(460, 230)
        left, top, width, height = 50, 14, 330, 160
        counts = TARGETS[self.target]
        low, high = np.log(4), np.log(counts[-1] * 1.2)

        def place(count: int, value: float) -> tuple[float, float]:
            x = left + width * (np.log(count) - low) / (high - low)
            return x, top + height * (1 - value)

        for value in (0, 0.5, 1):
            y = place(5, value)[1]
            still.line([(left, y), (left + width, y)], color="faint", width=0.5)
            still.text(left - 6, y + 4, f"{value:g}", size=11, anchor="end")
        for count in counts:
            still.text(place(count, 0)[0], top + height + 16, str(count), size=11)
        for strategy, row in self.shown:
            mean, spread = self.summary(self.target, strategy, row)
            x, y = place(counts[row], mean)
            still.line([(x, y - height * spread), (x, y + height * spread)])
            still.circle(x, y, 5, fill="accent")
        if not self.shown:
            still.text(left + width / 2, top + 80, "Guess first.", size=14)
        still.text(left + width / 2, 222, f"labels a class, {self.target}", size=12)
        return still
