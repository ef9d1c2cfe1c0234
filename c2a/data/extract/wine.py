"""Wine, from a table that ships with scikit-learn."""

from __future__ import annotations

from pathlib import Path

from c2a.data.extract.packages import Packages
from c2a.data.extract.scikit_learn import datasets_folder, labeled_table, license_text
from c2a.data.extract.writing import write_table

__all__ = ["license_text", "make"]

QUANTITIES = [
    "alcohol",
    "malic acid",
    "ash",
    "alcalinity of ash",
    "magnesium",
    "total phenols",
    "flavanoids",
    "nonflavanoid phenols",
    "proanthocyanins",
    "color intensity",
    "hue",
    "OD280/OD315 of diluted wines",
    "proline",
]


def make(packages: Packages, folder: Path) -> None:
    """Write `wine.npz`."""
    features, targets, _ = labeled_table(
        datasets_folder(packages) / "data/wine_data.csv"
    )
    growers = ["grower 1", "grower 2", "grower 3"]
    write_table(folder / "wine.npz", features, targets, QUANTITIES, growers)
