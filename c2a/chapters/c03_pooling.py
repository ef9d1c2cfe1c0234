"""Code shown to the reader in chapter 3, for later ones to build on.

Collected from the cells of book/03-pooling.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import torch
import torch.nn.functional as F
from torch import nn


def blur_pool(x, s=2):
    """Blur each channel of (N, C, H, W) with 1 2 1 both ways, then skip."""
    row = torch.tensor([1.0, 2, 1], dtype=x.dtype, device=x.device) / 4
    kernel = (row[:, None] * row).expand(x.shape[1], 1, 3, 3)
    padded = F.pad(x, (1, 1, 1, 1), mode="reflect")
    return F.conv2d(padded, kernel, stride=s, groups=x.shape[1])


WAYS = {
    "stride": lambda x: x[..., ::2, ::2],
    "mean": lambda x: F.avg_pool2d(x, 2),
    "largest": lambda x: F.max_pool2d(x, 2),
    "blur": blur_pool,
    "largest, blur": lambda x: blur_pool(F.max_pool2d(x, 2, stride=1)),
}


def garments_on_canvas(images):
    """Garments (N, 28, 28) at half size, in the middle of (N, 1, 20, 20)."""
    small = F.avg_pool2d(torch.tensor(images)[:, None].float() / 255, 2)
    return F.pad(small, (3, 3, 3, 3))


class Halve(nn.Module):
    """One of the ways to halve a map, as a layer."""

    def __init__(self, way):
        super().__init__()
        self.way = way

    def forward(self, x):  # (N, C, H, W) -> (N, C, H/2, W/2)
        return WAYS[self.way](x)


def make_pool_net(way):
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), Halve(way),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), Halve(way),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10),
    )  # fmt: skip


def make_strided_net():
    return nn.Sequential(
        nn.Conv2d(1, 14, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(14, 24, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(24, 32, 3, padding=1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10),
    )  # fmt: skip
