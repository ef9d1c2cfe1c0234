"""Still pictures of interactive figures: one drawing, as SVG and as PNG."""

from __future__ import annotations

import base64
import functools
import importlib.util
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

# As in color.js.
POSITIVE = (134, 98, 210)
NEGATIVE = (226, 122, 16)
# What a name of a color means: in SVG, where ink follows the page, and on white.
_COLORS = {
    "ink": ("currentColor", (28, 32, 36)),
    "faint": ("gray", (110, 110, 110)),
    "accent": ("rgb(139,111,214)", (139, 111, 214)),
    "positive": (f"rgb{POSITIVE}", POSITIVE),
    "negative": (f"rgb{NEGATIVE}", NEGATIVE),
}
_FINE = 2  # the PNG is drawn this much larger, then reduced, so that edges are smooth
_PALETTE = 64
# A still picture needs few colors, and is a third as large with few.
_GRAYS = 48
_STRENGTHS = 15  # of each sign


def format_number(value: float, digits: int = 2) -> str:
    """At most `digits` decimals, no trailing zeros, a true minus sign."""
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "\u2212")


def signed_rgba(values: np.ndarray, scale: float) -> np.ndarray:
    """Color signed values (H, W) as RGBA (H, W, 4) uint8; zero is transparent."""
    rgba = np.empty((*values.shape, 4), dtype=np.uint8)
    rgba[..., :3] = np.where((values < 0)[..., None], NEGATIVE, POSITIVE)
    strength = np.minimum(np.abs(values) / scale, 1.0) if scale > 0 else 0 * values
    rgba[..., 3] = np.floor(255 * strength + 0.5)
    return rgba


def gray_image(pixels: np.ndarray) -> Image:
    """A picture of gray values (H, W), uint8."""
    from PIL import Image

    return Image.fromarray(pixels).quantize(_GRAYS)


def signed_image(values: np.ndarray, scale: float) -> Image:
    """A picture of signed values (H, W), full color at +-scale, clear at zero."""
    from PIL import Image

    strength = np.rint((values / scale).clip(-1, 1) * _STRENGTHS)
    image = Image.fromarray((strength + _STRENGTHS).astype(np.uint8), mode="P")
    colors = signed_rgba(np.arange(-_STRENGTHS, _STRENGTHS + 1)[None], _STRENGTHS)
    image.putpalette(colors.tobytes(), "RGBA")
    return image


@dataclass
class _Shape:
    """One thing drawn, able to write itself as SVG and to paint itself."""

    kind: str
    points: list[tuple[float, float]]
    fill: str | None = None
    stroke: str | None = None
    opacity: float = 1.0
    width: float = 1.0
    dashed: bool = False
    text: str = ""
    size: float = 14.0
    anchor: str = "middle"
    image: Any = None


