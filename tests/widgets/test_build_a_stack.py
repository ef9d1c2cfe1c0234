"""The stack of layers: fields and paths that torch's gradients agree with."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import traitlets

from c2a.widgets import BuildAStack
from c2a.widgets.build_a_stack import SIDE, paths

FIGURE = "build_a_stack"
STACKS = {
    "plain": [(3, 1, 0, 1)] * 3,
    "strided": [(5, 2, 2, 1), (2, 2, 0, 1), (3, 1, 1, 2)],
    "holes": [(3, 1, 6, 6), (3, 2, 0, 3)],
    "wide frame": [(1, 3, 4, 1), (7, 1, 3, 1)],
}


@pytest.fixture(params=STACKS)
def figure(request):
    made = BuildAStack(STACKS[request.param])
    yield made
    made.close()


def torch_gradients(figure: BuildAStack) -> np.ndarray:
    """Gradient of every unit of a line of units, all weights 1."""
    pixels = torch.zeros(1, 1, SIDE, dtype=torch.float64)

    def net(y: torch.Tensor) -> torch.Tensor:
        for layer in figure.layers:
            ones = torch.ones(1, 1, layer["kernel"], dtype=torch.float64)
            options = {name: layer[name] for name in ("stride", "dilation", "padding")}
            y = torch.nn.functional.conv1d(y, ones, **options)
        return y[0, 0]

    return torch.autograd.functional.jacobian(net, pixels)[:, 0, 0].numpy()


def test_paths_are_torchs_gradients(figure):
    expected = torch_gradients(figure)
    assert figure.units == len(expected)
    np.testing.assert_allclose(paths(figure.layers), expected)


def test_field_is_where_the_gradient_is(figure):
    size, jump, start = figure.field
    for unit, gradient in enumerate(torch_gradients(figure)):
        (seen,) = np.nonzero(gradient)
        first = start + unit * jump
        if first >= 0 and first + size <= SIDE:
            assert (seen[0], seen[-1]) == (first, first + size - 1)
        elif len(seen):
            assert first <= seen[0]
            assert seen[-1] < first + size


def test_cost_is_that_of_torchs_layers(figure):
    layers, channels = [], 1
    for layer in figure.layers:
        layers.append(torch.nn.Conv2d(channels, 16, layer["kernel"], device="meta"))
        channels = 16
    parameters = sum(p.numel() for net in layers for p in net.parameters())
    assert figure.cost[0] == parameters


def test_javascript_walks_the_same(javascript, figure):
    last = javascript(FIGURE)("walk", figure.layers, SIDE)[-1]
    assert (last["size"], last["jump"], last["start"]) == figure.field
    assert last["units"] == figure.units
    every = javascript(FIGURE)("walk", figure.layers, SIDE)
    assert sum(each["parameters"] for each in every) == figure.cost[0]
    assert sum(each["operations"] for each in every) == figure.cost[1]


def test_javascript_counts_the_same_paths(javascript, figure):
    found = javascript(FIGURE)("paths", figure.layers, 40)
    rows = [list(row.values()) if isinstance(row, dict) else row for row in found]
    np.testing.assert_allclose(rows, paths(figure.layers, 40))


def test_wrong_guesses_are_named(javascript):
    layers = BuildAStack(STACKS["strided"]).layers
    said = {g: javascript(FIGURE)("diagnose", g, layers) for g in range(1, 60)}
    right = [guess for guess, text in said.items() if text == "Right."]
    assert right == [BuildAStack(STACKS["strided"]).field[0]]
    assert "own stride" in said[1 + 4 * 2 + 1 * 2 + 4 * 1]
    assert "whole kernels" in said[5 + 2 + 5]


def test_a_stack_that_does_not_fit_has_no_units(javascript):
    layers = BuildAStack([(7, 4, 0, 16), (7, 1, 0, 4)]).layers
    assert paths(layers).shape == (0, SIDE)
    assert javascript(FIGURE)("walk", layers, SIDE)[-1]["units"] == 0


@pytest.mark.parametrize("layers", [[], [(9, 1, 0, 1)], [(3, 1, 0, 1)] * 9])
def test_impossible_layers_are_refused(layers):
    with pytest.raises(traitlets.TraitError, match="layers"):
        BuildAStack(layers)


@pytest.mark.browser
def test_the_answer_waits_for_a_guess(open_figure):
    page = open_figure(BuildAStack())
    cells = page.locator("tbody tr:not([hidden]) td:nth-of-type(5)")
    assert cells.all_inner_texts() == ["?", "?"]
    page.get_by_role("spinbutton", name="your guess").fill("11")
    page.get_by_role("button", name="Check").click()
    page.get_by_text("own stride").first.wait_for()
    assert cells.all_inner_texts() == ["5", "9"]
    page.get_by_role("button", name="Add a layer").click()
    assert cells.all_inner_texts() == ["?", "?", "?"]


@pytest.mark.browser
def test_arrow_keys_move_the_window(open_figure):
    page = open_figure(BuildAStack(answers=True, row=10, column=10))
    units = page.get_by_role("application", name="The units")
    units.focus()
    page.keyboard.press("ArrowRight")
    assert (
        "rows 20 to 28, columns 22 to 30" in page.locator("figure").first.inner_text()
    )
