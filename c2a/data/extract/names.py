"""First names and surnames of the US census of 1990."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from c2a.data.extract.packages import Packages
from c2a.data.extract.splitting import split_by_family
from c2a.data.extract.writing import Arrays, write_arrays

NAMES = "names==0.3.0"
CLEAR = 0.95


def make(packages: Packages, folder: Path) -> None:
    """Write `names.npz`: first names with their sex, and surnames, in two parts."""
    source = packages.source(NAMES) / "names"
    female, male = (_shares(source / f"dist.{sex}.first") for sex in ("female", "male"))
    labels = labels_of(female, male)
    columns = {"": list(labels), "sur": list(_shares(source / "dist.all.last"))}
    arrays: Arrays = {}
    for kind, names in columns.items():
        parts = split_by_family([spelled_alike(name) for name in names], test_share=0.2)
        for part, chosen in zip(("train", "test"), parts, strict=True):
            arrays[f"{part}_{kind}names"] = np.array(names)[chosen]
            if not kind:
                sexes = np.array(list(labels.values()), np.uint8)
                arrays[f"{part}_labels"] = sexes[chosen]
    write_arrays(folder / "names.npz", arrays)


def _shares(path: Path) -> dict[str, float]:
    """The names of a file, in lower case, each with its percentage of all people."""
    lines = [line.split() for line in path.read_text("ascii").splitlines()]
    return {name.lower(): float(share) for name, share, *_ in lines}


def labels_of(female: dict[str, float], male: dict[str, float]) -> dict[str, int]:
    """0 for names of women, 1 for names of men; names of both are left out.

    A sex must have CLEAR of a name's bearers, not all of them: the census lists "john"
    for women too, and without such names the most common ones would be missing.
    """
    labels = {}
    for name in {**female, **male}:
        shares = female.get(name, 0.0), male.get(name, 0.0)
        if max(shares) >= CLEAR * sum(shares):
            labels[name] = int(shares[1] > shares[0])
    return labels


def spelled_alike(name: str) -> str:
    """A key that spellings of one name share, as "catherine" and "katherine" do.

    h, doubled letters and a last e count for nothing; letters and pairs that often
    stand for each other become one.
    """
    key = name.replace("ph", "f").replace("h", "")
    key = key.translate(str.maketrans("cqzy", "kksi"))
    key = re.sub("ie|ee|ea|ei|ai", "i", key)
    key = re.sub(r"(.)\1+", r"\1", key)
    return key.removesuffix("e")
