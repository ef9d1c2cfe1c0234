"""Where to read again: the words of a heading, wherever the chapter lies."""

import json

import pytest

from c2a.exercises.kit import section

PROSE = (
    "(first)=\n## Slide, multiply, add\n\nText.\n\n(one)=\n(two)=\n### What is `x`?\n"
)


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """A function that writes the chapter beside an empty folder of exercises."""
    (tmp_path / "exercises").mkdir()
    (tmp_path / "book").mkdir()
    monkeypatch.chdir(tmp_path / "exercises")
    monkeypatch.setattr(section, "PROJECT", tmp_path / "nowhere")

    def write(text: str) -> None:
        section._titles.cache_clear()
        (tmp_path / "book" / "13a-some.ipynb").write_text(text)

    yield write
    section._titles.cache_clear()


def notebook(prose: str, **metadata) -> str:
    cells = [{"cell_type": "markdown", "source": prose.splitlines(keepends=True)}]
    return json.dumps({"cells": cells, "metadata": metadata})


def test_the_title_is_named_and_linked_as_jupyterlab_finds_it(chapter):
    chapter(notebook(PROSE))
    first = "13a-some.html#first"
    assert section.place(first) == "chapter 13a, “Slide, multiply, add”"
    assert section.link(first) == "../book/13a-some.ipynb#Slide,-multiply,-add"
    for label in ("one", "two"):
        assert section.place(f"13a-some.html#{label}") == "chapter 13a, “What is `x`?”"
        assert section.link(f"13a-some.html#{label}").endswith("#What-is-x?")


def test_a_copy_without_labels_has_the_titles_in_its_metadata(chapter):
    chapter(notebook("## Slow", c2a={"sections": {"first": "Slow"}}))
    assert section.place("13a-some.html#first") == "chapter 13a, “Slow”"


@pytest.mark.parametrize("text", ["", "{}", "[1]", "not a notebook", None])
def test_without_a_chapter_the_label_remains(chapter, text):
    if text is not None:
        chapter(text)
    assert section.place("13a-some.html#the-cost") == "chapter 13a, “the cost”"
    assert section.place("02-some.html") == "chapter 2"
    assert bool(section.link("13a-some.html#the-cost")) == (text is not None)
