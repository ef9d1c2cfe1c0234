"""The words that the site adds to a page."""

from __future__ import annotations

from docutils import nodes
from docutils.utils import new_document

from c2a.publishing.pages import DESCRIPTION_LENGTH, description, repair, run_line

RECORD = {
    "seconds": 71.4,
    "processor": "a small processor",
    "date": "2026-01-31",
    "torch": "2.13.0",
    "python": "3.11",
    "scale": "cpu",
    "threads": 1,
}


def test_run_line_says_seconds_machine_and_date() -> None:
    assert run_line(RECORD) == (
        "Ran in 71 s on a small processor, one thread, Python 3.11, torch 2.13.0, "
        "scale cpu, 2026-01-31."
    )
    assert "4 threads" in run_line(RECORD | {"threads": 4})


def test_run_line_of_a_page_that_was_not_run_is_empty() -> None:
    assert run_line({}) == ""


def test_description_is_the_first_real_paragraph_cut_at_a_word() -> None:
    document = new_document("test")
    document += nodes.paragraph(text="Too short.")
    document += nodes.paragraph(text="long words follow each other " * 20)
    text = description(document)
    assert text.startswith("long words follow")
    assert text.endswith("…")
    assert len(text) <= DESCRIPTION_LENGTH + 1
    assert text.removesuffix("…").split()[-1] in {
        "long",
        "words",
        "follow",
        "each",
        "other",
    }


def test_description_of_a_page_without_text_is_empty() -> None:
    assert description(None) == ""
    assert description(new_document("test")) == ""


def test_repair_takes_the_link_out_of_a_heading_that_opens_its_section() -> None:
    title = '<details class="deeper"><summary><h2>Deeper: why{}</h2></summary>'
    link = '<a class="headerlink" href="#a" title="Link">#</a>'
    other = f"<h2>Other{link}</h2>"
    assert repair(title.format(link) + other) == title.format("") + other


def test_repair_makes_entries_items_of_a_list() -> None:
    assert repair('<div role="doc-biblioentry">') == '<div role="listitem">'
