"""First names by sex, and surnames (US census of 1990)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import ShowsShapes, read_npz


@dataclass(frozen=True, eq=False, repr=False)
class Names(ShowsShapes):
    """First names of which one sex has at least 95% of the bearers, and surnames.

    *_names (N,): str, letters a to z in lower case. *_labels (N,): int64, 0 female,
    1 male. *_surnames (N,): str. Spellings of one name ("catherine", "katherine") are
    in the same part. The order is random: slices are samples.
    """

    train_names: np.ndarray
    train_labels: np.ndarray
    test_names: np.ndarray
    test_labels: np.ndarray
    train_surnames: np.ndarray
    test_surnames: np.ndarray
    class_names: tuple[str, ...] = ("female", "male")


def _read(paths: Mapping[str, Path]) -> Names:
    return Names(**read_npz(paths["names.npz"]))


NAMES = DataSet(
    name="names",
    title="Names",
    description=(
        "First names with the sex that bears them, and surnames, from the US census "
        "of 1990. Spellings of one name are in the same part."
    ),
    license="public domain",
    citation="US Census Bureau. Frequently occurring names in the 1990 census. 1995.",
    source="https://pypi.org/project/names/",
    files=(
        DataFile(
            name="names.npz",
            size=621867,
            sha256="2cfa31ead78191ee06e3fb23c1e3a16f777db4a754f5d682f8d14f7844c02cf4",
        ),
    ),
    read=_read,
)
