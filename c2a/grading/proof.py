"""Prove of an exercise that it tells right from wrong before students meet it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from c2a.exercises.core import Exercise, Functions, Outcome
from c2a.exercises.local import LocalSession

DRAWS = 3  # sets of hidden cases that every answer is put to
MISTAKES = 4
ALTERNATIVES = 2


@dataclass(frozen=True)
class Finding:
    """One statement about an exercise: "pass", "warn" (advice), or "fail"."""

    level: Literal["pass", "warn", "fail"]
    text: str


def prove(exercise: Exercise, draws: int = DRAWS) -> list[Finding]:
    """Check that right answers pass, that mistakes fail and are named, and the rest.

    Args:
        exercise: the declaration.
        draws: how many sets of hidden cases each answer is put to.
    """
    proofs = (_groups, _right_answers, _mistakes, _empty_answers, _texts)
    return [finding for proof in proofs for finding in proof(exercise, draws)]


def _groups(exercise: Exercise, draws: int) -> Iterator[Finding]:
    """Every group of points has cases, and hidden cases change with the seed."""
    if not exercise.points or min(exercise.points.values()) <= 0:
        yield Finding("fail", "Every group must be worth more than 0 points.")
    cases = [exercise.hidden(np.random.default_rng(draw)) for draw in range(2)]
    if not cases[0]:  # a design task draws trials instead
        return
    tested = {case.group for case in cases[0]}
    for group in exercise.points.keys() - tested:
        yield Finding("fail", f"No hidden case earns the points of group {group!r}.")
    for group in {case.group for case in cases[0] + exercise.visible()}:
        if group not in exercise.points:
            yield Finding("fail", f"Cases of group {group!r} are worth no points.")
    if repr(cases[0]) == repr(cases[1]):
        yield Finding("warn", "The hidden cases do not depend on the random generator.")


def _right_answers(exercise: Exercise, draws: int) -> Iterator[Finding]:
    answers = {"The reference": exercise.reference} if _callable(exercise) else {}
    for number, function in enumerate(exercise.alternatives, 1):
        answers[f"Alternative {number} ({_named(function)})"] = function
    for label, function in answers.items():
        failed = _first_failure(exercise, function, draws)
        if failed is None:
            yield Finding("pass", f"{label} passes visible and hidden cases.")
        else:
            message = failed.detail.get("message", "")
            yield Finding("fail", f"{label} fails in group {failed.group!r}: {message}")
    if len(exercise.alternatives) < ALTERNATIVES:
        yield Finding("warn", f"Declare {ALTERNATIVES} right answers or more.")


def _mistakes(exercise: Exercise, draws: int) -> Iterator[Finding]:
    for mistake in exercise.mistakes:
        label = f"Mistake “{mistake.diagnosis}”"
        runs = [_judged(exercise, mistake.function, draw) for draw in range(draws)]
        unnoticed = any(all(outcome.passed for outcome in run) for run in runs)
        diagnoses = {outcome.diagnosis for run in runs for outcome in run} - {""}
        if unnoticed:
            yield Finding("fail", f"{label} passes all hidden cases.")
        elif not any(mistake.diagnosis in diagnosis for diagnosis in diagnoses):
            told = "; ".join(sorted(diagnoses)) or "nothing"
            yield Finding("fail", f"{label} fails, but the student is told {told}.")
        else:
            yield Finding("pass", f"{label} fails and is named.")
    repeated = Counter(mistake.diagnosis for mistake in exercise.mistakes)
    for diagnosis in (text for text, count in repeated.items() if count > 1):
        yield Finding("fail", f"Two mistakes share the diagnosis “{diagnosis}”.")
    if len(exercise.mistakes) < MISTAKES:
        yield Finding("warn", f"Declare {MISTAKES} known mistakes or more.")


def _empty_answers(exercise: Exercise, draws: int) -> Iterator[Finding]:
    """Answers that do nothing must earn nothing."""

    def raises(*args: object) -> None:
        raise NotImplementedError

    def nothing(*args: object) -> None:
        return None

    def unchanged(*args: object) -> object:
        return args[0] if args else None

    def zero(*args: object) -> object:
        return 0

    idle: dict[str, Callable] = {
        "raises NotImplementedError": raises,
        "returns None": nothing,
        "returns its first argument": unchanged,
        "returns 0": zero,
    }
    for label, function in idle.items():
        answer = (function,) * len(exercise.functions)
        points = exercise.score(_judged(exercise, answer, 0))
        earned = {group: number for group, number in points.items() if number}
        if earned:
            groups = ", ".join(earned)
            text = f"A function that {label} earns {sum(earned.values()):g} ({groups})."
            yield Finding("fail" if function is raises else "warn", text)


def _texts(exercise: Exercise, draws: int) -> Iterator[Finding]:
    if not exercise.hints:
        yield Finding("warn", "Give at least one hint.")
    if not exercise.name.isidentifier():
        yield Finding("fail", f"{exercise.name!r} is not the name of a function.")


def _first_failure(
    exercise: Exercise, function: Functions, draws: int
) -> Outcome | None:
    outcomes = exercise.check(_session(exercise, function))
    for draw in range(draws):
        outcomes += _judged(exercise, function, draw)
    return next((outcome for outcome in outcomes if not outcome.passed), None)


def _judged(exercise: Exercise, function: Functions, draw: int) -> list[Outcome]:
    session = _session(exercise, function)
    return exercise.judge(session, np.random.default_rng(draw))


def _session(exercise: Exercise, function: Functions) -> LocalSession:
    functions: Sequence = function if isinstance(function, tuple) else (function,)
    return LocalSession(dict(zip(exercise.functions, functions, strict=True)))


def _callable(exercise: Exercise) -> bool:
    """Tell whether there is a reference; a design task need not have one."""
    return callable(exercise.reference) or isinstance(exercise.reference, tuple)


def _named(function: Functions) -> str:
    first = function[0] if isinstance(function, tuple) else function
    return getattr(first, "__name__", "unnamed")
