"""What an exercise is: declared once, for the notebook's `check` and for the grader.

The notebook's `check` runs its visible cases in the student's own process; the grader
runs its hidden cases in a sandbox. Both get `Reply` objects from a `Session`, and both
are judged here, outside the student's code.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Any

import numpy as np

from c2a.exercises.kit.cases import (
    Answer,
    Case,
    Mistake,
    Outcome,
    Reply,
    Session,
    Shown,
)
from c2a.exercises.kit.compare import Difference, compare
from c2a.exercises.kit.driver import Driver
from c2a.exercises.kit.judge import (
    Judge,
    all_passed,
    class_name,
    evaluate,
    is_unwritten,
    measure,
    unwritten,
)
from c2a.exercises.kit.kept import Keeper
from c2a.exercises.kit.rounding import furthest, rounding
from c2a.exercises.kit.syntax import forbidden_uses
from c2a.exercises.kit.traits import telling_traits
from c2a.exercises.kit.values import ABSENT, Raises, plain, show
from c2a.exercises.kit.version import version_of

#: After this many calls that hang or kill their process, the rest is not run.
COSTLY_FAILURES = 3
DIFFICULTIES = {1: "Easy", 2: "Medium", 3: "Hard", 4: "Beyond the text"}


@dataclass(frozen=True)
class Exercise:
    """One graded exercise: the task's cases, its known mistakes and its hints.

    name: the student's function or class; also nbgrader's grade_id and the cell's
        marker comment `# exercise: NAME`. Unique in its chapter.
    points: points of each group of cases.
    reference: the trusted answer. Where it raises, the student's must raise the same.
    more: names of what else the student writes, in the order of `reference`.
    driver: turns answers into plain values, if they are no plain function.
    visible, hidden: the fixed cases of `check`, and those drawn for each submission.
    section: the place in the book that explains it, "02-convolution.html#stride".
    sections: the same for a group, where that is another place.
    rtol, atol: an element may differ by rtol*|expected| + atol*max|expected|.
    seconds, memory_mb: limits of each call.
    forbidden: dotted names that the answer may not use.
    instead: what to do instead of using these, in a sentence.
    data: whether the answer may read the book's data sets while it is graded.
    trains: whether the answer trains a network; the sandbox then loads optimizers.
    source_characters: the longest source, all cells together, that is accepted.
    reveal: whether `check` shows the expected value (not where it is the question).
    same_cases: whether the hidden cases are the visible ones, in another order.
    difficulty: 1 to 4, see `DIFFICULTIES`. minutes: what a reader needs, roughly.
    example: arguments of the worked example that opens the task.
    module: where it is declared; its version hashes this and what it imports.
    """

    name: str
    title: str
    points: dict[str, float]
    reference: Answer
    visible: Callable[[], list[Case]]
    hidden: Callable[[np.random.Generator], list[Case]]
    mistakes: tuple[Mistake, ...]
    alternatives: tuple[Answer, ...]
    hints: tuple[str, ...]
    section: str
    rtol: float = 1e-5
    atol: float = 1e-5
    seconds: float = 2.0
    memory_mb: int = 1024
    data: bool = True
    trains: bool = False
    forbidden: tuple[str, ...] = ()
    instead: str = ""
    source_characters: int = 100_000
    reveal: bool = True
    same_cases: bool = False
    sections: Mapping[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    driver: Driver | None = None
    difficulty: int = 2
    minutes: int = 10
    example: tuple = ()
    module: str = ""

    @property
    def functions(self) -> tuple[str, ...]:
        """Names of what the student writes."""
        return (self.name, *self.more)

    @property
    def total(self) -> float:
        """Points of the whole exercise."""
        return sum(self.points.values())

    @property
    def summary(self) -> str:
        """The line below the title of the task: difficulty, minutes and points."""
        parts = ", ".join(f"`{name}` {n:g}" for name, n in self.points.items())
        points = "point" if self.total == 1 else "points"
        return (
            f"*{DIFFICULTIES[self.difficulty]} · {self.minutes} minutes · "
            f"{self.total:g} {points}:* {parts}."
        )

    @cached_property
    def version(self) -> str:
        """Hash of all code that judges this exercise."""
        return version_of(self.module or self.hidden.__module__)

    def score(self, outcomes: Sequence[Outcome]) -> dict[str, float]:
        """Points earned by group: all of a group's, if all its cases passed."""
        return {
            group: points * all_passed(outcomes, group)
            for group, points in self.points.items()
        }

    def source_problems(
        self, source: str | Sequence[str], aliases: Mapping[str, str] | None = None
    ) -> list[str]:
        """Sentences that say why a source (see `forbidden_uses`) is not accepted."""
        return self.too_long(source) or self.forbidden_problems(source, aliases)

    def forbidden_problems(
        self, source: str | Sequence[str], aliases: Mapping[str, str] | None = None
    ) -> list[str]:
        """A sentence that names the forbidden calls in a source, if there are any."""
        try:
            used = forbidden_uses(source, self, aliases)
        except RecursionError:
            return ["The code is nested too deeply to be checked for forbidden calls."]
        return self.not_allowed(used)

    def not_allowed(self, used: Sequence[str]) -> list[str]:
        """The sentence that names forbidden calls, if there are any."""
        names = ", ".join(f"`{name}`" for name in used)
        told = f"The answer uses what this task does not allow: {names}."
        return [f"{told} {self.instead}".rstrip()] if used else []

    def too_long(self, source: str | Sequence[str]) -> list[str]:
        """A sentence, if a source has more characters than are accepted."""
        length = len(source) if isinstance(source, str) else sum(map(len, source))
        if length <= self.source_characters:
            return []
        return [
            f"The code has {length:,} characters; at most "
            f"{self.source_characters:,} are allowed."
        ]

    def judge(self, session: Session, rng: np.random.Generator) -> list[Outcome]:
        """Run the hidden cases, drawn with `rng`, through `session`."""
        return self.run(session, self.hidden(rng))

    def check(self, session: Session) -> list[Outcome]:
        """Run the visible cases through `session`."""
        return self.run(session, self.visible())

    def run(self, session: Session, cases: Sequence[Case]) -> list[Outcome]:
        """Call the student's function once for each case, and judge the replies."""
        replies: list[Reply] = []
        keeper = Keeper()
        costly = 0
        for case in cases:
            if replies and replies[-1].kind == "missing":
                replies.append(replies[-1])
            elif costly >= COSTLY_FAILURES:
                error = f"not run: {COSTLY_FAILURES} calls before it did not return"
                replies.append(Reply(kind=replies[-1].kind, error=error))
            else:
                right = partial(self.expectation, case)
                reply = keeper.bounded(self._call(session, case), case.args, right)
                replies.append(reply)
                costly += reply.kind in ("timeout", "memory", "died")
        return self.outcomes(cases, replies)

    def _call(self, session: Session, case: Case) -> Reply:
        if self.driver is None:
            return session.call(self.name, *case.args, seconds=self.seconds)
        return session.call(
            self.name, *case.args, seconds=self.seconds, driver=self.driver
        )

    def outcomes(
        self,
        cases: Sequence[Case],
        replies: Sequence[Reply],
        known_replies: Sequence[Sequence[Reply]] = (),
    ) -> list[Outcome]:
        """Compare replies with what is expected; name known mistakes.

        known_replies: what each mistake replies to each case, where that is known.
        """
        if all(map(is_unwritten, replies)):
            return list(map(partial(_empty, self.name), cases, replies))
        expected = [self.expectation(case) for case in cases]
        raised = (each.error for each in expected if each.kind == "exception")
        judge = Judge(
            self.name,
            self.parameters,
            self.rtol,
            self.atol,
            self.seconds,
            frozenset(map(class_name, raised)),
            self.driver,
        )
        differences = [
            None if self._is_rounding(case, reply, right, found) else found
            for case, reply, right in zip(cases, replies, expected, strict=True)
            for found in [judge.difference(case, reply, right)]
        ]
        failing = {i for i, difference in enumerate(differences) if difference}
        explained = judge.explain(
            self.mistakes, cases, replies, expected, differences, known_replies
        )
        sizes = list(map(measure, cases, expected))
        told = _smallest(cases, failing, sizes)
        kinds = telling_traits(self.parameters, cases, failing)
        outcomes = []
        for i, (case, difference) in enumerate(zip(cases, differences, strict=True)):
            if difference is None:
                outcomes.append(Outcome(case.group, True))
                continue
            detail = self._detail(case, replies[i], difference, full=i in told)
            detail |= {"size": sizes[i], "kinds": kinds[case.group]}
            shown = None
            if i in told:
                tolerances = judge.tolerances(case)
                right = difference.expected if self.reveal else ABSENT
                shown = Shown(
                    self.parameters, case.args, right, difference.got, *tolerances
                )
            outcomes.append(Outcome(case.group, False, explained[i], detail, shown))
        return outcomes

    def _is_rounding(
        self, case: Case, reply: Reply, right: Reply, found: Difference | None
    ) -> bool:
        """Whether an answer is as near to the right one as rounding allows.

        The reference is asked again only where that may be.
        """
        if found is None or found.problem != "value" or case.judge:
            return False
        rtol = self.rtol if case.rtol is None else case.rtol
        atol = self.atol if case.atol is None else case.atol
        compared = partial(compare, reply.value, right.value, rtol, atol)
        if compared(furthest(case.args)):
            return False
        near = rounding(
            case.args, lambda args: evaluate(self.reference, args, self.driver)
        )
        return compared(near) is None

    def expectation(self, case: Case) -> Reply:
        """What the right answer replies to this case."""
        if case.expected is None:
            return evaluate(self.reference, case.args, self.driver)
        if isinstance(case.expected, Raises):
            return Reply(kind="exception", error=f"{case.expected.name}:")
        return Reply(plain(case.expected), arguments=case.args)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the arguments, as in the driver or else the reference."""
        if self.driver:
            return _parameters(self.driver.function)[len(self.functions) :]
        assert callable(self.reference)
        return _parameters(self.reference)

    def _detail(
        self, case: Case, reply: Reply, difference: Difference, full: bool
    ) -> dict[str, Any]:
        """What a report shows of a failing case."""
        message = difference.message if self.reveal else difference.private_message
        detail = {"problem": difference.problem, "message": message}
        if full:
            inputs = [
                f"{name} = {show(value)}"
                for name, value in zip(self.parameters, case.args, strict=False)
            ]
            detail = difference.as_dict() | detail | {"input": inputs}
        if not self.reveal or case.judge:
            detail.pop("expected", None)
        if reply.kind != "ok":
            detail["error"] = reply.error
        if reply.printed:
            detail["printed"] = reply.printed
        return detail


@cache  # slow, and asked for with every answer
def _parameters(function: Callable) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _empty(name: str, case: Case, reply: Reply) -> Outcome:
    """The outcome of a case where every case ends in a stub."""
    detail = {"problem": "unwritten", "message": unwritten(name, reply)}
    return Outcome(case.group, False, detail=detail)


def _smallest(
    cases: Sequence[Case], failing: set[int], sizes: Sequence[int]
) -> set[int]:
    """The smallest failing case of each group: what a report may show.

    Putting arrays into words is slow; the others only say what is wrong.
    """
    smallest: dict[str, int] = {}
    for i in sorted(failing, key=lambda i: (sizes[i], i)):
        smallest.setdefault(cases[i].group, i)
    return set(smallest.values())
