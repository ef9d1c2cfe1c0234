"""The book's figures: one house style, light and dark, with alt text that arrives.

Text and axes are drawn in ``currentColor`` on no background, so that one SVG reads
well on a light and a dark page. A model family keeps its color through the book.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib
import numpy as np
from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Wong (2011), "Points of view: Color blindness", Nature Methods 8, 441, adjusted in
# lightness so that each has a contrast of at least 3:1 on white and on #121212.
COLORS: dict[str, str] = {
    "data": "#808080",
    "mlp": "#c9761a",
    "cnn": "#2f7fc1",
    "rnn": "#1f9673",
    "gated": "#b8579a",
    "attention": "#d1553b",
    "linear": "#8a8a2e",
    "accent": "#8b6fd6",
}
DIVERGING = "PuOr"  # color-blind safe, neutral at zero: responses and kernels
SEQUENTIAL = "gray"  # brightness: pictures

_INK = "#010203"  # a color nothing else uses, replaced by currentColor in the SVG
_STYLE: dict[Any, Any] = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "savefig.bbox": "tight",
    "savefig.pad_inches": 0.04,
    "svg.fonttype": "none",
    "font.size": 10,
    "font.family": "sans-serif",
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "lines.linewidth": 1.8,
    "lines.markersize": 4,
    "image.cmap": SEQUENTIAL,
    "image.interpolation": "nearest",
    "legend.frameon": False,
    "figure.dpi": 100,
    "savefig.dpi": 150,
}


def subplots(
    rows: int = 1,
    columns: int = 1,
    size: tuple[float, float] | None = None,
    **options: Any,
) -> tuple[Figure, Any]:
    """A figure in the house style and its axes, as from ``plt.subplots``.

    Args:
        rows, columns: the grid of axes.
        size: width and height in inches; 7 inches fill the text column.
        options: passed on to ``plt.subplots``.
    """
    size = size or (min(7.0, 2.6 * columns + 1.0), 2.5 * rows)
    with matplotlib.rc_context(_STYLE):
        figure, axes = plt.subplots(
            rows, columns, figsize=size, layout="constrained", **options
        )
    return figure, axes


def show(figure: Figure, *, alt: str, caption: str) -> None:
    """Show a figure with its alt text and caption, then close it.

    Args:
        figure: what ``subplots`` returned.
        alt: what is seen, for a reader who does not see it; at least five words.
        caption: the figure's one message.

    Raises:
        ValueError: the alt text or the caption is missing.
    """
    if len(alt.split()) < 5:
        raise ValueError("A figure needs alt text that says what is seen on it.")
    if not caption.strip():
        raise ValueError("A figure needs a caption that says its one message.")
    bundle = {"image/svg+xml": _svg(figure, alt), "text/plain": f"Figure: {alt}"}
    metadata = {
        "image/svg+xml": {"alt": alt, "caption": caption},
        "needs_background": "light",
    }
    plt.close(figure)
    display(bundle, metadata=metadata, raw=True)
    text = f'<p class="c2a-caption">{html.escape(caption)}</p>'
    display({"text/html": text, "text/plain": caption}, raw=True)


def label_line(axes: Axes, x: float, y: float, text: str, color: str) -> None:
    """Write a series' name beside its end, in its color (instead of a legend)."""
    axes.annotate(
        text,
        (x, y),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        color=color,
        annotation_clip=False,
    )


def draw_images(
    axes: Iterable[Axes],
    images: Sequence[np.ndarray],
    titles: Sequence[str] = (),
    *,
    signed: bool = False,
) -> None:
    """Draw one picture on each of the axes.

    Args:
        axes: as many as there are pictures (extra axes are hidden).
        images: arrays of shape (H, W) or (H, W, 3).
        titles: one for each picture, or none.
        signed: diverging colors, symmetric around zero, each picture by itself.
    """
    flat = list(np.ravel(np.asarray(list(axes), dtype=object)))
    with matplotlib.rc_context(_STYLE):
        for index, ax in enumerate(flat):
            ax.set_axis_off()
            if index >= len(images):
                continue
            image = np.asarray(images[index])
            bound = float(np.abs(image).max()) or 1.0
            options = {"cmap": DIVERGING, "vmin": -bound, "vmax": bound}
            ax.imshow(image, **(options if signed else {}))
            if index < len(titles):
                ax.set_title(titles[index])


def _svg(figure: Figure, alt: str) -> str:
    salt = hashlib.sha256(alt.encode()).hexdigest()[:8]
    buffer = io.StringIO()
    with matplotlib.rc_context(_STYLE | {"svg.hashsalt": salt}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # The ids that matplotlib gives to groups repeat in every figure and serve nobody.
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)
    return re.sub(r"\s*\n\s*", "\n", svg)
