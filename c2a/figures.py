"""The book's figures: one house style, light and dark, with alt text that arrives.

Text and axes are drawn in ``currentColor`` on no background, so that one SVG reads
well on a light and a dark page. A model family keeps its color through the book.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib
import numpy as np
from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image

# Found by a search, so that model families that meet in one plot differ for normal,
# protanope and deuteranope sight (distance in OKLab at least 0.08, as the test computes
# it) and each has a contrast of at least 3:1 on white and on #121212. With so many
# families, name every line directly all the same.
COLORS: dict[str, str] = {
    "data": "#808080",
    "accent": "#8b6fd6",
    "linear": "#8f507f",
    "mlp": "#c9761a",
    "local": "#ef10ff",
    "cnn": "#2f7fc1",
    "lenet": "#7347dc",
    "alexnet": "#299f8c",
    "vgg": "#36746f",
    "resnet": "#2c94ff",
    "convnext": "#c12b16",
    "ngram": "#59a22e",
    "rnn": "#9181ff",
    "gru": "#a14d26",
    "lstm": "#636cc1",
    "transformer": "#8f00ff",
    "vit": "#d43385",
    "autoencoder": "#2563c2",
    "vae": "#e1350e",
    "gan": "#5975ff",
    "diffusion": "#139bcd",
}
DIVERGING = "PuOr"  # color-blind safe, neutral at zero: responses and kernels
SEQUENTIAL = "gray"  # brightness: pictures

_PNG_DPI = 80
_PNG_COLORS = 64
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
    _follow_the_page(figure)
    bundle = {
        "image/svg+xml": _svg(figure, alt),
        # JupyterLab shows no SVG of a notebook that it does not trust.
        "image/png": base64.b64encode(_png(figure)).decode("ascii"),
        "text/plain": f"Figure: {alt}",
    }
    about = {"alt": alt, "caption": caption}
    metadata = {
        "image/svg+xml": {**about, "needs_background": "light"},
        "image/png": about,
    }
    plt.close(figure)
    display(bundle, metadata=metadata, raw=True)
    text = f'<p class="c2a-caption">{html.escape(caption)}</p>'
    display({"text/html": text, "text/plain": caption}, raw=True)


def label_line(axes: Axes, x: float, y: float, text: str, color: str) -> None:
    """Write a series' name beside its end, in its color (instead of a legend)."""
    _label(axes, (x, y), text, color, (5, 0))


def curves(
    axes: Axes,
    x: Sequence[float],
    series: Mapping[str, Any],
    colors: Mapping[str, str] | None = None,
) -> None:
    """Draw lines with bands of one standard deviation, named at their ends.

    Set scales and limits first: the names are placed so that they do not collide.

    Args:
        axes: where to draw.
        x: positions, as many as each series has points.
        series: name -> values (points,), or (runs, points) for mean and band.
        colors: name -> color; else that of the model family of this name in ``COLORS``,
            or gray.
    """
    ends = []
    for name, given in series.items():
        runs = np.atleast_2d(np.asarray(given, dtype=float))
        color = _color(name, colors)
        mean = runs.mean(0)
        axes.plot(x, mean, color=color)
        if len(runs) > 1:
            spread = runs.std(0, ddof=1)
            axes.fill_between(
                x, mean - spread, mean + spread, color=color, alpha=0.2, linewidth=0
            )
        ends.append((name, color, mean[-1]))
    axes.autoscale_view()
    heights = [axes.transData.transform((x[-1], end))[1] for _, _, end in ends]
    gap = 1.25 * _STYLE["font.size"] * axes.figure.dpi / 72
    placed = np.array(heights)
    order = np.argsort(placed, kind="stable")
    for below, above in pairwise(order):
        placed[above] = max(placed[above], placed[below] + gap)
    for (name, color, end), height, wanted in zip(ends, heights, placed, strict=True):
        shift = (wanted - height) * 72 / axes.figure.dpi
        _label(axes, (x[-1], end), name, color, (5, shift))


def intervals(
    axes: Axes,
    values: Mapping[str, Any],
    colors: Mapping[str, str] | None = None,
    digits: int = 3,
) -> None:
    """Draw a row for each name: a dot a seed, the mean, one standard deviation around.

    Args:
        axes: where to draw; the names become its ticks.
        values: name -> one number a seed, or a single number.
        colors: as in ``curves``.
        digits: decimals of the mean, written beside it.
    """
    for row, (name, given) in enumerate(values.items()):
        seeds = np.atleast_1d(np.asarray(given, dtype=float))
        color, mean = _color(name, colors), seeds.mean()
        axes.plot(seeds, np.full(len(seeds), row), "o", color=color, alpha=0.6)
        axes.plot(mean, row, "|", color=color, markersize=16, markeredgewidth=2.5)
        if len(seeds) > 1:
            spread = seeds.std(ddof=1)
            axes.hlines(row, mean - spread, mean + spread, color=color)
        axes.annotate(
            f"{mean:.{digits}f}",
            (mean, row),
            xytext=(0, 11),
            textcoords="offset points",
            ha="center",
            color=color,
        )
    axes.set_yticks(range(len(values)), list(values))
    axes.set_ylim(len(values) - 0.5, -0.7)
    axes.tick_params(axis="y", length=0)


