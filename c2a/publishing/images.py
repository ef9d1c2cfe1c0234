"""Move large pictures out of the text of a page, so that the text arrives first."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from pathlib import Path

from PIL import Image

FOLDER = "_images"
SMALL = 4096  # characters; below this another request costs more than it saves

_EMBEDDED = re.compile(
    r'(?P<start><image\b[^>]*?\s(?:xlink:)?href=")'
    r'data:image/png;base64,(?P<data>[^"]+)"'
)


def extract_images(body: str, folder: Path, address: str) -> str:
    """Replace large PNG pictures embedded in inline SVG by links to files.

    The files are WebP without loss, about half the size of the PNG.

    Args:
        body: HTML of a page.
        folder: where the files are written.
        address: the folder as the page links it.
    """

    def move(match: re.Match[str]) -> str:
        if len(match["data"]) < SMALL:
            return match[0]
        data = base64.b64decode(re.sub(r"\s", "", match["data"]))
        name = f"{hashlib.sha256(data).hexdigest()[:20]}.webp"
        if not (folder / name).exists():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(_as_webp(data))
        return f'{match["start"]}{address}/{name}"'

    return _EMBEDDED.sub(move, body)


def _as_webp(png: bytes) -> bytes:
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        # "exact" keeps the color of transparent pixels, which SVG may blend.
        picture.save(buffer, "WEBP", lossless=True, exact=True)
    return buffer.getvalue()
