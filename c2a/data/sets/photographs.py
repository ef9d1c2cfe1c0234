"""A few photographs to look at through filters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from c2a.data.dataset import DataFile, DataSet


def _read(paths: Mapping[str, Path]) -> dict[str, np.ndarray]:
    """Decode every photograph: name without ending -> uint8 (H, W, 3), 0 to 255.

    Gray photographs ("camera", "brick") get three equal channels.
    """
    from PIL import Image

    photographs = {}
    for name, path in paths.items():
        with Image.open(path) as image:
            # np.array copies, so that the pixels are writable.
            photographs[Path(name).stem] = np.array(image.convert("RGB"))
    return photographs


_CC0 = "CC0 1.0"
_CC_BY = "CC BY 2.0"
_SKIMAGE = "https://github.com/scikit-image/scikit-image/tree/main/skimage/data"

SHIPPED = DataSet(
    name="photographs",
    title="Seven photographs",
    description=(
        "A palace, a flower, a cat, a cup of coffee, a photographer, a rocket and a "
        "brick wall, as bundled with scikit-learn and scikit-image."
    ),
    license="CC BY 2.0, CC0 1.0 or public domain, stated for each photograph",
    citation=(
        "S. van der Walt et al. scikit-image: image processing in Python. PeerJ "
        "2:e453, 2014. F. Pedregosa et al. Scikit-learn: machine learning in Python. "
        "JMLR 12:2825-2830, 2011."
    ),
    source=_SKIMAGE,
    files=(
        DataFile(
            name="china.jpg",
            size=196653,
            sha256="8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29",
            author="Daniel Büchele",
            license=_CC_BY,
            source="https://www.flickr.com/photos/danielbuechele/6061409035/",
        ),
        DataFile(
            name="flower.jpg",
            size=142987,
            sha256="a77f6ec41e353afdf8bdff2ea981b2955535d8d83294f8cfa49cf4e423dd5638",
            author="vultilion (Flickr)",
            license=_CC_BY,
            source="https://www.flickr.com/photos/vultilion/6056698931/",
        ),
        DataFile(
            name="brick.png",
            size=106634,
            sha256="7966caf324f6ba843118d98f7a07746d22f6a343430add0233eca5f6eaaa8fcf",
            author="CC0 Textures",
            license=_CC0,
            source="https://cc0textures.com/view.php?tex=Bricks25",
        ),
        DataFile(
            name="camera.png",
            size=139512,
            sha256="b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
            author="Lav Varshney",
            license=_CC0,
            source=_SKIMAGE,
        ),
        DataFile(
            name="chelsea.png",
            size=240512,
            sha256="596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
            author="Stéfan van der Walt",
            license=_CC0,
            source=_SKIMAGE,
        ),
        DataFile(
            name="coffee.png",
            size=466706,
            sha256="cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
            author="Rachel Michetti, courtesy of Pikolo Espresso Bar",
            license=_CC0,
            source=_SKIMAGE,
        ),
        DataFile(
            name="rocket.jpg",
            size=112525,
            sha256="c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
            author="SpaceX",
            license="public domain",
            source="https://www.flickr.com/photos/spacexphotos/16511594820/",
        ),
    ),
    read=_read,
)
