"""Code shown to the reader in chapter 4, for later ones to build on.

Collected from the cells of book/04-receptive-fields.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import torch
import torch.nn.functional as F


def path_counts(layers, n, unit):
    """The gradient of one unit along a line of n pixels, all weights being 1."""
    x = torch.ones(1, 1, n, dtype=torch.float64, requires_grad=True)
    y = x
    for k, s, p, d in layers:  # kernel, stride, padding, dilation
        weight = torch.ones(1, 1, k, dtype=torch.float64)
        y = F.conv1d(y, weight, stride=s, padding=p, dilation=d)
    y[0, 0, unit].backward()
    return x.grad[0, 0]  # (n,)


def fields(layers):
    """Size, jump and start of the fields after each layer (k, s, p, d)."""
    R, J, S = 1, 1, 0
    found = []
    for k, s, p, d in layers:
        R, S, J = R + d * (k - 1) * J, S - p * J, J * s
        found.append((R, J, S))
    return found


CONV, POOL = (3, 1, 1, 1), (2, 2, 0, 1)
ALEXNET = [(11, 4, 2, 1), (3, 2, 0, 1), (5, 1, 2, 1), (3, 2, 0, 1)]
ALEXNET += [CONV, CONV, CONV, (3, 2, 0, 1)]
VGG16 = []
for count in (2, 2, 3, 3, 3):
    VGG16 += [CONV] * count + [POOL]


def resnet50(stride_in_3x3):
    """The longest path through ResNet-50, layer by layer."""
    layers = [(7, 2, 3, 1), (3, 2, 1, 1)]
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for block in range(blocks):
            s = 2 if stage > 0 and block == 0 else 1
            first, second = (1, s) if stride_in_3x3 else (s, 1)
            layers += [(1, first, 0, 1), (3, second, 1, 1), (1, 1, 0, 1)]
    return layers
