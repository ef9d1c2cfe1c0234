"""Declare an exercise briefly: drawn cases, and mistakes as changes of the answer.

Everything is tried out here, so that a slip ends in a sentence that says what to do.
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from c2a.exercises.kit.cases import Answer, Case, Mistake, Property
from c2a.exercises.kit.driver import DeclarationError, Driver
from c2a.exercises.kit.exercise import DIFFICULTIES, Exercise
from c2a.exercises.kit.inputs import FORMS, Draw

VISIBLE_SEED = 2


class Group:
    """Points, and the cases that must all pass to earn them.

    draws: functions of a `Draw` that return the arguments, or fixed arguments.
    judge: looks at a property of the value, `judge(value, *arguments)`, instead of
        comparing it with the reference's: "" or a sentence that says what is wrong.
    section: the anchor that explains it, if not the exercise's.
    rtol, atol: tolerances of its own.
    visible, hidden: how many cases each draw function gives.
    """

    def __init__(
        self,
        points: float,
        *draws: Callable[[Draw], tuple] | tuple,
        judge: Property | None = None,
        section: str = "",
        rtol: float | None = None,
        atol: float | None = None,
        visible: int = 2,
        hidden: int = 3,
    ) -> None:
        if points <= 0 or not draws:
            raise DeclarationError(
                "Group(points, draw, ...): points above 0 and at least one draw."
            )
        for draw in draws:
            if not (callable(draw) or isinstance(draw, tuple)):
                raise DeclarationError(
                    f"Group: {draw!r} is neither a function of a Draw nor a tuple of "
                    "arguments. One argument alone is `(argument,)`."
                )
        self.points, self.draws, self.section = points, draws, section
        self._limits: dict[str, Any] = {"rtol": rtol, "atol": atol, "judge": judge}
        self._visible, self._hidden = visible, hidden

    def cases(
        self, name: str, rng: np.random.Generator, forms: Iterator[str], shown: bool
    ) -> Iterator[Case]:
        """Its cases, each in the next form."""
        for draw in self.draws:
            if isinstance(draw, tuple):
                yield Case(draw, name, **self._limits)
                continue
            for _ in range(self._visible if shown else self._hidden):
                yield Case(draw(Draw(rng, next(forms))), name, **self._limits)


def declare(
    name: str | tuple[str, ...],
    title: str,
    reference: Answer,
    *,
    groups: Mapping[str, Group],
    mistakes: Mapping[str, Answer] | Sequence[Mistake],
    alternatives: tuple[Answer, ...],
    hints: tuple[str, ...],
    section: str,
    difficulty: int,
    minutes: int,
    drive: Callable | None = None,
    forms: tuple[str, ...] = FORMS,
    **rest: Any,
) -> Exercise:
    """An exercise whose cases are drawn by group. See `Exercise` for `rest`.

    name: what the student writes; of several names the first is the exercise's.
    groups: by name, as the student reads it.
    mistakes: diagnosis: wrong answer; or a list of `Mistake`.
    drive: turns answers into plain values, `drive(*answers, *arguments)`.
    section: an anchor of this chapter, or "02-convolution.html#stride".

    Raises DeclarationError, which says what to do.
    """
    names = name if isinstance(name, tuple) else (name,)
    module = sys._getframe(1).f_globals["__name__"]
    place = partial(section_of, module)
    whole = "float32 whole" if all("float32" in each for each in forms) else "whole"

    def visible() -> list[Case]:
        return _cases(groups, np.random.default_rng(VISIBLE_SEED), (whole,), True)

    def hidden(rng: np.random.Generator) -> list[Case]:
        return _cases(groups, rng, tuple(map(str, rng.permutation(forms))), False)

    known = as_mistakes(mistakes)
    exercise = Exercise(
        name=names[0],
        title=title,
        points={each: group.points for each, group in groups.items()},
        reference=reference,
        visible=visible,
        hidden=hidden,
        mistakes=known,
        alternatives=alternatives,
        hints=hints,
        section=place(section),
        sections={
            each: place(group.section)
            for each, group in groups.items()
            if group.section
        },
        more=names[1:],
        driver=_driver(drive, names, (reference, *alternatives, *known)),
        difficulty=difficulty,
        minutes=minutes,
        module=module,
        **rest,
    )
    check_declaration(exercise)
    for case in (*visible(), *hidden(np.random.default_rng(0))):
        _check_arguments(exercise, case.args, f"A draw of group {case.group!r}")
    if exercise.example:
        _check_arguments(exercise, exercise.example, "The example")
    return exercise


def given(function: Callable, **changes: Any) -> Callable:
    """The function with arguments replaced, each by a value or by a function of it."""
    names = tuple(inspect.signature(function).parameters)
    if unknown := set(changes) - set(names):
        raise DeclarationError(
            f"given: `{function.__name__}` has no argument {unknown.pop()!r}, only "
            f"{', '.join(names)}."
        )

    def answer(*args: Any) -> Any:
        new = dict(zip(names, args, strict=True))
        for name, change in changes.items():
            new[name] = change(new[name]) if callable(change) else change
        return function(*new.values())

    return answer


def after(function: Callable, change: Callable) -> Callable:
    """The function with its result changed: `change(result)`."""
    return lambda *args: change(function(*args))


def raising_like(function: Callable, wrong: Callable) -> Callable:
    """A wrong answer that refuses the same impossible inputs as the right function."""

    def answer(*args: Any) -> Any:
        function(*args)
        return wrong(*args)

    return answer


def with_methods(base: type, **methods: Callable) -> type:
    """The class with some methods replaced; inside them, `super` is not at hand."""
    for name in methods:
        if not hasattr(base, name):
            raise DeclarationError(f"with_methods: `{base.__name__}` has no {name!r}.")
    return type(base.__name__, (base,), {"__module__": base.__module__} | methods)


def as_mistakes(
    mistakes: Mapping[str, Answer] | Sequence[Mistake],
) -> tuple[Mistake, ...]:
    """Mistakes from a dictionary or a list."""
    if isinstance(mistakes, Mapping):
        return tuple(Mistake(said, answer) for said, answer in mistakes.items())
    return tuple(mistakes)


def section_of(module: str, section: str) -> str:
    """The page and anchor that a chapter's module means by an anchor."""
    parts = module.split(".")
    if "#" in section or parts[:2] != ["c2a", "exercises"]:
        return section
    slug = parts[2].removeprefix("c").replace("_", "-")
    return f"{slug}.html#{section}"


