"""Small digits, from a table that ships with scikit-learn."""

from __future__ import annotations

from pathlib import Path

from c2a.data.extract.packages import Packages
from c2a.data.extract.scikit_learn import datasets_folder, license_text
from c2a.data.extract.writing import labeled_images, write_arrays

__all__ = ["license_text", "make"]


def make(packages: Packages, folder: Path) -> None:
    """Write `digits.npz`: images and labels in the order of the source."""
    table = datasets_folder(packages) / "data/digits.csv.gz"
    write_arrays(folder / "digits.npz", labeled_images(table, side=8))
