"""The glossary, the notation and the bibliography, collected from one file a chapter.

``book/words/SLUG.md`` holds the terms and symbols that a chapter brings in, as a
definition list under ``## Terms`` and a table under ``## Symbols``;
``book/sources/SLUG.bib`` its sources. ``shared`` is for what belongs to no chapter.
Each term, symbol and source stands once in all of these files.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

from c2a.book import CHAPTERS
from c2a.errors import C2AError

HEADINGS = ("Terms", "Symbols")


class WordsError(C2AError):
    """A file of words is not laid out as the build expects it."""


def word_files(book: Path) -> dict[str, Path]:
    """The files of words by the title they go under, in the order of the book."""
    titles = {"shared": "Everywhere"} | {each.slug: each.title for each in CHAPTERS}
    found = {path.stem: path for path in (book / "words").glob("*.md")}
    for slug in sorted(found.keys() - titles.keys()):
        raise WordsError(f"{found[slug]} has the name of no chapter in c2a/book.py.")
    return {titles[slug]: found[slug] for slug in titles if slug in found}


def parts(path: Path) -> dict[str, str]:
    """The text of a file of words below each of its headings.

    Raises:
        WordsError: a heading is none of ``HEADINGS``.
    """
    _, *sections = re.split(r"^## +", path.read_text("utf-8"), flags=re.MULTILINE)
    texts = {}
    for section in sections:
        heading, _, text = section.partition("\n")
        if heading.strip() not in HEADINGS:
            raise WordsError(
                f"{path}: the heading {heading!r} is none of {', '.join(HEADINGS)}."
            )
        texts[heading.strip()] = text.strip()
    return texts


def terms(path: Path) -> list[str]:
    """The terms that a file defines."""
    text = parts(path).get("Terms", "")
    return re.findall(r"^(\S.*)\n: ", text, flags=re.MULTILINE)


def symbols(path: Path) -> list[str]:
    """The symbols that a file explains, each as it is written between dollars."""
    rows = parts(path).get("Symbols", "").splitlines()[2:]
    return [found for row in rows for found in re.findall(r"\$(.+?)\$", _first(row))]


def _first(row: str) -> str:
    """The first cell of a row of a table."""
    return row.strip().removeprefix("|").partition("|")[0]


def source_files(book: Path) -> list[Path]:
    """The files of sources, in the order of their names."""
    return sorted((book / "sources").glob("*.bib"))


class _WordsDirective(SphinxDirective):
    """What two directives share: the files, of which the page then depends."""

    def collected(self, heading: str) -> dict[str, str]:
        """The texts below a heading by the title of their chapter."""
        texts = {}
        for title, path in word_files(Path(self.env.srcdir)).items():
            self.env.note_dependency(str(path))
            if text := parts(path).get(heading):
                texts[title] = text
        return texts


class GlossaryDirective(_WordsDirective):
    """All terms of the book, by the alphabet."""

    def run(self) -> list[nodes.Node]:
        """One glossary, as Sphinx makes it."""
        text = "\n\n".join(self.collected("Terms").values())
        entries = re.sub(r"^: ", "  ", text, flags=re.MULTILINE)
        return self.parse_text_to_nodes(f"```{{glossary}}\n:sorted:\n\n{entries}\n```")


class NotationDirective(_WordsDirective):
    """All symbols of the book, by the chapter that brings them in."""

    def run(self) -> list[nodes.Node]:
        """A section with a table for each chapter."""
        sections: list[nodes.Node] = []
        for title, table in self.collected("Symbols").items():
            section = nodes.section(ids=[nodes.make_id(f"symbols {title}")])
            section += nodes.title("", title)
            section += self.parse_text_to_nodes(table)
            sections.append(section)
        return sections


def _collect_sources(app: Sphinx, config: Config) -> None:
    config.bibtex_bibfiles = [str(path) for path in source_files(Path(app.srcdir))]


def setup(app: Sphinx) -> None:
    """Register the directives and hand the sources to the bibliography."""
    app.connect("config-inited", _collect_sources)
    app.add_directive("c2a-glossary", GlossaryDirective)
    app.add_directive("c2a-notation", NotationDirective)
