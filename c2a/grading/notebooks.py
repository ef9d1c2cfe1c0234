"""Read the code cells of one file, whatever program saved it.

Notebooks of format 4 are read straight from their JSON, without validation: a notebook
that breaks the schema in some corner is still an honest submission. Older formats go
through nbformat. Python files are split at jupytext's and nbconvert's cell marks.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any

SUFFIXES = (".ipynb", ".py")
LARGEST_FILE = 64 << 20  # bytes; outputs with pictures reach tens of megabytes
LARGEST_CELL = 1 << 20  # characters of source

_CELL_MARK = re.compile(r"^# (?:%%|In\s*\[[\d ]*\]:)[^\n]*$", re.MULTILINE)
_FOREIGN = (
    (b"%PDF", "is a PDF, not a notebook"),
    (b"PK\x03\x04", "is a ZIP archive, not a notebook"),
    (b"version https://git-lfs", "is a Git LFS pointer; the notebook was not pushed"),
)


class UnreadableError(Exception):
    """Why a submission cannot be read; the message ends "<file> ..."."""


@dataclass(frozen=True)
class Cell:
    """One code cell: its source and the name that its metadata gives it, if any."""

    source: str
    name: str = ""


def read_cells(path: Path) -> list[Cell]:
    """Read the code cells of a notebook or a Python file, in order.

    Args:
        path: a regular file that ends in `.ipynb` or `.py`.

    Raises:
        UnreadableError: with the reason, worded for the student.
    """
    data = _read_bytes(path)
    cells = _from_script(data) if path.suffix == ".py" else _from_notebook(data)
    if any(len(cell.source) > LARGEST_CELL for cell in cells):
        raise UnreadableError(f"has a cell of over {LARGEST_CELL:,} characters")
    return cells


def _read_bytes(path: Path) -> bytes:
    try:
        # A link in a submission may point at another submission or at the grader.
        status = path.lstat()
        if not S_ISREG(status.st_mode):
            raise UnreadableError("is not a plain file")
        if status.st_size > LARGEST_FILE:
            raise UnreadableError(f"is larger than {LARGEST_FILE >> 20} MB")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"cannot be opened: {error.strerror}") from error
    if not data.strip(b" \t\r\n\0"):
        raise UnreadableError("is empty")
    for beginning, reason in _FOREIGN:
        if data.startswith(beginning):
            raise UnreadableError(reason)
    return data


def _from_notebook(data: bytes) -> list[Cell]:
    text = _decode(data)
    try:
        notebook = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(_why_not_json(text, error)) from error
    if isinstance(notebook, dict) and "worksheets" in notebook:
        notebook = _upgrade(notebook)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise UnreadableError("is JSON, but not a notebook: it has no list of cells")
    return [
        Cell(_source(cell), _name(cell))
        for cell in cells
        if isinstance(cell, dict) and cell.get("cell_type", "code") == "code"
    ]


def _upgrade(notebook: dict[str, Any]) -> dict[str, Any]:
    """Bring a notebook of format 3, as IPython wrote until 2015, to format 4."""
    import nbformat

    try:
        return nbformat.convert(nbformat.from_dict(notebook), 4)
    except Exception as error:  # nbformat raises whatever a broken notebook provokes
        raise UnreadableError(f"is an old notebook that is damaged: {error}") from error


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _name(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name if isinstance(name, str) else ""


def _from_script(data: bytes) -> list[Cell]:
    # Markdown cells of a percent script are comments, so they need no handling.
    sources = _CELL_MARK.split(_decode(data).replace("\r\n", "\n"))
    return [Cell(source) for source in sources if source.strip()]


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


def _why_not_json(text: str, error: Exception) -> str:
    beginning = text.lstrip()[:200].lower()
    if beginning.startswith(("<!doctype html", "<html")):
        return "is a web page, not a notebook"
    if "<<<<<<< " in text and ">>>>>>> " in text:
        return "holds an unresolved Git merge conflict"
    if isinstance(error, json.JSONDecodeError) and error.pos >= len(text.rstrip()) - 1:
        return f"ends in the middle: it is cut off at line {error.lineno}"
    if isinstance(error, json.JSONDecodeError):
        unterminated = error.msg.startswith("Unterminated string")
        if unterminated:
            return "ends in the middle of a string: the file is cut off"
        return f"is not a notebook: {error.msg} at line {error.lineno}"
    return "is not a notebook: its JSON is nested too deeply or has a huge number"
