"""Python files beside a notebook that it imports: they come along into the sandbox."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from c2a.exercises.kit.scopes import taken_from_outside
from c2a.exercises.kit.syntax import forbidden_uses
from c2a.grading.identity import own_name
from c2a.grading.notebooks import UnreadableError, read_cells, split_name
from c2a.grading.python_source import parse


@dataclass(frozen=True)
class _Rules:
    functions: tuple[str, ...]
    forbidden: tuple[str, ...]


def imported(
    sources: Sequence[str], notebook: Path, files: Sequence[Path]
) -> dict[str, str]:
    """The files that code imports, and that these import: module -> source.

    files: all of the student's. A module is named as it lies from the notebook's
    folder on, without what a platform has put before it.
    """
    known: dict[str, Path] = {}
    for file in files:
        if file != notebook and split_name(file.name)[1] == "py":
            known |= dict.fromkeys(_module(file, notebook.parent), file)
    found: dict[str, str] = {}
    # To look for imports in all code takes longer than to read a usual submission.
    waiting = [name for source in sources if known for name in _imports(source)]
    while waiting:
        name = waiting.pop()
        for part in _with_parents(name):
            if part in found or part not in known:
                continue
            try:
                cells = read_cells(known[part])
            except UnreadableError:
                continue
            found[part] = "\n".join(cell.source for cell in cells)
            waiting += _imports(found[part])
    return found


def bring(modules: Mapping[str, str]) -> str:
    """Python that makes modules known in the sandbox and binds no name."""
    inside = "__import__('c2a_sandbox.stand_ins').stand_ins"
    return f"{inside}.bring({dict(modules)!r})"


def forbidden_inside(
    sources: Sequence[str],
    modules: Mapping[str, str],
    functions: tuple[str, ...],
    forbidden: tuple[str, ...],
) -> list[str]:
    """Forbidden names that an answer reaches through the modules beside it."""
    names = tuple(modules)
    waiting = forbidden_uses(sources, _Rules(functions, names))
    waiting += _through_stars(sources, modules)
    seen, found = set(waiting), set()
    while waiting:
        module, within = _parted(waiting.pop(), modules)
        rules = _Rules(within or tuple(_defined(modules[module])), forbidden + names)
        for dotted in forbidden_uses(modules[module], rules):
            if dotted.partition(".")[0] not in names:
                found.add(dotted)
            elif dotted not in seen:
                seen.add(dotted)
                waiting.append(dotted)
    return sorted(found)


def _module(file: Path, folder: Path) -> Iterator[str]:
    """The dotted name of a file as seen from a folder, if it can have one."""
    if not file.is_relative_to(folder):
        return
    parts = list(file.relative_to(folder).with_name(own_name(file.name)).parts)
    parts[-1] = split_name(parts[-1])[0]
    if parts[-1] == "__init__":
        parts.pop()
    if parts and all(part.isidentifier() for part in parts):
        yield ".".join(parts)


def _imports(source: str) -> Iterator[str]:
    """The modules, and names that may be modules, which a source imports."""
    tree = parse(source)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[: i + 1]) for i in range(len(parts)))


def _through_stars(sources: Sequence[str], modules: Mapping[str, str]) -> list[str]:
    """What `from module import *` brings, as far as the code uses it."""
    trees = [tree for source in sources if (tree := parse(source)) is not None]
    used = taken_from_outside([node for tree in trees for node in tree.body])
    starred = {
        name.removesuffix(".*")
        for source in sources
        for name in _imports(source)
        if name.endswith(".*")
    }
    return [
        f"{module}.{name}"
        for module in starred & modules.keys()
        for name in _defined(modules[module])
        if name in used
    ]


def _parted(dotted: str, modules: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """A dotted name as a module and what of it is meant, () for all."""
    module = max((n for n in _with_parents(dotted) if n in modules), key=len)
    rest = dotted.removeprefix(module).strip(".").partition(".")[0]
    return module, (rest,) if rest else ()


def _defined(source: str) -> list[str]:
    tree = parse(source)
    body = tree.body if tree is not None else []
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return [node.name for node in body if isinstance(node, kinds)]
