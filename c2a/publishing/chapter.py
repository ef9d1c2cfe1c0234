"""A chapter's notebook as readers get it: folded cells, and the time that it takes.

The page and the notebooks for download are made from what ``prepared`` returns, so that
both say the same. The committed notebook knows nothing of it.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from c2a.publishing.folding import FOLD, folded

Notebook = dict[str, Any]
DEEPER = "Deeper:"  # a heading that starts so opens a section that the page closes
WORDS_A_MINUTE = 100  # text with formulas and figures, read to be understood
CELLS_A_MINUTE = 2

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*$")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_NOT_PROSE = re.compile(
    r"^(`{3,}|~{3,}).*?^\1|\$\$.*?\$\$|<details.*?</details>|<[^>]+>",
    re.DOTALL | re.MULTILINE,
)
_WORD = re.compile(r"\w[\w’'-]*")
_SIZE = re.compile(r"(?<=\d) × (?=\d)")
_MINUTES = re.compile(r"^#{2,3} .*?\b(\d+) minutes?\b", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """A run of prose, or one code cell, and whether it stands in a deeper section."""

    deeper: bool
    prose: str = ""
    cell: Notebook | None = None


@dataclass(frozen=True)
class Size:
    """How much of a chapter everybody reads, and how much only some do.

    Attributes:
        words: of prose outside deeper sections; code, mathematics in lines of its own
            and the options of self-check questions do not count.
        deeper: words inside deeper sections.
        cells: code cells in sight outside deeper sections.
    """

    words: int
    deeper: int
    cells: list[Notebook]

    @property
    def minutes(self) -> int:
        """Minutes to read it, to the next five, at least five."""
        exact = self.words / WORDS_A_MINUTE + len(self.cells) / CELLS_A_MINUTE
        return max(5, 5 * round(exact / 5))


def parts(notebook: Notebook) -> Iterator[Part]:
    """The notebook in reading order, cut where deeper sections begin and end."""
    depth = 0  # level of the heading of the deeper section we are in
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            yield Part(depth > 0, cell=cell)
        if cell["cell_type"] != "markdown":
            continue
        lines: list[str] = []
        fence = ""
        for line in "".join(cell["source"]).splitlines():
            if mark := _FENCE.match(line):
                fence = "" if mark[1] == fence else fence or mark[1]
            heading = None if fence else _HEADING.match(line)
            if heading and not (depth and len(heading[1]) > depth):
                yield Part(depth > 0, prose="\n".join(lines))
                lines = []
                depth = len(heading[1]) if heading[2].startswith(DEEPER) else 0
            lines.append(line)
        yield Part(depth > 0, prose="\n".join(lines))


def size(notebook: Notebook) -> Size:
    """Count what a reader of the chapter has before them."""
    counts = {True: 0, False: 0}
    cells = []
    for part in parts(notebook):
        counts[part.deeper] += len(_WORD.findall(_NOT_PROSE.sub(" ", part.prose)))
        if part.cell and not part.deeper and not folded(part.cell):
            cells.append(part.cell)
    return Size(counts[False], counts[True], cells)


def exercise_minutes(path: Path) -> int:
    """What the exercises take together: the sum of the minutes said below each task.

    Args:
        path: a notebook of exercises; 0 if it is not there.
    """
    if not path.exists():
        return 0
    cells = json.loads(path.read_text("utf-8"))["cells"]
    tasks = ("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    found = (_MINUTES.search(task) for task in tasks)
    return sum(int(match[1]) for match in found if match)


def times(notebook: Notebook, exercise_minutes: int = 0) -> str:
    """One line: the time to read, to run and to work the exercises.

    Args:
        notebook: a chapter.
        exercise_minutes: what its exercises take together, 0 where there are none.
    """
    pieces = [f"{size(notebook).minutes} minutes to read"]
    if seconds := notebook["metadata"].get("c2a", {}).get("seconds"):
        pieces.append(f"{seconds:.0f} seconds to run")
    if exercise_minutes:
        pieces.append(f"{_hours(exercise_minutes)} for the exercises")
    return "**Time:** " + ", ".join(pieces) + "."


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    words = [f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []
    words += [f"{rest} minutes"] if rest else []
    return " ".join(words)


def prepared(notebook: Notebook, exercise_minutes: int | None = None) -> Notebook:
    """A copy of ``notebook`` with its cells folded and its times below the title.

    Args:
        notebook: a notebook, as JSON, which is left as it is.
        exercise_minutes: see ``times``; None for a notebook that is no chapter, such as
            the exercises themselves, which gets no line.
    """
    result = copy.deepcopy(notebook)
    for cell in result["cells"]:
        if cell["cell_type"] == "code" and folded(cell):
            tags = cell["metadata"].setdefault("tags", [])
            if FOLD not in tags:
                tags.append(FOLD)
            # What JupyterLab reads; the tag is what the page reads.
            cell["metadata"].setdefault("jupyter", {})["source_hidden"] = True
    if exercise_minutes is not None:
        _below_title(result["cells"], times(notebook, exercise_minutes))
    return result


def joined(notebook: Notebook) -> Notebook:
    """A copy in which folded cells that follow one another are one cell.

    A folded cell without outputs goes into the folded cell after it, so that the page
    shows one button for both. Likewise what a cell printed in several pieces is one
    piece, or a line would break where a piece ends, and sizes such as 3 × 3 stay on one
    line of text. For the page only: readers run the cells as written.

    Args:
        notebook: what ``prepared`` returned.
    """
    cells: list[Notebook] = []
    for cell in copy.deepcopy(notebook["cells"]):
        last = cells[-1] if cells else None
        if last and _silent(last) and _is_folded(cell):
            both = ("".join(last["source"]).rstrip(), "".join(cell["source"]))
            cell["source"] = "\n\n\n".join(both)
            tags = last["metadata"]["tags"] + cell["metadata"]["tags"]
            cell["metadata"]["tags"] = list(dict.fromkeys(tags))
            cells.pop()
        if cell["cell_type"] == "code":
            cell["outputs"] = _whole(cell["outputs"])
        else:
            cell["source"] = _SIZE.sub("\u00a0×\u00a0", "".join(cell["source"]))
        cells.append(cell)
    return {**notebook, "cells": cells}


def _whole(outputs: list[Notebook]) -> list[Notebook]:
    """Outputs in which neighboring pieces of one stream are one."""
    whole: list[Notebook] = []
    for output in outputs:
        last = whole[-1] if whole else {}
        if last.get("name", 0) == output.get("name", 1):  # only streams have a name
            last["text"] = "".join(last["text"]) + "".join(output["text"])
        else:
            whole.append(output)
    return whole


def _is_folded(cell: Notebook) -> bool:
    return cell["cell_type"] == "code" and FOLD in cell["metadata"].get("tags", [])


def _silent(cell: Notebook) -> bool:
    return _is_folded(cell) and not cell["outputs"]


def _below_title(cells: list[Notebook], line: str) -> None:
    for cell in cells:
        if cell["cell_type"] != "markdown":
            continue
        source = "".join(cell["source"])
        if title := re.search(r"^# .+$", source, re.MULTILINE):
            end = title.end()
            cell["source"] = f"{source[:end]}\n\n{line}{source[end:]}"
            return
