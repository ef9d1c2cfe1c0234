"""The figure's gradients are torch's, its read-out is a ridge regression."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch

from c2a.widgets import FadingGradient
from c2a.widgets.fading_gradient import ACTIVATIONS, profile, recall, unroll

FIGURE = "fading_gradient"
TORCHS = {"tanh": torch.tanh, "relu": torch.relu, "none": lambda z: z}


@pytest.fixture(params=ACTIVATIONS)
def small(request):
    """Six sequences of eight symbols and a network of five units."""
    rng = np.random.default_rng(0)
    symbols = rng.integers(0, 4, (6, 8))
    return symbols, rng.normal(size=(5, 4)), rng.normal(size=(5, 5)) / 2, request.param


def by_torch(symbols, W_x, W_h, activation):
    """The last state as a function of each earlier one: what is left, by lag."""
    W_x, W_h = torch.tensor(W_x), torch.tensor(W_h)
    left = []
    for sequence in symbols:
        h = torch.zeros(len(W_h), dtype=torch.float64)
        states = []
        for symbol in sequence:
            h = TORCHS[activation](W_x[:, symbol] + W_h @ h).requires_grad_()
            states.append(h)
        jacobians = [
            torch.stack(
                [torch.autograd.grad(unit, s, retain_graph=True)[0] for unit in h]
            )
            for s in reversed(states)
        ]
        left.append([(J.square().sum() / len(W_h)).sqrt().item() for J in jacobians])
    return np.exp(np.log(np.maximum(left, 1e-30)).mean(0))


def test_the_profile_is_torchs(javascript, small):
    symbols, W_x, W_h, activation = small
    expected = by_torch(symbols, W_x, W_h, activation)
    states = unroll(symbols, W_x, W_h, activation)
    np.testing.assert_allclose(profile(states, W_h, activation), expected)
    js = javascript(FIGURE)
    found = js("unroll", symbols, W_x, W_h, activation)
    np.testing.assert_allclose(found, states)
    left = js("profile", [*states], W_h, activation, 0, len(symbols))
    np.testing.assert_allclose(left, expected, rtol=1e-9)


def test_the_read_out_is_a_ridge_regression(javascript):
    rng = np.random.default_rng(1)
    symbols = rng.integers(0, 4, (80, 5))
    states = np.eye(4)[symbols[:, -1]] + 0.3 * rng.normal(size=(80, 4))
    inputs = np.column_stack([states / np.sqrt((states**2).mean()), np.ones(80)])
    # A penalty is the same as further rows: one for each weight, with target 0.
    rows = np.vstack([inputs[:40], np.sqrt(1e-3 * 40) * np.eye(5)])
    expected = []
    for lag in range(5):
        wanted = np.eye(4)[symbols[:40, 4 - lag]]
        weights = np.linalg.lstsq(rows, np.vstack([wanted, np.zeros((5, 4))]))[0]
        best = (inputs[40:] @ weights).argmax(1)
        expected.append((best == symbols[40:, 4 - lag]).mean())
    assert expected[0] > 0.9 > 0.5 > max(expected[1:])
    np.testing.assert_allclose(recall(states, symbols), expected)
    np.testing.assert_allclose(javascript(FIGURE)("recall", states, symbols), expected)


def test_without_activation_the_rate_is_the_radius():
    for kind, radius in product(("random", "orthogonal"), (0.7, 1.0, 1.3)):
        gradient, _ = FadingGradient(kind=kind, radius=radius, length=60).curves
        # Over many steps: at first a random matrix stretches and turns.
        rate = (gradient[-1] / gradient[20]) ** (1 / 40)
        assert rate == pytest.approx(radius, rel=0.03 if kind == "random" else 1e-5)


def test_a_gradient_may_stay_where_the_memory_goes():
    gradient, recalled = FadingGradient(
        kind="orthogonal", radius=1.5, activation="tanh", strength=0.5
    ).curves
    assert 0.3 < gradient[-1] < 3
    assert recalled[0] > 0.9
    assert recalled[20:].mean() < 0.32


@pytest.mark.browser
def test_the_radius_turns_vanishing_into_exploding(open_figure):
    page = open_figure(FadingGradient(kind="orthogonal", activation="none", length=40))
    slider = page.get_by_role("slider", name="spectral radius")
    told = page.get_by_text("of the gradient is left").first
    assert "a factor of 0.8" in told.inner_text()
    slider.fill("1.2")
    page.wait_for_function("() => document.body.innerText.includes('a factor of 1.2')")
    assert "e+3" in told.inner_text()
