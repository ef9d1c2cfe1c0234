"""One style sheet for the site, and no file in ``_static`` that no page uses."""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path

from pydata_sphinx_theme.pygments import get_pygments_stylesheet
from sphinx.application import Sphinx

STYLESHEET = "site.css"
LIGHT_CODE, DARK_CODE = "a11y-high-contrast-light", "a11y-high-contrast-dark"

# What pages load, directly or from a script; the themes bring 8 MB more.
KEPT = {
    STYLESHEET,
    "book.js",
    "clipboard.min.js",
    "copybutton.js",
    "design-tabs.js",
    "doctools.js",
    "documentation_options.js",
    "figures",
    "katex",
    "language_data.js",
    "favicon.svg",
    "search.js",
    "searchtools.js",
    "sphinx_highlight.js",
    "widgets-static.js",
}


def stylesheet(own: Path) -> str:
    """All the CSS of the site: code colors, components, mathematics, then our own.

    Args:
        own: the book's folder of static files.
    """
    katex = (own / "katex" / "katex.min.css").read_text("utf-8")
    parts = [
        get_pygments_stylesheet(LIGHT_CODE, DARK_CODE),
        _packaged("sphinx_design", "static/sphinx-design.min.css"),
        _packaged("sphinx_copybutton", "_static/copybutton.css"),
        katex.replace("url(fonts/", "url(katex/fonts/"),
        (own / "book.css").read_text("utf-8"),
    ]
    return "\n".join(minify(part) for part in parts)


def minify(css: str) -> str:
    """Drop comments and the white space that means nothing."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r"\s*([{};,])\s*", r"\1", css).replace(";}", "}").strip()


def _packaged(package: str, path: str) -> str:
    return resources.files(package).joinpath(path).read_text("utf-8")


def _write(app: Sphinx) -> None:
    """Write the style sheet before pages are written, so that links carry its hash."""
    if app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / STYLESHEET
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(stylesheet(Path(app.srcdir) / "_static"), "utf-8")
    app.add_css_file(STYLESHEET)


def _prune(app: Sphinx, exception: Exception | None) -> None:
    """Remove what the themes and extensions copied but no page loads."""
    if exception is not None or app.builder.name != "html":
        return
    for path in (Path(app.outdir) / "_static").iterdir():
        if path.name in KEPT:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def setup(app: Sphinx) -> None:
    """Connect to the start and the end of the build."""
    app.connect("builder-inited", _write, priority=900)
    app.connect("build-finished", _prune, priority=950)
