"""How a reply is judged: what is wrong with it, and which known mistake explains it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

import numpy as np

from c2a.exercises.kit.cases import Answer, Case, Mistake, Outcome, Reply
from c2a.exercises.kit.compare import Difference, compare
from c2a.exercises.kit.driver import Driver
from c2a.exercises.kit.values import (
    Raises,
    changed_argument,
    duplicate,
    numbers,
    plain,
    size,
)

#: Added to the size of an impossible input: it is shown once the possible ones pass.
IMPOSSIBLE = 10**12


def evaluate(answer: Answer, args: tuple, driver: Driver | None = None) -> Reply:
    """Call trusted code, a reference or a known mistake, on copies of `args`."""
    assert driver or callable(answer), "several functions need a driver"
    arguments = duplicate(args)
    answers = answer if isinstance(answer, tuple) else (answer,)
    try:
        value = driver.function(*answers, *arguments) if driver else answer(*arguments)
        return Reply(plain(value), arguments=arguments)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        bases = tuple(base.__name__ for base in type(error).__mro__[1:])
        return Reply(None, "exception", told, arguments=arguments, bases=bases)


@dataclass(frozen=True)
class Judge:
    """Compares replies of one exercise's answer.

    name: the answer. parameters: names of the arguments.
    rtol, atol: an element may differ by rtol*|expected| + atol*max|expected|, unless
        the case has tolerances of its own.
    seconds: the time limit, to be told.
    raised: the exceptions that are right for some inputs, by class name.
    driver: what turns answers into values, if they are no plain function.
    """

    name: str
    parameters: tuple[str, ...]
    rtol: float
    atol: float
    seconds: float
    raised: frozenset[str] = frozenset()
    driver: Driver | None = None

    def difference(
        self, case: Case, reply: Reply, expected: Reply
    ) -> Difference | None:
        """How a reply differs from the right one, or None if it does not."""
        if expected.kind == "exception":
            return self._not_raised(reply, class_name(expected.error))
        if reply.kind != "ok":
            return replace(self._failure(reply), expected=expected.value)
        if reply.arguments is not None and expected.arguments is not None:
            changed = changed_argument(reply.arguments, expected.arguments)
            if changed is not None:
                return Difference(
                    "mutation",
                    f"The input `{self.parameters[changed]}` is changed. "
                    "Work on a copy, or on a new array.",
                )
        if case.judge:
            return _property(case, reply, expected)
        return compare(reply.value, expected.value, *self.tolerances(case))

    def tolerances(self, case: Case) -> tuple[float, float]:
        """Relative and absolute tolerance of a case."""
        rtol = self.rtol if case.rtol is None else case.rtol
        return rtol, self.atol if case.atol is None else case.atol

    def explain(
        self,
        mistakes: Sequence[Mistake],
        cases: Sequence[Case],
        replies: Sequence[Reply],
        expected: Sequence[Reply],
        differences: Sequence[Difference | None],
        known_replies: Sequence[Sequence[Reply]] = (),
    ) -> list[str]:
        """For each case, the diagnosis of the mistake that reproduces the reply, or "".

        A mistake is named only if it reproduces at least half of the cases that it gets
        wrong, for one match may be chance; a `whole` one only if it reproduces all. Of
        several, the one with more failing cases wins, then with more cases in all.
        What a property says is named as it is, if it is the diagnosis of a mistake.
        known_replies: what each mistake replies to each case, where that is known.
        """
        failing = {i for i, difference in enumerate(differences) if difference}
        known = []
        for number, mistake in enumerate(mistakes if failing else ()):

            def answer(i: int, number: int = number) -> Reply:
                if known_replies:
                    return known_replies[number][i]
                return evaluate(mistakes[number].answer, cases[i].args, self.driver)

            answers = {i: answer(i) for i in sorted(failing)}
            alike = {
                i for i in failing if self._alike(cases[i], replies[i], answers[i])
            }
            if not alike:  # most mistakes explain none, and are then done with
                continue
            answers |= {i: answer(i) for i in range(len(cases)) if i not in failing}
            wrong = {
                i for i in answers if self.difference(cases[i], answers[i], expected[i])
            }
            alike |= answers.keys() - failing - wrong
            enough = 2 * len(alike & wrong) >= len(wrong)
            if mistake.whole:
                enough = len(alike) == len(cases)
            if enough and alike & failing:
                rank = len(alike & failing), len(alike)
                known.append((rank, alike, mistake.diagnosis))
        sentences = {mistake.diagnosis for mistake in mistakes}
        explained = [
            each.message if each and each.message in sentences else ""
            for each in differences
        ]
        for _, alike, diagnosis in sorted(known, key=itemgetter(0), reverse=True):
            for i in alike & failing:
                explained[i] = explained[i] or diagnosis
        return explained

    def _alike(self, case: Case, reply: Reply, answer: Reply) -> bool:
        """Whether a mistake's answer is the student's. A hanging call has no answer.

        An exception is alike if all words of its message are there: the class alone
        says little, for most slips with shapes end in a ValueError.
        """
        if reply.kind not in ("ok", "exception"):
            return False
        if self.difference(replace(case, judge=None), reply, answer):
            return False
        return set(answer.error.split()) <= set(reply.error.split())

    def _not_raised(self, reply: Reply, wanted: str) -> Difference | None:
        """How the reply to an impossible input falls short of raising `wanted`."""
        if reply.kind == "unsupported" and reply.error in ("type", wanted):
            message = f"This input is impossible: raise {wanted}, do not return it."
            return Difference("no-error", message, Raises(wanted))
        advice = f"This input is impossible: raise {wanted}"
        if reply.kind == "ok":
            message = f"{advice} before you return anything."
            return Difference("no-error", message, Raises(wanted), reply.value)
        if reply.kind != "exception":
            return replace(self._failure(reply), expected=Raises(wanted))
        if wanted in (class_name(reply.error), *reply.bases):
            return None
        message = f"`{self.name}` stops with an error: {told(reply.error)}. {advice}."
        return Difference("exception", message, Raises(wanted))

    def _failure(self, reply: Reply) -> Difference:
        """A call that returned nothing, in words."""
        name = self.name
        stopped = f"`{name}` stops with an error: {told(reply.error)}"
        if is_unwritten(reply):
            stopped = f"`{name}` does not answer this case yet: {told(reply.error)}"
        elif class_name(reply.error) in self.raised:
            stopped = f"This input is possible, but {stopped}"
        if reply.error.startswith("not run"):
            return Difference(reply.kind, f"`{name}` was {reply.error}.")
        missing = re.match(r"`(\w+)`", reply.error)
        messages = {
            "exception": stopped,
            "timeout": f"`{name}` did not return within {self.seconds:g} seconds, the "
            "time limit. Look for a loop that never ends.",
            "memory": f"`{name}` ran out of memory. "
            "Look for an array that is far too big.",
            "died": f"`{name}` ended the whole process.",
            "missing": f"There is nothing called `{missing[1] if missing else name}` "
            "that could be called. Was it renamed?",
            "unsupported": f"`{name}` returns something that is not a number, text, "
            f"array, tensor, list or dictionary: {reply.error}",
        }
        return Difference(reply.kind, messages[reply.kind])


def _property(case: Case, reply: Reply, expected: Reply) -> Difference | None:
    """What the case's property finds wrong with a value; a NaN is, always."""
    assert case.judge
    value = numbers(reply.value)
    if _has_nan(value) and not _has_nan(numbers(expected.value)):
        return Difference("nan", "There is a NaN in what you return.", got=reply.value)
    try:
        sentence = case.judge(value, *numbers(case.args))
    except Exception as error:  # the value may be anything at all
        sentence = (
            "This has not the form that the task asks for: looking at it ended in "
            f"{type(error).__name__}: {error}."
        )
    return Difference("property", sentence, got=reply.value) if sentence else None


