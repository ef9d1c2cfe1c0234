"""How a reply is judged: what is wrong with it, and which known mistake explains it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from c2a.exercises.cases import Case, Functions, Mistake, Outcome, Reply
from c2a.exercises.comparing import (
    Difference,
    Raises,
    changed_argument,
    compare,
    duplicate,
    plain,
    size,
)

#: Added to the size of an impossible input: it is shown once the possible ones pass.
IMPOSSIBLE = 10**12


def evaluate(function: Functions, args: tuple) -> Reply:
    """Call trusted code, a reference or a known mistake, on copies of `args`."""
    assert callable(function), "a task of several functions has no single answer"
    arguments = duplicate(args)
    try:
        value = plain(function(*arguments))
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        return Reply(None, "exception", told, arguments=arguments)
    return Reply(value, arguments=arguments)


@dataclass(frozen=True)
class Judge:
    """Compares replies of one exercise's function.

    name: the function. parameters: names of its arguments.
    rtol, atol: an element may differ by rtol*|expected| + atol*max|expected|.
    raised: the exceptions that are right for some inputs, by class name.
    """

    name: str
    parameters: tuple[str, ...]
    rtol: float
    atol: float
    raised: frozenset[str] = frozenset()

    def difference(self, reply: Reply, expected: Reply) -> Difference | None:
        """How a reply differs from another one, or None if it does not."""
        if expected.kind == "exception":
            return self._not_raised(reply, class_name(expected.error))
        if reply.kind != "ok":
            return replace(self._failure(reply), expected=expected.value)
        if reply.arguments is not None and expected.arguments is not None:
            changed = changed_argument(reply.arguments, expected.arguments)
            if changed is not None:
                return Difference(
                    "mutation",
                    f"The function changes its input `{self.parameters[changed]}`. "
                    "Work on a copy, or on a new array.",
                )
        return compare(reply.value, expected.value, self.rtol, self.atol)

    def explain(
        self,
        mistakes: Sequence[Mistake],
        cases: Sequence[Case],
        replies: Sequence[Reply],
        expected: Sequence[Reply],
        failing: set[int],
    ) -> list[str]:
        """For each case, the diagnosis of the mistake that reproduces the reply, or "".

        A mistake is named only if it reproduces at least half of the cases that it gets
        wrong, for one match may be chance; a `whole` one only if it reproduces all. Of
        several, the one with more failing cases wins, then with more cases in all.
        """
        known = []
        for mistake in mistakes if failing else ():
            alike: set[int] = set()
            wrong: set[int] = set()
            # Failing cases first: most mistakes explain none, and are then done with.
            for i in sorted(range(len(cases)), key=lambda i: i not in failing):
                if i not in failing and not alike:
                    break
                answer = evaluate(mistake.function, cases[i].args)
                if self.difference(answer, expected[i]):
                    wrong.add(i)
                both_right = i not in failing and i not in wrong
                if both_right or self._alike(replies[i], answer):
                    alike.add(i)
            enough = 2 * len(alike & wrong) >= len(wrong)
            if mistake.whole:
                enough = len(alike) == len(cases)
            if enough and alike & failing:
                rank = len(alike & failing), len(alike)
                known.append((rank, alike, mistake.diagnosis))
        explained = [""] * len(cases)
        for _, alike, diagnosis in sorted(known, key=itemgetter(0), reverse=True):
            for i in alike & failing:
                explained[i] = explained[i] or diagnosis
        return explained

    def _alike(self, reply: Reply, answer: Reply) -> bool:
        """Whether a mistake's answer is the student's. A hanging call has no answer.

        An exception is alike if all words of its message are there: the class alone
        says little, for most slips with shapes end in a ValueError.
        """
        if reply.kind not in ("ok", "exception") or self.difference(reply, answer):
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
        if class_name(reply.error) == wanted:
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
        messages = {
            "exception": stopped,
            "timeout": f"`{name}` did not return within the time limit. "
            "Look for a loop that never ends.",
            "memory": f"`{name}` ran out of memory. "
            "Look for an array that is far too big.",
            "died": f"`{name}` ended the whole process.",
            "missing": f"There is no function called `{name}`. Was it renamed?",
            "unsupported": f"`{name}` returns something that is not a number, text, "
            f"array, tensor, list or dictionary: {reply.error}",
        }
        return Difference(reply.kind, messages[reply.kind])


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
    return f"`{inside[-1] if inside else name}` is not written yet."
