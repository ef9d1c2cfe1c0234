"""Very small handwritten digits, for examples that take no time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from c2a.data.dataset import DataFile, DataSet, LabeledImages


@dataclass(frozen=True, eq=False, repr=False)
class Digits(LabeledImages):
    """1,797 handwritten digits, in mixed order.

    images (1797, 8, 8): uint8, 0 background to 16 (how many of the 16 pixels of a
    4x4 block were inked); labels (1797,): int64, 0 to 9.
    """


def _read(paths: Mapping[str, Path]) -> Digits:
    with np.load(paths["digits.npz"]) as arrays:
        labels = arrays["labels"].astype(np.int64)
        return Digits(arrays["images"], labels, tuple("0123456789"))


SHIPPED = DataSet(
    name="digits",
    title="Small digits, 1,797",
    description="Gray 8x8 handwritten digits with values 0 to 16.",
    license="CC BY 4.0; as distributed with scikit-learn: BSD-3-Clause",
    license_file="scikit-learn.txt",
    citation=(
        "E. Alpaydin, C. Kaynak. Optical recognition of handwritten digits. UCI "
        "Machine Learning Repository, 1998. doi:10.24432/C50P49."
    ),
    source="https://archive.ics.uci.edu/dataset/80",
    files=(
        DataFile(
            name="digits.npz",
            size=45394,
            sha256="b2dab7b501728c22e9119ad76740b2e17c77a231e42d1e592380d90886f1a05e",
        ),
    ),
    read=_read,
)
