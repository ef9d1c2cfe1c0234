"""A claim without a cell, or a cell without a claim, is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from c2a.book import chapter
from c2a.claims import MIME
from c2a.publishing.statements import faults, judged_by, left_to, read_claims

POOLING = chapter("03")
OLD, DEEP, RESIDUAL = chapter("05"), chapter("06"), chapter("07")
CLAIMS = """\
pooling:
  - {id: one, verdict: holds, says: A, show: B}
  - {id: two, verdict: wrong, says: C, show: D}
cnn-history:
  - {id: old, verdict: holds, says: E, show: F}
  - {id: deep, verdict: holds, says: G, show: H}
  - {id: residual, verdict: holds, says: I, show: J}
"""


class Book:
    """A book to write into, cell by cell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "claims.yaml").write_text(CLAIMS, "utf-8")

    def write(self, each, *cells) -> None:
        text = json.dumps({"cells": cells})
        (self.folder / f"{each.slug}.ipynb").write_text(text, "utf-8")

    def faults(self, each) -> list[str]:
        return faults(each, self.folder, read_claims(self.folder))


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def cell(*tags: str, stores: tuple[str, ...] | None = None, judged: bool = True):
    """A cell with tags ``claim-ID``; it stores a verdict on each unless told."""
    records = [
        {"id": name, "judged": judged, "found": "1 < 2"}
        for name in (tags if stores is None else stores)
    ]
    return {
        "cell_type": "code",
        "metadata": {"tags": [f"claim-{name}" for name in tags]},
        "outputs": [{"data": {MIME: record}} for record in records],
    }


TEXT = {"cell_type": "markdown", "metadata": {}, "source": "text"}


def test_a_chapter_that_is_not_there_owes_nothing(book: Book) -> None:
    assert book.faults(POOLING) == []


def test_a_chapter_that_judges_all_its_claims_has_no_fault(book: Book) -> None:
    book.write(POOLING, TEXT, cell("one"), cell("two"))
    assert judged_by(POOLING, book.folder) == ["one", "two"]
    assert book.faults(POOLING) == []


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ([cell("one")], "two: no cell"),
        ([cell("one"), cell("two"), cell("one")], "one: two cells"),
        ([cell("one"), cell("two"), cell("old")], "old: not in the group pooling"),
        ([cell("one"), cell("two", stores=())], "two: tagged, but the cell stored no"),
        ([cell("one"), cell("two"), cell(stores=("two",))], "two: judged in a cell wi"),
        ([cell("one"), cell("two", judged=False)], "two: says no finding"),
    ],
)
def test_a_fault_is_said_once(book: Book, cells: list, fault: str) -> None:
    book.write(POOLING, *cells)
    (found,) = book.faults(POOLING)
    assert found.startswith(fault)


def test_chapters_that_share_claims_may_come_one_at_a_time(book: Book) -> None:
    book.write(DEEP, cell("deep"))
    book.write(OLD, cell("old"))
    assert book.faults(DEEP) == book.faults(OLD) == []
    assert [claim["id"] for claim in left_to(RESIDUAL, book.folder)] == ["residual"]


def test_once_all_are_there_each_claim_has_its_cell(book: Book) -> None:
    for each, name in ((OLD, "old"), (DEEP, "deep")):
        book.write(each, cell(name))
    book.write(RESIDUAL)
    assert book.faults(OLD) == book.faults(RESIDUAL) == ["residual: no cell"]
    book.write(RESIDUAL, cell("residual"))
    assert [book.faults(each) for each in (OLD, DEEP, RESIDUAL)] == [[], [], []]


def test_two_chapters_may_not_judge_one_claim(book: Book) -> None:
    book.write(OLD, cell("old"))
    book.write(DEEP, cell("old"))
    assert book.faults(OLD) == ["old: has a cell in 06-going-deeper, too"]
