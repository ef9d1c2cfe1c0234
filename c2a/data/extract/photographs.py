"""Photographs that scikit-learn and scikit-image bundle, unchanged."""

from __future__ import annotations

import shutil
from pathlib import Path

from c2a.data.extract.packages import Packages
from c2a.data.extract.scikit_learn import datasets_folder

SCIKIT_IMAGE = "scikit-image==0.26.0"


def make(packages: Packages, folder: Path) -> None:
    """Copy the files."""
    of_sklearn = datasets_folder(packages) / "images"
    of_skimage = packages.wheel(SCIKIT_IMAGE) / "skimage/data"
    sources = [of_sklearn / name for name in ("china.jpg", "flower.jpg")]
    sources += [of_skimage / f"{name}.png" for name in ("brick", "camera", "chelsea")]
    sources += [of_skimage / name for name in ("coffee.png", "rocket.jpg")]
    for source in sources:
        shutil.copyfile(source, folder / source.name)
