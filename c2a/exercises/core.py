"""What an exercise is, and how an answer to it is judged.

An exercise is declared once. The notebook's `check` runs its visible cases in the
student's own process; the grader runs its hidden cases in a sandbox. Both get
`Reply` objects from a `Session` and both are judged here, outside the student's code.
"""

import hashlib
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Literal, Protocol

import numpy as np

from c2a.exercises.comparing import (
    Difference,
    Raises,
    changed_argument,
    compare,
    duplicate,
    plain,
    show,
    size,
)
from c2a.exercises.syntax import forbidden_uses

Functions = Callable | tuple[Callable, ...]
Kind = Literal["ok", "exception", "timeout", "memory", "died", "missing", "unsupported"]

#: After this many calls that hang or kill their process, the rest is not run.
COSTLY_FAILURES = 3


@dataclass(frozen=True)
class Case:
    """One call of the student's function and what it must give.

    `args` holds numpy arrays, torch tensors, int, float, bool, str, None and tuples
    of these. `group` earns its points only if every case of the group passes.
    `expected` is the right value, or `Raises`; None means: ask the reference.
    """

    args: tuple
    group: str
    expected: Any = None


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that real students give, and the sentence that names it.

    `function` is one function, or, for a task of several functions, a tuple in
    the order of `Exercise.functions`.
    """

    diagnosis: str
    function: Functions


@dataclass(frozen=True)
class Outcome:
    """The result of one case.

    `detail` holds only strings, ints and lists of these: `problem` (a word:
    value, shape, dtype, type, nan, mutation, no-error, budget, accuracy, unwritten or
    a kind of `Reply`), `message` (a sentence or two), and where they apply `input`
    (list of str), `expected`, `got`, `index`, `error`, `printed`, `size`.
    """

    group: str
    passed: bool
    diagnosis: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What came back from one call.

    `value` is made of plain numpy arrays, `Tensor` (a torch tensor's numbers),
    bool, int, float, str, None, lists, tuples and dicts with str keys. `error` of an
    exception starts with the name of its class and a colon: "IndexError: ...".
    `arguments` are the arguments as they are after the call, None if unknown.
    """

    value: Any = None
    kind: Kind = "ok"
    error: str = ""
    printed: str = ""
    arguments: tuple | None = None


class Session(Protocol):
    """A place where the student's code runs and answers calls."""

    def call(self, function: str, *args: Any, seconds: float) -> Reply:
        """Call one of the student's functions with copies of `args`."""

    def fresh(self) -> None:
        """Throw the process away; the next call starts a new one."""


def evaluate(function: Callable, args: tuple) -> Reply:
    """Call trusted code, a reference or a known mistake, on copies of `args`."""
    arguments = duplicate(args)
    try:
        value = plain(function(*arguments))
    except Exception as error:
        kind: Kind = "exception"
        return Reply(None, kind, f"{type(error).__name__}: {error}", "", arguments)
    return Reply(value, arguments=arguments)


