"""Code shown to the reader in chapter 1, for later ones to build on.

Collected from the cells of book/01-why-dense-fails.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import torch
import torch.nn.functional as F
from torch import nn


def make_dense():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(36 * 36, 64), nn.ReLU(), nn.Linear(64, 10)
    )


def make_flatten():
    maps = nn.Conv2d(1, 16, 9, stride=2, padding=4)  # (N, 16, 18, 18)
    return nn.Sequential(maps, nn.ReLU(), nn.Flatten(), nn.Linear(16 * 18 * 18, 10))


def make_largest():
    maps = nn.Conv2d(1, 32, 9, stride=2, padding=4)  # (N, 32, 18, 18)
    top = nn.AdaptiveMaxPool2d(1)  # the largest number of each map
    return nn.Sequential(maps, nn.ReLU(), top, nn.Flatten(), nn.Linear(32, 10))


def make_average():
    maps = nn.Conv2d(1, 32, 9, stride=2, padding=4)  # (N, 32, 18, 18)
    mean = nn.AdaptiveAvgPool2d(1)  # the average of each map
    return nn.Sequential(maps, nn.ReLU(), mean, nn.Flatten(), nn.Linear(32, 10))


class LocallyConnected2d(nn.Module):
    """Windows like a convolution's, with weights of their own at every place.

    Takes images of one channel, (N, 1, size, size); gives (N, C, H', H').
    """

    def __init__(self, size, out_channels, kernel_size, stride):
        super().__init__()
        self.kernel_size, self.stride = kernel_size, stride
        self.side = (size - kernel_size) // stride + 1
        bound = 1 / kernel_size  # as torch starts a convolution of one channel
        weight = torch.empty(self.side**2, kernel_size**2, out_channels)
        bias = torch.empty(self.side**2, 1, out_channels)
        self.weight = nn.Parameter(weight.uniform_(-bound, bound))
        self.bias = nn.Parameter(bias.uniform_(-bound, bound))

    def forward(self, x):
        windows = F.unfold(x, self.kernel_size, stride=self.stride)  # (N, k*k, places)
        y = windows.permute(2, 0, 1) @ self.weight + self.bias  # (places, N, C)
        return y.permute(1, 2, 0).reshape(len(x), -1, self.side, self.side)
