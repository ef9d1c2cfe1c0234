"""Which forbidden functions an answer uses, found on its syntax tree.

This keeps an exercise an exercise: where the task is to write a convolution, calling
the library's earns nothing. It is a rule of the task, not a wall against attacks.
"""

import ast
import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from typing import Protocol

from c2a.exercises.kit.parsing import parse
from c2a.exercises.kit.scopes import (
    DEFINITIONS,
    SCOPES,
    Leaf,
    Scope,
    Value,
    inside,
    leaves,
    own,
)

#: Libraries that may be loaded here to learn what `from ... import *` brings.
_KNOWN = frozenset({"numpy", "scipy", "torch"})
_IMPORTERS = ("__import__", "importlib.import_module")
_MOST = 20  # dotted names that one name may stand for


class Rules(Protocol):
    """What of an exercise is asked for here."""

    @property
    def functions(self) -> tuple[str, ...]:
        """Names of the functions that the student writes."""

    @property
    def forbidden(self) -> tuple[str, ...]:
        """Dotted names that the answer may not use."""


def forbidden_uses(
    source: str | Sequence[str],
    exercise: Rules,
    aliases: Mapping[str, str] | None = None,
) -> list[str]:
    """Forbidden names that the exercise's functions use, sorted, as dotted names.

    source: the answer's code, one text or a list of cells, in order. Only what the
        exercise's functions can reach counts: their bodies, and the statements that
        bind the names which they take from outside, as these are at the end. What a
        name means is found out by scope: a parameter, a local variable or a later
        binding hides an import of the same name. Cells that are no valid Python are
        left out (they do not run either).
    aliases: names known from elsewhere, such as {"F": "torch.nn.functional"}.

    Found are uses through attributes, `import … as`, `from … import`, star imports,
    assignment to another name, `getattr` with a literal, and `import_module` with one.
    """
    cells = (source,) if isinstance(source, str) else tuple(source)
    found = _Search(_module(cells), exercise, aliases or {}).run()
    return sorted(
        name for name in found if not any(o.startswith(name + ".") for o in found)
    )


def run_imports(sources: Sequence[str]) -> None:
    """Import what functions import, without running anything else.

    What cannot be imported is passed over: the code will say so itself.
    """
    for source in sources:
        for statement in _parse(source):
            within = isinstance(statement, DEFINITIONS)
            for node in ast.walk(statement) if within else ():
                if isinstance(node, ast.Import | ast.ImportFrom):
                    alone = ast.Module([node], type_ignores=[])
                    with suppress(Exception):
                        exec(compile(alone, "<imports>", "exec"), {})


class _Module:
    """What the cells of a submission bind, statement by statement."""

    def __init__(self, cells: Sequence[str]) -> None:
        statements = [statement for cell in cells for statement in _parse(cell)]
        self.leaves: list[Leaf] = list(leaves(statements))
        # By name: place, value, and whether what was there before is gone.
        self.bound: dict[str, list[tuple[int, Value, bool]]] = {}
        self.stars: list[tuple[int, str]] = []
        for place, leaf in enumerate(self.leaves):
            for name, value, whole in leaf.names():
                if name == "*":
                    self.stars.append((place, str(value).removesuffix(".*")))
                else:
                    self.bound.setdefault(name, []).append((place, value, whole))


@lru_cache(maxsize=4)  # every exercise asks about the same cells
def _module(cells: tuple[str, ...]) -> _Module:
    return _Module(cells)