@dataclass(frozen=True)
class Exercise:
    """One graded exercise: the task's cases, its known mistakes and its hints.

    name: the student's function; also nbgrader's grade_id and the cell's marker
        comment `# exercise: NAME`. Unique in the book.
    points: points of each group of cases.
    reference: the trusted answer. Where it raises, the student's must raise the same.
    visible, hidden: the fixed cases of `check`, and those drawn for each submission.
    section: the place in the book that explains it, "02-convolution.html#stride".
    rtol, atol: an element may differ by rtol*|expected| + atol*max|expected|.
    seconds, memory_mb: limits of each call.
    forbidden: dotted names that the answer may not use.
    source_characters: the longest source, all cells together, that is accepted.
    reveal: whether `check` shows the expected value (not where it is the question).
    """

    name: str
    title: str
    points: dict[str, float]
    reference: Functions
    visible: Callable[[], list[Case]]
    hidden: Callable[[np.random.Generator], list[Case]]
    mistakes: tuple[Mistake, ...]
    alternatives: tuple[Functions, ...]
    hints: tuple[str, ...]
    section: str
    rtol: float = 1e-5
    atol: float = 1e-5
    seconds: float = 2.0
    memory_mb: int = 1024
    forbidden: tuple[str, ...] = ()
    source_characters: int = 100_000
    reveal: bool = True

    @property
    def functions(self) -> tuple[str, ...]:
        """Names of the functions that the student writes."""
        return (self.name,)

    @property
    def total(self) -> float:
        """Points of the whole exercise."""
        return sum(self.points.values())

    @property
    def version(self) -> str:
        """Hash of the source of the module that declares this exercise."""
        return module_hash(self.hidden)

    def score(self, outcomes: Sequence[Outcome]) -> dict[str, float]:
        """Points earned by group: all of a group's, if all its cases passed."""
        return {
            group: points * _all_passed(outcomes, group)
            for group, points in self.points.items()
        }

    def source_problems(
        self, source: str | Sequence[str], aliases: Mapping[str, str] | None = None
    ) -> list[str]:
        """Sentences that say why a source (see `forbidden_uses`) is not accepted."""
        problems = [
            f"The answer uses `{name}`, which this task does not allow."
            for name in forbidden_uses(source, self, aliases)
        ]
        length = len(source) if isinstance(source, str) else sum(map(len, source))
        if length > self.source_characters:
            problems.append(
                f"The code has {length:,} characters; at most "
                f"{self.source_characters:,} are allowed."
            )
        return problems

    def judge(self, session: Session, rng: np.random.Generator) -> list[Outcome]:
        """Run the hidden cases, drawn with `rng`, through `session`."""
        return self.run(session, self.hidden(rng))

    def check(self, session: Session) -> list[Outcome]:
        """Run the visible cases through `session`."""
        return self.run(session, self.visible())

    def run(self, session: Session, cases: Sequence[Case]) -> list[Outcome]:
        """Call the student's function once for each case, and judge the replies."""
        replies: list[Reply] = []
        costly = 0
        for case in cases:
            if replies and replies[-1].kind == "missing":
                replies.append(replies[-1])
            elif costly >= COSTLY_FAILURES:
                error = f"not run: {COSTLY_FAILURES} calls before it did not return"
                replies.append(Reply(kind=replies[-1].kind, error=error))
            else:
                reply = session.call(self.name, *case.args, seconds=self.seconds)
                replies.append(reply)
                costly += reply.kind in ("timeout", "memory", "died")
        return self.outcomes(cases, replies)

    def outcomes(
        self, cases: Sequence[Case], replies: Sequence[Reply]
    ) -> list[Outcome]:
        """Compare replies with what is expected; name known mistakes."""
        differences = [
            self._difference(reply, self.expectation(case), case)
            for case, reply in zip(cases, replies, strict=True)
        ]
        explained = self._explain(cases, replies, differences)
        return [
            Outcome(case.group, True)
            if difference is None
            else Outcome(
                case.group, False, diagnosis, self._detail(case, reply, difference)
            )
            for case, reply, difference, diagnosis in zip(
                cases, replies, differences, explained, strict=True
            )
        ]

    def expectation(self, case: Case) -> Reply:
        """What the right answer replies to this case."""
        if case.expected is None:
            assert callable(self.reference), f"{self.name} has no single reference"
            return evaluate(self.reference, case.args)
        if isinstance(case.expected, Raises):
            return Reply(kind="exception", error=f"{case.expected.name}:")
        return Reply(plain(case.expected), arguments=case.args)

    def _difference(
        self, reply: Reply, expected: Reply, case: Case
    ) -> Difference | None:
        """How a reply differs from another one, or None if it does not."""
        if reply.kind == "exception" and expected.kind == "exception":
            if _class_name(reply.error) == _class_name(expected.error):
                return None
            return _failure(reply, case, self.name)
        if reply.kind != "ok":
            return _failure(reply, case, self.name)
        if reply.arguments is not None and expected.arguments is not None:
            changed = changed_argument(reply.arguments, expected.arguments)
            if changed is not None:
                name = self.parameter_names()[changed]
                return Difference(
                    "mutation",
                    f"The function changes its input `{name}`. "
                    "Work on a copy, or on a new array.",
                )
        if expected.kind == "exception":
            return Difference(
                "no-error",
                f"This input is impossible. Raise {_class_name(expected.error)} "
                "and say what is wrong; do not return a value.",
                f"{_class_name(expected.error)}",
                show(reply.value),
            )
        return compare(reply.value, expected.value, self.rtol, self.atol)

    def _explain(
        self,
        cases: Sequence[Case],
        replies: Sequence[Reply],
        differences: Sequence[Difference | None],
    ) -> list[str]:
        """For each failing case, the mistake that reproduces the reply, or "".

        A mistake is named only if it reproduces most of the cases that it gets wrong:
        one match may be chance. Of several, the one with more failing cases wins, then
        the one with more cases in all.
        """
        failing = {i for i, difference in enumerate(differences) if difference}
        known = []
        for mistake in self.mistakes if failing else ():
            wrong, reproduced = self._follow(mistake, cases, replies)
            if 2 * len(reproduced & wrong) > len(wrong):
                rank = len(reproduced & failing), len(reproduced)
                known.append((rank, reproduced, mistake.diagnosis))
        explained = [""] * len(cases)
        for _, reproduced, diagnosis in sorted(known, key=itemgetter(0), reverse=True):
            for i in reproduced & failing:
                explained[i] = explained[i] or diagnosis
        return explained

    def _follow(
        self, mistake: Mistake, cases: Sequence[Case], replies: Sequence[Reply]
    ) -> tuple[set[int], set[int]]:
        """The cases that a known mistake gets wrong, and those it replies alike to."""
        assert callable(mistake.function)
        wrong, reproduced = set(), set()
        for i, (case, reply) in enumerate(zip(cases, replies, strict=True)):
            answer = evaluate(mistake.function, case.args)
            if self._difference(answer, self.expectation(case), case):
                wrong.add(i)
            if reply.kind in ("ok", "exception") and not self._difference(
                reply, answer, case
            ):
                reproduced.add(i)
        return wrong, reproduced

    def parameter_names(self) -> list[str]:
        """Names of the function's arguments, as in the reference."""
        assert callable(self.reference)
        return list(inspect.signature(self.reference).parameters)

    def _detail(self, case: Case, reply: Reply, difference: Difference) -> dict:
        """What a report shows of a failing case."""
        inputs = [
            f"{name} = {show(value)}"
            for name, value in zip(self.parameter_names(), case.args, strict=False)
        ]
        detail: dict[str, Any] = {"input": inputs, "size": size(case.args)}
        detail |= difference.as_dict()
        if not self.reveal:
            detail.pop("expected", None)
            detail["message"] = difference.private_message
        if reply.kind != "ok":
            detail["error"] = reply.error
        if reply.printed:
            detail["printed"] = reply.printed
        return detail


