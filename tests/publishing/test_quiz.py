"""The self-check questions of every chapter, and the rules they are held to."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from c2a.book import NOTEBOOKS
from c2a.publishing.quiz import faults, read_questions

ROOT = Path(__file__).parents[2]


def _option(kind: str, text: str, why: str) -> str:
    return (
        f'<details class="quiz {kind}"><summary>{text}</summary>\n\n{why}\n\n</details>'
    )


RIGHT = _option("right", "14", "Right. The layer takes the floor of 14.5.")
WRONG = _option("wrong", "14.5", "Not quite. A position either fits or it does not.")


def _chapter(*questions: str) -> str:
    return "\n\n".join(
        f"**{number}. How wide is it?**\n\n{question}"
        for number, question in enumerate(questions, start=1)
    )


GOOD = f"{RIGHT}\n{WRONG}"


def test_questions_are_read_with_their_options() -> None:
    questions = read_questions(_chapter(GOOD, GOOD))
    assert [question.number for question in questions] == [1, 2]
    assert [option.verdict for option in questions[0].options] == ["right", "wrong"]
    assert questions[0].options[0].text == "14"


def test_a_good_chapter_has_no_faults() -> None:
    assert faults(_chapter(GOOD, GOOD, GOOD, GOOD)) == []


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (RIGHT, "fewer than two options"),
        (f"{WRONG}\n{WRONG}", "no right option"),
        (GOOD.replace("Right. ", ""), "must start with 'Right'"),
        (GOOD.replace(">14<", ">$14$<"), "Markdown does not work"),
        (GOOD.replace("Right. The layer takes the floor of 14.5.", "Right."), "why"),
        (GOOD.replace("</summary>\n\nRight", "</summary>\nRight"), "blank line"),
        (GOOD.replace('"quiz wrong"', '"quiz false"'), "not written as it should"),
    ],
)
def test_each_fault_is_named(bad: str, said: str) -> None:
    found = faults(_chapter(bad, GOOD, GOOD, GOOD))
    assert any(said in fault for fault in found), found


def test_too_few_and_misnumbered_questions_are_faults() -> None:
    chapter = _chapter(GOOD, GOOD).replace("**2.", "**3.")
    assert any("4 to 8" in fault for fault in faults(chapter))
    assert any("should have the number 2" in fault for fault in faults(chapter))


CHAPTERS = sorted((ROOT / "book").glob(NOTEBOOKS))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_questions_of_a_chapter(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert faults("\n\n".join(cells)) == []
