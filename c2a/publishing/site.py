"""Sphinx extension of the book: pages that need no kernel, no CDN, no other host.

Jupyter Book loads it by name in ``_config.yml``; its parts live beside this file.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from pybtex import plugin
from sphinx.application import Sphinx
from sphinx.config import Config

from c2a.publishing import (
    assets,
    bare_machine,
    chapter_page,
    contents,
    data_credits,
    fact_check,
    katex,
    pages,
    weights,
    widget,
    words,
)

TEMPLATES = str(Path(__file__).parent / "templates")
PARTS = (
    assets,
    bare_machine,
    chapter_page,
    contents,
    data_credits,
    fact_check,
    katex,
    weights,
    widget,
    words,
)


def _configure(app: Sphinx, config: Config) -> None:
    """Use the book's own templates and only the style sheets and scripts it names."""
    config.templates_path.insert(0, TEMPLATES)
    # Jupyter Book adds every file below _static to every page.
    config.html_css_files = []
    config.html_js_files = [("book.js", {})]


def _share_node_handlers(app: Sphinx) -> None:
    """Let one-page and e-book builds show hidden cells, which myst-nb does not."""
    handlers = app.registry.translation_handlers
    name = app.builder.name
    if name in {"singlehtml", "epub"}:
        handlers[name] = {**handlers.get("html", {}), **handlers.get(name, {})}


def _find_plugins_once() -> None:
    """Keep what pybtex looks up in all packages' metadata anew for each citation."""
    plugin._load_entry_point = functools.cache(plugin._load_entry_point)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the parts of the extension to Sphinx."""
    _find_plugins_once()
    app.connect("config-inited", _configure, priority=900)
    app.connect("builder-inited", _share_node_handlers, priority=900)
    app.connect("html-page-context", pages.add_page_context, priority=950)
    for part in PARTS:
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
