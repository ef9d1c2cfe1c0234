"""The trusted answers of chapter 5's exercises, against the chapter's own code."""

import numpy as np
import pytest
import torch

from c2a.chapters.c05_lenet_to_alexnet import (
    TABLE,
    Codes,
    PartialConv2d,
    Subsample,
    loss_of_1998,
    make_alexnet,
    make_lenet,
    make_original,
)
from c2a.exercises.c05_lenet_to_alexnet import (
    count_network,
    partial_conv2d,
    rbf_loss,
    read_curves,
    subsample_gradients,
)
from c2a.exercises.c05_lenet_to_alexnet.inputs import lenet_table
from c2a.training import count_parameters


def test_the_table_is_the_chapters():
    np.testing.assert_array_equal(lenet_table(), TABLE.numpy())


@pytest.mark.parametrize(
    ("channels", "side", "layers", "make"),
    [
        (1, 32, count_network.LENET, make_lenet),
        (1, 32, count_network.LENET_1998, lambda: make_original(torch.ones(10, 84))),
        (3, 227, count_network.ALEXNET, make_alexnet),
    ],
)
def test_the_lists_are_the_chapters_networks(channels, side, layers, make):
    with torch.device("meta" if side == 227 else "cpu"):
        net = make()
    assert count_network.reference(channels, side, layers) == count_parameters(net)


def test_partial_connections_are_the_chapters_layer():
    torch.manual_seed(0)
    layer, x = PartialConv2d(TABLE, 5), torch.randn(6, 9, 8)
    weight = torch.randn(16, 6, 5, 5)
    layer.weight.data = weight[TABLE].flatten()  # kernel after kernel
    torch.nn.init.normal_(layer.bias)
    ours = partial_conv2d.reference(
        x.numpy(), weight.numpy(), layer.bias.detach().numpy(), TABLE.numpy()
    )
    expected = layer(x[None])[0].detach().numpy()
    np.testing.assert_allclose(ours, expected, atol=1e-4)


def test_gradients_of_subsampling_are_autograds():
    torch.manual_seed(0)
    layer, x = Subsample(3), torch.randn(3, 5, 7, requires_grad=True)
    y = layer(x[None])[0]
    g = torch.randn_like(y)
    y.backward(g)
    a, b = (p.detach().flatten().numpy() for p in layer.parameters())
    ours = subsample_gradients.reference(x.detach().numpy(), a, b, g.numpy())
    autograds = (x.grad, layer.coefficient.grad.flatten(), layer.bias.grad.flatten())
    for mine, expected in zip(ours, autograds, strict=True):
        np.testing.assert_allclose(mine, expected.numpy(), atol=1e-5)


def test_the_loss_of_the_codes_is_the_chapters():
    torch.manual_seed(0)
    codes, features = torch.randn(10, 84), torch.randn(6, 84) / 4
    labels = torch.arange(6)
    expected = loss_of_1998(Codes(codes)(features), labels, j=1.5).item()
    ours = rbf_loss.reference(features.numpy(), codes.numpy(), labels.numpy(), 1.5)
    assert ours == pytest.approx(expected, rel=1e-5)


def test_the_plot_says_every_number_to_those_who_cannot_see_it(capsys):
    read_curves.show_curves()
    said = capsys.readouterr().out
    for train, valid in read_curves.CURVES.values():
        assert all(f"{value:g}" in said for value in (*train, *valid))
