"""Breast cancer, from a table that ships with scikit-learn."""

from __future__ import annotations

from pathlib import Path

from c2a.data.extract.packages import Packages
from c2a.data.extract.scikit_learn import datasets_folder, labeled_table, license_text
from c2a.data.extract.writing import write_table

__all__ = ["license_text", "make"]

QUANTITIES = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)


def make(packages: Packages, folder: Path) -> None:
    """Write `breast-cancer.npz`."""
    table = datasets_folder(packages) / "data/breast_cancer.csv"
    features, targets, class_names = labeled_table(table)
    kinds = ("mean", "error", "worst")
    names = [f"{kind} {quantity}" for kind in kinds for quantity in QUANTITIES]
    write_table(folder / "breast-cancer.npz", features, targets, names, class_names)
