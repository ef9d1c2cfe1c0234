"""An extract of Fashion-MNIST, equally many pictures of every class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from c2a.data.extract.packages import Packages
from c2a.data.extract.writing import Arrays, write_arrays
from c2a.data.idx import read_idx

DEBIAN_PACKAGE = "dataset-fashion-mnist"


def make(packages: Packages, folder: Path) -> None:
    """Write `fashion-mnist.npz`: of every class the first 1,200 and the first 500."""
    source = packages.debian(DEBIAN_PACKAGE) / "usr/share/datasets/fashion-mnist"
    arrays: Arrays = {}
    for part, prefix, per_class in (("train", "train", 1200), ("test", "t10k", 500)):
        images = read_idx(source / f"{prefix}-images-idx3-ubyte.gz")
        labels = read_idx(source / f"{prefix}-labels-idx1-ubyte.gz")
        chosen = first_of_each_class(labels, per_class)
        arrays[f"{part}_images"] = images[chosen]
        arrays[f"{part}_labels"] = labels[chosen]
    write_arrays(folder / "fashion-mnist.npz", arrays)


def license_text(packages: Packages) -> str:
    root = packages.debian(DEBIAN_PACKAGE)
    return (root / f"usr/share/doc/{DEBIAN_PACKAGE}/copyright").read_text("utf-8")


def first_of_each_class(labels: np.ndarray, count: int) -> np.ndarray:
    """Indices of the first `count` examples of every class, in the order of the set."""
    chosen = [np.flatnonzero(labels == label)[:count] for label in np.unique(labels)]
    return np.sort(np.concatenate(chosen))
