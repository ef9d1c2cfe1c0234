"""Where the files of the data sets are: shipped with the package or in the cache."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from c2a.data.dataset import DataError, DataFile, DataSet

SHIPPED_FOLDER = Path(__file__).parent / "files"


def cache_folder() -> Path:
    """The folder of downloaded data: $C2A_DATA, else the platform's cache folder."""
    chosen = os.environ.get("C2A_DATA")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("c2a", appauthor=False)


def folder_of(data_set: DataSet) -> Path:
    """The folder that holds, or will hold, the files of `data_set`."""
    root = SHIPPED_FOLDER if data_set.ships else cache_folder()
    return root / data_set.name


def is_sound(path: Path, file: DataFile) -> bool:
    """Whether `path` is there and holds exactly the bytes that `file` promises."""
    try:
        if path.stat().st_size != file.size:
            return False
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
    except OSError:
        return False


def paths_of(data_set: DataSet) -> dict[str, Path]:
    """Paths of all files of `data_set`, each checked, downloaded where necessary.

    Raises DataError when a file cannot be had.
    """
    folder = folder_of(data_set)
    if not data_set.ships:
        from c2a.data.download import fetch

        return {file.name: fetch(data_set, file, folder) for file in data_set.files}
    for file in data_set.files:
        if not is_sound(folder / file.name, file):
            raise DataError(
                f"The file {folder / file.name} that ships with the book is missing "
                "or damaged: install the c2a package again, or in a clone restore it "
                "with `git checkout -- c2a/data/files`."
            )
    return {file.name: folder / file.name for file in data_set.files}
