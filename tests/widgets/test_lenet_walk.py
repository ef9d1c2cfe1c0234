"""The figure's LeNet is torch's, layer by layer, and it answers what is drawn."""

import numpy as np
import pytest
import torch

from c2a.chapters.c05_lenet_to_alexnet import make_lenet
from c2a.weights import browser_file, load_weights
from c2a.widgets import LenetWalk

AFTER = {"C1": 1, "S2": 2, "C3": 4, "S4": 5, "C5": 8, "F6": 10, "answer": 11}


@pytest.fixture(scope="module")
def net():
    weights = load_weights("lenet-digits")
    net = make_lenet()
    net.load_state_dict(
        {
            name.removeprefix("today."): values
            for name, values in weights.items()
            if name.startswith("today.")
        }
    )
    return net.eval()


def torchs(net, drawing):
    """What torch's layers hold, by the figure's names."""
    x = torch.tensor(drawing).reshape(1, 1, 28, 28)
    x = torch.nn.functional.pad(x, (2, 2, 2, 2))
    held = {"input": x[0].numpy()}
    with torch.no_grad():
        for i, layer in enumerate(net):
            x = layer(x)
            held |= {name: x[0].numpy() for name, at in AFTER.items() if at == i}
    return held


DRAWINGS = {
    "a 5": LenetWalk().drawing,
    "an 8": LenetWalk(digit=8).drawing,
    "nothing": [0.0] * 784,
    "a stroke": [float(n % 28 in (13, 14) and 4 < n // 28 < 24) for n in range(784)],
}


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=[*DRAWINGS])
def test_python_holds_what_torch_holds(net, drawing):
    ours = LenetWalk(drawing=drawing).activations
    for name, expected in torchs(net, drawing).items():
        np.testing.assert_allclose(ours[name], expected, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=[*DRAWINGS])
def test_javascript_holds_what_torch_holds(javascript, net, drawing):
    weights = {name: w.numpy() for name, w in load_weights("lenet-digits").items()}
    ours = javascript("lenet_walk")("walk", drawing, weights)
    for held, (name, expected) in zip(ours, torchs(net, drawing).items(), strict=True):
        np.testing.assert_allclose(held, expected, atol=1e-4, err_msg=name)


@pytest.mark.parametrize(
    ("layer", "index"), [("C1", 1), ("S2", 2), ("C3", 3), ("S4", 4)]
)
def test_a_unit_sees_its_window_and_nothing_else(javascript, net, layer, index):
    x = torch.rand(1, 1, 32, 32, requires_grad=True)
    y = x
    for step in net[: AFTER[layer] + 1]:
        y = torch.nn.functional.avg_pool2d(y, 2) if "Pool" in str(step) else step(y)
    row, col = 1, 2
    y[0, :, row, col].sum().backward()
    rows, cols = x.grad[0, 0].nonzero(as_tuple=True)
    window = javascript("lenet_walk")("windowOf", index, row, col)
    last = window["side"] - 1
    assert (rows.min(), cols.min()) == (window["row"], window["col"])
    assert (rows.max(), cols.max()) == (window["row"] + last, window["col"] + last)


def test_the_weights_are_a_small_file():
    assert len(browser_file("lenet-digits")) < 200_000


def test_it_reads_its_own_digits():
    assert sum(LenetWalk(digit=k).answer[0] == k for k in range(10)) >= 9


@pytest.mark.browser
def test_the_walk_ends_with_the_answer_and_wiping_changes_it(open_figure):
    page = open_figure(LenetWalk(digit=7))
    for _ in range(7):
        page.get_by_role("button", name="Step").click()
    page.get_by_text("LeNet says 7").first.wait_for()
    page.get_by_role("button", name="Clear").click()
    marked = page.locator(".c2a-bars .c2a-marked .c2a-bar-value")
    page.wait_for_function(
        "() => !document.querySelector('.c2a-marked .c2a-bar-value')"
        ".textContent.startsWith('100')"
    )
    assert marked.count() == 1


@pytest.mark.browser
def test_arrow_keys_choose_a_unit(open_figure):
    page = open_figure(LenetWalk(layer=3))
    page.get_by_text("C3, map 1, row 0, column 0").first.wait_for()
    board = page.get_by_role("application", name="C3")
    board.press("ArrowDown")
    board.press("ArrowRight")
    page.get_by_text("C3, map 1, row 1, column 1").first.wait_for()
