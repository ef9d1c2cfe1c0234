"""Rank four networks for some data and a budget, then see what the bench measured."""

from __future__ import annotations

import numpy as np
import traitlets

from c2a.weights import FOLDER, read
from c2a.widgets.toolkit import InteractiveFigure, Still

TASKS = ("pictures", "text", "series", "table", "spelling")
ROWS = (*TASKS, "permuted pixels", "shuffled columns")
KINDS = ("MLP", "CNN", "RNN", "transformer")
#: Which stored run of the bench answers: (examples, what is equal).
RUNS = {
    ("all", "batches"): ("bench-passes", ROWS),
    ("tenth", "batches"): ("bench-few", TASKS),
    ("all", "seconds"): ("bench-seconds", TASKS),
}
PLACES = ("first", "second", "third", "fourth")


def tables() -> dict[str, dict[str, list[list[float]]]]:
    """By "examples budget" and task: for each kind, the scores of three seeds."""
    found = {}
    for (examples, budget), (name, rows) in RUNS.items():
        scores = np.round(read(FOLDER / f"{name}.npz")["score"].astype(float), 4)
        runs = scores.reshape(len(rows), len(KINDS), 3).tolist()
        found[f"{examples} {budget}"] = dict(zip(rows, runs, strict=True))
    return found


def waiting() -> dict[str, list[float]]:
    """Task -> milliseconds for one answer, for each kind."""
    found = read(FOLDER / "bench-latency.npz")["milliseconds"].astype(float)
    rows = np.round(found, 2).reshape(len(TASKS), len(KINDS)).tolist()
    return dict(zip(TASKS, rows, strict=True))


class RankTheFour(InteractiveFigure):
    """The reader's order of four networks against the bench's.

    Args:
        traits: `task` (of `ROWS`), `examples` ("all" or "tenth"), `budget` ("batches"
            or "seconds"), `limit` (milliseconds an answer may take, 0: any), `first`
            to `fourth` (the reader's order, of `KINDS`), `uncovered` (whether the
            evidence shows).
    """

    results = traitlets.Dict().tag(sync=True)
    milliseconds = traitlets.Dict().tag(sync=True)
    task = traitlets.Enum(list(ROWS), "text").tag(sync=True)
    examples = traitlets.Enum(["all", "tenth"], "all").tag(sync=True)
    budget = traitlets.Enum(["batches", "seconds"], "batches").tag(sync=True)
    limit = traitlets.CFloat(0.0, min=0, max=100).tag(sync=True)
    first = traitlets.Enum(list(KINDS), "MLP").tag(sync=True)
    second = traitlets.Enum(list(KINDS), "CNN").tag(sync=True)
    third = traitlets.Enum(list(KINDS), "RNN").tag(sync=True)
    fourth = traitlets.Enum(list(KINDS), "transformer").tag(sync=True)
    uncovered = traitlets.Bool(False).tag(sync=True)

    def __init__(self, **traits: object) -> None:
        super().__init__(**traits)
        if not self.results:
            self.results, self.milliseconds = tables(), waiting()

    @property
    def runs(self) -> dict[str, list[float]]:
        """Scores of the chosen setting by kind; empty where it was not measured."""
        rows = self.results.get(f"{self.examples} {self.budget}", {})
        return dict(zip(KINDS, rows.get(self.task, []), strict=False))

    @property
    def alt(self) -> str:
        order = ", ".join(getattr(self, place) for place in PLACES)
        text = (
            f"Four networks for the task {self.task}, in the reader's order: {order}."
        )
        if not self.uncovered:
            return f"{text} The measured scores are covered until the reader asks."
        scores = (f"{kind} {np.mean(runs):.3f}" for kind, runs in self.runs.items())
        return f"{text} Measured: {', '.join(scores)}."

    def still(self) -> Still:
        still = Still(460, 190)
        still.text(20, 24, f"{self.task}: your order?", anchor="start")
        for row, place in enumerate(PLACES):
            kind, y = getattr(self, place), 44 + 36 * row
            still.text(20, y + 19, f"{row + 1}. {kind}", anchor="start")
            still.rectangle(150, y, 280, 26, stroke="faint")
            if self.uncovered and kind in self.runs:
                mean = float(np.mean(self.runs[kind]))
                still.rectangle(150, y, 280 * max(mean, 0), 26, fill="accent")
                still.text(425, y + 19, f"{mean:.3f}", anchor="end")
            else:
                still.text(290, y + 19, "covered", color="faint")
        return still
