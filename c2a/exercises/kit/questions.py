"""Exercises of questions: numbers worked out by hand, or read off a plot.

The student writes a function of the question. All questions stand in the task, so the
hidden cases are the visible ones, and the right answers are never shown.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from c2a.exercises.kit.cases import Case, Mistake
from c2a.exercises.kit.declare import check_declaration, section_of
from c2a.exercises.kit.driver import DeclarationError
from c2a.exercises.kit.exercise import Exercise
from c2a.exercises.kit.values import numbers

#: Not to be used: what would answer instead of the student.
COMPUTERS = (
    "torch",
    "scipy",
    "skimage",
    "cv2",
    "c2a",
    "numpy.convolve",
    "numpy.correlate",
    "numpy.dot",
    "numpy.einsum",
    "numpy.lib",
    "numpy.linalg",
    "numpy.matmul",
    "numpy.sum",
    "numpy.tensordot",
)
INSTEAD = "Work it out on paper and write what you found into the function."
RTOL = 1e-3
WHOLE = 1e-9  # of whole numbers: a count is not rounded on paper

Answers = Callable[[str], Any]


@dataclass(frozen=True)
class Ask:
    """One question: its group of points, the right answer, and wrong ones.

    right: a number, text, or a list (of lists) of numbers.
    wrong: by diagnosis, what students answer instead.
    """

    group: str
    right: Any
    wrong: Mapping[str, Any] = field(default_factory=dict)


def questions(
    name: str,
    title: str,
    *,
    points: dict[str, float],
    ask: Mapping[str, Ask],
    computed: Answers | Sequence[Answers],
    hints: tuple[str, ...],
    section: str,
    sections: Mapping[str, str] | None = None,
    difficulty: int,
    minutes: int,
    rtol: float = RTOL,
    forbidden: tuple[str, ...] = COMPUTERS,
    instead: str = INSTEAD,
    **rest: Any,
) -> Exercise:
    """An exercise of questions. See `Exercise` for `rest`.

    points: by group; no group has one question only, or a guess would do.
    ask: the questions, by the text that the function gets.
    computed: question -> answer, by a library or by other means: proves the numbers.
    sections: the anchor of a group, where it is not the exercise's.
    rtol: relative tolerance, for what is rounded on paper; whole numbers are not.

    Numbers may come as int, float, array, tensor, tuple or list, text in any case.
    Raises DeclarationError, which says what to do.
    """
    module = sys._getframe(1).f_globals["__name__"]
    for group in points:
        if sum(each.group == group for each in ask.values()) < 2:
            raise DeclarationError(
                f"{name}: ask two questions or more in group {group!r}; of one, any "
                "lucky guess earns the points."
            )
    if unknown := {each.group for each in ask.values()} - set(points):
        raise DeclarationError(f"{name}: no points for group {unknown.pop()!r}.")

    def right(question: str) -> Any:
        return ask[question].right

    def cases() -> list[Case]:
        return [
            Case((question,), each.group, judge=_says(name, each, rtol))
            for question, each in ask.items()
        ]

    exercise = Exercise(
        name=name,
        title=title,
        points=points,
        reference=right,
        visible=cases,
        hidden=lambda rng: [cases()[i] for i in rng.permutation(len(ask))],
        mistakes=tuple(_mistakes(ask)),
        alternatives=(
            *(computed if isinstance(computed, Sequence) else (computed,)),
            lambda question: _converted(right(question), float),
            lambda question: _converted(right(question), np.array),
        ),
        hints=hints,
        section=section_of(module, section),
        sections={
            group: section_of(module, anchor)
            for group, anchor in (sections or {}).items()
        },
        reveal=False,
        same_cases=True,
        forbidden=forbidden,
        instead=instead,
        difficulty=difficulty,
        minutes=minutes,
        module=module,
        **rest,
    )
    check_declaration(exercise)
    return exercise


def _mistakes(ask: Mapping[str, Ask]) -> list[Mistake]:
    """One for each diagnosis: wrong wherever a question has it, else right."""
    diagnoses = dict.fromkeys(said for each in ask.values() for said in each.wrong)

    def answer(said: str) -> Answers:
        return lambda question: ask[question].wrong.get(said, ask[question].right)

    return [Mistake(said, answer(said)) for said in diagnoses]


def _says(name: str, ask: Ask, rtol: float) -> Callable[[Any, str], str]:
    """A judge of one question: "" if right, else the diagnosis or what is wrong."""

    def judge(value: Any, question: str) -> str:
        if _same(value, ask.right, rtol):
            return ""
        for diagnosis, wrong in ask.wrong.items():
            if _same(value, wrong, rtol):
                return diagnosis
        if value is None:
            return f"`{name}` returns nothing here. Is there a `return`?"
        return _unlike(value, ask.right) or f"{_shown(value)} is not right."

    return judge


def _same(value: Any, right: Any, rtol: float) -> bool:
    """Whether two answers say the same, in whatever type they come."""
    if isinstance(right, str):
        return isinstance(value, str) and _folded(value) == _folded(right)
    if isinstance(right, dict):
        return (
            isinstance(value, dict)
            and value.keys() == right.keys()
            and all(_same(value[key], right[key], rtol) for key in right)
        )
    one, other = _array(value), _array(right)
    if one is None or other is None or one.shape != other.shape:
        return False
    if np.asarray(right).dtype.kind in "iu":
        rtol = min(rtol, WHOLE)
    return bool(np.allclose(one, other, rtol=rtol, atol=rtol * 1e-3))


def _array(value: Any) -> np.ndarray | None:
    """A value as an array of floats, None if it is not made of numbers."""
    try:
        array = np.asarray(numbers(value))
    except ValueError:  # rows of different lengths
        return None
    if array.dtype.kind not in "biuf":
        return None
    # One number in brackets is the number.
    return array.reshape(()) if array.size == 1 else array.astype(float)


def _unlike(value: Any, right: Any) -> str:
    """What is wrong with the kind of an answer, "" if only the answer is."""
    if isinstance(right, str):
        form = "one letter" if len(right) == 1 else "a word"
        return "" if isinstance(value, str) else f"Answer with {form}, as text."
    wanted = _array(right)
    found = _array(value)
    if wanted is None:
        return ""
    if found is None:
        shape = "one number" if not wanted.ndim else "a list of numbers"
        return f"Answer with {shape}, not {_shown(value)}."
    if found.shape != wanted.shape:
        return (
            f"The answer has another shape: yours has {found.shape or 'one number'}. "
            "Work out first how many numbers there are along each side."
        )
    return ""


def _folded(text: str) -> str:
    return text.strip().casefold()


def _shown(value: Any) -> str:
    text = repr(value.tolist() if isinstance(value, np.ndarray) else value)
    return text if len(text) <= 80 else text[:80] + " …"


def _converted(value: Any, kind: Callable) -> Any:
    """A right answer in another type: numbers as floats, lists as arrays or tuples."""
    if isinstance(value, str):
        return f" {value.lower()}"
    if isinstance(value, dict):
        return {key: _converted(part, kind) for key, part in value.items()}
    if kind is float and isinstance(value, list):
        return tuple(_converted(part, kind) for part in value)
    return kind(value)
