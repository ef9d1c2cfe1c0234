"""What chapter 15 exports keeps its promises: bodies that stand still, heads, draws."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters.c15_transfer_learning import (
    LowRank,
    Steady,
    copied,
    draw,
    probe,
    rates_by_depth,
    unfreeze_gradually,
)


def test_draws_are_balanced_and_repeat():
    labels = torch.tensor([0, 1] * 10)
    rows = draw(labels, 3, seed=1)
    assert torch.bincount(labels[rows]).tolist() == [3, 3]
    assert len(set(rows.tolist())) == 6
    np.testing.assert_array_equal(rows, draw(labels, 3, seed=1))


def test_nothing_moves_in_steady_layers():
    layers = Steady(nn.Linear(3, 4), nn.BatchNorm1d(4)).eval().requires_grad_(False)
    net = nn.Sequential(layers, nn.Linear(4, 2)).train()
    before = {key: value.clone() for key, value in layers.state_dict().items()}
    net(torch.randn(8, 3)).sum().backward()
    for key, value in layers.state_dict().items():
        assert torch.equal(value, before[key]), key


def test_the_probe_stands_at_the_minimum_of_its_loss():
    torch.manual_seed(0)
    x, labels = torch.randn(60, 5) * 3 + 1, torch.randint(0, 3, (60,))
    head = probe(x, labels, decay=0.1)
    mean, deviation = x.mean(0), x.std(0) + 0.01
    weight = (head.weight * deviation).detach().requires_grad_()
    bias = (head.bias + head.weight @ mean).detach().requires_grad_()
    scores = (x - mean) / deviation @ weight.T + bias
    loss = F.cross_entropy(scores, labels) + 0.1 * weight.square().sum()
    for gradient in torch.autograd.grad(loss, (weight, bias)):
        assert gradient.abs().max() < 1e-3


def test_a_detour_starts_at_nothing_and_is_a_change_of_the_weight():
    torch.manual_seed(0)
    layer, x = nn.Conv2d(6, 4, 1), torch.randn(2, 6, 3, 3)
    wrapped = LowRank(layer, rank=2, alpha=6)
    assert torch.equal(wrapped(x), layer(x))
    nn.init.normal_(wrapped.up.weight)
    change = 3 * torch.einsum(
        "or,ri->oi", wrapped.up.weight[..., 0, 0], wrapped.down.weight[..., 0, 0]
    )
    merged = F.conv2d(x, layer.weight + change[..., None, None], layer.bias)
    torch.testing.assert_close(wrapped(x), merged)


def twelve_layers():
    body = nn.Sequential(*(nn.Linear(2, 2) for _ in range(12)))
    return nn.Sequential(body, nn.Identity(), nn.Linear(2, 2))


def test_rates_fall_from_the_head_down_and_leave_nobody_out():
    net = twelve_layers()
    groups = rates_by_depth(net, 0.9)
    assert [group["lr"] for group in groups] == pytest.approx([0.9, 0.3, 0.1, 0.1 / 3])
    held = [id(p) for group in groups for p in group["params"]]
    assert sorted(held) == sorted(id(p) for p in net.parameters())


def test_layers_are_unfrozen_from_the_top():
    net = twelve_layers()
    after_step, learning = unfreeze_gradually(net, 9), []
    for step in range(9):
        learning.append(sum(p.requires_grad for p in net[0].parameters()))
        after_step(step, net)
    assert learning == [0, 0, 0, 6, 6, 6, 24, 24, 24]


@pytest.mark.parametrize("how", ["frozen", "random"])
def test_layers_that_stay_have_no_gradient(how, monkeypatch):
    from c2a.chapters import c15_transfer_learning as chapter

    source = chapter.small_net(5, channels=1)
    monkeypatch.setattr(chapter, "source_net", lambda: source)
    net = copied("digits", 2, how)
    learning = [p.requires_grad for p in net[0].parameters()]
    assert not any(learning[:6])  # two layers: a convolution and a norm's two
    assert all(learning[6:])
