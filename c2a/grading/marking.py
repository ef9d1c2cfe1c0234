"""Mark one submission: run its cells in a sandbox and put every answer to the test.

Runs next to the sandbox, on this machine or on a worker of a cluster. What goes in and
what comes out is made of plain values, so that it can cross between machines.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from c2a.exercises.kit.cases import Outcome, Reply, Session
from c2a.exercises.kit.driver import Driver
from c2a.exercises.kit.exercise import Exercise
from c2a.grading.beside import forbidden_inside
from c2a.grading.program import GIVEN, Answer, Program
from c2a.grading.records import Result, State
from c2a.grading.sandbox import CellReport, SandboxError
from c2a.grading.seed import Seed
from c2a.grading.similar import normalized
from c2a.grading.text import clean, clean_all

MOST_PRINTED = 2_000  # characters kept of what one answer printed
MOST_REPORTED = 20  # cells whose errors are kept


class GradingSession(Session, Protocol):
    """A session that also tells how the cells fared."""

    @property
    def cell_reports(self) -> Sequence[CellReport]:
        """One report a piece, in order."""

    def close(self) -> None:
        """End the student's process."""


@dataclass(frozen=True)
class Task:
    """The part of a submission that is still to be marked."""

    submission: str
    program: Program
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Marked:
    """The results of a task, and what happened when the cells ran."""

    submission: str
    results: tuple[Result, ...]
    run: dict[str, Any]


@dataclass
class _Recorder:
    """A session that keeps what the calls print."""

    session: Session
    printed: str = ""

    def call(
        self,
        function: str,
        *args: Any,
        seconds: float,
        driver: Driver | None = None,
    ) -> Reply:
        options = {"driver": driver} if driver else {}
        reply = self.session.call(function, *args, seconds=seconds, **options)
        if len(self.printed) < MOST_PRINTED:
            self.printed += reply.printed[:MOST_PRINTED]
        return reply

    def fresh(self) -> None:
        self.session.fresh()


def mark(
    task: Task, exercises: Mapping[str, Exercise], session: GradingSession, seed: Seed
) -> Marked:
    """Mark the asked exercises of a submission.

    Args:
        task: what to mark.
        exercises: the declarations, by name.
        session: where the submission's pieces run, at the first call.
        seed: draws the hidden cases.
    """
    judged = {}
    for name in task.exercises:
        ask = partial(_judged, task, exercises[name], session, seed)
        judged[name] = _safely(exercises[name], ask)
    failing = [
        name
        for name, result in judged.items()
        if result.state == "graded" and result.report["passed"] < result.report["cases"]
    ]
    if failing:
        # What the student is shown comes from a process that knows no hidden case.
        session.fresh()
    for name in failing:
        ask = partial(_shown, judged[name], exercises[name], session)
        judged[name] = _safely(exercises[name], ask)
    results = tuple(judged.values())
    ran = any(result.state == "graded" for result in results)
    reports = session.cell_reports if ran else []
    return Marked(task.submission, results, _run_report(task.program, reports))


def _judged(task: Task, exercise: Exercise, session: Session, seed: Seed) -> Result:
    """Run the hidden cases of one answer."""
    answer = task.program.answers[exercise.name]
    if not answer.attempted:
        # A cell that Python cannot read may hold the answer.
        errors = task.program.broken
        broken = [[cell + 1, errors[cell]] for cell in answer.unreadable]
        return _without_run(exercise, "unanswered", {"broken": broken[:3]})
    problems = _source_problems(task.program, exercise)
    if problems:
        return _without_run(exercise, "refused", {"problems": problems})
    started = time.monotonic()
    rng = seed.generator(task.submission, exercise.name)
    hidden = exercise.judge(session, rng)
    if hidden and all(each.detail.get("problem") == "unwritten" for each in hidden):
        # A stub among what the task gives, as a method of a class is.
        return _without_run(exercise, "unanswered", {"broken": []})
    points = exercise.score(hidden)
    report = {
        "groups": {name: [points[name], exercise.points[name]] for name in points},
        "hidden": [clean_all(each.told()) for each in _worst(hidden)],
        "visible": [],
        "passed": sum(outcome.passed for outcome in hidden),
        "cases": len(hidden),
        "printed": "",
        "found": clean(_found(hidden), 500),
        **_located(answer),
    }
    seconds = round(time.monotonic() - started, 4)
    earned = float(sum(points.values()))
    return Result(exercise.name, "graded", earned, exercise.total, seconds, report)


