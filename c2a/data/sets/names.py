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
    """First names that the census lists for one sex only, and all surnames.

    *_names (N,): str, letters a to z in lower case. *_labels (N,): int64, 0 female,
    1 male. *_surnames (N,): str. Spellings of one name ("catherine", "kathryn") are in
    the same part. The order is random: slices are samples.
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
            size=620324,
            sha256="9a9d86e366a150bd1e649a8640135c84e00e7782458b7b7dcd8916866b811c06",
        ),
    ),
    read=_read,
)
