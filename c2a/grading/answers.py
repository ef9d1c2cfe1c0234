"""Find the answers in a submission and arrange its cells for the sandbox.

An answer is found by the function it defines, wherever that stands. Where no cell
defines a function of the exercise's name, the marker comment `# exercise: NAME` says
which function was meant, and failing that the name in the cell's metadata.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from c2a.grading.notebooks import Cell
from c2a.grading.program import GIVEN, Answer, Piece, Program, given_imports
from c2a.grading.python_source import (
    DEFINITION,
    MOST_PADDING,
    blocks,
    imports_inside,
    is_stub,
    parse,
    syntax_error,
    without_magics,
)

_MARKER = re.compile(r"^[ \t]*#\s*exercise\s*:\s*([A-Za-z_]\w*)", re.M | re.I)
_WORD = re.compile(r"[A-Za-z_]\w*")
_PRESENT = frozenset({"functools", "itertools", "math", "numpy", "torch"})
_COMPOUND = (ast.If, ast.Try, ast.With, ast.For, ast.While)


@dataclass
class _Cell:
    """A cell while it is being read."""

    index: int
    name: str
    markers: list[tuple[int, str]]  # line, exercise
    statements: list[tuple[ast.stmt, str]]  # with the text they come from


def arrange(
    cells: Sequence[Cell],
    functions: Mapping[str, Sequence[str]],
    parameters: Mapping[str, int],
) -> Program:
    """Find the answer to every exercise and cut the cells into pieces.

    Args:
        cells: code cells in the order of the file.
        functions: the functions that each exercise asks for, by exercise.
        parameters: how many parameters a function takes, to recognize a renamed one.
    """
    broken: dict[int, str] = {}
    read = [_read(index, cell, broken) for index, cell in enumerate(cells)]
    wanted = {name for names in functions.values() for name in names}
    aliases = _aliases(read, functions, parameters)
    _drop_stubs(read, wanted, set(aliases))
    rebound = _rebound(read, wanted)
    pieces = [piece for cell in read for piece in _pieces(cell, aliases, rebound)]
    pieces = [*_forgotten_imports(read, pieces), *pieces, *_restored(rebound)]
    texts = dict.fromkeys(text for cell in read for _, text in cell.statements)
    pieces += [Piece(0, source) for source in imports_inside(texts)]
    answers = {}
    for exercise, names in functions.items():
        word = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        mentioned = tuple(index for index in broken if word.search(cells[index].source))
        answers[exercise] = replace(_answer(names, read, aliases), unreadable=mentioned)
    return Program(tuple(pieces), answers, broken)


def _read(index: int, cell: Cell, broken: dict[int, str]) -> _Cell:
    source = without_magics(cell.source)
    markers = [
        (source.count("\n", 0, match.start()) + 1, match[1])
        for match in _MARKER.finditer(source)
    ]
    texts = [source]
    if parse(source) is None:
        broken[index] = syntax_error(source)
        texts = blocks(source)
    statements = []
    for text in texts:
        tree = parse(text)
        statements += [(node, text) for node in tree.body] if tree is not None else []
    return _Cell(index, cell.name, markers, statements)


def _defined(statement: ast.stmt) -> Iterator[str]:
    """List the names that a statement of a cell binds."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, DEFINITION):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name.split(".")[0]
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for leaf in ast.walk(target):
                    if isinstance(leaf, ast.Name):
                        yield leaf.id
        elif isinstance(node, (*_COMPOUND, ast.ExceptHandler)):
            waiting += ast.iter_child_nodes(node)


def _drop_stubs(cells: list[_Cell], wanted: set[str], renamed: set[str]) -> None:
    """Remove stubs of functions that are also written out somewhere.

    A duplicated or reordered cell would otherwise put the stub over the answer.
    """
    written = _written(cells) | renamed
    for cell in cells:
        cell.statements = [
            (node, text)
            for node, text in cell.statements
            if not (is_stub(node) and set(_defined(node)) & wanted & written)
        ]


def _aliases(
    cells: list[_Cell],
    functions: Mapping[str, Sequence[str]],
    parameters: Mapping[str, int],
) -> dict[str, tuple[int, str]]:
    """Find functions that were renamed: wanted name -> (cell, name in the cell)."""
    written = _written(cells)
    wanted = {name for names in functions.values() for name in names}
    found = {}
    for exercise, names in functions.items():
        if len(names) != 1 or names[0] in written:
            continue
        marked = [cell for cell in cells if exercise in dict(cell.markers).values()]
        labeled = [cell for cell in cells if cell.name == exercise]
        for cell in marked + labeled:
            kind = ast.ClassDef if names[0][:1].isupper() else ast.FunctionDef
            candidates = [
                node
                for node in _marked(cell, exercise)
                if isinstance(node, kind)
                and node.name not in wanted
                and not is_stub(node)
            ]
            alike = [
                node
                for node in candidates
                if isinstance(node, ast.FunctionDef)
                and len(node.args.posonlyargs + node.args.args)
                == parameters.get(names[0])
            ]
            if candidates:
                found[names[0]] = (cell.index, (alike or candidates)[-1].name)
                break
    return found


