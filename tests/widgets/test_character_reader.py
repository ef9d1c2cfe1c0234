"""The figure's network is torch's, and taking memory away is starting afresh."""

import numpy as np
import pytest
import torch

from c2a.chapters.c08_recurrent_networks import SYMBOLS, CharacterModel, encode
from c2a.weights import browser_file, load_into, load_weights
from c2a.widgets import CharacterReader

LINES = ("We are such stuff/As dreams are made on", "q", "ROMEO. [Enter] Is't so? no;")


@pytest.fixture(scope="module")
def net():
    return load_into(CharacterModel("RNN", len(SYMBOLS), 256), "plays-rnn")


def torchs(net, text):
    """State and odds after a text, by torch."""
    with torch.no_grad():
        logits, state = net(encode(text.replace("/", "\n"))[None])
    return state[0, 0].numpy(), logits[0, -1].softmax(0).numpy()


@pytest.mark.parametrize("line", LINES)
def test_python_reads_as_torch_does(net, line):
    figure = CharacterReader(text=line, step=len(line) - 1)
    state, odds = torchs(net, line)
    np.testing.assert_allclose(figure.hidden, state, atol=1e-5)
    np.testing.assert_allclose(figure.odds, odds, atol=1e-5)


@pytest.mark.parametrize("line", LINES)
def test_javascript_reads_as_torch_does(javascript, net, line):
    weights = {name: w.numpy() for name, w in load_weights("plays-rnn").items()}
    js = javascript("character_reader")
    indices = encode(line.replace("/", "\n")).tolist()
    state = js("stateAfter", indices, weights)
    expected_state, expected_odds = torchs(net, line)
    np.testing.assert_allclose(state, expected_state, atol=1e-4)
    np.testing.assert_allclose(js("odds", state, weights), expected_odds, atol=1e-4)


def test_it_knows_the_characters_of_the_chapter():
    assert CharacterReader().symbols == SYMBOLS


def test_with_little_memory_it_knows_only_the_last_characters(javascript, net):
    figure = CharacterReader(text="We are such", step=10, memory=3)
    np.testing.assert_allclose(figure.odds, torchs(net, "uch")[1], atol=1e-5)
    remembered = javascript("character_reader")
    assert remembered("remembered", 11, 10, 3) == [8, 11]
    assert remembered("remembered", 11, 10, 25) == [0, 11]
    assert remembered("remembered", 11, 1, 3) == [0, 2]
    assert remembered("remembered", 11, 99, 2) == [9, 11]


def test_an_unknown_character_is_refused():
    with pytest.raises(ValueError, match="é"):
        CharacterReader(text="Café")


def test_the_weights_are_a_small_file():
    assert len(browser_file("plays-rnn")) < 250_000


@pytest.mark.browser
def test_stepping_forgetting_and_typing_change_the_odds(open_figure):
    page = open_figure(CharacterReader(text="question", step=0))
    first = page.locator(".c2a-bars .c2a-bar-value").first
    first.wait_for()
    page.get_by_text("Next comes “u”").first.wait_for()
    page.get_by_role("button", name="Step").click()
    page.get_by_text("Next comes “e”").first.wait_for()
    page.get_by_text("the state after 2 characters").first.wait_for()
    page.get_by_role("slider", name="it remembers").fill("1")
    page.get_by_text("the state after 1 characters").first.wait_for()
    page.get_by_role("textbox", name="Line to read").fill("zé")
    page.get_by_text("The network has never seen “é”.").first.wait_for()
    page.get_by_role("textbox", name="Line to read").fill("lo")
    page.get_by_text("The line ends here.").first.wait_for()
