"""The statements of ``book/claims.yaml``, and the cells of chapters that judge them.

A claim belongs to the chapter in whose notebook its tag ``claim-ID`` stands. Chapters
that share a group may be written one at a time: no claim may have two cells, and once
all of them are there, each must have one.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import yaml

from c2a.book import CHAPTERS, Chapter
from c2a.claims import MIME

Claim = dict[str, str]  # id, verdict, says, show
Cell = dict[str, Any]
PREFIX = "claim-"


def read_claims(book: Path) -> dict[str, list[Claim]]:
    """The claims by group, as in ``claims.yaml`` of the folder ``book``."""
    return _parsed((book / "claims.yaml").read_text("utf-8"))


@functools.cache
def _parsed(text: str) -> dict[str, list[Claim]]:
    return yaml.safe_load(text)


def cells_of(notebook: Path) -> list[Cell]:
    """The cells of a notebook, none where there is no such notebook."""
    if not notebook.exists():
        return []
    return json.loads(notebook.read_text("utf-8"))["cells"]


def tagged(cell: Cell) -> list[str]:
    """The claims that a cell says it judges, by its tags."""
    tags = cell["metadata"].get("tags", [])
    return [tag.removeprefix(PREFIX) for tag in tags if tag.startswith(PREFIX)]


def stored(cell: Cell) -> list[dict[str, Any]]:
    """The records that ``c2a.claims.claim`` left in the outputs of a cell."""
    datas = (output.get("data", {}) for output in cell.get("outputs", ()))
    return [data[MIME] for data in datas if MIME in data]


def judged_by(each: Chapter, book: Path) -> list[str]:
    """The claims that have a cell in a chapter."""
    return [name for cell in cells_of(_path(each, book)) for name in tagged(cell)]


def left_to(each: Chapter, book: Path) -> list[Claim]:
    """The claims of a chapter's group that no other chapter has settled."""
    settled = {
        record["id"]
        for other in _sharing(each)
        for cell in cells_of(_path(other, book))
        for record in stored(cell)
    }
    claims = read_claims(book)[each.group]
    return [claim for claim in claims if claim["id"] not in settled]


def faults(each: Chapter, book: Path, claims: dict[str, list[Claim]]) -> list[str]:
    """What is wrong with the claims of a chapter, a sentence each.

    A chapter that is not there owes nothing.

    Args:
        each: the chapter.
        book: the folder of the notebooks.
        claims: the claims by group.
    """
    path = _path(each, book)
    if not path.exists():
        return []
    ours = judged_by(each, book)
    theirs = {other: judged_by(other, book) for other in _sharing(each)}
    known = {claim["id"] for claim in claims[each.group]}
    found = [
        f"{name}: not in the group {each.group} of claims.yaml"
        for name in ours
        if name not in known
    ]
    found += [
        f"{name}: two cells" for name in sorted(set(ours)) if ours.count(name) > 1
    ]
    found += [
        f"{name}: has a cell in {other.slug}, too"
        for other, names in theirs.items()
        for name in ours
        if name in names
    ]
    for cell in cells_of(path):
        found += _faults_of_cell(cell)
    if all(_path(other, book).exists() for other in theirs):
        done = {*ours, *(name for names in theirs.values() for name in names)}
        found += [f"{name}: no cell" for name in sorted(known - done)]
    return found


def _faults_of_cell(cell: Cell) -> list[str]:
    tags, records = tagged(cell), stored(cell)
    found = [
        f"{name}: tagged, but the cell stored no verdict"
        for name in tags
        if name not in [record["id"] for record in records]
    ]
    for record in records:
        if record["id"] not in tags:
            found.append(f"{record['id']}: judged in a cell without its tag")
        if not (record["judged"] and record["found"]):
            found.append(f"{record['id']}: says no finding")
    return found


def _path(each: Chapter, book: Path) -> Path:
    return book / f"{each.slug}.ipynb"


def _sharing(each: Chapter) -> list[Chapter]:
    """The other chapters with the same group of claims."""
    return [other for other in CHAPTERS if other.group == each.group and other != each]
