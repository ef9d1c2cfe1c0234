"""What all interactive figures have in common on the Python side."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

import anywidget
from ipywidgets.embed import dependency_state  # type: ignore[import-untyped]

_IMPORT = re.compile(
    r'^import\s*\{[^}]*\}\s*from\s*"(?P<path>\.[^"]+)";\n', flags=re.MULTILINE
)
_STATE = "application/vnd.jupyter.widget-state+json"
_VIEW = "application/vnd.jupyter.widget-view+json"


def bundle(path: Path) -> str:
    """One JavaScript module from a file and the files it imports by relative path.

    A widget's code travels as one string, so a file that two figures share is put in
    front of each. Names must be unique over the files, as they share one scope.
    """
    parts: dict[Path, str] = {}

    def add(file: Path) -> None:
        if file in parts:
            return
        text = file.read_text(encoding="utf-8")
        parts[file] = ""  # seen: two files may import each other
        for match in _IMPORT.finditer(text):
            add((file.parent / match["path"]).resolve())
        del parts[file]  # its imports come first
        parts[file] = _IMPORT.sub("", text)

    add(path.resolve())
    return "\n".join(parts.values())


def stylesheet(*paths: Path) -> str:
    """One style sheet from several files, in this order."""
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


class InteractiveFigure(anywidget.AnyWidget):
    """A widget that also brings a still picture and alt text for pages without code.

    Subclasses set `_esm` and `_css` and define `alt` and `still`.
    """

    @property
    def alt(self) -> str:
        """What is seen, in words, at the present settings."""
        raise NotImplementedError

    def still(self) -> str:
        """The figure at its present settings as SVG, text in the page's text color."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict]:
        """Live view, still picture and one line of text, with the alt text."""
        shown = super()._repr_mimebundle_(**kwargs)
        assert shown is not None  # only a widget without a view shows nothing
        data, metadata = shown
        data = {**data, "image/svg+xml": self.still(), "text/plain": repr(self)}
        about = {"image/svg+xml": {"alt": self.alt}, "needs_background": "light"}
        return data, {**metadata, **about}


def static_html(figure: InteractiveFigure) -> str:
    """HTML that shows a figure on a page without a kernel.

    It holds the still picture, the figure's state and its place; the page adds the
    script `_static/widgets-static.js` once.
    """
    state = {
        "version_major": 2,
        "version_minor": 0,
        "state": dependency_state([figure], drop_defaults=False),
    }
    view = {"version_major": 2, "version_minor": 0, "model_id": figure.model_id}
    return (
        f'<div class="c2a-widget" data-model-id="{escape(figure.model_id)}">'
        f'<figure class="c2a-still">{figure.still()}</figure></div>\n'
        f"{_json_script(_STATE, state)}\n{_json_script(_VIEW, view)}\n"
    )


def _json_script(kind: str, content: dict[str, Any]) -> str:
    # "</" would end the script element early.
    text = json.dumps(content, separators=(",", ":")).replace("</", "<\\/")
    return f'<script type="{kind}">{text}</script>'
