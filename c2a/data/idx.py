"""The IDX format of the MNIST family (described at yann.lecun.com/exdb/mnist)."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import numpy as np


def read_idx(path: Path) -> np.ndarray:
    """Read unsigned bytes from an IDX file, gzip-compressed or not.

    Returns a uint8 array of the shape that the file states. Raises ValueError when
    the file holds another type of number or fewer or more bytes than it states.
    """
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    if content[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path.name} is not an IDX file of unsigned bytes")
    dimensions = content[3]
    start = 4 + 4 * dimensions
    shape = np.frombuffer(content[4:start], dtype=">u4").astype(int)
    # A copy, so that the array is writable and torch takes it without a warning.
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape).copy()


def read_split(paths: Mapping[str, Path], ending: str = "") -> dict[str, np.ndarray]:
    """Read the four files of the family, as the fields of `SplitImages`.

    paths: by name of the file. ending: of the names, ".gz" or nothing.
    """
    parts = {"train": "train", "test": "t10k"}
    images = {
        f"{part}_images": read_idx(paths[f"{name}-images-idx3-ubyte{ending}"])
        for part, name in parts.items()
    }
    labels = {
        f"{part}_labels": read_idx(paths[f"{name}-labels-idx1-ubyte{ending}"])
        for part, name in parts.items()
    }
    return images | {name: array.astype(np.int64) for name, array in labels.items()}
