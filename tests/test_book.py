"""The table of chapters: what everybody derives names and folders from."""

from __future__ import annotations

import keyword
import re

import pytest

from c2a.book import CHAPTERS, ChapterError, chapter


def test_chapters_are_numbered_from_one_without_a_gap():
    numbers = [f"{place:02}" for place in range(1, len(CHAPTERS) + 1)]
    assert [each.number for each in CHAPTERS] == numbers


def test_a_slug_is_a_file_name_and_a_module():
    for each in CHAPTERS:
        assert re.fullmatch(r"\d\d(-[a-z0-9]+)+", each.slug)
        assert each.module.isidentifier()
        assert not keyword.iskeyword(each.module)
    assert chapter("02").slug == "02-convolution"
    assert chapter("02").module == "c02_convolution"


def test_every_chapter_answers_a_question_of_its_own():
    assert all(each.question.endswith("?") for each in CHAPTERS)
    for words in ("slug", "title", "question"):
        assert len({getattr(each, words) for each in CHAPTERS}) == len(CHAPTERS)


@pytest.mark.parametrize("number", ["20", "2", "00", "", "convolution"])
def test_an_unknown_number_is_said_with_what_there_is(number):
    with pytest.raises(ChapterError, match="01 to 19"):
        chapter(number)
