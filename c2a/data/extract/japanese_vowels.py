"""Japanese vowels, from two files that ship with aeon."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from c2a.data.extract.packages import Packages
from c2a.data.extract.writing import Arrays, write_arrays

AEON = "aeon==1.6.0"


def make(packages: Packages, folder: Path) -> None:
    """Write `japanese-vowels.npz`: for either part frames, lengths and labels."""
    source = packages.wheel(AEON) / "aeon/datasets/data/JapaneseVowels"
    arrays: Arrays = {}
    for part in ("train", "test"):
        lines = (source / f"JapaneseVowels_{part.upper()}.ts").read_text("utf-8")
        cases = lines.partition("@data\n")[2].split()
        series, labels = zip(*map(_case, cases), strict=True)
        arrays[f"{part}_frames"] = np.concatenate(series)
        arrays[f"{part}_lengths"] = np.array([len(one) for one in series], np.uint8)
        arrays[f"{part}_labels"] = np.array(labels, np.uint8)
    write_arrays(folder / "japanese-vowels.npz", arrays)


def license_text(packages: Packages) -> str:
    info = packages.wheel(AEON) / "aeon-1.6.0.dist-info"
    return (info / "licenses/LICENSE").read_text("utf-8")


def _case(line: str) -> tuple[np.ndarray, int]:
    """One utterance as (T, 12) and its speaker from 0 on.

    A line holds the twelve channels, each a list of numbers, and the speaker from 1 on.
    """
    *channels, speaker = line.split(":")
    values = [channel.split(",") for channel in channels]
    return np.array(values, dtype=np.float32).T, int(speaker) - 1
