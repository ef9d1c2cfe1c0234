"""The code that chapter 5 exports, against an oracle."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from c2a.chapters.c05_lenet_to_alexnet import (
    TABLE,
    Codes,
    PartialConv2d,
    ScaledTanh,
    Subsample,
    codes_of,
    loss_of_1998,
    make_alexnet,
    make_lenet,
    make_original,
)
from c2a.training import count_parameters


def test_the_table_is_the_papers():
    assert TABLE.shape == (16, 6)
    assert TABLE.sum(1).tolist() == [3] * 6 + [4] * 9 + [6]
    assert TABLE.sum(0).tolist() == [10] * 6  # each map is seen equally often
    assert len({tuple(row.tolist()) for row in TABLE}) == 16


def test_a_partial_convolution_is_a_sum_over_the_maps_it_sees():
    torch.manual_seed(0)
    layer, x = PartialConv2d(TABLE, 5), torch.randn(2, 6, 14, 14)
    torch.nn.init.normal_(layer.weight)
    torch.nn.init.normal_(layer.bias)
    y, first = layer(x), 0
    for o, seen in enumerate(TABLE):
        maps = seen.nonzero()[:, 0]
        own = layer.weight[first : first + 25 * len(maps)].reshape(1, -1, 5, 5)
        first += 25 * len(maps)
        expected = F.conv2d(x[:, maps], own, layer.bias[o : o + 1])
        torch.testing.assert_close(y[:, o : o + 1], expected, atol=1e-4, rtol=1e-4)


def test_subsampling_is_a_grouped_convolution_with_one_weight_a_map():
    layer, x = Subsample(3), torch.randn(2, 3, 8, 8)
    torch.nn.init.normal_(layer.coefficient)
    torch.nn.init.normal_(layer.bias)
    kernel = layer.coefficient[:, None].expand(3, 1, 2, 2)
    expected = F.conv2d(x, kernel, layer.bias.flatten(), stride=2, groups=3)
    torch.testing.assert_close(layer(x), expected)


def test_the_stretched_tanh_passes_through_one():
    ends = ScaledTanh()(torch.tensor([-1.0, 0.0, 1.0]))
    torch.testing.assert_close(ends, torch.tensor([-1.0, 0.0, 1.0]), atol=1e-4, rtol=0)


def test_codes_answer_with_squared_distances():
    codes, x = torch.randn(10, 84), torch.randn(4, 84)
    torch.testing.assert_close(Codes(codes)(x), -(torch.cdist(x, codes) ** 2))


def test_codes_are_half_ink_and_one_a_class():
    labels = torch.arange(10).repeat(3)
    codes = codes_of(torch.rand(30, 1, 28, 28), labels)
    assert codes.shape == (10, 84)
    assert set(codes.unique().tolist()) == {-1.0, 1.0}
    assert codes.sum(1).abs().max() <= 2


def test_the_loss_is_the_papers_equation_nine():
    outputs, labels = -torch.rand(5, 10) * 4, torch.arange(5)
    right = -outputs[torch.arange(5), labels]
    rest = torch.exp(torch.tensor(-1.0)) + outputs.exp().sum(1)
    expected = (right + rest.log()).mean()
    torch.testing.assert_close(loss_of_1998(outputs, labels), expected)


@pytest.mark.parametrize(
    ("make", "side", "channels", "count", "classes"),
    [
        (make_lenet, 32, 1, 61_706, 10),
        (lambda: make_original(torch.ones(10, 84)), 32, 1, 60_000, 10),
        (make_alexnet, 227, 3, 60_965_224, 1000),
    ],
)
def test_shapes_and_counts(make, side, channels, count, classes):
    with torch.device("meta" if classes == 1000 else "cpu"):
        net, x = make(), torch.zeros(2, channels, side, side)
    assert count_parameters(net) == count
    assert net(x).shape == (2, classes)


def test_every_weight_of_the_original_gets_a_gradient():
    torch.manual_seed(0)
    net = make_original(torch.ones(10, 84))
    loss_of_1998(net(torch.rand(4, 1, 32, 32)), torch.arange(4)).backward()
    assert all(p.grad.abs().max() > 0 for p in net.parameters())
