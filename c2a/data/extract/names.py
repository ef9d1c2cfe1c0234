"""First names and surnames of the US census of 1990."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from c2a.data.extract.packages import Packages
from c2a.data.extract.splitting import split_by_family
from c2a.data.extract.writing import Arrays, write_arrays

NAMES = "names==0.3.0"


def make(packages: Packages, folder: Path) -> None:
    """Write `names.npz`: first names with their sex, and surnames, in two parts."""
    source = packages.source(NAMES) / "names"
    female, male = (_column(source / f"dist.{sex}.first") for sex in ("female", "male"))
    both = set(female) & set(male)
    labels = {name: 0 for name in female if name not in both}
    labels |= {name: 1 for name in male if name not in both}
    columns = {"": list(labels), "sur": _column(source / "dist.all.last")}
    arrays: Arrays = {}
    for kind, names in columns.items():
        parts = split_by_family([spelled_alike(name) for name in names], test_share=0.2)
        for part, chosen in zip(("train", "test"), parts, strict=True):
            arrays[f"{part}_{kind}names"] = np.array(names)[chosen]
            if not kind:
                sexes = np.array(list(labels.values()), np.uint8)
                arrays[f"{part}_labels"] = sexes[chosen]
    write_arrays(folder / "names.npz", arrays)


def _column(path: Path) -> list[str]:
    """The names of a file, in lower case, the most frequent first."""
    return [line.split()[0].lower() for line in path.read_text("ascii").splitlines()]


def spelled_alike(name: str) -> str:
    """A key that spellings of one name share: "catherine", "kathryne" and "katharin".

    Doubled letters, vowels after the first letter, and h count for nothing; letters
    that often stand for each other become one.
    """
    key = name.replace("ph", "f")
    key = key.translate(str.maketrans("cqzy", "kksi"))
    key = key[0] + re.sub("[aeiouh]", "", key[1:])
    return re.sub(r"(.)\1+", r"\1", key)
