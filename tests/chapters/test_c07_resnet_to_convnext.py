"""The chapter's blocks against torch's layers, and its networks against their plans."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters import c07_resnet_to_convnext as chapter
from c2a.training import count_parameters


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def test_channel_norm_is_layer_norm_of_each_pixel() -> None:
    x, norm = torch.randn(2, 5, 3, 4), chapter.ChannelNorm(5)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    expected = F.layer_norm(x.movedim(1, -1), (5,), norm.weight, norm.bias)
    torch.testing.assert_close(norm(x), expected.movedim(-1, 1))


@pytest.mark.parametrize(
    ("c", "stride", "weights"), [(4, 1, 0), (8, 1, 32), (4, 2, 16)]
)
def test_a_shortcut_costs_weights_only_where_shapes_differ(c, stride, weights) -> None:
    block = chapter.basic(4, c, stride)
    own = [p for p in block.shortcut.parameters() if p.dim() == 4]
    assert sum(p.numel() for p in own) == weights
    assert block(torch.randn(2, 4, 6, 6)).shape == (2, c, 6 // stride, 6 // stride)


def test_a_residual_block_without_change_is_relu() -> None:
    block = chapter.basic(4, 4).eval()
    nn.init.zeros_(block.change[2][1].weight)
    x = torch.randn(2, 4, 6, 6)
    torch.testing.assert_close(block(x), F.relu(x))


@pytest.mark.parametrize("depth", [8, 20])
def test_towers_of_one_depth_differ_in_nothing_but_skips(depth) -> None:
    towers = [chapter.tower(depth, kind) for kind in chapter.KINDS]
    assert len({count_parameters(net) for net in towers}) == 1
    layers = [m for m in towers[0].modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == depth


def test_an_untrained_convnext_block_is_nearly_the_identity() -> None:
    x = torch.randn(2, 6, 7, 7)
    torch.testing.assert_close(chapter.ConvNeXtBlock(6)(x), x, atol=1e-4, rtol=0)


def test_convnext_has_the_published_count() -> None:
    with torch.device("meta"):
        net = chapter.convnext((3, 3, 9, 3), (96, 192, 384, 768))
    assert count_parameters(net) == 28_589_128  # Liu et al. 2022: 28.6 million


@pytest.mark.parametrize("name", chapter.LADDER)
def test_the_ladder_is_level(name) -> None:
    net = chapter.LADDER[name]()
    assert net(torch.zeros(2, 1, 28, 28)).shape == (2, 10)
    assert count_parameters(net) == pytest.approx(61_000, rel=0.03) or "softmax" in name


@pytest.mark.parametrize("step", range(len(chapter.ROAD)))
def test_every_station_of_the_road_is_about_as_large(step) -> None:
    net = chapter.road_net(step)
    assert 50_000 < count_parameters(net) < 60_000
    assert net(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


def test_jitter_mirrors_and_shifts_and_loses_nothing() -> None:
    x = torch.arange(2 * 28 * 28.0).reshape(2, 1, 28, 28)
    moved = chapter.jitter(x)
    assert not torch.equal(moved, x)
    torch.testing.assert_close(moved.flatten(1).sort().values, x.flatten(1))
