"""What goes into judging an answer, and what comes out: cases, replies, outcomes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Functions = Callable | tuple[Callable, ...]
Kind = Literal["ok", "exception", "timeout", "memory", "died", "missing", "unsupported"]


@dataclass(frozen=True)
class Case:
    """One call of the student's function and what it must give.

    `args` holds numpy arrays, torch tensors (or `Tensor`, which arrives as one), int,
    float, bool, str, None and tuples of these. `group` earns its points only if every
    case of the group passes. `expected` is the right value, or `Raises`; None means:
    ask the reference.
    """

    args: tuple
    group: str
    expected: Any = None


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that real students give, and the sentence that names it.

    `function` is one function, or, for a task of several functions, a tuple in
    the order of `Exercise.functions`. The diagnosis of a `whole` mistake speaks of all
    of the code: it is given only if every case comes out as this function has it.
    """

    diagnosis: str
    function: Functions
    whole: bool = False


@dataclass(frozen=True)
class Outcome:
    """The result of one case.

    `detail` holds only strings, ints and lists of these: `problem` (a word:
    value, shape, dtype, type, nan, mutation, no-error, budget, accuracy, unwritten or
    a kind of `Reply`), `message` (a sentence or two), and where they apply `error`,
    `printed`, `size`; for the smallest failing case of each group also `input` (list
    of str), `expected`, `got`, `index`.
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
