"""The figure's game is torch's game, and it answers only after a guess."""

from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters.c17_gans import CENTERS, modes_covered, ring
from c2a.widgets import RingGame

PLAYERS = "ring_game/players.js"


def sent(net, slope):
    """A torch net as the figure has it: weights (in, out), row by row."""
    layers = [
        {
            "inputs": layer.in_features,
            "outputs": layer.out_features,
            "w": layer.weight.T.flatten().tolist(),
            "b": layer.bias.tolist(),
        }
        for layer in net
        if isinstance(layer, nn.Linear)
    ]
    return {"layers": layers, "slope": slope}


def made(slope, *widths):
    """Dense layers with leaky ReLUs between them, in double precision."""
    layers = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.LeakyReLU(slope)]
    return nn.Sequential(*layers[:-1]).double()


def gradients(net):
    layers = [layer for layer in net if isinstance(layer, nn.Linear)]
    return [
        {"w": each.weight.grad.T.flatten().tolist(), "b": each.bias.grad.tolist()}
        for each in layers
    ]


def assert_same(found, expected):
    for ours, theirs in zip(found, expected, strict=True):
        for name in ("w", "b"):
            np.testing.assert_allclose(ours[name], theirs[name], atol=1e-9)


@pytest.fixture
def players():
    torch.manual_seed(0)
    generator, critic = made(0.0, 2, 6, 5, 2), made(0.2, 2, 6, 5, 1)
    real, noise = torch.randn(2, 7, 2, dtype=torch.float64)
    return generator, critic, real, noise


@pytest.mark.parametrize("gamma", [0.0, 1.5])
def test_the_discriminators_gradient_is_torchs(javascript, players, gamma):
    generator, critic, real, noise = players
    fake = generator(noise).detach()
    real.requires_grad_()
    on_real = critic(real)
    loss = F.softplus(-on_real).mean() + F.softplus(critic(fake)).mean()
    slope = torch.autograd.grad(on_real.sum(), real, create_graph=True)[0]
    loss = loss + gamma / 2 * slope.square().sum(1).mean()
    loss.backward()
    flat = [each.detach().flatten().tolist() for each in (real, fake)]
    js = javascript(PLAYERS)
    found = js("criticGradients", sent(critic, 0.2), *flat, gamma)
    assert_same(found, gradients(critic))


def test_the_generators_gradient_is_torchs(javascript, players):
    generator, critic, _, noise = players
    F.softplus(-critic(generator(noise))).mean().backward()
    js, flat = javascript(PLAYERS), noise.flatten().tolist()
    found = js("generatorGradients", sent(generator, 0.0), sent(critic, 0.2), flat)
    assert_same(found, gradients(generator))


def test_modes_are_counted_as_in_the_chapter(javascript):
    js = javascript(PLAYERS)
    np.testing.assert_allclose([js("center", n) for n in range(8)], CENTERS, atol=1e-6)
    real = ring(400, 0)
    for x in (real, real[real[:, 0] > 0], torch.zeros(50, 2)):
        found = js("modesCovered", x.double().flatten().tolist())
        assert found == modes_covered(x)[0]


@pytest.mark.browser
def test_the_game_waits_for_a_guess(open_figure):
    page = open_figure(RingGame())
    page.get_by_role("button", name="One step").click(force=True)
    page.get_by_text("step 0", exact=True).first.wait_for()
    page.get_by_role("radio", name="7 or 8").check()
    page.get_by_role("button", name="One step").click()
    page.get_by_text("step 1", exact=True).first.wait_for()
    page.get_by_role("button", name="Run").click()
    page.get_by_text("modes are covered").first.wait_for()
