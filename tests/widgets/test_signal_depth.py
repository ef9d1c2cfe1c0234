"""The figure's sizes are torch's, in Python and in JavaScript."""

from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from c2a.widgets import SignalDepth
from c2a.widgets.signal_depth import ACTIVATIONS, NORMS, normals, propagate

SETTINGS = list(product(ACTIVATIONS, NORMS))


def by_torch(x, g, weights, activation, norm):
    """Sizes of signal and gradient, by torch's layers and its autograd."""
    act = {"relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}.get(
        activation, lambda z: z
    )
    signal = torch.tensor(x)
    outputs = []
    for w in torch.tensor(weights):
        z = signal @ w.requires_grad_()
        if norm == "batch":
            z = F.batch_norm(z, None, None, training=True)
        elif norm == "layer":
            z = F.layer_norm(z, z.shape[1:])
        signal = act(z)
        signal.retain_grad()
        outputs.append(signal)
    signal.backward(torch.tensor(g))
    return (
        [y.detach().square().mean().sqrt().item() for y in outputs],
        [y.grad.square().mean().sqrt().item() for y in outputs],
    )


def small_stack():
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((2, 5, 6))
    return x, g, rng.standard_normal((4, 6, 6))


@pytest.mark.parametrize(("activation", "norm"), SETTINGS)
def test_sizes_are_torchs(javascript, activation, norm):
    x, g, weights = small_stack()
    signal, gradient = by_torch(x, g, weights, activation, norm)
    ours = propagate(x, g, weights, activation, norm)
    np.testing.assert_allclose(ours, (signal, gradient), rtol=1e-6)
    found = javascript("signal_depth")("propagate", x, g, [*weights], activation, norm)
    np.testing.assert_allclose(found["signal"], signal, rtol=1e-6)
    np.testing.assert_allclose(found["gradient"], gradient, rtol=1e-6)


def test_the_still_picture_draws_the_browsers_numbers(javascript):
    found = javascript("signal_depth")("normals", 3, [40, 50])
    np.testing.assert_allclose(found, normals(3, 2000).reshape(40, 50), rtol=1e-9)
    assert abs(normals(3, 4096).std() - 1) < 0.05


def test_relu_lives_at_the_square_root_of_two_only():
    ends = {
        scale: SignalDepth(scale=scale).sizes[0][-1] for scale in (1.0, 2**0.5, 2.0)
    }
    assert ends[1.0] < 1e-5
    assert 0.01 < ends[2**0.5] < 100
    assert ends[2.0] > 1e5
    assert 0.1 < SignalDepth(scale=4.0, norm="batch").sizes[0][-1] < 2


@pytest.mark.browser
def test_a_larger_weight_wakes_the_signal(open_figure):
    page = open_figure(SignalDepth(scale=1.0))
    dead = page.get_by_text("After 50 layers the signal is").first.inner_text()
    page.get_by_role("slider", name="weight size").fill("1.41")
    page.wait_for_function(
        "before => !document.body.innerText.includes(before)", arg=dead
    )
    alive = page.get_by_text("After 50 layers the signal is").first.inner_text()
    assert "signal is 1e-8;" in dead
    assert "signal is 0.34;" in alive
