"""Emoji: small drawings in color with transparency, names and keywords (Twemoji)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import ShowsShapes, read_npz


@dataclass(frozen=True, eq=False, repr=False)
class Emoji(ShowsShapes):
    """1,906 drawings, 1,677 to learn from and 229 to be tested on.

    *_images (N, 32, 32, 4): uint8, red, green, blue, 0 to 255, and opacity, 0 to 255;
    `over_background` paints them on a ground. *_names (N,): str, "grinning face", each
    once. *_keywords (N,): str, words in lower case separated by spaces, those of the
    name first. *_category_labels (N,): int64, indices into the 9 `category_names`;
    *_group_labels (N,): int64, indices into the 98 `group_names`, a finer division.
    *_families (N,): int64, the same number for variants of one motif (man and woman
    running, hearts of all colors, flags that look alike). No family is in both parts.
    """

    train_images: np.ndarray
    train_names: np.ndarray
    train_keywords: np.ndarray
    train_category_labels: np.ndarray
    train_group_labels: np.ndarray
    train_families: np.ndarray
    test_images: np.ndarray
    test_names: np.ndarray
    test_keywords: np.ndarray
    test_category_labels: np.ndarray
    test_group_labels: np.ndarray
    test_families: np.ndarray
    category_names: tuple[str, ...]
    group_names: tuple[str, ...]


def _read(paths: Mapping[str, Path]) -> Emoji:
    arrays = read_npz(paths["emoji.npz"])
    for part in ("train", "test"):
        arrays[f"{part}_families"] = arrays[f"{part}_families"].astype(np.int64)
    for name in ("category_names", "group_names"):
        arrays[name] = tuple(arrays[name].tolist())
    return Emoji(**arrays)


EMOJI = DataSet(
    name="emoji",
    title="Emoji, 1,677 + 229",
    description=(
        "Color drawings with transparency, 32x32, with names, keywords, categories "
        "and families of variants. The drawings were made smaller from 64x64; skin "
        "tones are left out."
    ),
    license="drawings CC BY 4.0; names and keywords MIT",
    license_file="emoji.txt",
    citation=(
        "Twemoji, copyright Twitter, Inc and other contributors. Names and keywords: "
        "C. Henderson, emoji-data; M.-A. Chiou and others, emojilib."
    ),
    source="https://github.com/jdecked/twemoji",
    files=(
        DataFile(
            name="emoji.npz",
            size=1699309,
            sha256="8e060da1bcaef90ec0d696b445e86bd685d85fd65ecc6a4b7d541a4d5b60147b",
        ),
    ),
    read=_read,
)
