"""Small arrays as grids of tinted cells, in HTML. A screen reader gets the text."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import numpy as np

from c2a.exercises.kit.compare import differing
from c2a.exercises.kit.report import Block
from c2a.exercises.kit.values import ABSENT, Tensor, show

MOST_CELLS, MOST_SIDE, MOST_PLANES = 144, 16, 6
#: Above and below zero, as red, green, blue: tints that read on white and on black.
_ABOVE, _BELOW = "213, 120, 20", "120, 95, 215"
_CELL = (
    "border: 1px solid rgba(128, 128, 128, 0.5); padding: 0.15em 0.4em; "
    "text-align: right; font-variant-numeric: tabular-nums; color: inherit"
)
_WRONG = "; outline: 3px solid #d32f2f; outline-offset: -3px; font-weight: bold"


def drawn(label: str, value: Any, wrong: np.ndarray | None = None) -> Block:
    """A value with its label: as grids if it is small enough, and as text."""
    text = show(value)
    array = _drawable(value)
    if array is None:
        return Block(text, label)
    if wrong is not None and wrong.any():
        places = [list(map(int, index)) for index in np.argwhere(wrong)[:8]]
        more = " and more" if wrong.sum() > len(places) else ""
        marked = f"differing at {', '.join(map(str, places))}{more}"
        # A number without axes has no place.
        text += f"\n({marked})" if wrong.ndim else ""
    grids = "".join(_planes(array, wrong))
    about = escape(f"{label}: {text}", quote=True)
    caption = f'<figcaption style="font-size: 0.9em">{escape(label)}</figcaption>'
    figure = (
        f'<figure role="img" aria-label="{about}" style="margin: 0.4em 1.2em 0.4em 0; '
        f'display: inline-block; vertical-align: top">{caption}{grids}</figure>'
    )
    return Block(text, label, picture=figure)


def inputs(names: Sequence[str], values: Sequence[Any]) -> list[Block]:
    """Arguments: arrays each by itself, settings together in one line."""
    blocks, settings = [], []
    for name, value in zip(names, values, strict=False):
        text = show(value)
        if isinstance(value, tuple | str) or (
            _drawable(value) is None and "\n" not in text
        ):
            settings.append(f"`{name} = {text}`")
        else:
            blocks.append(drawn(name, value))
    return blocks + ([Block(", ".join(settings))] if settings else [])


def compared(expected: Any, got: Any, rtol: float, atol: float) -> list[Block]:
    """What is expected and what came, with the cells that differ marked."""
    if got is ABSENT:
        return [] if expected is ABSENT else [drawn("Expected", expected)]
    if expected is ABSENT:
        return [drawn("Yours", got)]
    wrong = None
    if _drawable(expected) is not None and _drawable(got) is not None:
        wrong = differing(got, expected, rtol, atol)
    return [drawn("Expected", expected), drawn("Yours", got, wrong)]


def _drawable(value: Any) -> np.ndarray | None:
    """The numbers, letters or tokens of a value, if they are few enough to draw."""
    if isinstance(value, Tensor):
        value = value.array
    if isinstance(value, str):
        value = list(value)
    if isinstance(value, list | tuple) and value:
        if not all(type(each) in (int, float, bool, str) for each in value):
            return _drawable_rows(value)
        value = np.array(value, object)
    if not isinstance(value, np.ndarray) or not value.ndim or not value.size:
        return None
    planes = int(np.prod(value.shape[:-2]))
    large = max(value.shape[-2:]) > MOST_SIDE or planes > MOST_PLANES
    return None if large or value.size > MOST_CELLS else value


def _drawable_rows(value: Any) -> np.ndarray | None:
    """Rows of equally many numbers."""
    try:
        array = np.array(value)
    except ValueError:
        return None
    return _drawable(array) if array.dtype.kind in "iufb" else None


def _planes(array: np.ndarray, wrong: np.ndarray | None) -> Iterator[str]:
    """One table for each pair of the last two axes."""
    rows = array[None] if array.ndim == 1 else array
    marks = np.zeros(array.shape, bool) if wrong is None else wrong
    marks = marks[None] if array.ndim == 1 else marks
    largest = max((abs(v) for v in array.flat if _is_number(v)), default=0) or 1
    for index in np.ndindex(*rows.shape[:-2]):
        if index:
            name = ", ".join(map(str, index))
            yield f'<div style="font-size: 0.8em">[{name}]</div>'
        lines = []
        for numbers, marked in zip(rows[index], marks[index], strict=True):
            cells = "".join(
                f'<td style="{_style(value, largest, bool(mark))}">{_text(value)}</td>'
                for value, mark in zip(numbers, marked, strict=True)
            )
            lines.append(f"<tr>{cells}</tr>")
        yield (
            '<table style="border-collapse: collapse; margin: 0.2em 0; color: inherit">'
            f"{''.join(lines)}</table>"
        )


def _style(value: Any, largest: float, wrong: bool) -> str:
    strength = 0.0
    if _is_number(value):
        strength = round(0.55 * min(abs(float(value)) / float(largest), 1.0), 2)
    tint = _ABOVE if strength and value > 0 else _BELOW
    style = f"{_CELL}; background: rgba({tint}, {strength})"
    return style + (_WRONG if wrong else "")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number | np.bool_) and np.isfinite(value)


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "1" if value else "0"
    return (
        f"{value:.4g}" if isinstance(value, float | np.floating) else escape(str(value))
    )
