"""The channel stepper: sums over channels that torch agrees with."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from c2a.widgets import ChannelStepper

FIGURE = "channel_stepper"


def torch_output(figure: ChannelStepper) -> np.ndarray:
    x, weight, bias = (
        torch.tensor(values, dtype=torch.float64)
        for values in (figure.image, figure.weights, figure.bias)
    )
    return torch.nn.functional.conv2d(x[None], weight, bias)[0].numpy()


@pytest.fixture
def own():
    random = np.random.default_rng(3)
    figure = ChannelStepper(
        image=random.normal(size=(3, 6, 6)),
        weights=random.normal(size=(2, 3, 2, 2)),
        bias=[0.5, -2.0],
        step=7,
        filter=1,
    )
    yield figure
    figure.close()


def test_output_is_pytorchs(own):
    for figure in (ChannelStepper(), own):
        np.testing.assert_allclose(figure.output, torch_output(figure))


def test_javascript_adds_up_the_same(javascript, own):
    expected = torch_output(own)
    for f, filters in enumerate(own.weights):
        found = javascript(FIGURE)("outputMap", own.image, filters, own.bias[f])
        np.testing.assert_allclose(found, expected[f])
    found = javascript(FIGURE)("parts", own.image, own.weights[1], own.bias[1], 1, 2)
    sums = [channel["sum"] for channel in found["channels"]]
    assert found["total"] == pytest.approx(sum(sums) + own.bias[1])
    window = np.array(own.image)[:, 1:3, 2:4] * np.array(own.weights[1])
    products = [channel["products"] for channel in found["channels"]]
    np.testing.assert_allclose(products, window)
    np.testing.assert_allclose(sums, window.sum((1, 2)))


@pytest.mark.parametrize(
    "traits",
    [
        {"image": np.ones((2, 5, 5))},
        {"weights": np.ones((3, 3, 3, 3))},
        {"weights": np.ones((2, 3, 6, 6))},
    ],
)
def test_other_shapes_are_refused(traits):
    with pytest.raises(ValueError, match=r"\(3, n, n\) under filters \(2, 3, k, k\)"):
        ChannelStepper(**traits)


@pytest.mark.browser
def test_stepping_shows_sums_and_fills_both_maps(open_figure):
    figure = ChannelStepper()
    page = open_figure(figure)
    page.get_by_role("button", name="Step", exact=True).click()
    page.get_by_role("radio", name="2").check()
    value = figure.output[1, 0, 1]
    page.get_by_text("filter 2, row 0, column 1:").first.wait_for()
    total = page.locator(".c2a-total")
    assert total.inner_text() == f"{value:g}"
    for f in (0, 1):
        grid = page.get_by_role("grid", name=f"Output of filter {f + 1}")
        texts = grid.locator("text").all_text_contents()
        assert texts[:2] == [f"{value:g}" for value in figure.output[f, 0, :2]]
        assert texts[2:] == ["·"] * 7
    first = page.get_by_role("grid", name="Output of filter 1")
    first.locator('[tabindex="0"]').press("ArrowDown")
    page.get_by_text("filter 1, row 1, column 1:").first.wait_for()
    assert total.inner_text() == f"{figure.output[0, 1, 1]:g}"
    said = page.get_by_role("status").first
    said.filter(has_text="Filter 1, output row 1, column 1").wait_for(state="attached")
