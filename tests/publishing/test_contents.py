"""The list of chapters on the front page, and the contents at the side."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import yaml

from c2a.book import CHAPTERS
from c2a.publishing.contents import standing, table

ROOT = Path(__file__).parents[2]


def test_every_chapter_is_listed_and_the_written_ones_are_links() -> None:
    rows = table({"02-convolution"}).splitlines()
    assert len(rows) == 2 + len(CHAPTERS)
    assert rows[2].startswith("| 1 | Why dense layers fail | What ")
    assert any(row.startswith("| 13a | Attention | What ") for row in rows)
    assert rows[3].startswith("| 2 | [Convolution](02-convolution.ipynb) | What ")


def test_the_front_page_says_how_far_the_book_has_come() -> None:
    assert "3 of 20 chapters" in standing(3)
    assert standing(len(CHAPTERS)) == ""


def test_the_contents_take_in_every_chapter_and_nothing_else_that_is_numbered() -> None:
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    (pattern,) = [
        entry["glob"]
        for part in contents["parts"]
        for entry in part["chapters"]
        if "glob" in entry
    ]
    slugs = {each.slug for each in CHAPTERS}
    assert all(fnmatch(slug, pattern) for slug in slugs)
    numbered = {path.stem for path in (ROOT / "book").glob("*.ipynb")}
    assert {name for name in numbered if fnmatch(name, pattern)} <= slugs
