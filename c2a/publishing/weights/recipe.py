"""The recipe of shipped weights: a cell tagged ``weights-NAME`` in a chapter.

The cell defines three functions, with ``-`` of NAME as ``_``: ``build_NAME()`` gives
the untrained model, ``train_NAME(model, checkpoint)`` trains it and returns its history
or histories, ``measure_NAME(model)`` returns held-out numbers by name. It may use what
cells tagged ``export`` define, and nothing else of its notebook.
"""

from __future__ import annotations

import ast
import hashlib
import linecache
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from c2a.book import NOTEBOOKS
from c2a.errors import C2AError
from c2a.publishing.execute import read
from c2a.publishing.export import ExportError, ruff
from c2a.weights.storage import Precision

if TYPE_CHECKING:
    from torch import nn

TAG = "weights-"


class RecipeError(C2AError):
    """A recipe is missing or cannot be run; the message says what to do."""


class Functions(NamedTuple):
    """What a recipe defines."""

    build: Callable[[], nn.Module]
    train: Callable[[nn.Module, Path], Any]
    measure: Callable[[nn.Module], dict[str, float]]


@dataclass(frozen=True)
class Recipe:
    """One recipe.

    Attributes:
        name: of the weights.
        notebook: the chapter's file.
        cells: what is run: cells tagged ``export`` and the recipe's, in reading order.
        own: the place of the recipe's own cell among them.
        precision: how the weights are stored; ``int8`` where the cell is so tagged.
    """

    name: str
    notebook: Path
    cells: tuple[str, ...]
    own: int
    precision: Precision

    @property
    def source(self) -> str:
        """The recipe's own cell, after the exported definitions that it depends on."""
        exported = [
            (statement, cell)
            for number, cell in enumerate(self.cells)
            if number != self.own
            for statement in ast.parse(cell).body
        ]
        wanted = _used(ast.parse(self.cells[self.own]))
        kept: set[ast.stmt] = set()
        growing = True
        while growing:
            found = {s for s, _ in exported if _bound(s) & wanted} - kept
            wanted |= {name for statement in found for name in _used(statement)}
            kept |= found
            growing = bool(found)
        parts = [_text(s, cell) for s, cell in exported if s in kept]
        return "\n\n\n".join([*parts, self.cells[self.own]]) + "\n"

    @property
    def digest(self) -> str:
        """Eight digits that change with the source."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:8]

    def functions(self) -> Functions:
        """Run the cells and return what the recipe defines.

        Raises:
            RecipeError: a name or one of the functions is missing.
        """
        text, title = "\n\n".join(self.cells), f"{self.notebook.name}, {TAG}{self.name}"
        try:
            ruff(text, "check", "--select=F821", "--output-format=concise")
        except ExportError as error:
            raise RecipeError(
                f"{title} runs with the cells tagged `export` alone: import what is "
                f"missing, or tag the cell that defines it.\n{error}"
            ) from None
        module = types.ModuleType(f"weights_{self.name}")
        linecache.cache[title] = len(text), None, text.splitlines(True), title
        exec(compile(text, title, "exec"), module.__dict__)
        wanted = [f"{kind}_{self.name.replace('-', '_')}" for kind in Functions._fields]
        missing = [name for name in wanted if not hasattr(module, name)]
        if missing:
            raise RecipeError(
                f"{self.notebook.name}: the cell {TAG + self.name!r} does not define "
                f"{', '.join(missing)}."
            )
        return Functions(*(getattr(module, name) for name in wanted))


def same_code(one: str, other: str) -> bool:
    """Whether two sources differ in comments and layout at most."""
    return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))


def recipes(root: Path) -> dict[str, Recipe]:
    """All recipes of the book's chapters, by name.

    Raises:
        RecipeError: two cells have the same name.
    """
    found: dict[str, Recipe] = {}
    for notebook in sorted((root / "book").glob(NOTEBOOKS)):
        for recipe in _of(notebook):
            if recipe.name in found:
                raise RecipeError(f"Two cells are tagged {TAG + recipe.name!r}.")
            found[recipe.name] = recipe
    return found


def find(name: str, root: Path) -> Recipe:
    """The recipe called ``name``.

    Raises:
        RecipeError: no cell has it.
    """
    known = recipes(root)
    if name not in known:
        raise RecipeError(
            f"No cell of a chapter is tagged {TAG + name!r}; there are recipes for: "
            f"{', '.join(known) or 'nothing'}."
        )
    return known[name]


def _of(notebook: Path) -> Iterator[Recipe]:
    cells = [
        (cell.source, set(cell.metadata.get("tags", [])))
        for cell in read(notebook).cells
        if cell.cell_type == "code"
    ]
    for place, (_, tags) in enumerate(cells):
        for name in sorted(tag[len(TAG) :] for tag in tags if tag.startswith(TAG)):
            run = [i for i, (_, t) in enumerate(cells) if i == place or "export" in t]
            yield Recipe(
                name=name,
                notebook=notebook,
                cells=tuple(cells[i][0] for i in run),
                own=run.index(place),
                precision="int8" if "int8" in tags else "float16",
            )


def _used(node: ast.AST) -> set[str]:
    """Names that a piece of code mentions."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _bound(statement: ast.stmt) -> set[str]:
    """Names that a statement at the top of a cell defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(a.asname or a.name).partition(".")[0] for a in statement.names}
    return {
        part.id
        for part in ast.walk(statement)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


def _text(statement: ast.stmt, cell: str) -> str:
    """A statement as its author wrote it, with its decorators."""
    decorators = getattr(statement, "decorator_list", [])
    first = min(node.lineno for node in [statement, *decorators])
    return "\n".join(cell.splitlines()[first - 1 : statement.end_lineno])
