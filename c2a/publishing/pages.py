"""What a page of the site carries besides its text."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from c2a.publishing.assets import STYLESHEET
from c2a.publishing.images import FOLDER, extract_images
from c2a.publishing.mime import WIDGET_STATE
from c2a.publishing.settings import Settings

# Everything else that extensions add is dropped: a page loads what it uses.
SCRIPTS = (
    "documentation_options.js",
    "doctools.js",
    "sphinx_highlight.js",
    "clipboard.min.js",
    "copybutton.js",
    "design-tabs.js",
    "book.js",
    "widgets-static.js",
)
DESCRIPTION_LENGTH = 155
_LINK_IN_SUMMARY = re.compile(
    r'(<details class="deeper"><summary>\s*<h\d>.*?)<a class="headerlink".*?</a>',
    re.DOTALL,
)


def add_page_context(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Fill the context of the page template (a ``html-page-context`` handler)."""
    settings = Settings.from_environment()
    meta = context.get("meta") or {}
    context["c2a_settings"] = settings
    context["c2a_run"] = run_line(_record(meta.get("c2a")))
    context["c2a_actions"] = _actions(app, settings, pagename, context)
    if "body" in context:
        folder = Path(app.outdir) / FOLDER
        body = repair(context["body"])
        context["body"] = extract_images(body, folder, context["pathto"](FOLDER, 1))
    text = meta.get("description") or description(doctree)
    if text and 'name="description"' not in context.get("metatags", ""):
        tag = f'<meta name="description" content="{escape(text, quote=True)}">\n'
        context["metatags"] = context.get("metatags", "") + tag
    context["css_files"] = [
        file
        for file in context.get("css_files", [])
        if str(getattr(file, "filename", "")).endswith(STYLESHEET)
    ]
    files = context.get("script_files", [])
    context["c2a_widget_state"] = [file for file in files if _is_state(file)][:1]
    context["script_files"] = _scripts(files, doctree)


def run_line(record: dict[str, Any]) -> str:
    """One sentence on how a notebook was run, empty for a page that was not.

    Args:
        record: what the run left in the notebook's metadata under ``c2a``.
    """
    if not record:
        return ""
    threads = int(record.get("threads", 1))
    parts = [
        f"Ran in {record['seconds']:.0f} s on {record['processor']}",
        "one thread" if threads == 1 else f"{threads} threads",
        f"Python {record['python']}",
        f"torch {record['torch']}",
        f"scale {record['scale']}",
        str(record["date"]),
    ]
    return ", ".join(parts) + "."


def repair(body: str) -> str:
    """Mend what docutils and myst-nb write but a screen reader does not accept.

    The role of a bibliography's entry is deprecated, and it hides that the entries
    are the items of a list; the label of a fold contradicts what is written on it; a
    heading that opens its section can't be a link as well.
    """
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    body = _LINK_IN_SUMMARY.sub(r"\1", body)
    return body.replace('<summary aria-label="Toggle hidden content">', "<summary>")


def description(doctree: nodes.document | None) -> str:
    """The first paragraph, cut at a word, for search engines and previews."""
    if doctree is None:
        return ""
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        # The line of times says nothing of the chapter, and may be that of another.
        if len(text) < 40 or text.startswith("Time: "):
            continue
        if len(text) <= DESCRIPTION_LENGTH:
            return text
        return text[:DESCRIPTION_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + "…"
    return ""


def _record(value: Any) -> dict[str, Any]:
    """Metadata of a notebook, which Sphinx keeps as JSON."""
    if isinstance(value, str):
        value = json.loads(value)
    return value or {}


def _actions(
    app: Sphinx, settings: Settings, pagename: str, context: dict[str, Any]
) -> list[dict[str, Any]]:
    """What a reader can do with a chapter: run it, download it, work its exercises."""
    source = Path(app.srcdir) / f"{pagename}.ipynb"
    if not source.exists():
        return []
    pathto = context["pathto"]
    actions: list[dict[str, Any]] = []
    exercises = source.parent.parent / "exercises" / source.name
    offers = [("this chapter", f"notebooks/book/{source.name}")]
    if exercises.exists():
        offers.append(("the exercises", f"notebooks/exercises/{source.name}"))
    for what, path in offers:
        if colab := settings.colab(path):
            actions.append({"text": f"Open {what} in Colab", "href": colab})
    zipped = pathto(f"notebooks/{source.stem}.zip", 1)
    what = "the chapter with its exercises" if len(offers) > 1 else "the chapter"
    actions.append({"text": f"Download {what}", "href": zipped, "download": True})
    return actions


def _is_state(file: Any) -> bool:
    """Whether a script holds the state of figures; it stands after the text."""
    return getattr(file, "attributes", {}).get("type") == WIDGET_STATE


def _scripts(files: list[Any], doctree: nodes.document | None) -> list[Any]:
    """The scripts this page needs, each once and none of them blocking."""
    has_code = doctree is not None and next(doctree.findall(nodes.literal_block), None)
    kept: dict[str, Any] = {}
    for file in files:
        name = str(getattr(file, "filename", None) or "").rpartition("/")[2]
        attributes = getattr(file, "attributes", {})
        if name not in SCRIPTS or name in kept:
            continue
        if name in {"clipboard.min.js", "copybutton.js"} and not has_code:
            continue
        if attributes.get("type") != "module":
            attributes["defer"] = "defer"
        kept[name] = file
    return list(kept.values())
