"""Collect the code that a chapter has shown, so that later chapters can import it.

``make export`` writes the cells tagged ``export`` of ``book/02-convolution.ipynb`` to
``c2a/chapters/c02_convolution.py``, in reading order, imports first. ``--check`` writes
nothing and fails where the file is not what the notebook says.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from pathlib import Path

import nbformat

from c2a.book import CHAPTERS
from c2a.environment import ROOT
from c2a.errors import C2AError

TAG = "export"
HEADER = '''"""Code shown to the reader in chapter {number}, for later ones to build on.

Collected from the cells of book/{notebook} that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

'''


class ExportError(C2AError):
    """The tagged cells of a chapter do not make a module."""


def tagged_sources(notebook: Path) -> list[str]:
    """The sources of the cells tagged ``export``, in reading order."""
    cells = nbformat.read(notebook, as_version=4).cells
    return [cell.source for cell in cells if TAG in cell.metadata.get("tags", [])]


def split_imports(source: str) -> tuple[list[str], str]:
    """Top-level imports of a cell, and the rest of it with its comments."""
    imports: list[str] = []
    rest = source.splitlines()
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imports.append(ast.unparse(statement))
            for number in range(statement.lineno, (statement.end_lineno or 0) + 1):
                rest[number - 1] = ""
    return imports, "\n".join(rest).strip()


def ruff(text: str, *command: str) -> str:
    """What ruff makes of a module.

    Raises:
        ExportError: it finds a fault that it cannot mend.
    """
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--quiet", "-"],
        input=text,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if done.returncode:
        raise ExportError(done.stdout.strip() or done.stderr.strip())
    return done.stdout


def require_whole(text: str) -> None:
    """Refuse a module that uses names which only untagged cells define.

    Raises:
        ExportError: some name is defined nowhere in ``text``.
    """
    ruff(text, "check", "--select=F821,F811", "--output-format=concise")


def exported(notebook: Path) -> str:
    """The module made from a chapter, empty where no cell is tagged.

    Raises:
        ExportError: a cell is no plain Python, or uses a name that no tagged cell has.
    """
    imports: list[str] = []
    bodies: list[str] = []
    for source in tagged_sources(notebook):
        try:
            found, body = split_imports(source)
        except SyntaxError as error:
            raise ExportError(
                f"{notebook.name}: a cell tagged {TAG!r} is no plain Python "
                f"({error.msg}): {source.splitlines()[0]!r}."
            ) from None
        imports += found
        bodies += [body] if body else []
    if not bodies:
        return ""
    number = notebook.stem.partition("-")[0].lstrip("0")
    header = HEADER.format(number=number, notebook=notebook.name)
    text = (
        header
        + "\n".join(dict.fromkeys(imports))
        + "\n\n\n"
        + "\n\n\n".join(bodies)
        + "\n"
    )
    try:
        require_whole(text)
    except ExportError as error:
        raise ExportError(
            f"{notebook.name}: the cells tagged {TAG!r} do not stand alone; tag the "
            f"cell that defines what is missing:\n{error}"
        ) from None
    tidy = ruff(text, "check", "--fix-only", "--select=F401,I001")
    return ruff(tidy, "format")


def drifted(root: Path) -> dict[Path, str]:
    """The modules that are not what the chapters say, with what they should be."""
    folder = root / "c2a/chapters"
    modules = dict.fromkeys(set(folder.glob("*.py")) - {folder / "__init__.py"}, "")
    for chapter in CHAPTERS:
        notebook = root / "book" / f"{chapter.slug}.ipynb"
        if notebook.exists():
            modules[folder / f"{chapter.module}.py"] = exported(notebook)
    return {
        path: text
        for path, text in modules.items()
        if text != (path.read_text("utf-8") if path.exists() else "")
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the modules, or with ``--check`` tell which ones are out of date."""
    parser = argparse.ArgumentParser(description="Collect the code shown in chapters.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    try:
        changes = drifted(ROOT)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    for path, text in changes.items():
        name = path.relative_to(ROOT)
        if options.check:
            print(f"{name} is not what its chapter says: run `make export`.")
        elif text:
            path.write_text(text, "utf-8")
            print(f"Wrote {name}")
        else:
            path.unlink()
            print(f"Removed {name}: no cell of its chapter is tagged {TAG!r}")
    return 1 if options.check and changes else 0


if __name__ == "__main__":
    sys.exit(main())
