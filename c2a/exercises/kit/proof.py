"""Prove of an exercise that it tells right from wrong before students meet it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from c2a.exercises.kit.cases import Answer, Case, Outcome, Reply, Session
from c2a.exercises.kit.design import DesignExercise
from c2a.exercises.kit.driver import Driver
from c2a.exercises.kit.exercise import Exercise
from c2a.exercises.kit.judge import class_name, evaluate
from c2a.exercises.kit.session import LocalSession
from c2a.exercises.kit.values import Raises, Tensor

DRAWS = 2  # sets of hidden cases that every answer is put to
FEWEST_MISTAKES, MOST_MISTAKES = 4, 10
ALTERNATIVES = 2
HINTS = 3


@dataclass(frozen=True)
class Finding:
    """One statement about an exercise: "pass", "warn" (advice), or "fail"."""

    level: Literal["pass", "warn", "fail"]
    text: str


def prove(
    exercise: Exercise, draws: int = DRAWS, trained: bool = True
) -> list[Finding]:
    """Check that right answers pass, that mistakes fail and are named, and the rest.

    Args:
        exercise: the declaration.
        draws: how many sets of hidden cases each answer is put to.
        trained: whether to try the right answers of a design task, which train.
    """
    proofs = [_groups, _mistakes, _wrong_answers, _texts]
    if isinstance(exercise, DesignExercise):
        draws = 1
        proofs = [_mistakes, _trivial, _texts]
    if trained or not isinstance(exercise, DesignExercise):
        proofs.append(_right_answers)
    return [finding for proof in proofs for finding in proof(exercise, draws)]


def _groups(exercise: Exercise, draws: int) -> Iterator[Finding]:
    """Every group of points has cases, and hidden cases change with the seed."""
    if not exercise.points or min(exercise.points.values()) <= 0:
        yield Finding("fail", "Every group must be worth more than 0 points.")
    cases = [exercise.hidden(np.random.default_rng(draw)) for draw in range(2)]
    for kind, drawn in (("hidden", cases[0]), ("visible", exercise.visible())):
        tested = {case.group for case in drawn}
        for group in exercise.points.keys() - tested:
            yield Finding("fail", f"No {kind} case belongs to the group {group!r}.")
        for group in tested - exercise.points.keys():
            yield Finding("fail", f"Cases of group {group!r} are worth no points.")
    if _as_text(cases[0]) == _as_text(cases[1]):
        yield Finding("fail", "The hidden cases do not depend on the random generator.")


def _right_answers(exercise: Exercise, draws: int) -> Iterator[Finding]:
    answers = {"The reference": exercise.reference}
    for number, answer in enumerate(exercise.alternatives, 1):
        answers[f"Alternative {number} ({_named(answer)})"] = answer
    for label, answer in answers.items():
        failed = _first_failure(exercise, answer, draws)
        if failed is None:
            yield Finding("pass", f"{label} passes visible and hidden cases.")
        else:
            message = failed.detail.get("message", "")
            yield Finding("fail", f"{label} fails in group {failed.group!r}: {message}")
    if len(exercise.alternatives) < ALTERNATIVES:
        yield Finding("fail", f"Declare {ALTERNATIVES} right answers or more.")


def _mistakes(exercise: Exercise, draws: int) -> Iterator[Finding]:
    places = _mistaken(exercise, draws)
    for number, mistake in enumerate(exercise.mistakes):
        label = f"Mistake “{mistake.diagnosis}”"
        runs = {place: outcomes[number] for place, outcomes in places.items()}
        problems = []
        for where, outcomes in runs.items():
            told = {each.diagnosis for each in outcomes if not each.passed}
            if not told:
                problems.append(f"passes {where}")
            elif told != {mistake.diagnosis}:
                others = "; ".join(sorted(told - {mistake.diagnosis})) or "nothing"
                problems.append(f"is told in {where}: “{others}”")
        if problems:
            yield Finding("fail", f"{label} {', and '.join(problems)}.")
        else:
            yield Finding("pass", f"{label} fails and is named.")
    repeated = Counter(mistake.diagnosis for mistake in exercise.mistakes)
    for diagnosis in (text for text, count in repeated.items() if count > 1):
        yield Finding("fail", f"Two mistakes share the diagnosis “{diagnosis}”.")
    count = len(repeated)
    if count < FEWEST_MISTAKES:
        yield Finding("fail", f"Declare {FEWEST_MISTAKES} known mistakes or more.")
    if count > MOST_MISTAKES and not exercise.same_cases:
        yield Finding("warn", f"{count} mistakes; {MOST_MISTAKES} are enough.")


def _mistaken(exercise: Exercise, draws: int) -> dict[str, list[list[Outcome]]]:
    """By set of cases, the outcomes of every mistake."""
    answers = [mistake.answer for mistake in exercise.mistakes]
    if isinstance(exercise, DesignExercise):
        return {"a trial": [_judged(exercise, each, 0) for each in answers]}
    places = {
        f"draw {n}": exercise.hidden(np.random.default_rng(n)) for n in range(draws)
    }
    places["the visible cases"] = exercise.visible()
    found = {}
    for place, drawn in places.items():
        cases = _settled(exercise, drawn)
        replies = [
            [evaluate(answer, case.args, exercise.driver) for case in cases]
            for answer in answers
        ]
        found[place] = [exercise.outcomes(cases, each, replies) for each in replies]
    return found


def _wrong_answers(exercise: Exercise, draws: int) -> Iterator[Finding]:
    """Values that know nothing of the task must earn nothing."""
    unexplained = replace(exercise, mistakes=())
    for draw in range(draws):
        cases = _settled(exercise, exercise.hidden(np.random.default_rng(draw)))
        right = [exercise.expectation(case).value for case in cases]
        for label, replies in _scripts(cases, right, np.random.default_rng(draw)):
            points = exercise.score(unexplained.outcomes(cases, replies))
            lenient = {case.group for case in cases if case.judge}
            for group in (name for name, number in points.items() if number):
                # A property may hold of more values than one.
                soft = group in lenient and not exercise.same_cases
                text = f"An answer that {label} earns the group {group!r}."
                yield Finding("warn" if soft else "fail", text)


def _scripts(
    cases: Sequence[Case], right: list[Any], rng: np.random.Generator
) -> Iterator[tuple[str, list[Reply]]]:
    """Wrong answers as lists of replies, with what they do."""
    error = Reply(None, "exception", "ValueError: always", bases=("Exception",))
    stub = Reply(None, "exception", "NotImplementedError: ")
    yield "always raises ValueError", [error for _ in cases]
    yield "raises NotImplementedError", [stub for _ in cases]
    yield "returns None", [Reply(None) for _ in cases]
    yield "returns 0", [Reply(0) for _ in cases]
    yield "returns its first argument", [Reply(case.args[0]) for case in cases]
    for i in rng.permutation(len(cases))[:4]:
        yield "always returns one right value", [Reply(right[i]) for _ in cases]
    yield "returns another number", [Reply(_disturbed(each, rng)) for each in right]


def _disturbed(value: Any, rng: np.random.Generator) -> Any:
    """The same kind of value with other numbers."""
    if isinstance(value, Tensor):
        return Tensor(_disturbed(value.array, rng))
    if isinstance(value, np.ndarray):
        other = value[..., ::-1] + rng.choice([-1, 1]) * 0.1 * np.abs(value).max(
            initial=0
        )
        return other.astype(value.dtype) if value.dtype.kind in "fc" else ~value
    if isinstance(value, list | tuple):
        return type(value)(_disturbed(part, rng) for part in value)
    if isinstance(value, dict):
        return {key: _disturbed(part, rng) for key, part in value.items()}
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + type(value)(rng.choice([-1, 1]))
    return f"{value}?" if isinstance(value, str) else 0


def _settled(exercise: Exercise, cases: Sequence[Case]) -> list[Case]:
    """The cases with what is expected, so that the reference is asked once."""
    settled = []
    for case in cases:
        right = exercise.expectation(case)
        failed = right.kind == "exception"
        expected = Raises(class_name(right.error)) if failed else right.value
        settled.append(replace(case, expected=expected))
    return settled


def _trivial(exercise: Exercise, draws: int) -> Iterator[Finding]:
    """A design that misses the idea earns nothing."""
    assert isinstance(exercise, DesignExercise)
    for answer in exercise.trivial:
        earned = sum(exercise.score(_judged(exercise, answer, 0)).values())
        label = f"The trivial answer {_named(answer)}"
        if earned:
            yield Finding("fail", f"{label} earns {earned:g} points.")
        else:
            yield Finding("pass", f"{label} earns nothing.")


def _texts(exercise: Exercise, draws: int) -> Iterator[Finding]:
    if len(exercise.hints) < HINTS:
        yield Finding("warn", f"Give {HINTS} hints or more, each one step further.")
    if not exercise.name.isidentifier():
        yield Finding("fail", f"{exercise.name!r} is not the name of a function.")
    for group in exercise.sections.keys() - exercise.points.keys():
        yield Finding("fail", f"A section is given for {group!r}, which is no group.")


def _first_failure(exercise: Exercise, answer: Answer, draws: int) -> Outcome | None:
    outcomes = []
    # A design task trains for each: what `check` asks is tried with one answer.
    if not isinstance(exercise, DesignExercise) or answer is exercise.reference:
        outcomes += exercise.check(_session(exercise, answer))
    for draw in range(draws):
        outcomes += _judged(exercise, answer, draw)
    return next((outcome for outcome in outcomes if not outcome.passed), None)


def _judged(exercise: Exercise, answer: Answer, draw: int) -> list[Outcome]:
    session = _session(exercise, answer)
    return exercise.judge(session, np.random.default_rng(draw))


def _session(exercise: Exercise, answer: Answer) -> Session:
    if not isinstance(exercise, DesignExercise):
        return _Trusted(answer)
    return LocalSession(dict(zip(exercise.functions, answer, strict=True)))


@dataclass
class _Trusted:
    """A session that calls an answer of the declaration: no limits, so it is quick."""

    answer: Answer

    def call(
        self, function: str, *args: Any, seconds: float, driver: Driver | None = None
    ) -> Reply:
        return evaluate(self.answer, args, driver)

    def fresh(self) -> None:
        """There is no process."""


def _named(answer: Answer) -> str:
    first = answer[0] if isinstance(answer, tuple) else answer
    return getattr(first, "__name__", "unnamed")


def _as_text(cases: Sequence[Case]) -> str:
    return repr([case.args for case in cases])