def heat_map(
    axes: Axes,
    values: Any,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    digits: int = 2,
    signed: bool = False,
) -> None:
    """Draw a matrix as colored cells with their numbers.

    Args:
        axes: where to draw.
        values: numbers (rows, columns).
        rows, columns: names of the rows and columns.
        digits: decimals of the numbers.
        signed: diverging colors around zero, else from zero to the largest value.
    """
    matrix = np.asarray(values, dtype=float)
    bound = float(np.abs(matrix).max()) or 1.0
    low, cmap = (-bound, DIVERGING) if signed else (0.0, "Purples")
    image = axes.imshow(matrix, cmap=cmap, vmin=low, vmax=bound, aspect="auto")
    for (row, column), value in np.ndenumerate(matrix):
        shade = image.cmap(image.norm(value))
        # Ink that reads on the cell, whatever the page; pure black would follow it.
        bright = np.dot(np.power(shade[:3], 2.2), (0.2126, 0.7152, 0.0722)) > 0.179
        ink = "#000001" if bright else "#ffffff"
        text = f"{value:.{digits}f}"
        axes.text(column, row, text, ha="center", va="center", color=ink)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def image_rows(
    rows: Mapping[str, Sequence[np.ndarray]],
    *,
    size: tuple[float, float] | None = None,
    signed: bool = False,
) -> Figure:
    """A figure of rows of pictures, each row named on its left.

    Args:
        rows: name -> pictures (H, W) or (H, W, 3), values 0 to 1 or 0 to 255.
        size: width and height in inches.
        signed: as in ``draw_images``.
    """
    width = max(len(pictures) for pictures in rows.values())
    side = min(0.9, 6.0 / width)
    size = size or (side * width + 1.0, side * len(rows) + 0.1)
    figure, grid = subplots(len(rows), width, size=size, squeeze=False)
    for line, (name, pictures) in zip(grid, rows.items(), strict=True):
        draw_images(line, pictures, signed=signed)
        where = {"xytext": (-5, 0), "textcoords": "offset points"}
        line[0].annotate(
            name, (0, 0.5), xycoords="axes fraction", ha="right", va="center", **where
        )
    return figure


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
        images: arrays of shape (H, W) or (H, W, 3); numbers are stretched from the
            darkest to the brightest, yes and no are white and black.
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
            options: dict[str, Any] = {}
            if signed:
                bound = float(np.abs(image).max()) or 1.0
                options = {"cmap": DIVERGING, "vmin": -bound, "vmax": bound}
            elif image.dtype == bool:  # all yes is white, not the darkest there is
                options = {"vmin": 0, "vmax": 1}
                ax.set_axis_on()  # a frame, without which white is lost on paper
                ax.set(xticks=[], yticks=[])
                ax.spines[:].set(visible=True, color=COLORS["data"], linewidth=0.8)
            ax.imshow(image, **options)
            if index < len(titles):
                ax.set_title(titles[index])


def _label(
    axes: Axes,
    at: tuple[float, float],
    text: str,
    color: str,
    shift: tuple[float, float],
) -> None:
    axes.annotate(
        text,
        at,
        xytext=shift,
        textcoords="offset points",
        va="center",
        color=color,
        annotation_clip=False,
    )


def _color(name: str, colors: Mapping[str, str] | None) -> str:
    if colors and name in colors:
        return colors[name]
    return COLORS.get(name.lower(), COLORS["data"])


def _follow_the_page(figure: Figure) -> None:
    """Give what is black, matplotlib's default, the page's color of text."""
    for part in figure.findobj():
        if isinstance(part, Text | Line2D) and to_hex(part.get_color()) == "#000000":
            part.set_color(_INK)
        arrow = getattr(part, "arrow_patch", None)  # an annotation keeps it to itself
        if arrow and to_hex(arrow.get_edgecolor()) == "#000000":
            arrow.set_color(_INK)


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


def _png(figure: Figure) -> bytes:
    """The figure on white, in few colors and as few bytes."""
    buffer = io.BytesIO()
    with matplotlib.rc_context(_STYLE):
        figure.savefig(buffer, format="png", dpi=_PNG_DPI, facecolor="white")
    picture = Image.open(buffer).convert("RGB").quantize(_PNG_COLORS)
    small = io.BytesIO()
    picture.save(small, "PNG", optimize=True)
    return small.getvalue()
