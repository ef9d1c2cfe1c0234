"""Put an SVG picture into a page so that it follows the page's colors and is heard."""

from __future__ import annotations

import html
import re

_ROOT = re.compile(r"<svg\b([^>]*)>", re.DOTALL)
_SPOKEN = re.compile(r'\s(?:role|aria-[a-z]+|focusable)="[^"]*"')
_ID = re.compile(r'(\sid=")([^"]+)(")')
_REFERENCE = re.compile(r'(url\(["\']?#|href="#)([^"\')]+)')


def inline_svg(svg: str, *, alt: str, prefix: str) -> str:
    """Return ``svg`` ready to stand in an HTML page beside other SVGs.

    Args:
        svg: the picture; anything before its ``<svg`` element is dropped.
        alt: what is seen, read aloud in place of the picture.
        prefix: put before every id that is referred to, so that two pictures on a
            page do not clash (matplotlib repeats its own); other ids are dropped.

    Raises:
        ValueError: there is no ``<svg`` element.
    """
    root = _ROOT.search(svg)
    if root is None:
        raise ValueError("This figure holds no <svg> element.")
    attributes = _SPOKEN.sub("", root.group(1))
    label = html.escape(alt, quote=True)
    opening = f'<svg role="img" aria-label="{label}" focusable="false"{attributes}>'
    body = svg[root.end() :]
    own = {match[2] for match in _ID.finditer(svg)}
    used = {match[2] for match in _REFERENCE.finditer(svg)} & own

    def keep(match: re.Match[str]) -> str:
        # matplotlib gives two equal pictures one id, which nothing refers to.
        return f"{match[1]}{prefix}{match[2]}{match[3]}" if match[2] in used else ""

    def follow(match: re.Match[str]) -> str:
        return f"{match[1]}{prefix if match[2] in used else ''}{match[2]}"

    return _REFERENCE.sub(follow, _ID.sub(keep, opening + body)).strip()
