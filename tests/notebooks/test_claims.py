"""Every claim of a chapter is judged by a cell, and every such cell judges a claim."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from c2a.book import CHAPTERS, Chapter
from c2a.publishing.statements import faults, read_claims

BOOK = Path(__file__).parents[2] / "book"
CLAIMS = read_claims(BOOK)


def test_every_group_has_a_chapter() -> None:
    assert {each.group for each in CHAPTERS} == set(CLAIMS)


def test_claims_have_one_name_each() -> None:
    names = Counter(claim["id"] for group in CLAIMS.values() for claim in group)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("each", CHAPTERS, ids=lambda each: each.slug)
def test_a_written_chapter_judges_all_of_its_claims(each: Chapter) -> None:
    found = faults(each, BOOK, CLAIMS)
    assert not found, "\n".join(found)
