"""The figure's networks are torch's, and they answer what the reader moves."""

import numpy as np
import pytest
import torch
from torch import nn

from c2a.chapters.c01_why_dense_fails import make_dense, make_flatten, make_largest
from c2a.weights import browser_file, load_weights
from c2a.widgets import DragTheGarment

PLACES = [
    {"garment": 9},
    {"garment": 0, "down": -4, "right": 3},
    {"garment": 4, "down": 2, "right": -4},
]


@pytest.fixture(scope="module")
def nets():
    makers = {"dense": make_dense, "flatten": make_flatten, "largest": make_largest}
    nets = nn.ModuleDict({name: make() for name, make in makers.items()})
    nets.load_state_dict(load_weights("garment-nets"))
    return nets.eval()


def torchs(nets, figure):
    x = torch.tensor(figure.canvas)[None, None] / 255
    with torch.no_grad():
        return {name: net(x)[0].numpy() for name, net in nets.items()}


@pytest.mark.parametrize("place", PLACES)
def test_python_gives_torchs_scores(nets, place):
    figure = DragTheGarment(**place)
    for name, scores in torchs(nets, figure).items():
        np.testing.assert_allclose(figure.scores[name], scores, atol=1e-4)


@pytest.mark.parametrize("place", PLACES)
def test_javascript_gives_torchs_scores(javascript, nets, place):
    js = javascript("drag_the_garment")
    figure = DragTheGarment(**place)
    garment = (figure.garments[figure.garment] / 255).ravel().tolist()
    canvas = js("moveOnCanvas", garment, figure.down, figure.right)
    canvas = list(canvas.values()) if isinstance(canvas, dict) else canvas
    np.testing.assert_allclose(canvas, figure.canvas.ravel() / 255, atol=1e-6)
    weights = {name: w.numpy() for name, w in load_weights("garment-nets").items()}
    for name, scores in torchs(nets, figure).items():
        np.testing.assert_allclose(
            js("scores", name, canvas, weights), scores, atol=1e-4
        )


def test_the_weights_are_a_small_file():
    assert len(browser_file("garment-nets")) < 200_000


def test_no_pixel_leaves_the_canvas():
    still, moved = DragTheGarment(), DragTheGarment(down=-4, right=4)
    assert moved.canvas.sum() == still.canvas.sum()
    assert not np.array_equal(moved.canvas, still.canvas)


@pytest.mark.browser
def test_arrow_keys_move_it_and_the_nets_answer(open_figure):
    page = open_figure(DragTheGarment())
    board = page.get_by_role("application")
    before = page.locator(".c2a-bars").all_inner_texts()
    for _ in range(4):
        board.press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('.c2a-bars').innerText !== before",
        arg=before[0],
    )
    assert page.get_by_role("slider", name="pixels right").input_value() == "4"
