"""Which notebooks a change concerns: itself changed, or what they import did."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

BRANCHES = ("origin/main", "main", "HEAD")


def changed_files(root: Path) -> list[str] | None:
    """Files that differ from the main branch, as paths below ``root``.

    On the main branch itself these are the ones not committed yet. None where git
    can't tell.
    """
    for branch in BRANCHES:
        base = _git(root, "merge-base", "HEAD", branch)
        if base:
            break
    else:
        return None
    differing = _git(root, "diff", "--name-only", "-z", base[0]) or []
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z") or []
    return [*differing, *new]


def _git(root: Path, *arguments: str) -> list[str] | None:
    """What a git command lists, None if it fails."""
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except OSError:
        return None
    if done.returncode:
        return None
    return [name for name in done.stdout.replace("\0", "\n").splitlines() if name]


def concerned(
    notebooks: Iterable[Path], changed: Iterable[str], root: Path
) -> list[Path]:
    """The notebooks that changed, or that import a module of the package that did.

    Imports are followed one step: what a module imports itself does not count, which
    is enough for a quick look; ``make test`` runs everything.
    """
    names = set(changed)
    modules = [
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in names
        if name.startswith("c2a/")
    ]
    found = []
    for path in notebooks:
        used = imports(path)
        if str(path.relative_to(root)) in names or any(
            module == each or module.startswith(f"{each}.")
            for module in modules
            for each in used
        ):
            found.append(path)
    return found


def imports(notebook: Path) -> set[str]:
    """The modules of the package that a notebook imports, by their dotted names."""
    found = set()
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        try:
            tree = ast.parse("".join(cell["source"]))
        except SyntaxError:  # a magic: nothing is imported from the package there
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module == "c2a":
                found |= {f"c2a.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module or "")
    return {name for name in found if name.startswith("c2a.")}
