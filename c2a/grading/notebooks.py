"""Read the code cells of one file, whatever program saved it.

Notebooks of every format are read straight from their JSON, without validation: one
that breaks the schema in some corner is still an honest submission. Python files are
split at jupytext's and nbconvert's cell marks.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

LARGEST_FILE = 64 << 20  # bytes; outputs with pictures reach tens of megabytes
LARGEST_CODE = 1 << 18  # characters in all code cells
MOST_CELLS = 5_000
SMALL_FILE = 1 << 20  # bytes; of these no count of values does harm
LARGEST_REST = 16 << 20  # bytes of a notebook beside its outputs and pictures
MOST_VALUES = 200_000  # in that
MOST_PARTS = 4_000_000  # texts, brackets and commas, outputs included

# Browsers add an ending of their own: `hw.ipynb.txt`, `hw.ipynb.json`, `hw.ipynb (1)`.
_ENDING = re.compile(r"\.(ipynb|py)(?:\.txt|\.json| ?\(\d+\))?$", re.IGNORECASE)
_CELL_MARK = re.compile(r"^# ?(?:%%|In\s*\[[\d ]*\]:)[^\n]*$", re.MULTILINE)
# An answer in a cell that a wrong key has turned into text.
_ANSWER = tuple(re.compile(line, re.M) for line in (r"^# *exercise *: *\w", r"^def "))
# What JSON is made of, as far as it matters here. A text without an end is a part too:
# to look for an end from each of its quotes again would take for ever.
_PART = re.compile(
    rb'(?P<left_out>"(?:outputs|attachments|widgets)"\s*+:\s*+)(?=[\[{])'
    rb'|"(?:[^"\\]++|\\.)*+"?|[\[\]{},]',
    re.DOTALL,
)
_FOREIGN = (
    (b"%PDF", "is a PDF, not a notebook"),
    (b"PK\x03\x04", "is a ZIP archive or an office document, not a notebook"),
    (b"version https://git-lfs", "is a Git LFS pointer; the notebook was not pushed"),
)


class UnreadableError(Exception):
    """Why a submission cannot be read; the message ends "<file> ..."."""


@dataclass(frozen=True)
class Cell:
    """One code cell: its source and the name that its metadata gives it, if any."""

    source: str
    name: str = ""


def split_name(name: str) -> tuple[str, str]:
    """Part a file name into stem and kind: "ipynb", "py", or "" for other files.

    >>> split_name("hw.IPYNB"), split_name("hw.ipynb.txt"), split_name("notes.txt")
    (('hw', 'ipynb'), ('hw', 'ipynb'), ('notes.txt', ''))
    """
    ending = _ENDING.search(name)
    if ending is None:
        return name, ""
    return name[: ending.start()], ending[1].lower()


def read_cells(path: Path) -> list[Cell]:
    """Read the code cells of a notebook or a Python file, in order.

    Args:
        path: a file; one that does not end in `.py` must hold a notebook.

    Raises:
        UnreadableError: with the reason, worded for the student.
    """
    data = _read_bytes(path)
    script = split_name(path.name)[1] == "py"
    cells = _from_script(data) if script else _from_notebook(data)
    if len(cells) > MOST_CELLS:
        raise UnreadableError(f"holds over {MOST_CELLS:,} code cells")
    if sum(len(cell.source) for cell in cells) > LARGEST_CODE:
        raise UnreadableError(f"holds over {LARGEST_CODE:,} characters of code")
    return cells


def _read_bytes(path: Path) -> bytes:
    try:
        # A link in a submission may point at another submission or at the grader.
        status = path.lstat()
        if S_ISDIR(status.st_mode):
            raise UnreadableError("is a folder that cannot be opened")
        if not S_ISREG(status.st_mode):
            raise UnreadableError("is a link or device, not a plain file")
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


def _bounded(data: bytes) -> bytes:
    """A notebook, however large, without what its code has put out.

    Raises UnreadableError where the rest would take too much memory to read.
    """
    if len(data) <= SMALL_FILE:
        return data
    if not json.detect_encoding(data).startswith("utf-8"):
        if len(data) > LARGEST_REST:
            raise UnreadableError(f"is over {LARGEST_REST >> 20} MB and not in UTF-8")
        data = _decode(data).encode(errors="replace")
    kept = b"".join(_without_outputs(data))
    if len(kept) > LARGEST_REST:
        raise UnreadableError(f"holds over {LARGEST_REST >> 20} MB beside its outputs")
    return kept


def _without_outputs(data: bytes) -> Iterator[bytes]:
    """Leave outputs, pictures and texts that are too long for code out of JSON.

    Lines are counted as before. Raises UnreadableError for too many values.
    """
    begin = depth = values = 0
    above: int | None = None  # how deep what is being left out lies
    for number, part in enumerate(_PART.finditer(data)):
        if number > MOST_PARTS or values > MOST_VALUES:
            raise UnreadableError(f"holds over {MOST_VALUES:,} values")
        (start, end), first = part.span(), data[part.start()]
        depth += (first in b"[{") - (first in b"]}")
        if above is not None:
            if depth > above or first not in b"]}":
                continue
            yield b"null" + b"\n" * data.count(b"\n", begin, end)
            begin, above = end, None
        elif part["left_out"]:
            yield data[begin:end]
            begin, above = end, depth
        elif end - start > 4 * LARGEST_CODE:
            yield data[begin:start] + b'""'
            begin = end
        else:
            values += first in b"[{,"
    yield data[begin:] if above is None else b""


def _from_notebook(data: bytes) -> list[Cell]:
    text = _decode(_bounded(data))
    try:
        notebook = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        if b"<<<<<<< " in data and b">>>>>>> " in data:
            raise UnreadableError("holds an unresolved Git merge conflict") from error
        raise UnreadableError(_why_not_json(text, error)) from error
    cells = _cells(notebook) if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise UnreadableError("is JSON, but not a notebook: it has no list of cells")
    return [
        Cell(_source(cell), _name(cell))
        for cell in cells
        if isinstance(cell, dict) and _is_code(cell)
    ]


def _cells(notebook: dict[str, Any]) -> Any:
    # Before format 4, until 2015, cells were grouped in worksheets.
    worksheets = notebook.get("worksheets")
    if "cells" in notebook or not isinstance(worksheets, list):
        return notebook.get("cells")
    lists = [sheet.get("cells") for sheet in worksheets if isinstance(sheet, dict)]
    known = [cells for cells in lists if isinstance(cells, list)]
    return list(chain.from_iterable(known)) if known else None


def _is_code(cell: dict[str, Any]) -> bool:
    if cell.get("cell_type", "code") == "code":
        return True
    return all(line.search(_source(cell)) for line in _ANSWER)


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return _lines(source) if isinstance(source, str) else ""


def _lines(text: str) -> str:
    """End lines as Python counts them, whatever system the text comes from."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _name(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name if isinstance(name, str) else ""


def _from_script(data: bytes) -> list[Cell]:
    if len(data) > 8 * LARGEST_CODE:
        raise UnreadableError(f"holds over {LARGEST_CODE:,} characters of code")
    # Markdown cells of a percent script are comments, so they need no handling.
    sources = _CELL_MARK.split(_lines(_decode(data)))
    return [Cell(source) for source in sources if source.strip()]


def _decode(data: bytes) -> str:
    return data.decode(json.detect_encoding(data), errors="replace")


def _why_not_json(text: str, error: Exception) -> str:
    beginning = text.lstrip()[:200].lower()
    if beginning.startswith(("<!doctype html", "<html")):
        return "is a web page, not a notebook"
    if isinstance(error, json.JSONDecodeError):
        if error.msg == "Extra data":
            return f"goes on after the notebook's end, at line {error.lineno}"
        if error.msg.startswith("Unterminated string"):
            return "ends in the middle of a string: the file is cut off"
        if error.pos >= len(text.rstrip()) - 1:
            return f"ends in the middle: it is cut off at line {error.lineno}"
        return f"is not a notebook: {error.msg} at line {error.lineno}"
    return "is not a notebook: its JSON is nested too deeply or has a huge number"
