"""Lay out a chapter that nobody has begun: ``python -m c2a.publishing.new_chapter 03``.

Writes the notebook, the solved exercises, and the files for exercises, words, sources
and tests. What is there already stays as it is. What is still to be written says so
with the words of ``TO_WRITE``, which the tests look for.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from c2a.book import Chapter, chapter
from c2a.environment import ROOT
from c2a.errors import C2AError
from c2a.publishing.statements import Claim, left_to

TO_WRITE = "To write:"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python"}

OPENING = """\
# {title}

To write: what breaks without this idea, on a real picture, sentence or curve.
{question}

**After this chapter you can**

- To write: three to five things.

**You need** To write: which chapters, and what else.
"""
IMPORTS = """\
import torch

from c2a.claims import claim
from c2a.scale import set_scale

set_scale(SCALE)
torch.set_num_threads(1)
"""
IDEA = """\
## To write: the first idea

A picture or a figure to play with first, then the formula, then code of exactly that
formula, then a check against the library. An example by hand before any class.

## To write: the data

A few examples, their labels, what was done to them.

## To write: the experiment

Say before the run what should happen; after it, what did, and what surprised.
"""
STATEMENTS = """\
## To write: the claims

Move each of the next cells to where its statement arises, and measure it there,
against a null that fails. Remove those that another chapter judges.
"""
STATEMENT = """\
“{says}”

To write: {show}
"""
CLAIM = """\
claim(
    "{id}",
    passed=False,
    verdict="{verdict}",
    found="nothing yet",
)
"""
CLOSING = """\
## Self-check

**1. To write: four to eight questions?**

<details class="quiz right"><summary>The right answer</summary>

Right. To write: why.

</details>
<details class="quiz wrong"><summary>A natural mistake</summary>

Not quite. To write: why not.

</details>

## Where it lives on

To write: the line from here to the models of today, with sources.

**Further reading**

- To write: what, and when to read it.

## Exercises

To write: what the exercises ask, and how long they take. They wait in the notebook of
this chapter, `exercises/{slug}.ipynb`; the button at the top of this page downloads it.
"""
TASKS = """\
# Exercises: {lower}

To write: how many exercises, how many points, how long.
Read [chapter {plain}](../book/{slug}.ipynb) first; each exercise says which section it
belongs to.

Write each answer in the cell that raises `NotImplementedError`. Keep its name and the
first line of the cell, `# exercise: ...`: by these the grader finds your answer. Then:

- `check(your_function)` tests your answer and shows the smallest case that fails;
- `hint(your_function)` helps you one step further, each time you call it;
- `progress()` shows what is done.
"""
SETUP = """\
from c2a.exercises.{module} import check, example, hint, progress  # noqa: F401
"""
WORKBOOK = '''\
"""Chapter {plain}: the graded exercises, and what their notebook calls."""

from c2a.exercises.kit.workbook import open_workbook

CHAPTER, check, example, hint, progress, grade = open_workbook(__name__)
'''
WORDS = """\
## Terms

## Symbols

| Symbol | Meaning | Shape or unit |
|---|---|---|
"""
SOURCES = (
    "% Keys: first author and year. Check authors, year and venue of what you add.\n"
)
TEST = '''\
"""The code that chapter {plain} exports, against an oracle."""

from __future__ import annotations

import pytest


def test_exported_code_equals_the_library() -> None:
    pytest.fail("To write: tests of what is exported; or remove this file.")
'''


def notebook_of(each: Chapter, claims: list[Claim]) -> NotebookNode:
    """The chapter's notebook with everything that is still to be written."""
    words = vars(each)
    cells = [
        new_markdown_cell(OPENING.format(**words), id="opening"),
        _code("parameters", 'SCALE = "cpu"\n', ["parameters", "hide-input"]),
        _code("imports", IMPORTS),
        new_markdown_cell(IDEA, id="ideas"),
        new_markdown_cell(STATEMENTS, id="statements"),
    ]
    for entry in claims:
        name = entry["id"]
        cells.append(new_markdown_cell(STATEMENT.format(**entry), id=f"says-{name}"))
        cells.append(_code(name, CLAIM.format(**entry), [f"claim-{name}"]))
    cells.append(new_markdown_cell(CLOSING.format(**words), id="closing"))
    return _notebook(cells)


def tasks_of(each: Chapter) -> NotebookNode:
    """The notebook of solved exercises, still without any."""
    words = vars(each) | {
        "lower": each.title.lower(),
        "plain": each.spoken,
        "module": each.module,
    }
    return _notebook(
        [
            new_markdown_cell(TASKS.format(**words), id="opening"),
            _code("setup", SETUP.format(**words), ["setup"]),
            new_markdown_cell("## Your progress", id="progress-heading"),
            _code("progress", "progress()"),
        ]
    )


def _code(name: str, source: str, tags: list[str] | None = None) -> NotebookNode:
    metadata = {"tags": tags} if tags else {}
    return new_code_cell(source.rstrip(), id=name, metadata=metadata)


def _notebook(cells: list[NotebookNode]) -> NotebookNode:
    for cell in cells:
        cell.source = cell.source.rstrip()
    metadata = {"kernelspec": {**KERNEL, "name": "python3"}}
    return new_notebook(cells=cells, metadata=metadata)


def files_of(each: Chapter, claims: list[Claim]) -> dict[str, str]:
    """Every file of a chapter by its path in the project.

    Args:
        each: the chapter.
        claims: the statements that it may settle.
    """
    words = {"plain": each.spoken, "module": each.module}
    return {
        f"book/{each.slug}.ipynb": nbformat.writes(notebook_of(each, claims)) + "\n",
        f"book/words/{each.slug}.md": WORDS,
        f"book/sources/{each.slug}.bib": SOURCES,
        f"solutions/{each.slug}.ipynb": nbformat.writes(tasks_of(each)) + "\n",
        f"c2a/exercises/{each.module}/__init__.py": WORKBOOK.format(**words),
        f"tests/chapters/test_{each.module}.py": TEST.format(**words),
    }


def lay_out(each: Chapter, root: Path) -> list[Path]:
    """Write the files of a chapter that are not there; return them."""
    written = []
    for name, text in files_of(each, left_to(each, root / "book")).items():
        path = root / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            written.append(path)
    return written


def main(arguments: list[str] | None = None) -> int:
    """Lay out the chapter that the command line names."""
    parser = argparse.ArgumentParser(description="Lay out a new chapter.")
    parser.add_argument("number", help="such as 03 or 13a")
    options = parser.parse_args(arguments)
    try:
        each = chapter(options.number)
    except C2AError as error:
        print(error, file=sys.stderr)
        return 1
    for path in lay_out(each, ROOT):
        print(f"Wrote {path.relative_to(ROOT)}")
    print(f"Chapter {each.number}, {each.title}: the tests say what is still to write.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
