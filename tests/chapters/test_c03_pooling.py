"""What chapter 3 hands on: the ways to halve a map, and networks made of them."""

import numpy as np
import pytest
import scipy.ndimage
import torch
from torch import nn

from c2a.chapters.c03_pooling import (
    WAYS,
    blur_pool,
    garments_on_canvas,
    make_pool_net,
    make_strided_net,
)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_blur_pool_is_scipys_blur_kept_at_every_stride(stride):
    x = torch.randn(2, 3, 7, 8, generator=torch.Generator().manual_seed(0)).double()
    blurred = x.numpy()
    for axis in (2, 3):  # SciPy's "mirror" is torch's "reflect"
        weights = np.array([1, 2, 1]) / 4
        blurred = scipy.ndimage.correlate1d(blurred, weights, axis, mode="mirror")
    expected = blurred[:, :, ::stride, ::stride]
    np.testing.assert_allclose(blur_pool(x, stride).numpy(), expected)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_halves_and_a_shift_by_two_moves_the_output(way):
    x = torch.randn(1, 2, 16, 16, generator=torch.Generator().manual_seed(0))
    rest, moved = WAYS[way](x), WAYS[way](x.roll(2, -1))
    assert rest.shape[2] in (7, 8)
    torch.testing.assert_close(moved[..., 2:-2], rest.roll(1, -1)[..., 2:-2])


def multiply_adds(net, x):
    work = 0
    for layer in net:
        x = layer(x)
        if isinstance(layer, nn.Conv2d):
            work += x[0, 0].numel() * layer.weight.numel()
    return work


def test_the_nets_do_equal_work():
    x = torch.zeros(1, 1, 20, 20)
    strided = multiply_adds(make_strided_net(), x)
    for way in ("stride", "mean", "largest", "blur"):
        work = multiply_adds(make_pool_net(way), x)
        assert strided == pytest.approx(work, rel=0.02)
        assert make_pool_net(way)(x).shape == (1, 10)


def test_garments_stand_in_the_middle():
    canvas = garments_on_canvas(np.full((2, 28, 28), 255, np.uint8))
    assert canvas.shape == (2, 1, 20, 20)
    assert canvas.sum() == 2 * 14 * 14
    assert canvas[:, :, 3:17, 3:17].min() == 1