def check_declaration(exercise: Exercise) -> None:
    """Refuse what is missing or of the wrong kind. Raises DeclarationError."""
    name = exercise.name
    if not all(each.isidentifier() for each in exercise.functions):
        raise DeclarationError(f"{name!r} is not the name of a function or class.")
    if exercise.difficulty not in DIFFICULTIES or exercise.minutes < 1:
        levels = ", ".join(f"{n} {word}" for n, word in DIFFICULTIES.items())
        raise DeclarationError(f"{name}: difficulty is one of {levels}; minutes > 0.")
    if isinstance(exercise.alternatives, str) or isinstance(exercise.hints, str):
        raise DeclarationError(f"{name}: alternatives and hints are tuples, `(one,)`.")
    if exercise.forbidden and not exercise.instead:
        raise DeclarationError(
            f"{name}: say with `instead` what to do instead of the forbidden calls."
        )
    for answer in (
        exercise.reference,
        *exercise.alternatives,
        *(mistake.answer for mistake in exercise.mistakes),
    ):
        answers = answer if isinstance(answer, tuple) else (answer,)
        if len(answers) != len(exercise.functions) or not all(map(callable, answers)):
            raise DeclarationError(
                f"{name}: {answer!r} must be "
                + ("a function or a class." if len(exercise.functions) == 1 else "")
                + (f"a tuple of {len(exercise.functions)}." if exercise.more else "")
            )


def _driver(
    drive: Callable | None, names: tuple[str, ...], answers: tuple
) -> Driver | None:
    if drive is None:
        if len(names) > 1:
            raise DeclarationError(
                f"{names[0]}: several functions need `drive(*answers, *arguments)`."
            )
        return None
    secret = [each.answer if isinstance(each, Mistake) else each for each in answers]
    flat = [one for each in secret for one in (each if type(each) is tuple else [each])]
    driver = Driver(drive, names, tuple(flat))
    assert driver.source  # it can be sent, or says why not
    return driver


def _cases(
    groups: Mapping[str, Group],
    rng: np.random.Generator,
    forms: tuple[str, ...],
    shown: bool,
) -> list[Case]:
    def rotating() -> Iterator[str]:
        while True:
            yield from forms

    turn = rotating()
    return [
        case
        for name, group in groups.items()
        for case in group.cases(name, rng, turn, shown)
    ]


def _check_arguments(exercise: Exercise, args: Any, what: str) -> None:
    wanted = ", ".join(exercise.parameters)
    if not isinstance(args, tuple) or len(args) != len(exercise.parameters):
        raise DeclarationError(
            f"{exercise.name}: {what} gives {args!r}; wanted is a tuple of ({wanted})."
        )
