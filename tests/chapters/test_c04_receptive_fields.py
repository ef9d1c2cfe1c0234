"""The code that chapter 4 exports, against torch's gradients and known networks."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from c2a.chapters.c04_receptive_fields import (
    ALEXNET,
    VGG16,
    fields,
    path_counts,
    resnet50,
)

SETTINGS = list(product((1, 2, 3), (1, 2), (0, 1), (1, 2)))  # k, s, p, d


@pytest.mark.parametrize("first", SETTINGS)
def test_fields_are_where_torchs_gradient_is(first):
    for second in SETTINGS:
        layers = [first, second, (3, 1, 1, 1)]
        size, jump, start = fields(layers)[-1]
        unit = 5  # far enough from both ends
        pixels = path_counts(layers, 60, unit).nonzero().flatten().tolist()
        assert pixels[0] == start + unit * jump
        assert pixels[-1] == start + unit * jump + size - 1


def test_paths_are_the_gradient_of_a_convolution_of_ones():
    x = torch.ones(1, 1, 20, dtype=torch.float64, requires_grad=True)
    net = torch.nn.Sequential(
        torch.nn.Conv1d(1, 1, 3, stride=2, padding=1, bias=False),
        torch.nn.Conv1d(1, 1, 3, dilation=2, bias=False),
    ).double()
    for parameter in net.parameters():
        torch.nn.init.ones_(parameter)
    net(x)[0, 0, 2].backward()
    layers = [(3, 2, 1, 1), (3, 1, 0, 2)]
    torch.testing.assert_close(path_counts(layers, 20, 2), x.grad[0, 0])


def shapes(layers, n):
    for k, s, p, d in layers:
        n = (n + 2 * p - d * (k - 1) - 1) // s + 1
        yield n


def test_famous_networks_have_their_published_maps():
    assert list(shapes(ALEXNET, 224))[-1] == 6  # 9,216 = 256 * 6 * 6 features
    assert list(shapes(VGG16, 224))[-1] == 7  # 25,088 = 512 * 7 * 7 features
    for stride_in_3x3 in (False, True):
        layers = resnet50(stride_in_3x3)
        assert list(shapes(layers, 224))[-1] == 7
        assert len(layers) == 1 + 1 + 3 * (3 + 4 + 6 + 3)  # 49 convolutions, a pooling


def test_famous_networks_have_their_published_fields():
    assert fields(ALEXNET)[-1][:2] == (195, 32)
    assert fields(VGG16)[-1][:2] == (212, 32)
    assert fields(resnet50(stride_in_3x3=False))[-1][:2] == (483, 32)
    assert fields(resnet50(stride_in_3x3=True))[-1][:2] == (427, 32)
