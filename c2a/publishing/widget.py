"""The directive ``{c2a-widget} NAME``: an interactive figure on a Markdown page."""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from c2a.publishing.mime import raw

RUNTIME = "widgets-static.js"


class WidgetDirective(SphinxDirective):
    """Put an interactive figure of ``c2a.widgets`` on the page, by its name."""

    required_arguments = 1
    option_spec: ClassVar[dict] = {}

    def run(self) -> list[nodes.Node]:
        """HTML with the still picture and the state of the figure."""
        from c2a.widgets import FIGURES, static_html

        name = self.arguments[0]
        if name not in FIGURES:
            known = ", ".join(sorted(FIGURES))
            raise self.error(f"There is no figure {name!r}; there are {known}.")
        NbMetadataCollector.add_js_file(
            self.env, self.env.docname, "c2a_widgets", RUNTIME, {"type": "module"}
        )
        return [raw(static_html(FIGURES[name]()))]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("c2a-widget", WidgetDirective)
