"""Checked files of a data set, wherever they come from."""

from __future__ import annotations

from pathlib import Path

from c2a.data.dataset import DataError, DataSet
from c2a.data.locations import folder_of, is_sound, remedy


def paths_of(data_set: DataSet) -> dict[str, Path]:
    """Paths of all files of `data_set`, each checked, downloaded where necessary.

    Raises DataError when a file cannot be had.
    """
    folder = folder_of(data_set)
    if data_set.downloads:
        from c2a.data.download import fetch

        return {file.name: fetch(data_set, file, folder) for file in data_set.files}
    for file in data_set.files:
        if not is_sound(folder / file.name, file):
            raise DataError(
                f"The file {folder / file.name} is missing or damaged. "
                f"{remedy(data_set)}"
            )
    return {file.name: folder / file.name for file in data_set.files}
