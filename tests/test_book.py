"""The table of chapters: what everybody derives names and folders from."""

from __future__ import annotations

import keyword
import re
from fnmatch import fnmatch

import pytest

from c2a.book import CHAPTERS, NOTEBOOKS, ChapterError, chapter


def test_chapters_are_numbered_from_one_without_a_gap():
    numbers = [each.number for each in CHAPTERS]
    assert numbers == sorted(set(numbers))
    digits = list(dict.fromkeys(number[:2] for number in numbers))
    assert digits == [f"{place:02}" for place in range(1, len(digits) + 1)]


def test_a_chapter_of_two_notebooks_has_letters_from_a_on():
    letters: dict[str, str] = {}
    for each in CHAPTERS:
        letters[each.number[:2]] = letters.get(each.number[:2], "") + each.number[2:]
    assert set(letters.values()) == {"", "ab"}
    assert letters["13"] == "ab"


def test_a_slug_is_a_file_name_and_a_module():
    for each in CHAPTERS:
        assert re.fullmatch(r"\d\d[a-z]?(-[a-z0-9]+)+", each.slug)
        assert each.module.isidentifier()
        assert not keyword.iskeyword(each.module)
    assert chapter("02").slug == "02-convolution"
    assert chapter("02").module == "c02_convolution"
    assert chapter("13a").module == "c13a_attention"


@pytest.mark.parametrize(
    ("number", "spoken"), [("02", "2"), ("10", "10"), ("13a", "13a")]
)
def test_a_number_is_spoken_without_leading_zeros(number, spoken):
    assert chapter(number).spoken == spoken


def test_the_notebook_of_every_chapter_is_found_by_one_pattern():
    assert all(fnmatch(f"{each.slug}.ipynb", NOTEBOOKS) for each in CHAPTERS)


def test_every_chapter_answers_a_question_of_its_own():
    assert all(each.question.endswith("?") for each in CHAPTERS)
    for words in ("slug", "title", "question"):
        assert len({getattr(each, words) for each in CHAPTERS}) == len(CHAPTERS)


@pytest.mark.parametrize("number", ["20", "2", "00", "13", "", "convolution"])
def test_an_unknown_number_is_said_with_what_there_is(number):
    with pytest.raises(ChapterError, match="01 to 19"):
        chapter(number)
