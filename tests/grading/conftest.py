"""Small exercises and a session without a sandbox, for tests of what surrounds it."""

import json
import operator
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from c2a.errors import C2AError
from c2a.exercises.kit.cases import Case, Mistake, Reply
from c2a.exercises.kit.exercise import Exercise
from c2a.grading.assignment import Assignment
from c2a.grading.feedback import Look
from c2a.grading.gradebook import Gradebook
from c2a.grading.marking import Marked, Task, mark
from c2a.grading.program import Program
from c2a.grading.run import Run
from c2a.grading.seed import Seed


def scale(x, factor):
    return x * factor


def total(x):
    return float(np.sum(x))


def _cases(rng):
    x = rng.normal(size=(3, 2))
    return [Case((x, 2.5), "basic"), Case((x, -1.0), "negative")]


def exercises() -> tuple[Exercise, ...]:
    return (
        Exercise(
            name="scale",
            title="Scale an array",
            points={"basic": 2.0, "negative": 1.0},
            reference=scale,
            visible=lambda: [Case((np.arange(4.0), 3.0), "basic")],
            hidden=_cases,
            mistakes=(
                Mistake("This adds the factor.", operator.add),
                Mistake("This drops the sign.", lambda x, f: x * abs(f)),
            ),
            alternatives=(lambda x, factor: factor * x,),
            hints=("Multiply every element.", "NumPy multiplies element by element."),
            section="02-convolution.html#one-channel",
        ),
        Exercise(
            name="total",
            title="Sum an array",
            points={"basic": 1.0},
            reference=total,
            visible=lambda: [Case((np.ones(3),), "basic")],
            hidden=lambda rng: [Case((rng.normal(size=4),), "basic")],
            mistakes=(Mistake("This is the mean.", lambda x: float(np.mean(x))),),
            alternatives=(lambda x: float(sum(x)),),
            hints=(),
            section="02-convolution.html#padding",
            forbidden=("torch.sum",),
        ),
    )


class PlainSession:
    """Runs pieces in this process: for tests with honest code only."""

    def __init__(self, pieces: list[str]) -> None:
        self.space: dict = {"np": np}
        self.cell_reports: list = []
        for piece in pieces:
            try:
                exec(compile(piece, "<cell>", "exec"), self.space)
            except Exception:
                continue

    def call(self, function: str, *args, seconds: float) -> Reply:
        if function not in self.space:
            return Reply(kind="missing")
        try:
            return Reply(self.space[function](*args))
        except Exception as error:
            return Reply(kind="exception", error=f"{type(error).__name__}: {error}")

    def fresh(self) -> None:
        pass


class PlainMarker:
    """Marks in this process: for tests of what surrounds the sandbox."""

    batch, ahead, protection = 1, 2, "none"

    def __init__(self, seed: Seed, declared=None, before=lambda task: None) -> None:
        self.exercises = {each.name: each for each in declared or exercises()}
        self.seed, self.before = seed, before
        self.threads = ThreadPoolExecutor(1)
        self.marked: list[Task] = []

    def submit(self, tasks: list[Task]) -> Future:
        return self.threads.submit(lambda: [self.mark(task) for task in tasks])

    def mark(self, task: Task) -> Marked:
        self.before(task)
        self.marked.append(task)
        session = PlainSession([piece.source for piece in task.program.pieces])
        return mark(task, self.exercises, session, self.seed)

    def close(self) -> None:
        self.threads.shutdown(wait=False, cancel_futures=True)


def grade(
    folder: Path, out: Path, declared=None, regrade=None, before=lambda task: None
):
    """Grade a folder with the exercises above; return the summary and the marker."""
    assignment = Assignment("demo", "Demo", tuple(declared or exercises()))
    seed = Seed(b"a private seed of a test")
    marker = PlainMarker(seed, declared, before)
    out.mkdir(exist_ok=True)
    with closing(Gradebook(out / "gradebook.sqlite", "demo")) as book:
        run = Run(assignment, out, book, marker, seed, Look("Demo"), regrade)
        summary = run.grade(folder)
    marker.close()
    return summary, marker


def passes(program: Program, exercise: Exercise) -> bool:
    session = PlainSession([piece.source for piece in program.pieces])
    outcomes = exercise.judge(session, np.random.default_rng(0))
    return all(outcome.passed for outcome in outcomes)


def notebook(*sources: str, **fields) -> dict:
    cells = [
        {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}
        for source in sources
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | fields


def write_notebook(path: Path, *sources: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(*sources)))
    return path


SCALE = "# exercise: scale\ndef scale(x, factor):\n    return x * factor\n"
TOTAL = "# exercise: total\ndef total(x):\n    return float(np.sum(x))\n"
STUB = "# exercise: scale\ndef scale(x, factor):\n    raise NotImplementedError\n"


@pytest.fixture(name="exercises")
def _exercises():
    return exercises()


@pytest.fixture(scope="session")
def kit():
    """This module: tests are imported without their folder, so they get it here."""
    return sys.modules[__name__]


if __name__ == "__main__":  # graded in a process of its own, to be killed
    try:
        done, _ = grade(
            Path(sys.argv[1]), Path(sys.argv[2]), before=lambda task: time.sleep(0.01)
        )
        print(done.marked)
    except C2AError as error:
        sys.exit(f"{type(error).__name__}: {error}")
