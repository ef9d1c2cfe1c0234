"""Very small handwritten digits, for examples that take no time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import SplitImages, read_npz


@dataclass(frozen=True, eq=False, repr=False)
class Digits(SplitImages):
    """Handwritten digits, 1,200 to learn from and 597 to be tested on.

    train_images (1200, 8, 8), test_images (597, 8, 8): uint8, 0 background to 16 (how
    many of the 16 pixels of a 4x4 block were inked); *_labels: int64, 0 to 9. The order
    is that of the source, where the same writers follow one another: the last third is
    for the most part by other writers than the rest.
    """


def _read(paths: Mapping[str, Path]) -> Digits:
    arrays = read_npz(paths["digits.npz"])
    images, labels = arrays["images"], arrays["labels"].astype(np.int64)
    return Digits(
        train_images=images[:1200],
        train_labels=labels[:1200],
        test_images=images[1200:],
        test_labels=labels[1200:],
        class_names=tuple("0123456789"),
    )


SHIPPED = DataSet(
    name="digits",
    title="Small digits, 1,200 + 597",
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
