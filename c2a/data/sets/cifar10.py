"""CIFAR-10: small color pictures in ten classes (Krizhevsky, 2009)."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import SplitImages

CLASS_NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


@dataclass(frozen=True, eq=False, repr=False)
class CIFAR10(SplitImages):
    """Animals and vehicles in ten balanced classes.

    train_images (50000, 32, 32, 3), test_images (10000, 32, 32, 3): uint8, 0 to 255,
    red, green, blue; train_labels (50000,), test_labels (10000,): int64, 0 to 9.
    """


def _batch(archive: tarfile.TarFile, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of one binary batch: a label byte, then 3 planes of 32x32."""
    stream = archive.extractfile(f"cifar-10-batches-bin/{name}.bin")
    if stream is None:
        raise ValueError(f"{name}.bin in the CIFAR-10 archive is not a file")
    records = np.frombuffer(stream.read(), dtype=np.uint8).reshape(-1, 3073)
    planes = records[:, 1:].reshape(-1, 3, 32, 32)
    images = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
    return images, records[:, 0].astype(np.int64)


def _read(paths: Mapping[str, Path]) -> CIFAR10:
    with tarfile.open(paths["cifar-10-binary.tar.gz"]) as archive:
        train = [_batch(archive, f"data_batch_{number}") for number in range(1, 6)]
        test_images, test_labels = _batch(archive, "test_batch")
    return CIFAR10(
        train_images=np.concatenate([images for images, _ in train]),
        train_labels=np.concatenate([labels for _, labels in train]),
        test_images=test_images,
        test_labels=test_labels,
        class_names=CLASS_NAMES,
    )


FULL = DataSet(
    name="cifar-10",
    title="CIFAR-10, 50,000 + 10,000",
    description="Color 32x32 pictures of animals and vehicles in ten classes.",
    license="its authors state none and ask to be cited",
    citation=(
        "A. Krizhevsky. Learning multiple layers of features from tiny images. "
        "Technical report, University of Toronto, 2009."
    ),
    source="https://www.cs.toronto.edu/~kriz/cifar.html",
    files=(
        # The binary archive, because the Python one would have to be unpickled.
        DataFile(
            name="cifar-10-binary.tar.gz",
            size=170052171,
            sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            urls=("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
        ),
    ),
    read=_read,
)