@dataclass(frozen=True)
class Chapter:
    """The graded exercises of one chapter, in order of difficulty."""

    slug: str
    title: str
    exercises: tuple[Exercise, ...]

    @property
    def by_name(self) -> MappingProxyType[str, Exercise]:
        """The exercises by name."""
        return MappingProxyType({each.name: each for each in self.exercises})

    @property
    def total(self) -> float:
        """Points of the whole chapter."""
        return sum(exercise.total for exercise in self.exercises)


def module_hash(function: Callable) -> str:
    """Hash of the source of the module that defines a function, 16 hex digits."""
    source = inspect.getsource(sys.modules[function.__module__])
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def smallest_failure(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The failing outcome with the smallest input, or None if all passed."""
    failing = [outcome for outcome in outcomes if not outcome.passed]
    return min(failing, key=lambda o: o.detail.get("size", 0), default=None)


def _all_passed(outcomes: Sequence[Outcome], group: str) -> bool:
    """Whether a group was run and all its cases passed."""
    passed = [outcome.passed for outcome in outcomes if outcome.group == group]
    return bool(passed) and all(passed)


def _class_name(error: str) -> str:
    """The exception's class from "IndexError: message"."""
    return error.partition(":")[0].strip()


def _failure(reply: Reply, case: Case, name: str) -> Difference:
    """A call that returned nothing, in words."""
    if reply.kind == "exception" and _class_name(reply.error) == "NotImplementedError":
        return Difference("unwritten", f"`{name}` is not written yet.")
    messages = {
        "exception": f"`{name}` stops with an error: {reply.error}",
        "timeout": f"`{name}` did not return within the time limit. "
        "Look for a loop that never ends.",
        "memory": f"`{name}` ran out of memory. Look for an array that is far too big.",
        "died": f"`{name}` ended the whole process.",
        "missing": f"There is no function called `{name}`. Was it renamed?",
        "unsupported": f"`{name}` returns something that is not a number, text, "
        f"array, tensor, list or dictionary: {reply.error}",
    }
    return Difference(reply.kind, messages[reply.kind])