class _Search:
    """Follows what an answer runs, and compares every name with the forbidden ones."""

    def __init__(
        self, module: _Module, rules: Rules, aliases: Mapping[str, str]
    ) -> None:
        self._rules, self._aliases = rules, aliases
        self._leaves, self._bound = module.leaves, module.bound
        self._stars = module.stars
        self._found: set[str] = set()
        self._waiting: list[int] = []
        self._reached: set[int] = set()
        self._known: dict[tuple[int, object], frozenset[str]] = {}
        self._scopes: list[Scope] = []  # kept alive, for their ids are keys
        self._at_place: dict[int, Scope] = {}

    def run(self) -> set[str]:
        """The forbidden dotted names that the answer uses."""
        end = Scope()
        self._scopes.append(end)
        for function in self._rules.functions:
            bindings = self._bound.get(function, [])
            defined = [
                place
                for place, _, _ in bindings
                if isinstance(
                    self._leaves[place].nodes[0],
                    (*DEFINITIONS, ast.Import, ast.ImportFrom),
                )
            ]
            start = defined[-1] if defined else 0
            for place, value, _ in bindings:
                if place >= start:
                    self._reach(place)
                    self._note(self._dotted_value(value, self._at(place)))
            self._note(self._in_module(function, end))
        while self._waiting:
            place = self._waiting.pop()
            self._look(self._leaves[place].nodes, self._at(place))
        return self._found

    def _at(self, place: int) -> Scope:
        """The one scope of a statement of the module."""
        return self._at_place.setdefault(place, Scope(limit=place))

    def _reach(self, place: int) -> None:
        if place not in self._reached:
            self._reached.add(place)
            self._waiting.append(place)

    def _look(self, nodes: Sequence[ast.AST], scope: Scope) -> None:
        """Note what a stretch of code uses, the functions and classes in it too."""
        stack: list[tuple[Sequence[ast.AST], Scope]] = [(nodes, scope)]
        while stack:
            nodes, scope = stack.pop()
            for node in own(nodes):
                if isinstance(node, ast.Name | ast.Attribute | ast.Call):
                    self._note(self._dotted(node, scope))
                elif isinstance(node, SCOPES):
                    inner = scope.child(node)
                    self._scopes.append(inner)
                    stack.append((inside(node), inner))

    def _note(self, dotted: frozenset[str]) -> None:
        self._found |= set(filter(self._is_forbidden, dotted))

    def _is_forbidden(self, dotted: str) -> bool:
        """Whether a dotted name is forbidden or inside something forbidden."""
        return any(
            dotted == name or dotted.startswith(name + ".")
            for name in self._rules.forbidden
        )

    def _matters(self, dotted: str) -> bool:
        """Whether a dotted name is forbidden, or may lead to what is."""
        further = (*self._rules.forbidden, *_IMPORTERS)
        leads = any(f"{name}.".startswith(f"{dotted}.") for name in further)
        return leads or self._is_forbidden(dotted)

    def _dotted(self, node: ast.AST, scope: Scope) -> frozenset[str]:
        """The dotted names that an expression may stand for, where that matters."""
        key = id(scope), node.id if isinstance(node, ast.Name) else node
        if key not in self._known:
            self._known[key] = frozenset()  # for names that are defined by themselves
            found = sorted(filter(self._matters, self._candidates(node, scope)))
            self._known[key] = frozenset(found[:_MOST])
        return self._known[key]

    def _candidates(self, node: ast.AST, scope: Scope) -> set[str]:
        if isinstance(node, ast.Name):
            home = scope.find(node.id)
            if home is None:
                return set(self._in_module(node.id, scope))
            values = home.values[node.id]
            return {d for value in values for d in self._dotted_value(value, home)}
        if isinstance(node, ast.Attribute):
            return {f"{b}.{node.attr}" for b in self._dotted(node.value, scope)}
        return set(self._called(node, scope)) if isinstance(node, ast.Call) else set()

    def _dotted_value(self, value: Value, scope: Scope) -> frozenset[str]:
        if value is None or isinstance(value, str):
            return frozenset([value] if value else [])
        return self._dotted(value, scope)

    def _in_module(self, name: str, scope: Scope) -> frozenset[str]:
        """What a name of the module may be; the statements that bind it are reached."""
        found: set[str] = set()
        latest = -1
        for place, value, whole in reversed(self._bound.get(name, [])):
            if place >= scope.limit:
                continue
            self._reach(place)
            latest = max(latest, place)
            found |= self._dotted_value(value, self._at(place))
            if whole:
                break
        else:
            found |= {self._aliases[name]} if name in self._aliases else set()
        for place, module in reversed(self._stars):
            if latest < place < scope.limit and self._brings(module, name):
                return frozenset({f"{module}.{name}"})
        return frozenset(found)

    def _brings(self, module: str, name: str) -> bool:
        """Whether `from module import *` binds a name that matters here."""
        return self._matters(f"{module}.{name}") and name in _exported(module)

    def _called(self, node: ast.Call, scope: Scope) -> Iterator[str]:
        """What `getattr` with a literal gives, and an import by name."""
        literals = [
            argument.value
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if not literals:
            return
        called = set(self._dotted(node.func, scope))
        if isinstance(node.func, ast.Name) and scope.find(node.func.id) is None:
            called.add(node.func.id)
        if "getattr" in called and len(node.args) >= 2:
            bases = self._dotted(node.args[0], scope)
            yield from (f"{base}.{literals[0]}" for base in bases)
        elif called.intersection(_IMPORTERS):
            yield literals[0]


@cache
def _exported(module: str) -> frozenset[str]:
    """The names that a star import of a library binds."""
    if module.partition(".")[0] not in _KNOWN:
        return frozenset()
    try:
        loaded = importlib.import_module(module)
    except ImportError:
        return frozenset()
    public = (name for name in dir(loaded) if not name.startswith("_"))
    return frozenset(getattr(loaded, "__all__", public))


def _parse(cell: str) -> list[ast.stmt]:
    """The statements of a cell; notebook commands (%, !) are passed over."""
    source = re.sub(r"^([ \t]*)[%!].*$", r"\1pass", cell, flags=re.MULTILINE)
    try:
        return parse(source).body
    except (SyntaxError, ValueError, MemoryError):
        return []
