"""Emoji at 32x32, with names and keywords, split by family."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from c2a.data.extract.packages import Packages
from c2a.data.extract.splitting import Families, split_by_family
from c2a.data.extract.writing import write_arrays

DATASOURCE = "emoji-datasource-twitter@16.0.0"
EMOJILIB = "emojilib@4.0.3"

# Where emojilib gives one name to two emoji, or half a name.
NAMES = {
    "\U0001f9d4": "person beard",
    "\U0001f935": "person in tuxedo",
    "#\u20e3": "keycap hash",
    "*\u20e3": "keycap star",
}

# Pictures that differ by less (root mean square of 0 to 255) look alike.
ALIKE = 12.0
# Words that tell variants of one motif apart: who, which color, size, way or hour.
VARIANT = re.compile(
    r"\b(man|woman|men|women|person|people|boy|girl|child|adult|baby|old|older|"
    r"mother|father|mrs|mr|mx|claus|santa|prince|princess|king|queen|with crown|"
    r"merman|mermaid|merperson|"
    r"red|orange|yellow|green|blue|light blue|purple|brown|black|white|gr[ae]y|pink|"
    r"small|medium|large|medium-small|facing right|left|right|up|down|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
)


def make(packages: Packages, folder: Path) -> None:
    """Write `emoji.npz`: for either part images, names, keywords and labels."""
    source = packages.npm(DATASOURCE)
    entries = json.loads((source / "emoji.json").read_text("utf-8"))
    # Components are the five swatches of skin tones, no pictures of something.
    entries = [entry for entry in entries if entry["category"] != "Component"]
    keywords = _keywords(packages.npm(EMOJILIB) / "dist/emoji-en-US.json")
    emoji = [_plain(entry) for entry in entries]
    names = [NAMES.get(one, keywords[one][0]) for one in emoji]
    words = [[name, *keywords[one]] for name, one in zip(names, emoji, strict=True)]
    images = _small_images(source / "img/twitter/sheets/64.png", entries)

    families = families_of(names, images)
    category_names, categories = _numbered([entry["category"] for entry in entries])
    group_names, groups = _numbered([entry["subcategory"] for entry in entries])
    family_names, family_numbers = _numbered(families)
    assert len(family_names) < 2**16
    columns = {
        "images": images,
        "names": np.array(names),
        "keywords": np.array([" ".join(_spaced(some)) for some in words]),
        "category_labels": categories.astype(np.uint8),
        "group_labels": groups.astype(np.uint8),
        "families": family_numbers.astype(np.uint16),
    }
    train, test = split_by_family(families, test_share=0.12)
    arrays = {f"train_{name}": column[train] for name, column in columns.items()}
    arrays |= {f"test_{name}": column[test] for name, column in columns.items()}
    arrays |= {"category_names": category_names, "group_names": group_names}
    write_arrays(folder / "emoji.npz", arrays)


def license_text(packages: Packages) -> str:
    """The texts of both packages; that of the artwork is named by its address."""
    return "\n".join(
        f"{requirement}\n\n{(packages.npm(requirement) / 'LICENSE').read_text('utf-8')}"
        for requirement in (DATASOURCE, EMOJILIB)
    )


def _plain(entry: dict[str, Any]) -> str:
    """The emoji as text, without the mark that asks for a colored picture."""
    codes = (int(code, 16) for code in entry["unified"].split("-"))
    return "".join(map(chr, codes)).replace("\ufe0f", "")


def _keywords(path: Path) -> dict[str, list[str]]:
    """For each emoji its name and then its keywords."""
    content = json.loads(path.read_text("utf-8"))
    # "women_s_boot" is how emojilib writes "women's boot".
    return {
        emoji.replace("\ufe0f", ""): [
            re.sub(r"(?<=\w\w) s\b", "'s", word.replace("_", " ")) for word in words
        ]
        for emoji, words in content.items()
    }


def _spaced(words: list[str]) -> list[str]:
    """The words of all keywords, in lower case and each once; smileys are left out."""
    text = " ".join(words).lower()
    return list(dict.fromkeys(re.findall(r"[a-z0-9][a-z0-9'-]*", text)))


def _small_images(path: Path, entries: list[dict[str, Any]]) -> np.ndarray:
    """All pictures, averaged over blocks of 2x2 pixels: uint8, (N, 32, 32, 4)."""
    from PIL import Image

    with Image.open(path) as image:
        sheet = np.array(image.convert("RGBA"))
    corners = [
        (entry["sheet_y"] * 66 + 1, entry["sheet_x"] * 66 + 1) for entry in entries
    ]
    cells = np.stack([sheet[y : y + 64, x : x + 64] for y, x in corners])
    opacity = cells[..., 3:].astype(np.float64)
    # Colors are weighted by opacity: what cannot be seen must not darken an edge.
    ink = _halved(cells[..., :3] * opacity)
    opacity = _halved(opacity)
    color = np.divide(ink, opacity, out=np.zeros_like(ink), where=opacity >= 0.5)
    return np.concatenate([color, opacity], axis=-1).round().astype(np.uint8)


def _halved(images: np.ndarray) -> np.ndarray:
    count, height, width, channels = images.shape
    blocks = images.reshape(count, height // 2, 2, width // 2, 2, channels)
    return blocks.mean(axis=(2, 4))


def families_of(names: list[str], images: np.ndarray) -> list[int]:
    """A number for each emoji, the same for variants of one motif.

    Variants are those whose names differ only in words like "man" or "blue", and those
    whose pictures look alike, one of them perhaps mirrored, as flags of territories do.
    """
    families = Families(range(len(names)))
    first: dict[str, int] = {}
    for number, name in enumerate(names):
        # A clock that shows half past looks like one that shows the hour.
        name = VARIANT.sub(" ", name.replace("thirty", "o clock"))
        motif = " ".join(name.split())
        families.join(number, first.setdefault(motif, number))
    ink = images[..., :3] * (images[..., 3:] / 255.0)
    seen = np.concatenate([ink, images[..., 3:]], axis=-1)
    for other in (seen, seen[:, :, ::-1]):
        for one, two in np.argwhere(_distances(seen, other) < ALIKE):
            families.join(int(one), int(two))
    return [int(families[number]) for number in range(len(names))]  # type: ignore[call-overload]


def _distances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Root mean square between all pictures of one list and all of another."""
    a, b = one.reshape(len(one), -1), other.reshape(len(other), -1)
    square = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.sqrt(np.maximum(square, 0) / a.shape[1])


def _numbered(values: list[Any]) -> tuple[np.ndarray, np.ndarray]:
    """The different values in order, and the number of each value."""
    return np.unique(np.array(values), return_inverse=True)
