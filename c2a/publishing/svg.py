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
        prefix: put before every id, so that two pictures on a page do not clash
            (an id is shared by all of a page, and matplotlib repeats its own).

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
    own = {match.group(2) for match in _ID.finditer(svg)}

    def rename(match: re.Match[str]) -> str:
        start, name = match.group(1), match.group(2)
        return f"{start}{prefix}{name}" if name in own else match.group(0)

    whole = _ID.sub(rf"\g<1>{prefix}\g<2>\g<3>", opening + body)
    return _REFERENCE.sub(rename, whole).strip()
