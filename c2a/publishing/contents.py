"""The directive ``{c2a-chapters}``: all chapters, written or planned, as a table."""

from __future__ import annotations

from collections.abc import Set

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from c2a.book import CHAPTERS


def table(written: Set[str]) -> str:
    """A table of all chapters in Markdown; the written ones are links.

    Args:
        written: the slugs of the chapters that have a page.
    """
    rows = ["| No. | Chapter | The question it answers |", "|--:|---|---|"]
    for each in CHAPTERS:
        title = each.title
        if each.slug in written:
            title = f"[{title}]({each.slug}.ipynb)"
        rows.append(f"| {each.spoken} | {title} | {each.question} |")
    return "\n".join(rows)


def standing(written: int) -> str:
    """A sentence on how far the book has come, empty once it is whole."""
    if written == len(CHAPTERS):
        return ""
    return (
        f"The book is being written: {written} of {len(CHAPTERS)} chapters are there, "
        "as links; the others are planned."
    )


class ChaptersDirective(SphinxDirective):
    """Every chapter with its question."""

    def run(self) -> list[nodes.Node]:
        """The sentence and the table."""
        written = {each.slug for each in CHAPTERS} & self.env.found_docs
        text = f"{standing(len(written))}\n\n{table(written)}"
        return self.parse_text_to_nodes(text)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("c2a-chapters", ChaptersDirective)
