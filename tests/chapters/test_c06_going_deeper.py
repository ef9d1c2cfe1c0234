"""The code that chapter 6 exports, against torch and exact arithmetic."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from c2a.chapters.c06_going_deeper import (
    BatchNorm2d,
    convolutions,
    dropout,
    he_,
    normalize,
    scale_by_data_,
    sizes,
)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def small_net() -> nn.Sequential:
    layers = convolutions([4, "M", 8], channels=2)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(8 * 9, 3))


def test_a_plan_becomes_layers_of_its_widths() -> None:
    layers = convolutions([4, "M", 8], channels=2, norm=nn.BatchNorm2d)
    kinds = [type(layer).__name__ for layer in layers]
    block = ["Conv2d", "BatchNorm2d", "ReLU"]
    assert kinds == [*block, "MaxPool2d", *block]
    assert nn.Sequential(*layers)(torch.zeros(5, 2, 6, 6)).shape == (5, 8, 3, 3)


def test_larger_kernels_keep_the_side_and_count_their_weights() -> None:
    layers = convolutions([4, 8], channels=2, k=5)
    kernels = [layer for layer in layers if isinstance(layer, nn.Conv2d)]
    assert [tuple(layer.weight.shape) for layer in kernels] == [
        (4, 2, 5, 5),
        (8, 4, 5, 5),
    ]
    assert nn.Sequential(*layers)(torch.zeros(1, 2, 7, 6)).shape == (1, 8, 7, 6)


def test_he_keeps_the_size_of_a_relu_layer() -> None:
    layer = nn.Linear(400, 2000)
    he_(layer)
    out = torch.relu(layer(torch.randn(500, 400)))
    assert out.square().mean().item() == pytest.approx(1, abs=0.05)
    assert not layer.bias.any()


def test_a_data_scaled_start_is_scaled_at_every_layer() -> None:
    net, x = small_net(), torch.rand(32, 2, 6, 6)
    scale_by_data_(net, x)
    for layer in net:
        x = layer(x)
        if isinstance(layer, nn.Conv2d | nn.Linear):
            assert x.std().item() == pytest.approx(1, abs=1e-4)
            assert x.mean().item() == pytest.approx(0, abs=1e-4)


def test_sizes_are_those_of_hooks() -> None:
    net, x, labels = small_net(), torch.rand(4, 2, 6, 6), torch.tensor([0, 1, 2, 0])
    seen: list[torch.Tensor] = []
    for layer in net:
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(lambda _, __, y: seen.append(y))
    signal, gradient = sizes(net, x, labels)
    assert signal == pytest.approx([y.square().mean().sqrt().item() for y in seen])
    assert len(gradient) == 2
    assert min(gradient) > 0


@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_is_torchs(training: bool) -> None:
    ours, theirs = BatchNorm2d(3), nn.BatchNorm2d(3)
    for _ in range(3):
        x = 2 * torch.randn(4, 3, 5, 6) + 1
        torch.testing.assert_close(ours(x), theirs(x))
    ours.train(training), theirs.train(training)
    x = torch.randn(2, 3, 5, 6)
    torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(ours.mean, theirs.running_mean)
    torch.testing.assert_close(ours.var, theirs.running_var)


def test_normalize_is_torchs() -> None:
    x, mean, beta = torch.randn(2, 3, 4, 5), torch.randn(3), torch.randn(3)
    var, gamma = torch.rand(3) + 0.5, torch.rand(3)
    expected = torch.nn.functional.batch_norm(x, mean, var, gamma, beta)
    torch.testing.assert_close(normalize(x, mean, var, gamma, beta), expected)


@pytest.mark.parametrize("inverted", [True, False])
def test_dropout_keeps_the_mean(inverted: bool) -> None:
    x = torch.full((100_000,), 2.0)
    training = dropout(x, 0.25, True, inverted)
    test = dropout(x, 0.25, False, inverted)
    assert (training == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)
    assert training.mean().item() == pytest.approx(test.mean().item(), abs=0.02)
    assert test[0].item() == (2.0 if inverted else 1.5)
