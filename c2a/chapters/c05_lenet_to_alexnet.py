"""Code shown to the reader in chapter 5, for later ones to build on.

Collected from the cells of book/05-lenet-to-alexnet.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import torch
import torch.nn.functional as F
from torch import nn


def make_lenet(activation=nn.ReLU, pool=nn.MaxPool2d):
    """LeNet as it is taught today: (N, 1, 32, 32) -> (N, 10) scores."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), activation(), pool(2),
        nn.Conv2d(6, 16, 5), activation(), pool(2), nn.Flatten(),
        nn.Linear(400, 120), activation(),
        nn.Linear(120, 84), activation(),
        nn.Linear(84, 10),
    )  # fmt: skip


SEES = [
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5),
    (0, 1, 2, 5), (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5),
]  # fmt: skip
TABLE = torch.tensor([[c in seen for c in range(6)] for seen in SEES])  # (16, 6)


class PartialConv2d(nn.Module):
    """A convolution whose filters see only the maps that a table (O, C) allows."""

    def __init__(self, table, k):
        super().__init__()
        mask = table[:, :, None, None].repeat(1, 1, k, k)
        self.register_buffer("open", mask, persistent=False)
        self.weight = nn.Parameter(torch.zeros(int(self.open.sum())))
        self.bias = nn.Parameter(torch.zeros(len(table)))

    def forward(self, x):  # (N, C, H, W)
        full = torch.zeros(self.open.shape, device=x.device)
        return F.conv2d(x, full.masked_scatter(self.open, self.weight), self.bias)


class Subsample(nn.Module):
    """The sum of each 2 x 2 window, times a coefficient, plus a bias."""

    def __init__(self, channels):
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((channels, 1, 1), 0.25))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x):  # (N, C, H, W) -> (N, C, H/2, W/2)
        return self.coefficient * 4 * F.avg_pool2d(x, 2) + self.bias


def codes_of(images, labels):
    """A code of +1 and -1 for each class, from its mean image: (10, 84)."""
    means = torch.stack([images[labels == k].mean(0) for k in range(10)])
    small = F.adaptive_avg_pool2d(means, (12, 7)).flatten(1)  # (10, 84)
    return torch.where(small > small.median(1, keepdim=True).values, 1.0, -1.0)


class ScaledTanh(nn.Module):
    def forward(self, x):
        return 1.7159 * torch.tanh(2 / 3 * x)


class Codes(nn.Module):
    """Minus the squared distances to the codes: the largest output is the best."""

    def __init__(self, codes):
        super().__init__()
        self.register_buffer("codes", codes)  # (10, 84), fixed

    def forward(self, x):  # (N, 84) -> (N, 10)
        return -((x[:, None] - self.codes) ** 2).sum(-1)


def make_original(codes):
    """LeNet-5 of 1998: (N, 1, 32, 32) -> (N, 10), minus the penalties."""
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5), ScaledTanh(), Subsample(6), ScaledTanh(),
        PartialConv2d(TABLE, 5), ScaledTanh(), Subsample(16), ScaledTanh(),
        nn.Conv2d(16, 120, 5), ScaledTanh(), nn.Flatten(),
        nn.Linear(120, 84), ScaledTanh(), Codes(codes),
    )  # fmt: skip
    return start_of_1998(net)


def start_of_1998(net):
    """Weights between plus and minus 2.4 over the number of inputs of their unit."""
    for layer in net:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            bound = 2.4 / layer.weight[0].numel()
            nn.init.uniform_(layer.weight, -bound, bound)
            nn.init.zeros_(layer.bias)
        elif isinstance(layer, PartialConv2d):
            inputs = layer.open.sum((1, 2, 3))  # of each filter
            bounds = 2.4 / inputs.repeat_interleave(inputs)
            layer.weight.data = bounds * (2 * torch.rand(len(bounds)) - 1)
    return net


def loss_of_1998(outputs, labels, j=1.0):
    """Equation 9 of the paper: the right penalty down, all others up, at least to j."""
    rubbish = torch.full_like(outputs[:, :1], -j)
    return F.cross_entropy(torch.cat([outputs, rubbish], 1), labels)


def make_softmax():
    return nn.Sequential(nn.Flatten(), nn.Linear(1024, 10))


def make_mlp():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(1024, 59), nn.ReLU(), nn.Linear(59, 10)
    )


def conv_block(c, o, k, s=1, p=0, groups=1, pool=False):
    block = [nn.Conv2d(c, o, k, s, p, groups=groups), nn.ReLU()]
    return block + [nn.MaxPool2d(3, 2)] * pool


def make_alexnet(groups=2):
    """AlexNet of 2012, without its response normalization: 227 x 227 pixels."""
    return nn.Sequential(
        *conv_block(3, 96, 11, s=4, pool=True),
        *conv_block(96, 256, 5, p=2, groups=groups, pool=True),
        *conv_block(256, 384, 3, p=1),
        *conv_block(384, 384, 3, p=1, groups=groups),
        *conv_block(384, 256, 3, p=1, groups=groups, pool=True),
        nn.Flatten(), nn.Dropout(), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(),
        nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000),
    )  # fmt: skip
