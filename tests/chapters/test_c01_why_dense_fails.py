"""What chapter 1 exports, against torch's own layers."""

import pytest
import torch
from torch import nn

from c2a.chapters.c01_why_dense_fails import (
    LocallyConnected2d,
    make_dense,
    make_flatten,
    make_largest,
)


@pytest.mark.parametrize(
    ("size", "kernel", "stride"), [(28, 7, 3), (9, 3, 1), (5, 5, 2)]
)
def test_a_local_layer_with_one_kernel_is_a_convolution(size, kernel, stride):
    local = LocallyConnected2d(size, 4, kernel, stride)
    convolution = nn.Conv2d(1, 4, kernel, stride)
    with torch.no_grad():
        local.weight.copy_(convolution.weight.flatten(1).T.expand_as(local.weight))
        local.bias.copy_(convolution.bias.expand_as(local.bias))
    x = torch.randn(3, 1, size, size)
    torch.testing.assert_close(local(x), convolution(x))


def test_a_local_layer_has_a_kernel_of_its_own_at_each_place():
    local = LocallyConnected2d(6, 2, 3, 3)
    x = torch.randn(1, 1, 6, 6)
    y = local(x)
    for place, (r, c) in enumerate([(0, 0), (0, 3), (3, 0), (3, 3)]):
        window = x[0, 0, r : r + 3, c : c + 3].flatten()
        expected = window @ local.weight[place] + local.bias[place, 0]
        torch.testing.assert_close(y[0, :, r // 3, c // 3], expected)
    assert sum(p.numel() for p in local.parameters()) == 4 * 2 * (9 + 1)


@pytest.mark.parametrize("make", [make_dense, make_flatten, make_largest])
def test_the_networks_give_ten_scores_for_a_canvas(make):
    assert make()(torch.zeros(2, 1, 36, 36)).shape == (2, 10)


def test_only_the_largest_forgets_the_place():
    torch.manual_seed(0)
    x = torch.zeros(1, 1, 36, 36)
    x[..., 14:22, 14:22] = torch.rand(8, 8)
    moved = torch.roll(x, (2, -4), dims=(2, 3))  # whole stops of the windows
    for make, same in (make_largest, True), (make_flatten, False), (make_dense, False):
        net = make()
        assert torch.allclose(net(x), net(moved), atol=1e-5) is same
