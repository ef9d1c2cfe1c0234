"""Two Japanese vowels in a row, said by nine men: series of unequal length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import ShowsShapes, read_npz


@dataclass(frozen=True, eq=False, repr=False)
class JapaneseVowels(ShowsShapes):
    """270 utterances to learn from and 370 to be tested on, the published division.

    *_series: tuples of float32 arrays (T, 12), T from 7 to 29 frames of twelve LPC
    cepstrum coefficients. *_labels (N,): int64, 0 to 8, which of the nine men spoke,
    indices into `class_names`. Sorted by speaker: shuffle before use.

    Good for practice with padding, masks and packing. It proves nothing about memory:
    a linear model on the mean of the frames does as well as a recurrent network.
    """

    train_series: tuple[np.ndarray, ...]
    train_labels: np.ndarray
    test_series: tuple[np.ndarray, ...]
    test_labels: np.ndarray
    class_names: tuple[str, ...]


def _read(paths: Mapping[str, Path]) -> JapaneseVowels:
    arrays = read_npz(paths["japanese-vowels.npz"])
    series = {}
    for part in ("train", "test"):
        ends = np.cumsum(arrays[f"{part}_lengths"], dtype=np.int64)[:-1]
        pieces = np.split(arrays[f"{part}_frames"], ends)
        series[f"{part}_series"] = tuple(piece.copy() for piece in pieces)
    return JapaneseVowels(
        **series,
        train_labels=arrays["train_labels"],
        test_labels=arrays["test_labels"],
        class_names=tuple(f"speaker {number}" for number in range(1, 10)),
    )


JAPANESE_VOWELS = DataSet(
    name="japanese-vowels",
    title="Japanese vowels, 270 + 370",
    description=(
        "Nine men say two vowels in a row: series of 7 to 29 frames of twelve "
        "coefficients; the task is to tell who speaks."
    ),
    license="CC BY 4.0; as distributed with aeon: BSD-3-Clause",
    license_file="aeon.txt",
    citation=(
        "M. Kudo, J. Toyama, M. Shimbo. Multidimensional curve classification using "
        "passing-through regions. Pattern Recognition Letters 20:1103-1111, 1999."
    ),
    source="https://archive.ics.uci.edu/dataset/128",
    files=(
        DataFile(
            name="japanese-vowels.npz",
            size=437936,
            sha256="fa1d2d769c0d330e93c10ecfa4b0d5dbc1d486da2d3feca778169ae3c1e8f132",
        ),
    ),
    read=_read,
)
