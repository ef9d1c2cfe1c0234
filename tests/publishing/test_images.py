"""Large pictures leave the page, unchanged; small ones stay."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
from PIL import Image

from c2a.publishing.images import extract_images


def _embedded(side: int, attribute: str = "xlink:href") -> tuple[np.ndarray, str]:
    pixels = np.random.default_rng(side).integers(0, 256, (side, side, 4), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    image = f'<image x="1" {attribute}="data:image/png;base64,{data}" y="2"/>'
    return pixels, image


def test_large_picture_becomes_a_file_with_the_same_pixels(tmp_path: Path) -> None:
    pixels, image = _embedded(64)
    body = extract_images(f"<p>{image}</p>", tmp_path / "_images", "_images")
    (name,) = re.findall(r'<image x="1" xlink:href="_images/([^"]+)" y="2"/>', body)
    with Image.open(tmp_path / "_images" / name) as picture:
        assert np.array_equal(np.asarray(picture.convert("RGBA")), pixels)


def test_same_picture_is_written_once(tmp_path: Path) -> None:
    _, image = _embedded(64, attribute="href")
    body = extract_images(image + image, tmp_path, "x")
    assert body.count("data:image") == 0
    assert len(list(tmp_path.iterdir())) == 1


def test_small_picture_stays(tmp_path: Path) -> None:
    _, image = _embedded(4)
    assert extract_images(image, tmp_path, "x") == image
    assert list(tmp_path.iterdir()) == []


def test_pictures_of_widgets_are_left_alone(tmp_path: Path) -> None:
    _, image = _embedded(64)
    script = image.replace("<image", "<img")
    assert extract_images(script, tmp_path, "x") == script
