"""Words and sources are collected from many files, and each stands once in them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from pybtex.database import Entry, parse_file

from c2a.book import CHAPTERS
from c2a.publishing.words import (
    WordsError,
    parts,
    source_files,
    symbols,
    terms,
    word_files,
)

BOOK = Path(__file__).parents[2] / "book"
SLUGS = {each.slug for each in CHAPTERS} | {"shared"}
WORDS = """\
## Terms

stride
: How far the kernel moves,
  in pixels.

weight sharing
: Using the same weights twice.

## Symbols

| Symbol | Meaning | Shape or unit |
|---|---|---|
| $H$, $W$ | height and width, $n$ where they are equal | pixels |
| $s$ | {term}`stride` | |
"""


def twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book with words for a chapter and for none."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words/03-pooling.md").write_text(WORDS, "utf-8")
    (tmp_path / "words/shared.md").write_text("## Terms\n\nseed\n: A start.\n", "utf-8")
    return tmp_path


def test_files_come_in_the_order_of_the_book(book: Path) -> None:
    assert list(word_files(book)) == ["Everywhere", "Pooling"]


def test_terms_and_symbols_are_read(book: Path) -> None:
    path = book / "words/03-pooling.md"
    assert terms(path) == ["stride", "weight sharing"]
    assert symbols(path) == ["H", "W", "s"]
    assert symbols(book / "words/shared.md") == []


def test_a_heading_that_nobody_would_collect_is_refused(book: Path) -> None:
    path = book / "words/shared.md"
    path.write_text("## Words\n\nseed\n: A start.\n", "utf-8")
    with pytest.raises(WordsError, match="'Words' is none of Terms, Symbols"):
        parts(path)


def test_a_file_of_no_chapter_is_refused(book: Path) -> None:
    (book / "words/03-poling.md").write_text("", "utf-8")
    with pytest.raises(WordsError, match="03-poling"):
        word_files(book)


def test_every_word_of_the_book_stands_once() -> None:
    files = list(word_files(BOOK).values())
    assert sum(len(terms(path)) for path in files) > 20
    assert twice(term.lower() for path in files for term in terms(path)) == []
    assert twice(symbol for path in files for symbol in symbols(path)) == []


def test_every_definition_is_collected() -> None:
    for path in word_files(BOOK).values():
        text = parts(path).get("Terms", "")
        heads = [line for line in text.splitlines() if re.match(r"[^\s:]", line)]
        assert heads == terms(path), path.name


def identities(entry: Entry) -> set[tuple[str, str]]:
    """What two entries for one work share, even if their keys differ."""
    found = {
        (field, entry.fields[field].lower().rstrip("/"))
        for field in ("doi", "url")
        if field in entry.fields
    }
    title = re.sub(r"[^a-z0-9]", "", entry.fields.get("title", "").lower())
    return found | {("title", title)}


def sources() -> list[tuple[str, str, Entry]]:
    """File, key and entry of every source of the book."""
    return [
        (path.stem, key, entry)
        for path in source_files(BOOK)
        for key, entry in parse_file(str(path)).entries.items()
    ]


def test_every_source_stands_once() -> None:
    assert twice(key.lower() for _, key, _ in sources()) == []
    assert twice(each for _, _, entry in sources() for each in identities(entry)) == []


def test_a_work_under_two_keys_would_be_found() -> None:
    entry = Entry("article", {"title": "Deep {Nets}", "doi": "10.1/X"})
    same_work = Entry("misc", {"title": "Deep nets"})
    same_doi = Entry("misc", {"title": "Other", "doi": "10.1/x"})
    assert identities(entry) & identities(same_work)
    assert identities(entry) & identities(same_doi)
    assert not identities(same_work) & identities(same_doi)


def test_every_source_says_who_what_where_and_when() -> None:
    for slug, key, entry in sources():
        assert slug in SLUGS
        assert entry.persons.get("author") or entry.fields.get("author"), key
        assert {"title", "year"} <= set(entry.fields), key
        where = {"doi", "url", "journal", "booktitle", "publisher", "school"}
        assert where & set(entry.fields) or "howpublished" in entry.fields, key
        assert re.search(r"\d{4}", key), f"{key}: first author and year, as lecun1989"


def cited_keys() -> set[str]:
    """The keys that chapters, solutions, words and pages cite."""
    pages = [*BOOK.glob("*.md"), *(BOOK / "words").glob("*.md")]
    texts = [path.read_text("utf-8") for path in pages]
    for folder in (BOOK, BOOK.parent / "solutions"):
        for path in folder.glob("*.ipynb"):
            cells = json.loads(path.read_text("utf-8"))["cells"]
            texts += ["".join(cell["source"]) for cell in cells]
    found = re.findall(r"\{cite:\w+\}`([^`]+)`", "\n".join(texts))
    return {key.strip() for keys in found for key in keys.split(",")}


def test_a_chapter_lists_only_sources_that_are_cited() -> None:
    cited = cited_keys()
    unused = [
        key for slug, key, _ in sources() if slug != "shared" and key not in cited
    ]
    assert unused == []