def _written(cells: list[_Cell]) -> set[str]:
    """Collect the names that a submission binds to more than a stub."""
    return {
        name
        for cell in cells
        for node, _ in cell.statements
        if not is_stub(node)
        for name in _defined(node)
    }


def _marked(cell: _Cell, exercise: str) -> list[ast.stmt]:
    """List the statements between an exercise's marker and the next exercise's."""
    lines = [line for line, name in cell.markers if name == exercise]
    start = lines[0] if lines and len(cell.markers) > 1 else 0
    later = [line for line, name in cell.markers if line > start and name != exercise]
    end = min(later, default=1 << 30)
    return [node for node, _ in cell.statements if start <= node.lineno < end]


def _answer(
    names: Sequence[str], cells: list[_Cell], aliases: dict[str, tuple[int, str]]
) -> Answer:
    """Collect the definitions of an exercise's functions."""
    starts = {aliases[name][1] if name in aliases else name for name in names}
    own = [
        (cell.index, node, text)
        for cell in cells
        for node, text in cell.statements
        if starts.intersection(_defined(node))
    ]
    positions = sorted({index for index, _, _ in own})
    source = "\n\n".join(_text(node, text) for _, node, text in own)
    return Answer(
        cells=tuple(positions),
        source=source,
        attempted=any(not is_stub(node) for _, node, _ in own),
        renamed=next((aliases[name][1] for name in names if name in aliases), ""),
    )


def _text(node: ast.stmt, text: str) -> str:
    """Return the source lines of a statement, decorators included."""
    return "\n".join(_lines(text)[_first_line(node) - 1 : node.end_lineno])


@lru_cache(maxsize=4)  # every statement of a cell asks for the lines of the same text
def _lines(text: str) -> list[str]:
    return text.split("\n")


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)])


def _forgotten_imports(cells: list[_Cell], pieces: list[Piece]) -> Iterator[Piece]:
    """Import what is used everywhere and bound nowhere."""
    used = {word for piece in pieces for word in _WORD.findall(piece.source)}
    yield from given_imports((GIVEN.keys() & used) - _written(cells))


def _rebound(cells: list[_Cell], wanted: set[str]) -> dict[str, int]:
    """Find functions whose name is put to another use below: name -> last such cell.

    `padding = padding(32, 5)` works in a notebook, once; then the answer is gone.
    """
    defined: set[str] = set()
    found: dict[str, int] = {}
    for cell in cells:
        for node, _ in cell.statements:
            if isinstance(node, DEFINITION):
                defined |= {node.name} & wanted
                continue
            for leaf in ast.walk(node) if defined else ():
                if isinstance(leaf, ast.Name) and not isinstance(leaf.ctx, ast.Load):
                    found |= {leaf.id: cell.index} if leaf.id in defined else {}
    return found


# The next two are expressions, lest they look like definitions of the answer.


def _kept(name: str) -> str:
    return f"globals().update(_c2a_{name}=globals().get('{name}'))"


def _restored(rebound: Mapping[str, int]) -> Iterator[Piece]:
    for name, cell in rebound.items():
        again = f"globals().update({name}=_c2a_{name})"
        yield Piece(cell, f"callable(globals().get('{name}')) or {again}")


def _pieces(
    cell: _Cell, aliases: dict[str, tuple[int, str]], rebound: Mapping[str, int]
) -> Iterator[Piece]:
    """Join neighboring statements of one kind; "fragile" ones stand alone.

    An assertion or a missing module beside an answer does not take the answer with it.
    """
    group: list[tuple[ast.stmt, str]] = []
    kind = None
    lines = max((node.end_lineno or 0 for node, _ in cell.statements), default=0)
    together = len(cell.statements) * lines > MOST_PADDING
    for node, text in cell.statements:
        new = _kind(node)
        same_line = group and group[-1][0].end_lineno == node.lineno
        apart = new != kind or new == "fragile"
        if group and apart and not (same_line or together):
            yield _joined(cell.index, group)
            group = []
        group.append((node, text))
        kind = new
        if isinstance(node, DEFINITION) and node.name in rebound and not together:
            yield _joined(cell.index, group)
            yield Piece(cell.index, _kept(node.name))
            group = []
    if group:
        yield _joined(cell.index, group)
    for wanted, (index, name) in aliases.items():
        if index == cell.index:
            yield Piece(index, f"{wanted} = {name}")


def _kind(node: ast.stmt) -> str:
    if isinstance(node, ast.Import):
        modules = {alias.name.split(".")[0] for alias in node.names}
        return "import" if modules <= _PRESENT else "fragile"
    return "fragile" if isinstance(node, ast.ImportFrom | DEFINITION) else "other"


def _joined(index: int, group: list[tuple[ast.stmt, str]]) -> Piece:
    # Statements that share a line (`a = 1; b = 2`) must not be repeated.
    lines: list[str] = []
    for node, text in group:
        start = max(_first_line(node), len(lines) + 1)
        lines += [""] * (start - 1 - len(lines))
        lines += _lines(text)[start - 1 : node.end_lineno]
    return Piece(index, "\n".join(lines))
