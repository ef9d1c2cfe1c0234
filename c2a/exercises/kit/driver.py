"""Drivers: trusted glue that makes plain values of any answer.

A driver runs beside the student's code, in the sandbox, where that code may tamper with
it. So its source, which is all that goes there, must hold nothing secret, and what it
returns is judged elsewhere.
"""

import builtins
import inspect
import symtable
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

from c2a.errors import C2AError

#: Libraries that a driver may use.
LIBRARIES = frozenset(
    "collections functools itertools math numpy random string torch typing".split()  # noqa: SIM905
)
_CONSTANTS = (bool, int, float, str, type(None))


class DeclarationError(C2AError):
    """A declaration that cannot work; the message says what to do."""


@dataclass(frozen=True)
class Driver:
    """`function(*answers, *arguments)` returns plain values and judges nothing.

    answers: names of what the student writes, in the order of the first arguments.
    secret: what the source must not hold: the reference and other answers.
    """

    function: Callable
    answers: tuple[str, ...]
    secret: tuple = ()

    @property
    def name(self) -> str:
        """The name of the function in `source`."""
        return self.function.__name__

    @cached_property
    def source(self) -> str:
        """Python that defines the function and what it uses, nothing else.

        Raises DeclarationError if it uses what must not, or cannot, be sent.
        """
        parts: dict[str, str] = {}
        self._collect(self.name, self.function, parts)
        return "\n".join(parts.values())

    def _collect(self, name: str, value: Any, parts: dict[str, str]) -> None:
        """Add the source that defines `name`, after that of all that it uses."""
        if name in parts:
            return
        parts[name] = ""
        if any(value is each for each in self.secret):
            raise self._refusal(name, "is an answer, and students could read it")
        line = _import_line(name, value)
        if not line and _is_constant(value):
            line = f"{name} = {value!r}"
        if not line:
            line = self._definition(name, value)
            space = sys.modules[value.__module__].__dict__ | getattr(
                value, "__globals__", {}
            )
            for used in _names_used(line):
                if used not in space and hasattr(builtins, used):
                    continue
                if used not in space:
                    raise self._refusal(used, "is not defined")
                self._collect(used, space[used], parts)
        del parts[name]  # behind what it uses
        parts[name] = line

    def _definition(self, name: str, value: Any) -> str:
        if not (inspect.isfunction(value) or inspect.isclass(value)):
            kind = type(value).__name__
            raise self._refusal(
                name, f"is of type {kind}; make it inside the driver instead"
            )
        if value.__name__ != name:
            raise self._refusal(name, "is a lambda or has another name: use `def`")
        try:
            return textwrap.dedent(inspect.getsource(value))
        except (OSError, TypeError):
            raise self._refusal(name, "has no source that could be sent") from None

    def _refusal(self, name: str, why: str) -> DeclarationError:
        given = ", ".join(sorted(LIBRARIES))
        return DeclarationError(
            f"The driver `{self.name}` uses `{name}`, which {why}. A driver may use "
            f"functions, classes and constants of its chapter, and {given}."
        )


def _import_line(name: str, value: Any) -> str:
    """The import of a library, or of something in it; "" if it is neither."""
    if isinstance(value, ModuleType):
        known = value.__name__.partition(".")[0] in LIBRARIES
        return f"import {value.__name__} as {name}" if known else ""
    module = getattr(value, "__module__", None)
    if not isinstance(module, str) or module.partition(".")[0] not in LIBRARIES:
        return ""
    original = getattr(value, "__qualname__", getattr(value, "__name__", ""))
    return f"from {module} import {original} as {name}" if original else ""


def _is_constant(value: Any) -> bool:
    if type(value) in (tuple, list):
        return all(map(_is_constant, value))
    return type(value) in _CONSTANTS


def _names_used(source: str) -> Iterator[str]:
    """Names that a definition takes from outside, in order."""
    top = symtable.symtable(source, "<driver>", "exec")
    own = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    tables, seen = [top], set(own)
    while tables:
        table = tables.pop(0)
        tables += table.get_children()
        for symbol in table.get_symbols():
            outer = table is top or symbol.is_global()
            if outer and symbol.is_referenced() and symbol.get_name() not in seen:
                seen.add(symbol.get_name())
                yield symbol.get_name()
