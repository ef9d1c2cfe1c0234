"""The forms in which several data sets come: pictures, tables, series."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np


class ShowsShapes:
    """Prints a data set by the shapes of its arrays instead of their contents."""

    def __repr__(self) -> str:
        parts = []
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                kind = "str" if value.dtype.kind == "U" else value.dtype
                parts.append(f"{field.name}={kind}{list(value.shape)}")
            elif isinstance(value, str | tuple | dict) and len(value) > 20:
                kind = type(value).__name__
                parts.append(f"{field.name}={kind} of {len(value):,}")
            else:
                parts.append(f"{field.name}={value!r}")
        return f"{type(self).__name__}({', '.join(parts)})"


@dataclass(frozen=True, eq=False, repr=False)
class SplitImages(ShowsShapes):
    """Labeled images in a part to learn from and a part to be tested on.

    *_images: uint8, (N, H, W) or (N, H, W, 3); *_labels: int64, (N,), indices into
    `class_names`.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    class_names: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Table(ShowsShapes):
    """Examples with a fixed number of measured features, in two parts.

    *_features: float64, (N, D), in the units of the source; *_targets: (N,), int64
    indices into `class_names`, or float64 where the target is a number (then
    `class_names` is empty). The rows were shuffled once, so every slice is a fair
    sample.
    """

    train_features: np.ndarray
    train_targets: np.ndarray
    test_features: np.ndarray
    test_targets: np.ndarray
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Series(ShowsShapes):
    """One quantity at equal steps of time.

    times: datetime64, (N,); values: float64, (N,), in `unit`, NaN where there is no
    measurement. What lies before `test_start` is there to learn from, what follows is
    the future to be forecast.
    """

    times: np.ndarray
    values: np.ndarray
    unit: str
    test_start: int


def read_npz(path: Path) -> dict[str, Any]:
    """All arrays of an npz file; labels that are stored in bytes come as int64."""
    with np.load(path) as arrays:
        return {
            name: array.astype(np.int64) if name.endswith("_labels") else array
            for name, array in arrays.items()
        }


def read_table(path: Path) -> Table:
    """The Table in an npz file whose arrays have the names of the fields."""
    arrays = read_npz(path)
    for name in ("feature_names", "class_names"):
        arrays[name] = tuple(arrays[name].tolist())
    return Table(**arrays)


def over_background(images: np.ndarray, background: int = 255) -> np.ndarray:
    """Pictures with transparency, painted over a gray ground.

    images: uint8, (..., 4), red, green, blue and opacity. background: 0 black to 255
    white. Returns uint8, (..., 3).
    """
    opacity = images[..., 3:].astype(np.float32) / 255
    mixed = images[..., :3] * opacity + background * (1 - opacity)
    return np.rint(mixed).astype(np.uint8)
