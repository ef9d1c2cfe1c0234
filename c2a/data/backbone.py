"""EfficientNet-Lite0: the network whose weights, trained on ImageNet, the book uses.

The architecture is that of M. Tan and Q. Le, EfficientNet (ICML 2019), in the variant
for phones published by R. Liu (2020): no squeeze-and-excitation, ReLU6 for swish. The
names of the parameters are those of the file with the weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# Per stage: blocks, kernel, stride of the first block, expansion, channels out.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def preprocess(images: np.ndarray, size: int = 224) -> torch.Tensor:
    """What the network expects: the middle square of each image, resized, in -1 to 1.

    images: uint8, (H, W, 3) or (N, H, W, 3), 0 to 255. Returns float32, (N, 3, size,
    size); (value - 127) / 128 is the scaling that the network was trained with.
    """
    x = torch.as_tensor(images).movedim(-1, -3).float()  # (..., 3, H, W)
    x = x.reshape(-1, *x.shape[-3:])  # (N, 3, H, W)
    side = min(x.shape[-2:])
    top, left = ((length - side) // 2 for length in x.shape[-2:])
    x = x[..., top : top + side, left : left + side]
    x = F.interpolate(x, size=(size, size), mode="bilinear", antialias=True)
    return (x - 127) / 128


class SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow does it: out = ceil(in / stride).

    Where the padding is odd, the further pixel is at the bottom and at the right.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        padding: list[int] = []
        for length, kernel, stride in zip(
            reversed(x.shape[-2:]),  # F.pad begins with the last axis
            reversed(self.kernel_size),
            reversed(self.stride),
            strict=True,
        ):
            steps = -(-length // stride) - 1
            total = max(steps * stride + kernel - length, 0)
            padding += [total // 2, total - total // 2]
        return super().forward(F.pad(x, padding))


def _conv(inputs: int, outputs: int, kernel: int, **options: Any) -> SameConv2d:
    return SameConv2d(inputs, outputs, kernel, bias=False, **options)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)


class InvertedBottleneck(nn.Module):
    """Widen by a 1x1 convolution, filter each channel alone, narrow by another 1x1.

    The input is added where it has the shape of the output. (B, inputs, H, W) ->
    (B, outputs, ceil(H / stride), ceil(W / stride)).
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int
    ) -> None:
        super().__init__()
        wide = inputs * expansion
        self.expands = expansion > 1
        self.adds = stride == 1 and inputs == outputs
        if self.expands:
            self._expand_conv = _conv(inputs, wide, 1)
            self._bn0 = _norm(wide)
        self._depthwise_conv = _conv(wide, wide, kernel, stride=stride, groups=wide)
        self._bn1 = _norm(wide)
        self._project_conv = _conv(wide, outputs, 1)
        self._bn2 = _norm(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x
        if self.expands:
            y = F.relu6(self._bn0(self._expand_conv(y)))
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.adds else y


class EfficientNetLite0(nn.Module):
    """Images (B, 3, H, W), as `preprocess` makes them, -> logits (B, classes).

    4,652,008 parameters with 1,000 classes. H and W may be any from 32 up; 224 is what
    it was trained with.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self._conv_stem = _conv(3, 32, 3, stride=2)
        self._bn0 = _norm(32)
        blocks: list[nn.Module] = []
        channels = 32
        for repeats, kernel, stride, expansion, outputs in STAGES:
            for repeat in range(repeats):
                step = stride if repeat == 0 else 1
                blocks.append(
                    InvertedBottleneck(channels, outputs, kernel, step, expansion)
                )
                channels = outputs
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = _conv(channels, 1280, 1)
        self._bn1 = _norm(1280)
        self._fc = nn.Linear(1280, classes)

    def stages(self, x: torch.Tensor) -> list[torch.Tensor]:
        """The output of the stem and of each of the 16 blocks, in order."""
        outputs = [F.relu6(self._bn0(self._conv_stem(x)))]
        for block in self._blocks:
            outputs.append(block(outputs[-1]))
        return outputs

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """What the last layer sees: (B, 3, H, W) -> (B, 1280), the mean over space."""
        x = F.relu6(self._bn1(self._conv_head(self.stages(x)[-1])))
        return x.mean(dim=(-2, -1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._fc(self.features(x))