def _has_nan(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return any(map(_has_nan, value))
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fc" and bool(np.isnan(value).any())
    return isinstance(value, float) and value != value


def measure(case: Case, expected: Reply) -> int:
    """How large a case is: the smallest failing one is shown."""
    return size(case.args) + IMPOSSIBLE * (expected.kind == "exception")


def smallest_failure(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The failing outcome with the smallest input, or None if all passed."""
    failing = [outcome for outcome in outcomes if not outcome.passed]
    return min(failing, key=lambda o: o.detail.get("size", 0), default=None)


def all_passed(outcomes: Sequence[Outcome], group: str) -> bool:
    """Whether a group was run and all its cases passed."""
    passed = [outcome.passed for outcome in outcomes if outcome.group == group]
    return bool(passed) and all(passed)


def class_name(error: str) -> str:
    """The exception's class from "IndexError: message"."""
    return error.partition(":")[0].strip()


def told(error: str) -> str:
    """An error as a report shows it: no colon where the exception has no message."""
    return re.sub(r"^(\w+): ?(?= \(line|\n|$)", r"\1", error)


def is_unwritten(reply: Reply) -> bool:
    """Whether a call came to a stub."""
    stub = class_name(reply.error) == "NotImplementedError"
    return reply.kind == "exception" and stub


def unwritten(name: str, reply: Reply) -> str:
    """Say which function is still a stub: the one that was called, or a helper."""
    inside = re.findall(r"line \d+, in (\w+)", reply.error)
    if inside and inside[-1].startswith("__"):  # a method of a class that is a stub
        inside = []
    return f"`{inside[-1] if inside else name}` is not written yet."
