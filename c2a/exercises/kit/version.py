"""The version of an exercise: a hash of all code that judges it."""

import ast
import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from c2a.exercises.kit.parsing import parse

#: What is followed: declarations, the kit, and code that references take from chapters.
FOLLOWED = ("c2a.exercises.", "c2a.chapters.")


def version_of(module: str) -> str:
    """Hash of a module's source and that of all it imports of the book, 16 hex digits.

    Followed are the imports as they stand in the source, so that the display of
    results, which judges nothing, is no part of it.
    """
    waiting, sources = [module], {}
    while waiting:
        name = waiting.pop()
        if name in sources or (path := _path(name)) is None:
            continue
        sources[name] = path.read_text(encoding="utf-8")
        waiting += _imported(path)
    # The name of an instructor's own file says where it lay, not how it judges.
    sources[""] = sources.pop(module, "")
    text = "\0".join(f"{name}\0{sources[name]}" for name in sorted(sources))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _path(module: str) -> Path | None:
    if module in sys.modules:
        file = getattr(sys.modules[module], "__file__", None)
    else:
        try:
            spec = importlib.util.find_spec(module)
        except ModuleNotFoundError:  # `from module import name` names no module
            return None
        file = spec.origin if spec else None
    return Path(file) if file else None


@cache
def _imported(path: Path) -> tuple[str, ...]:
    """Modules of the book that a file imports, and names that may be modules."""
    return tuple(_of_the_book(path.read_text(encoding="utf-8")))


def _of_the_book(source: str) -> Iterator[str]:
    for node in ast.walk(parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [node.module, *inside]
        for name in names:
            if name.startswith(FOLLOWED) and not _is_chapter(name):
                yield name


def _is_chapter(name: str) -> bool:
    """Whether this is a chapter's whole folder, whose `__init__` only opens it."""
    return name.count(".") == 2 and name.startswith("c2a.exercises.c")
