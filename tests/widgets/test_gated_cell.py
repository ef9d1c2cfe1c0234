"""The figure's cell is torch's, and holding a gate changes what it keeps."""

import math

import numpy as np
import pytest
import torch

from c2a.widgets import GatedCell

TEXT = "one line\nand a longer one\nlast\n"
BY_HAND = {
    "i": {"letter": 0.3, "end": 0.9},
    "f": {"letter": 0.95, "end": 0.05},
    "g": {"letter": 0.2, "end": -0.4},
    "o": {"letter": 0.6, "end": 0.5},
}


def torchs(text, values):
    """States and cells of an nn.LSTM whose gates take these values, and its h."""
    lstm = torch.nn.LSTM(2, 1, dtype=torch.float64)
    with torch.no_grad():
        for weights in lstm.parameters():
            weights.zero_()
        for block, name in enumerate("ifgo"):
            for column, at in enumerate(("letter", "end")):
                value = values[name][at]
                back = (
                    math.atanh(value) if name == "g" else math.log(value / (1 - value))
                )
                lstm.weight_ih_l0[block, column] = back
        x = torch.eye(2, dtype=torch.float64)[[int(s == "\n") for s in text]][:, None]
        state, cells = None, []
        for symbol in x:
            h, state = lstm(symbol[None], state)
            cells.append((state[1].item(), h.item()))
    return np.array(cells).T


def test_javascript_holds_what_torch_holds(javascript):
    js = javascript("gated_cell")
    gates = js("gatesInForce", TEXT, GatedCell(text=TEXT).gates, BY_HAND)
    states = js("flow", gates, 0.0)
    c, h = torchs(TEXT, BY_HAND)
    np.testing.assert_allclose(states["c"], c, atol=1e-12)
    np.testing.assert_allclose(states["h"], h, atol=1e-12)


def test_python_holds_what_torch_holds():
    held = {
        f"{where}_{name}": value
        for name, both in BY_HAND.items()
        for where, value in both.items()
    }
    figure = GatedCell(text=TEXT, **held, **{f"hold_{name}": True for name in "ifgo"})
    np.testing.assert_allclose(figure.cell, torchs(TEXT, BY_HAND)[0], atol=1e-12)


def test_a_gate_that_is_not_held_keeps_its_learned_values(javascript):
    learned = {name: np.linspace(0.1, 0.9, len(TEXT)).tolist() for name in "ifgo"}
    js = javascript("gated_cell")
    gates = js("gatesInForce", TEXT, learned, {"f": BY_HAND["f"]})
    assert gates["i"] == learned["i"]
    assert set(gates["f"]) == {0.95, 0.05}


def test_the_place_in_the_line_and_its_correlation(javascript):
    js = javascript("gated_cell")
    assert js("placeInLine", "ab\nc\n\nd") == [1, 2, 0, 1, 0, 0, 1]
    a, b = np.random.default_rng(0).normal(size=(2, 50))
    expected = np.corrcoef(a, b)[0, 1]
    assert js("correlation", a.tolist(), b.tolist()) == pytest.approx(expected)
    assert js("correlation", [1, 1, 1], [1, 2, 3]) == 0


def test_a_wrong_trace_is_refused():
    with pytest.raises(ValueError, match="one value for each symbol"):
        GatedCell(text="abc", gates={name: [0.5] for name in "ifgo"})


@pytest.mark.browser
def test_holding_the_forget_gate_open_keeps_all_that_was_added(open_figure):
    page = open_figure(GatedCell())
    page.get_by_role("checkbox", name="hold the forget gate f").check()
    for name in ("forget gate f at letters", "forget gate f at line ends"):
        page.get_by_role("slider", name=name).fill("1")
    page.get_by_role("slider", name="character", exact=True).fill("10")
    page.get_by_text("= 1 · 0.5 +").first.wait_for()  # ten times 0.5 · 0.1, all kept
