"""Which forbidden functions an answer uses, found on its syntax tree.

This keeps an exercise an exercise: where the task is to write a convolution, calling
the library's earns nothing. It is a rule of the task, not a wall against attacks.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


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
        exercise's functions can reach counts: their bodies, the functions of the same
        source that they call, and the imports that these need. Cells that are no
        valid Python are left out (they do not run either).
    aliases: names known from elsewhere, such as {"F": "torch.nn.functional"}.

    Found are uses through attributes, `import … as`, `from … import`, star imports,
    assignment to another name, `getattr` with a literal, and `import_module` with one.
    """
    cells = [source] if isinstance(source, str) else source
    statements = [statement for cell in cells for statement in _parse(cell)]
    finder = _Finder(exercise.forbidden, dict(aliases or {}))
    defined: dict[str, list[ast.stmt]] = {}
    for statement in statements:
        if isinstance(statement, DEFINITIONS):  # in place of what was there before
            defined[statement.name] = [statement]
            continue
        finder.learn(statement)
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            for name in _bound_names(statement):  # `conv2d = conv2d` hides nothing
                defined.setdefault(name, []).append(statement)
    waiting, seen = list(exercise.functions), set(exercise.functions)
    found: set[str] = set()
    while waiting:
        for node in defined.get(waiting.pop(), []):
            inner = finder.inside(node)
            found |= inner.uses(node)
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            waiting += names - seen
            seen |= names
    imported = [finder.aliases.get(name, "") for name in exercise.functions]
    found |= set(filter(finder.is_forbidden, imported)) | finder.stars
    return sorted(
        name for name in found if not any(o.startswith(name + ".") for o in found)
    )


def run_imports(sources: Sequence[str]) -> None:
    """Import what the code imports, wherever in it, without running anything else.

    What cannot be imported is passed over: the code will say so itself.
    """
    for source in sources:
        for statement in _parse(source):
            for node in ast.walk(statement):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    alone = ast.Module([node], type_ignores=[])
                    with suppress(Exception):
                        exec(compile(alone, "<imports>", "exec"), {})


class _Finder:
    """Resolves names to dotted names, and compares these with the forbidden ones."""

    def __init__(self, forbidden: tuple[str, ...], aliases: dict[str, str]) -> None:
        self.forbidden = forbidden
        self.aliases = aliases
        self.stars: set[str] = set()

    def inside(self, definition: ast.stmt) -> "_Finder":
        """A finder for a function's body, where its own names hide the outer ones."""
        own = {n.arg for n in ast.walk(definition) if isinstance(n, ast.arg)}
        own |= {
            node.id
            for node in ast.walk(definition)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        outer = {name: to for name, to in self.aliases.items() if name not in own}
        finder = _Finder(self.forbidden, outer)
        finder.learn(definition)
        return finder

    def learn(self, tree: ast.AST) -> None:
        """Take over the names that imports and assignments anywhere in `tree` bind."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for name in node.names:
                    top = name.name.partition(".")[0]
                    self.aliases[name.asname or top] = name.name if name.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module:
                for name in node.names:
                    self._learn_from(node.module, name)
            elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
                self._learn_assignment(node)

    def uses(self, tree: ast.AST) -> set[str]:
        """The forbidden dotted names that occur in `tree`."""
        return {
            dotted
            for node in ast.walk(tree)
            if isinstance(node, ast.Name | ast.Attribute | ast.Call)
            and (dotted := self._dotted(node))
            and self.is_forbidden(dotted)
        } | self.stars

    def is_forbidden(self, dotted: str) -> bool:
        """Whether a dotted name is forbidden or inside something forbidden."""
        return any(
            dotted == name or dotted.startswith(name + ".") for name in self.forbidden
        )

    def _learn_from(self, module: str, name: ast.alias) -> None:
        if name.name != "*":
            self.aliases[name.asname or name.name] = f"{module}.{name.name}"
            return
        if self.is_forbidden(module):
            self.stars.add(f"{module}.*")
        for dotted in self.forbidden:
            parent, _, last = dotted.rpartition(".")
            if parent == module:
                self.aliases[last] = dotted

    def _learn_assignment(self, node: ast.Assign | ast.AnnAssign | ast.NamedExpr):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        dotted = self._dotted(node.value) if node.value else None
        if dotted is None:
            return
        for target in targets:
            if isinstance(target, ast.Name):
                self.aliases[target.id] = dotted

    def _dotted(self, node: ast.AST) -> str | None:
        """The dotted name that an expression stands for, if it can be read off."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id)
        if isinstance(node, ast.Attribute):
            base = self._dotted(node.value)
            return base and f"{base}.{node.attr}"
        if not isinstance(node, ast.Call):
            return None
        literals = [
            argument.value
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if not literals:
            return None
        called = self._dotted(node.func) or getattr(node.func, "id", None)
        if called == "getattr" and len(node.args) >= 2:
            base = self._dotted(node.args[0])
            return base and f"{base}.{literals[0]}"
        if called in ("__import__", "importlib.import_module"):
            return literals[0]
        return None


def _parse(cell: str) -> list[ast.stmt]:
    """The statements of a cell; notebook commands (%, !) are passed over."""
    source = re.sub(r"^(\s*)[%!].*$", r"\1pass", cell, flags=re.MULTILINE)
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):
        return []


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    """Names that a top-level statement defines inside it or assigns."""
    for node in ast.walk(statement):
        if isinstance(node, DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
