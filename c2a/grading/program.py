"""A submission as it is run and marked: pieces of cells, and the answers in them."""

import ast
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from c2a.exercises.kit.scopes import Leaf, leaves, taken_from_outside
from c2a.grading.beside import bring
from c2a.grading.python_source import parse

# What every notebook of the book imports. Where these lines were deleted, or stand in a
# cell that is damaged, the names are there all the same.
GIVEN = {
    "F": "torch.nn.functional",
    "math": "math",
    "nn": "torch.nn",
    "np": "numpy",
    "plt": "matplotlib.pyplot",
    "torch": "torch",
}


@dataclass(frozen=True)
class Piece:
    """A stretch of one cell that stands or falls together.

    Attributes:
        cell: index of the cell among the code cells.
        source: Python, padded so that its line numbers are the cell's.
    """

    cell: int
    source: str


@dataclass(frozen=True)
class Answer:
    """What a submission says to one exercise.

    Attributes:
        cells: indices of the cells that define the function.
        source: the definitions themselves.
        attempted: false when there is no definition or only the empty stub.
        renamed: the name under which the function was found, if another.
        unreadable: cells that mention the function but are no valid Python.
    """

    cells: tuple[int, ...] = ()
    source: str = ""
    attempted: bool = False
    renamed: str = ""
    unreadable: tuple[int, ...] = ()


@dataclass(frozen=True)
class Program:
    """A submission as the sandbox runs it: pieces in order, answers by exercise."""

    pieces: tuple[Piece, ...]
    answers: dict[str, Answer]
    broken: dict[int, str] = field(default_factory=dict)  # cell -> what is wrong
    modules: Mapping[str, str] = field(default_factory=dict)  # files beside it
    data: Mapping[str, str] = field(default_factory=dict)  # the same, in base64

    def beside(self, modules: Mapping[str, str], data: Mapping[str, str]) -> "Program":
        """The program with the modules that it imports, and files that it reads."""
        first = (Piece(0, bring(modules)),) if modules else ()
        pieces = (*first, *self.pieces)
        return replace(self, pieces=pieces, modules=modules, data=data)

    def cut(self, exercise: str) -> "Program | None":
        """The program without the cells below an answer, if these change it.

        They do where they bind anew a name that the answer, or what it uses, takes from
        above: `F`, `eps`, or a helper of which two answers each have their own.
        """
        answer = self.answers[exercise]
        last = answer.cells[-1] if answer.cells else 0
        above = [piece for piece in self.pieces if piece.cell <= last]
        below = [piece for piece in self.pieces if piece.cell > last]
        bound, bound_anew = _bindings(above), _bindings(below)
        waiting = list(taken_from_outside(_body(answer.source)))
        needed = set(waiting)
        while waiting:
            for leaf in bound.get(waiting.pop(), []):
                more = taken_from_outside(leaf.nodes) - needed
                needed |= more
                waiting += more
        given = needed & GIVEN.keys() - bound.keys()
        known = needed & bound.keys() | given
        # A star import may bind anything.
        if not known or not {*known, "*"} & bound_anew.keys():
            return None
        return replace(self, pieces=(*given_imports(given), *above))


def _bindings(pieces: Sequence[Piece]) -> dict[str, list[Leaf]]:
    """The statements that bind each name."""
    found: dict[str, list[Leaf]] = {}
    for piece in pieces:
        for leaf in leaves(_body(piece.source)):
            for name in {name for name, _, _ in leaf.names()}:
                found.setdefault(name, []).append(leaf)
    return found


def _body(source: str) -> list[ast.stmt]:
    tree = parse(source)
    return tree.body if tree is not None else []


def given_imports(given: Set[str]) -> Iterator[Piece]:
    """Import some of the names that every notebook imports."""
    if given:
        lines = [f"import {GIVEN[name]} as {name}" for name in sorted(given)]
        yield Piece(0, "\n".join(lines))
