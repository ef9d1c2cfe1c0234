"""Interactive figures on the site: their code as files, and a directive for pages.

``{c2a-widget} NAME`` puts a figure on a Markdown page.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from c2a.publishing.mime import raw

RUNTIME = "widgets-static.js"
FOLDER = "figures"  # beside the runtime, which looks there


def write_code(static: Path) -> None:
    """Write the script and the style sheet of every figure below `static`."""
    from c2a.widgets import FIGURES, figure_class

    folder = static / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in FIGURES:
        figure = figure_class(name)
        (folder / f"{name}.js").write_text(figure.script(), "utf-8")
        (folder / f"{name}.css").write_text(figure.style(), "utf-8")


def add_runtime(environment: BuildEnvironment, page: str) -> None:
    """Have a page load the script that starts figures."""
    NbMetadataCollector.add_js_file(
        environment, page, "c2a_widgets", RUNTIME, {"type": "module"}
    )


class WidgetDirective(SphinxDirective):
    """Put an interactive figure of ``c2a.widgets`` on the page, by its name."""

    required_arguments = 1
    option_spec: ClassVar[dict] = {}

    def run(self) -> list[nodes.Node]:
        """HTML with the still picture and the state of the figure."""
        from c2a.widgets import figure_class
        from c2a.widgets.toolkit import static_html

        try:
            figure = figure_class(self.arguments[0])
        except LookupError as error:
            raise self.error(str(error)) from error
        add_runtime(self.env, self.env.docname)
        return [raw(static_html(figure()))]


def _write(app: Sphinx) -> None:
    if app.builder.format == "html":
        write_code(Path(app.outdir) / "_static")


def setup(app: Sphinx) -> None:
    """Register the directive, and write the figures' code."""
    app.add_directive("c2a-widget", WidgetDirective)
    app.connect("builder-inited", _write)
