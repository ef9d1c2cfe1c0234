"""The version of scikit-learn that several sets come from, and its license."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from c2a.data.extract.packages import Packages

SCIKIT_LEARN = "scikit-learn==1.9.1"


def datasets_folder(packages: Packages) -> Path:
    """The folder of scikit-learn that holds `data` and `images`."""
    return packages.wheel(SCIKIT_LEARN) / "sklearn/datasets"


def license_text(packages: Packages) -> str:
    info = packages.wheel(SCIKIT_LEARN) / "scikit_learn-1.9.1.dist-info"
    return (info / "licenses/COPYING").read_text("utf-8")


def labeled_table(path: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Features, int64 classes and the names of classes of one of its CSV files.

    The first line counts rows and features and names the classes; the class is in the
    last column.
    """
    header = path.read_text("utf-8").splitlines()[0].split(",")
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    if table.shape != (int(header[0]), int(header[1]) + 1):
        raise ValueError(f"{path.name} has another shape than its first line says")
    return table[:, :-1], table[:, -1].astype(np.int64), header[2:]
