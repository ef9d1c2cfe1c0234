"""What the book knows about a data set before it opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from c2a.errors import C2AError


class DataError(C2AError):
    """A data set that cannot be had; the message says what to do about it."""


@dataclass(frozen=True)
class DataFile:
    """One file of a data set.

    A file without `urls` ships in `c2a/data/files/<data set>/`, or comes with the
    package that the data set names; `name` is its path there.
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
    `package` is the importable name of an installed package that brings the files.
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
    package: str = ""

    @property
    def ships(self) -> bool:
        """Whether the files are in `c2a/data/files/`."""
        return not self.package and not self.downloads

    @property
    def downloads(self) -> bool:
        """Whether the files are fetched from their public home when first used."""
        return any(file.urls for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of all its files together, as kept on disk."""
        return sum(file.size for file in self.files)
