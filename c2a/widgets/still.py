"""Drawing the still pictures of interactive figures as SVG."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

# As in figure.js.
POSITIVE = (134, 98, 210)
NEGATIVE = (226, 122, 16)


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


# A still picture needs few colors, and is a third as large with few.
_GRAYS = 48
_STRENGTHS = 15  # of each sign


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


def picture(image: Image, x: float, y: float, width: float) -> str:
    """An SVG image with a frame, its top left corner at x, y."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    height = width * image.height / image.width
    return (
        f'<image x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
        f'style="image-rendering:pixelated" href="data:image/png;base64,{encoded}"/>'
        f"{rectangle(x, y, width, height)}"
    )


def rectangle(
    x: float, y: float, width: float, height: float, style: str = "stroke-opacity:.4"
) -> str:
    """An SVG frame in the text color."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
        f'style="fill:none;stroke:currentColor;{style}"/>'
    )


def label(
    x: float, y: float, text: str, size: float = 14, anchor: str = "middle"
) -> str:
    """SVG text in the text color, its baseline at y."""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" '
        f'style="fill:currentColor;font-size:{size:g}px">{escape(text)}</text>'
    )


def numbers(
    values: np.ndarray, x: float, y: float, cell: float, colored: bool = True
) -> str:
    """A table of numbers (H, W), tinted by sign, its top left corner at x, y."""
    scale = float(np.abs(values).max()) or 1.0
    parts = []
    for (row, column), value in np.ndenumerate(values):
        left, top = x + column * cell, y + row * cell
        if colored and value:
            r, g, b = POSITIVE if value > 0 else NEGATIVE
            opacity = 0.45 * abs(value) / scale
            parts.append(
                f'<rect x="{left:g}" y="{top:g}" width="{cell:g}" height="{cell:g}" '
                f'style="fill:rgb({r},{g},{b});fill-opacity:{opacity:.3f}"/>'
            )
        parts.append(rectangle(left, top, cell, cell))
        middle, baseline = left + cell / 2, top + 0.64 * cell
        parts.append(label(middle, baseline, format_number(value), 0.4 * cell))
    return "".join(parts)


def drawing(width: float, height: float, alt: str, *parts: str) -> str:
    """A complete SVG with alt text, as wide as its column at most."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'role="img" aria-label="{escape(alt)}" '
        f'style="max-width:100%;height:auto;font-family:sans-serif" '
        f'width="{width:g}" height="{height:g}">{"".join(parts)}</svg>'
    )
