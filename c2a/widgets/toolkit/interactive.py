"""What all interactive figures have in common on the Python side."""

from __future__ import annotations

import base64
import hashlib
import inspect
import json
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from ipywidgets import DOMWidget

from c2a.widgets.toolkit.bundle import bundle, stylesheet
from c2a.widgets.toolkit.still import Still

# What a notebook stores of a figure: its name and its state, no code.
MIME = "application/vnd.c2a.figure+json"


class InteractiveFigure(anywidget.AnyWidget):
    """A widget that also brings a still picture and alt text for pages without code.

    A subclass lives in a folder of its own, beside its `widget.js`. It tags the traits
    that JavaScript shares with `sync=True` and defines `alt` and `still`.
    """

    folder: ClassVar[Path]  # where the figure's files lie
    # The folder's name, from which JavaScript takes the class of the outer element.
    figure = traitlets.Unicode().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(figure=self.folder.name, **traits)
        self.on_msg(self._send_weights)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # AnyWidget makes a subclass for each instance, in a module of its own.
        if "_esm" not in vars(cls):
            cls.folder = Path(inspect.getfile(cls)).parent

    @classmethod
    def script(cls) -> str:
        """The figure's JavaScript, one module."""
        return bundle(cls.folder / "widget.js")

    @classmethod
    def style(cls) -> str:
        """The figure's style sheet, the toolkit's included."""
        return stylesheet(cls.folder)

    # AnyWidget sends these to a live page when a figure is made.
    @property
    def _esm(self) -> str:
        return self.script()

    @property
    def _css(self) -> str:
        return self.style()

    @property
    def alt(self) -> str:
        """What is seen, in words, at the present settings."""
        raise NotImplementedError

    def still(self) -> Still:
        """The figure at its present settings as a picture."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property
    def state(self) -> dict[str, Any]:
        """What the figure's JavaScript reads, as JSON; bytes as {"base64": text}."""
        names = (key for key in self.keys if not key.startswith("_"))
        own = [name for name in names if name not in DOMWidget.class_traits()]
        return {name: _plain(getattr(self, name)) for name in sorted(own)}

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict, dict]:
        """Live view, state, still picture and one line of text, with the alt text."""
        shown = super()._repr_mimebundle_(**options)
        assert shown is not None  # only a widget without a view shows nothing
        data, metadata = shown
        still = self.still()
        data = {
            **data,
            MIME: {"figure": self.figure, "state": self.state},
            "image/svg+xml": still.svg(self.alt),
            # JupyterLab shows no SVG of a notebook that it does not trust.
            "image/png": base64.b64encode(still.png()).decode("ascii"),
            "text/plain": repr(self),
        }
        alt = {"alt": self.alt}
        return data, {**metadata, "image/svg+xml": alt, "image/png": alt}

    def _send_weights(self, _: Any, content: dict[str, Any], __: Any) -> None:
        """Answer a live page that asks for weights with the bytes of their file."""
        name = content.get("weights")
        if name is None:
            return
        from c2a.weights import WeightsError, browser_file

        try:
            data = browser_file(name)
        except WeightsError as error:
            self.send({"weights": name, "missing": str(error)})
        else:
            self.send({"weights": name}, buffers=[data])


def container(name: str, state: dict[str, Any], picture: str) -> str:
    """HTML of a figure on a page without a kernel.

    It holds the still picture and the state; `_static/widgets-static.js`, once a page,
    loads the code from `_static/figures/` when the figure comes near.

    Args:
        name: the figure's folder.
        state: as `InteractiveFigure.state` gives it.
        picture: HTML of the still figure.
    """
    # "</" would end the script element early.
    content = json.dumps(state, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'<div class="c2a-widget" data-figure="{escape(name)}" '
        f'data-version="{version(name)}">{picture}'
        f'<script type="application/json">{content}</script></div>\n'
    )


def static_html(figure: InteractiveFigure) -> str:
    """HTML that shows a figure on a page without a kernel."""
    picture = f'<figure class="c2a-still">{figure.still().svg(figure.alt)}</figure>'
    return container(figure.figure, figure.state, picture)


def version(name: str) -> str:
    """A short hash of a figure's code, so that browsers keep no older one."""
    from c2a.widgets import figure_class

    figure = figure_class(name)
    code = figure.script() + figure.style()
    return hashlib.sha256(code.encode()).hexdigest()[:8]


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    return value
