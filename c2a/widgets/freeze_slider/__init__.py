"""Freeze the first layers of a copied network: what becomes of both tasks?"""

from __future__ import annotations

import numpy as np
import traitlets

from c2a.weights import FOLDER, read
from c2a.widgets.toolkit import InteractiveFigure, Still

TASKS = {"garments": "the other five garments", "digits": "ten digits"}
LAYERS = 5
NUMBERS = ("new task", "old task", "drift")


def table() -> dict[str, list[list[list[float]]]]:
    """task -> frozen layers (6) -> seeds (3) -> accuracy, old accuracy, drift."""
    kept = read(FOLDER / "freeze-first.npz")
    return {
        task: np.round(kept[f"all_{task}"].astype(float), 3).reshape(6, 3, 3).tolist()
        for task in TASKS
    }


class FreezeSlider(InteractiveFigure):
    """Accuracy on a new and on the old task by the number of frozen layers.

    Args:
        traits: `task` (a key of `TASKS`), `frozen` (0 to 5), `tried` (what has been
            shown, as "task frozen").
    """

    results = traitlets.Dict().tag(sync=True)
    task = traitlets.Enum(list(TASKS), "garments").tag(sync=True)
    frozen = traitlets.Int(0, min=0, max=LAYERS).tag(sync=True)
    tried = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, **traits: object) -> None:
        super().__init__(**traits)
        if not self.results:
            self.results = table()

    def summary(self, task: str, frozen: int) -> dict[str, tuple[float, float]]:
        """Mean and sample standard deviation of each of `NUMBERS`."""
        values = np.array(self.results[task][frozen])
        spread = values.std(0, ddof=1)
        pairs = zip(values.mean(0).tolist(), spread.tolist(), strict=True)
        return dict(zip(NUMBERS, pairs, strict=True))

    @property
    def alt(self) -> str:
        text = (
            f"A column of five layers, the lower {self.frozen} frozen, the others "
            f"trained on {TASKS[self.task]}."
        )
        if f"{self.task} {self.frozen}" not in self.tried:
            return text + " Its results are still covered."
        found = self.summary(self.task, self.frozen)
        return text + "".join(
            f" {name.capitalize()} {mean:.2f}." for name, (mean, _) in found.items()
        )

    def still(self) -> Still:
        still = Still(420, 190)
        for layer in range(LAYERS):
            y = 150 - 28 * layer
            fill = "faint" if layer < self.frozen else "accent"
            still.rectangle(20, y, 110, 22, fill=fill, opacity=0.5)
            word = "frozen" if layer < self.frozen else "learns"
            still.text(75, y + 15, f"{layer + 1}: {word}", size=12)
        if f"{self.task} {self.frozen}" in self.tried:
            found = self.summary(self.task, self.frozen)
            for i, (name, (mean, _)) in enumerate(found.items()):
                still.text(170, 60 + 30 * i, f"{name}: {mean:.2f}", anchor="start")
        else:
            still.text(170, 90, "Guess, then press Train.", anchor="start")
        return still
