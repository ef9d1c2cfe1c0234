"""A look at each data set, as HTML for the page about the data."""

from __future__ import annotations

import base64
import inspect
import io
from collections.abc import Iterable, Sequence
from dataclasses import is_dataclass
from functools import singledispatch
from html import escape
from typing import Any

import numpy as np

from c2a.data.dataset import DataSet
from c2a.data.forms import Series, SplitImages, Table, over_background
from c2a.data.sets.cmudict import Pronunciations
from c2a.data.sets.emoji import Emoji
from c2a.data.sets.japanese_vowels import JapaneseVowels
from c2a.data.sets.karate_club import Graph
from c2a.data.sets.names import Names
from c2a.data.sets.plays import Plays

SHOWN = 10


def documentation(data_set: DataSet, data: object) -> str:
    """HTML of what `load` returns: the words of its class, or of its reader."""
    described = type(data) if is_dataclass(data) else data_set.read
    paragraphs = (inspect.getdoc(described) or "").split("\n\n")
    return "".join(f"<p>{_code(' '.join(p.split()))}</p>" for p in paragraphs if p)


def _code(text: str) -> str:
    """Escaped text whose `quoted` words are set as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))


@singledispatch
def sample(data: Any) -> str:
    """HTML with a few examples of what `load` returned; empty where none is known."""
    return ""


@sample.register
def _(data: SplitImages) -> str:
    labels = data.train_labels[:SHOWN]
    names = [data.class_names[label] for label in labels]
    images = data.train_images[:SHOWN].astype(np.float64)
    # Ink on paper: the background of these sets is 0.
    gray = 255 - (images * 255 / data.train_images.max()).astype(np.uint8)
    return _strip(np.repeat(gray[..., None], 3, axis=-1), names)


@sample.register
def _(data: Emoji) -> str:
    rows = zip(data.train_names[:SHOWN], data.train_keywords[:SHOWN], strict=True)
    strip = _strip(
        over_background(data.train_images[:SHOWN]), data.train_names[:SHOWN].tolist()
    )
    return strip + _table(("Name", "Keywords"), list(rows)[:3])


@sample.register
def _(data: dict) -> str:
    from PIL import Image

    squares = []
    for pixels in data.values():
        image = Image.fromarray(pixels)
        side = min(image.size)
        left, top = ((length - side) // 2 for length in image.size)
        box = (left, top, left + side, top + side)
        squares.append(np.asarray(image.resize((96, 96), box=box)))
    return _strip(np.stack(squares), list(data), scale=1)


@sample.register
def _(data: Table) -> str:
    header = [*data.feature_names[:5], "target"]
    rows = []
    for features, target in zip(data.train_features, data.train_targets, strict=True):
        named = data.class_names[target] if data.class_names else f"{target:g}"
        rows.append([*(f"{value:g}" for value in features[:5]), named])
    return _table(header, rows[:3])


@sample.register
def _(data: Series) -> str:
    """A curve of all values; where the test part begins, it becomes lighter."""
    keep = slice(None, None, max(1, len(data.values) // 400))
    values, times = data.values[keep], data.times[keep]
    low, high = np.nanmin(values), np.nanmax(values)
    x = np.linspace(0, 600, len(values))
    y = 105 - 100 * (values - low) / (high - low)
    parts = []
    for in_test in (False, True):
        chosen = (times >= data.times[data.test_start]) == in_test
        points = [(a, b) for a, b in zip(x[chosen], y[chosen], strict=True) if b == b]
        path = " ".join(f"{a:.0f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{path}" opacity="{0.5 if in_test else 1}"/>')
    alt = (
        f"Curve from {data.times[0]} to {data.times[-1]}, between {low:g} and {high:g} "
        f"{data.unit}; the test part begins at {data.times[data.test_start]}."
    )
    return (
        f'<svg viewBox="0 0 600 110" role="img" aria-label="{escape(alt)}" fill="none" '
        f'stroke="currentColor">{"".join(parts)}</svg><p>{escape(alt)}</p>'
    )


@sample.register
def _(data: Plays) -> str:
    return f'<pre tabindex="0">{escape(data.train[:420].rsplit(chr(10), 1)[0])}</pre>'


@sample.register
def _(data: Pronunciations) -> str:
    rows = zip(data.train_words[:6], data.train_phones[:6], strict=True)
    return _table(("Word", "Phones"), rows)


@sample.register
def _(data: Names) -> str:
    classes = [data.class_names[label] for label in data.train_labels[:6]]
    rows = zip(data.train_names[:6], classes, data.train_surnames[:6], strict=True)
    return _table(("First name", "Sex", "A surname"), list(rows))


@sample.register
def _(data: JapaneseVowels) -> str:
    rows = []
    for number in range(0, len(data.train_series), 90):
        series, label = data.train_series[number], data.train_labels[number]
        begin = " ".join(f"{value:g}" for value in series[0, :4])
        rows.append((data.class_names[label], len(series), begin))
    return _table(("Speaker", "Frames", "First frame begins"), rows)


@sample.register
def _(data: Graph) -> str:
    pairs = ", ".join(f"{a} to {b}" for a, b in data.edges[:SHOWN].tolist())
    return f"<p>The first edges: {pairs}.</p>"


def _strip(images: np.ndarray, names: Sequence[str], scale: int = 2) -> str:
    """Pictures side by side with their names; images: uint8, (N, H, W, 3)."""
    from PIL import Image

    joined = np.concatenate(list(images), axis=1)
    height, width = (scale * length for length in joined.shape[:2])
    picture = Image.fromarray(joined).resize((width, height), Image.Resampling.NEAREST)
    stream = io.BytesIO()
    picture.save(stream, "webp", quality=80)
    source = base64.b64encode(stream.getvalue()).decode("ascii")
    words = escape(", ".join(names))
    return (
        f'<figure><img src="data:image/webp;base64,{source}" width="{width}" '
        f'height="{height}" alt="{len(images)} examples in a row, named below">'
        f"<figcaption>{words}</figcaption></figure>"
    )


def _table(header: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    head = "".join(f'<th scope="col">{escape(str(cell))}</th>' for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    # The keyboard reaches what is wider than a phone.
    scrolls = 'class="pst-scrollable-table-container" tabindex="0"'
    return f"<div {scrolls}>{table}</div>"
