"""The directive ``{c2a-data-credits}``: who made the data, and under what license."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from c2a.publishing.mime import raw


def credit(data_set: Any) -> str:
    """HTML for one entry of ``c2a.data.DATASETS``."""
    where = "Comes with the package"
    if data_set.downloads:
        where = "Downloaded when first used"
    elif data_set.package:
        where = f"Comes with the package {escape(data_set.package)}, which c2a installs"
    rows = {
        "Load it with": f'<code>load("{escape(data_set.name)}")</code>',
        "License": escape(data_set.license),
        "Please cite": escape(data_set.citation),
        "Source": _link(data_set.source),
        "Size": f"{where}, {data_set.size / 1e6:.1f} MB",
    }
    authors = "".join(
        f"<li>{escape(file.name)}: {escape(file.author)}"
        f"{', ' + escape(file.license) if file.license else ''}"
        f"{', ' + _link(file.source) if file.source else ''}</li>"
        for file in data_set.files
        if file.author
    )
    if authors:
        rows["Authors"] = f"<ul>{authors}</ul>"
    body = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows.items())
    return f'<dl class="c2a-credit">{body}</dl>'


def look(data_set: Any) -> str:
    """HTML with what the set is, what ``load`` returns, and a few examples.

    What does not ship with the book is only described: building must not need it.
    """
    from c2a.data import load
    from c2a.publishing.data_samples import documentation, sample

    html = f"<p>{escape(data_set.description)}</p>"
    if not data_set.ships:
        return html
    data = load(data_set.name)
    return html + documentation(data_set, data) + sample(data)


def _link(source: str) -> str:
    text = escape(source, quote=True)
    if source.startswith(("http://", "https://")) and " " not in source:
        return f'<a href="{text}">{text}</a>'
    return text


class DataCreditsDirective(SphinxDirective):
    """A section for each data set of the book."""

    def run(self) -> list[nodes.Node]:
        """Sections in the order of the registry."""
        from c2a.data import DATASETS

        result: list[nodes.Node] = []
        for data_set in DATASETS.values():
            section = nodes.section(ids=[nodes.make_id(f"data {data_set.name}")])
            section += nodes.title("", data_set.title)
            section += raw(look(data_set) + credit(data_set))
            result.append(section)
        return result


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("c2a-data-credits", DataCreditsDirective)