def _shown(result: Result, exercise: Exercise, session: Session) -> Result:
    """Add to a result how the visible cases went, and what was printed."""
    recorder = _Recorder(session)
    started = time.monotonic()
    visible = exercise.check(recorder)
    report = result.report | {
        "visible": [clean_all(each.told()) for each in _worst(visible)],
        "printed": clean(recorder.printed, MOST_PRINTED),
    }
    seconds = round(result.seconds + time.monotonic() - started, 4)
    return replace(result, report=report, seconds=seconds)


def _safely(exercise: Exercise, ask: Callable[[], Result]) -> Result:
    """The result, or what went wrong: that ends no run, and is no zero."""
    try:
        return ask()
    except SandboxError:  # of the machine, not of this answer
        raise
    except Exception as error:
        return fault(exercise, error)


def fault(exercise: Exercise, error: Exception) -> Result:
    """A fault of the exercise or the grader, perhaps provoked by the answer."""
    told = {"message": clean(f"{type(error).__name__}: {error}", 500)}
    return Result(exercise.name, "error", None, exercise.total, 0.0, told)


def _without_run(exercise: Exercise, state: State, report: dict[str, Any]) -> Result:
    report["groups"] = {name: [0.0, points] for name, points in exercise.points.items()}
    return Result(exercise.name, state, 0.0, exercise.total, 0.0, report)


def _source_problems(program: Program, exercise: Exercise) -> list[str]:
    """Say why the code itself is not accepted: forbidden calls, sheer length."""
    # The padding that keeps line numbers is not the student's.
    sources = [piece.source.strip("\n") for piece in program.pieces]
    if not _suspicious("\n".join(sources), exercise):
        return []
    problems = exercise.source_problems(sources, GIVEN)
    if program.modules and not problems:
        rules = exercise.functions, exercise.forbidden
        found = forbidden_inside(sources, program.modules, *rules)
        problems = exercise.not_allowed(found)
    return problems


def _suspicious(source: str, exercise: Exercise) -> bool:
    """Tell quickly whether a closer look at the syntax tree could find anything.

    A forbidden name is reached through the name of its top module or a given one. Names
    in other scripts may stand for ASCII ones, so they are always looked at.
    """
    if len(source) > exercise.source_characters or not source.isascii():
        return True
    modules = {name.partition(".")[0] for name in exercise.forbidden}
    modules |= {name for name, to in GIVEN.items() if to.partition(".")[0] in modules}
    return any(re.search(rf"\b{module}\b", source) for module in modules)


def _worst(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Keep of every group the smallest failing case."""
    kept: dict[str, Outcome] = {}
    for outcome in outcomes:
        size = outcome.detail.get("size", 0)
        best = kept.get(outcome.group)
        if not outcome.passed and (best is None or size < best.detail.get("size", 0)):
            kept[outcome.group] = outcome
    return list(kept.values())


def _found(outcomes: Sequence[Outcome]) -> str:
    """What a right answer reached, if there is a measure of it: its accuracy."""
    messages = [o.detail.get("message", "") for o in outcomes if o.passed]
    return messages[-1] if messages and all(o.passed for o in outcomes) else ""


def _located(answer: Answer) -> dict[str, Any]:
    cells = [cell + 1 for cell in answer.cells]
    return {"cells": cells, "renamed": clean(answer.renamed, 100)}


def _run_report(program: Program, reports: Sequence[CellReport]) -> dict[str, Any]:
    """Tell which cells failed and what they printed; cells count from 1."""
    failed = [
        {"cell": cell + 1, "error": clean(error, 500)}
        for cell, error in program.broken.items()
    ]
    printed = []
    for report in reports:
        cell = program.pieces[report.index].cell + 1
        if not report.ok:
            failed.append({"cell": cell, "error": clean(report.error, 1_000)})
        if report.printed.strip():
            printed.append({"cell": cell, "text": clean(report.printed, 1_000)})
    answers = "\n".join(answer.source for answer in program.answers.values())
    return {
        "failed": failed[:MOST_REPORTED],
        "printed": printed[:MOST_REPORTED],
        "structure": clean(normalized(answers), 10_000),
    }
