"""What goes into judging an answer, and what comes out: cases, replies, outcomes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from c2a.exercises.kit.driver import Driver

#: What a student writes: a function, a class, or, if there are several, a tuple.
Answer = Any
Kind = Literal["ok", "exception", "timeout", "memory", "died", "missing", "unsupported"]
#: Says in a sentence what is wrong with a value, given the arguments; "" if nothing is.
Property = Callable[..., str]


@dataclass(frozen=True)
class Case:
    """One call of the student's answer and what it must give.

    `args` holds numpy arrays, `Tensor` (arrives as a torch tensor), int, float, bool,
    str, None, and lists, tuples and dicts (with str keys) of these. `group` earns its
    points only if every case of the group passes. `expected` is the right value, or
    `Raises`; None means: ask the reference. `judge` looks at a property instead. `rtol`
    and `atol` stand for the exercise's, where they are given.
    """

    args: tuple
    group: str
    expected: Any = None
    rtol: float | None = None
    atol: float | None = None
    judge: Property | None = None


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that real students give, and the sentence that names it.

    The diagnosis of a `whole` mistake speaks of all of the code: it is given only if
    every case comes out as this answer has it.
    """

    diagnosis: str
    answer: Answer
    whole: bool = False


@dataclass(frozen=True)
class Shown:
    """The values of a failing case, to be drawn in the reader's own notebook.

    `expected` and `got` are `ABSENT` where they are not to be shown.
    """

    names: tuple[str, ...]
    args: tuple
    expected: Any
    got: Any
    rtol: float
    atol: float


@dataclass(frozen=True)
class Outcome:
    """The result of one case.

    `detail` holds only strings, ints and lists of these: `problem` (a word:
    value, shape, dtype, type, nan, property, mutation, no-error, budget, result,
    unwritten or a kind of `Reply`), `message` (a sentence or two), and where they apply
    `error`, `printed`, `size`; for the smallest failing case of each group also `input`
    (list of str), `expected`, `got`, `index`. `shown` stays where the case ran.
    """

    group: str
    passed: bool
    diagnosis: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    shown: Shown | None = None

    def told(self) -> dict[str, Any]:
        """All of it that can be written down as JSON."""
        return {
            "group": self.group,
            "passed": self.passed,
            "diagnosis": self.diagnosis,
            "detail": self.detail,
        }


@dataclass(frozen=True)
class Reply:
    """What came back from one call.

    `value` is made of plain numpy arrays, `Tensor` (a torch tensor's numbers),
    bool, int, float, str, None, lists, tuples and dicts with str keys. `error` of an
    exception starts with the name of its class and a colon: "IndexError: ...";
    `bases` are the names of the classes that this one is derived from.
    `arguments` are the arguments as they are after the call, None if unknown.
    """

    value: Any = None
    kind: Kind = "ok"
    error: str = ""
    printed: str = ""
    arguments: tuple | None = None
    bases: tuple[str, ...] = ()


class Session(Protocol):
    """A place where the student's code runs and answers calls."""

    def call(
        self,
        function: str,
        *args: Any,
        seconds: float,
        driver: Driver | None = None,
    ) -> Reply:
        """Call one of the student's functions with copies of `args`.

        With a driver, call that instead, with the answers that it asks for.
        """

    def fresh(self) -> None:
        """Throw the process away; the next call starts a new one."""