class Still:
    """A drawing board of the given size, its origin at the top left.

    Colors are "ink" (the page's text color), "faint", "accent", "positive", "negative"
    or "#rrggbb". What is drawn later lies above.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._shapes: list[_Shape] = []

    def rectangle(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str | None = None,
        opacity: float = 1.0,
        stroke: str | None = None,
        line: float = 1.0,
    ) -> None:
        """A box; `opacity` is that of its fill, `line` the width of its frame."""
        corners = [(x, y), (x + width, y + height)]
        self._shapes.append(_Shape("box", corners, fill, stroke, opacity, line))

    def line(
        self,
        points: Sequence[tuple[float, float]],
        *,
        color: str = "ink",
        width: float = 1.5,
        dashed: bool = False,
    ) -> None:
        """Straight lines from point to point."""
        shape = _Shape("line", list(points), None, color, 1.0, width, dashed)
        self._shapes.append(shape)

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        fill: str | None = None,
        opacity: float = 1.0,
        stroke: str | None = "ink",
    ) -> None:
        """A disk with a frame."""
        corners = [(x - radius, y - radius), (x + radius, y + radius)]
        self._shapes.append(_Shape("disk", corners, fill, stroke, opacity))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 14,
        anchor: str = "middle",
        color: str = "ink",
    ) -> None:
        """One line of text, its baseline at y; `anchor` is start, middle or end."""
        self._shapes.append(
            _Shape("text", [(x, y)], color, text=text, size=size, anchor=anchor)
        )

    def image(self, image: Image, x: float, y: float, width: float) -> None:
        """A picture with a frame, enlarged without smoothing."""
        height = width * image.height / image.width
        corners = [(x, y), (x + width, y + height)]
        self._shapes.append(_Shape("image", corners, image=image))
        self.rectangle(x, y, width, height, stroke="faint")

    def numbers(
        self, values: np.ndarray, x: float, y: float, cell: float, tinted: bool = True
    ) -> None:
        """A table of numbers (H, W), tinted by sign, its top left corner at x, y."""
        scale = float(np.abs(values).max()) or 1.0
        for (row, column), value in np.ndenumerate(values):
            left, top = x + column * cell, y + row * cell
            color = "positive" if value > 0 else "negative"
            strength = 0.45 * abs(value) / scale if tinted else 0.0
            self.rectangle(
                left, top, cell, cell, fill=color, opacity=strength, stroke="faint"
            )
            middle, baseline = left + cell / 2, top + 0.64 * cell
            self.text(middle, baseline, format_number(value), size=0.4 * cell)

    def curve(
        self,
        values: Sequence[float],
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        low: float,
        high: float,
        color: str = "accent",
    ) -> None:
        """Equally spaced values as a line in a box, `low` at its foot."""
        step = width / max(len(values) - 1, 1)
        points = [
            (x + i * step, y + height * (high - value) / ((high - low) or 1))
            for i, value in enumerate(values)
        ]
        self.line(points, color=color, width=2)

    def svg(self, alt: str) -> str:
        """The drawing as SVG, as wide as its column at most."""
        width, height = self.width, self.height
        body = "".join(_as_svg(shape) for shape in self._shapes)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} '
            f'{height:g}" role="img" aria-label="{escape(alt)}" '
            f'style="max-width:100%;height:auto;font-family:sans-serif" '
            f'width="{width:g}" height="{height:g}">{body}</svg>'
        )

    def png(self) -> bytes:
        """The drawing as PNG on white."""
        from PIL import Image, ImageDraw

        size = (round(self.width), round(self.height))
        board = Image.new("RGB", (_FINE * size[0], _FINE * size[1]), "white")
        brush = ImageDraw.Draw(board, "RGBA")
        for shape in self._shapes:
            _paint(shape, board, brush)
        small = board.resize(size, Image.Resampling.BOX).quantize(_PALETTE)
        buffer = io.BytesIO()
        small.save(buffer, "PNG", optimize=True)
        return buffer.getvalue()


def _as_svg(shape: _Shape) -> str:
    def color(name: str | None) -> str:
        return "none" if name is None else _COLORS.get(name, (name, ()))[0]

    (x, y), (right, bottom) = shape.points[0], shape.points[-1]
    place = f'x="{x:g}" y="{y:g}" width="{right - x:g}" height="{bottom - y:g}"'
    dashes = ";stroke-dasharray:4 4" if shape.dashed else ""
    style = (
        f"fill:{color(shape.fill)};fill-opacity:{shape.opacity:.3g};"
        f"stroke:{color(shape.stroke)};stroke-width:{shape.width:g}{dashes}"
    )
    if shape.kind == "box":
        return f'<rect {place} style="{style}"/>'
    if shape.kind == "disk":
        middle = f'cx="{(x + right) / 2:g}" cy="{(y + bottom) / 2:g}"'
        return f'<circle {middle} r="{(right - x) / 2:g}" style="{style}"/>'
    if shape.kind == "line":
        points = " ".join(f"{px:g},{py:g}" for px, py in shape.points)
        return f'<polyline points="{points}" style="{style}"/>'
    if shape.kind == "image":
        buffer = io.BytesIO()
        shape.image.save(buffer, format="PNG", optimize=True)
        data = base64.b64encode(buffer.getvalue()).decode("ascii")
        return (
            f'<image {place} style="image-rendering:pixelated" '
            f'href="data:image/png;base64,{data}"/>'
        )
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{shape.anchor}" '
        f'style="fill:{color(shape.fill)};font-size:{shape.size:g}px">'
        f"{escape(shape.text)}</text>"
    )


def _paint(shape: _Shape, board: Image, brush: Any) -> None:
    from PIL import Image, ImageColor

    def color(name: str | None, opacity: float = 1.0) -> tuple[int, ...] | None:
        if name is None:
            return None
        rgb = _COLORS[name][1] if name in _COLORS else ImageColor.getrgb(name)
        return (*rgb, round(255 * opacity))

    points = [(_FINE * x, _FINE * y) for x, y in shape.points]
    width = max(round(_FINE * shape.width), 1)
    fill = color(shape.fill, shape.opacity)
    if shape.kind == "box":
        brush.rectangle(points, fill, color(shape.stroke), width)
    elif shape.kind == "disk":
        brush.ellipse(points, fill, color(shape.stroke), width)
    elif shape.kind == "line":
        brush.line(points, color(shape.stroke), width, joint="curve")
    elif shape.kind == "image":
        (x, y), (right, bottom) = ((round(a), round(b)) for a, b in points)
        large = shape.image.convert("RGBA").resize(
            (right - x, bottom - y), Image.Resampling.NEAREST
        )
        board.paste(large, (x, y), large)
    else:
        anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
        font = _font(round(_FINE * shape.size))
        brush.text(points[0], shape.text, fill, font, anchor)


@functools.cache
def _font(size: int) -> Any:
    """The font that comes with matplotlib, which has the signs of mathematics."""
    from PIL import ImageFont

    package = importlib.util.find_spec("matplotlib")  # found without being imported
    if package is None or package.origin is None:
        return ImageFont.load_default(size)
    file = Path(package.origin).parent / "mpl-data/fonts/ttf/DejaVuSans.ttf"
    return ImageFont.truetype(str(file), size)
