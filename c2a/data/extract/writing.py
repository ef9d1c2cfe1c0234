"""Files whose bytes depend on their content alone."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write `arrays` as npz, unless `path` holds the same ones already.

    Builds of zlib compress the same arrays differently, so an equal file is left alone.
    """
    if path.exists():
        with np.load(path) as kept:
            same = kept.files == list(arrays) and all(
                np.array_equal(kept[key], array) and kept[key].dtype == array.dtype
                for key, array in arrays.items()
            )
        if same:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def write_text(path: Path, text: str) -> None:
    """Write `text` as xz-compressed UTF-8, unless `path` holds it already."""
    content = text.encode()
    if path.exists() and lzma.decompress(path.read_bytes()) == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))


def labeled_images(path: Path, side: int) -> Arrays:
    """Images from a CSV file with one image a row, its label in the last column.

    Raises ValueError where a value is not whole or not a byte.
    """
    with gzip.open(path, "rt") as stream:
        table = np.loadtxt(stream, delimiter=",", dtype=np.float64)
    rows = table.astype(np.uint8)
    if not np.array_equal(rows, table):
        raise ValueError(f"{path.name} holds values that are not whole, 0 to 255")
    return {"images": rows[:, :-1].reshape(-1, side, side), "labels": rows[:, -1]}


def write_table(
    path: Path,
    features: np.ndarray,
    targets: np.ndarray,
    feature_names: list[str],
    class_names: list[str],
) -> None:
    """Write a table as `forms.read_table` reads it: shuffled, three tenths as test."""
    order = np.random.default_rng(0).permutation(len(targets))
    count = round(0.3 * len(targets))
    arrays: Arrays = {}
    for part, chosen in (("train", order[count:]), ("test", order[:count])):
        arrays[f"{part}_features"] = features[chosen]
        arrays[f"{part}_targets"] = targets[chosen]
    arrays["feature_names"] = np.array(feature_names, dtype=np.str_)
    arrays["class_names"] = np.array(class_names, dtype=np.str_)
    write_arrays(path, arrays)
