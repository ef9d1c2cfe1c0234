"""A chapter becomes a page: machinery folded, deeper sections closed, times said.

A deeper section goes into a ``<details>`` element whole, cells and figures included. It
stays a section for everything else: it has its place in the contents, its words are
found, and a link to it opens it (``book.js``).
"""

from __future__ import annotations

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from c2a.publishing.chapter import DEEPER, exercise_minutes, joined, prepared
from c2a.publishing.mime import raw


def prepare_source(app: Sphinx, docname: str, source: list[str]) -> None:
    """Give the page its notebook, prepared and joined (``source-read``)."""
    path = Path(app.env.doc2path(docname))
    if path.suffix == ".ipynb":
        exercises = path.parents[1] / "exercises" / path.name
        notebook = prepared(json.loads(source[0]), exercise_minutes(exercises))
        source[0] = json.dumps(joined(notebook))


def close_sections(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Wrap the deeper sections of a page (``doctree-resolved``)."""
    for section in list(doctree.findall(nodes.section)):
        title = section.next_node(nodes.title)
        if title is None or not title.astext().startswith(DEEPER):
            continue
        place = section.index(title)
        section.insert(place + 1, raw("</summary>"))
        section.insert(place, raw('<details class="deeper"><summary>'))
        section.append(raw("</details>"))


def setup(app: Sphinx) -> None:
    """Connect to the moments at which a page is read and complete."""
    app.connect("source-read", prepare_source)
    app.connect("doctree-resolved", close_sections)
