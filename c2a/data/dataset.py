"""What the book knows about a data set before it opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from c2a.errors import C2AError


class DataError(C2AError):
    """A data set that cannot be had; the message says what to do about it."""


@dataclass(frozen=True)
class DataFile:
    """One file of a data set.

    A file without `urls` ships with the package, in `c2a/data/files/<data set>/`.
    `size` (bytes) and `sha256` are those of the file as it is kept. Where
    `compressed` is true, the addresses hold it gzip-compressed and it is kept
    uncompressed: publishers compress the same bytes differently.

    `author`, `license` and `source` are filled where they differ from those of the
    data set, as for photographs by different people.
    """

    name: str
    size: int
    sha256: str
    urls: tuple[str, ...] = ()
    compressed: bool = False
    author: str = ""
    license: str = ""
    source: str = ""


@dataclass(frozen=True)
class DataSet:
    """An entry of the registry: where a data set comes from and how it is read.

    `read` takes the paths of the files by name. `license_file` names the license text
    in `c2a/data/files/licenses/`, for sets that ship under one that must go with them.
    """

    name: str
    title: str
    description: str
    license: str
    citation: str
    source: str
    files: tuple[DataFile, ...]
    read: Callable[[Mapping[str, Path]], Any]
    license_file: str = ""

    @property
    def ships(self) -> bool:
        """Whether the data set comes with the package and needs no network."""
        return not any(file.urls for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of all its files together, as kept on disk."""
        return sum(file.size for file in self.files)


class _ShowsShapes:
    """Prints a data set by the shapes of its arrays instead of their contents."""

    def __repr__(self) -> str:
        parts = []
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                parts.append(f"{field.name}={value.dtype}{list(value.shape)}")
            else:
                parts.append(f"{field.name}={value!r}")
        return f"{type(self).__name__}({', '.join(parts)})"


@dataclass(frozen=True, eq=False, repr=False)
class LabeledImages(_ShowsShapes):
    """Images with one label each.

    images: uint8, (N, H, W) or (N, H, W, 3); labels: int64, (N,), indices into
    `class_names`.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class SplitImages(_ShowsShapes):
    """Labeled images with the official division into training and test part.

    *_images: uint8, (N, H, W) or (N, H, W, 3); *_labels: int64, (N,), indices into
    `class_names`.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    class_names: tuple[str, ...]
