"""The figure's network is the chapter's, in Python and in JavaScript, cache and all."""

import numpy as np
import pytest
import torch

from c2a.chapters.c08_recurrent_networks import SYMBOLS, encode
from c2a.chapters.c13a_attention import causal_mask
from c2a.chapters.c13b_transformers import Transformer, odds
from c2a.weights import browser_file, load_into, load_weights
from c2a.widgets import WriteAPlay
from c2a.widgets.write_a_play import PASSAGE, logits, window

LINES = ("ROMEO./O, ", "q", "To be, or not to be: that is the question/Whether 'tis")


@pytest.fixture(scope="module")
def net():
    model = Transformer(64, 160, depth=4, heads=5, context=256)
    return load_into(model, "play-writer")


def torchs(net, text):
    with torch.no_grad():
        tokens = encode(text)[None]
        return net(tokens, causal_mask(tokens.shape[1]))[0, -1].numpy()


@pytest.fixture(scope="module")
def weights():
    return {name: w.numpy() for name, w in load_weights("play-writer").items()}


@pytest.mark.parametrize("line", LINES)
def test_python_reads_as_torch_does(net, line):
    text = line.replace("/", "\n")
    np.testing.assert_allclose(logits(text), torchs(net, text), atol=1e-3)


@pytest.mark.parametrize("line", LINES)
def test_javascript_reads_as_torch_does(javascript, net, weights, line):
    text = line.replace("/", "\n")
    found = javascript("write_a_play/reader.js")(
        "logitsAfter", encode(text).tolist(), weights
    )
    np.testing.assert_allclose(found, torchs(net, text), atol=1e-3)


def test_a_full_window_drops_its_first_half_in_both_languages(javascript, net, weights):
    js = javascript("write_a_play/reader.js")
    for length in (1, 256, 257, 384, 385, 700):
        assert js("windowStart", length) == window(length)
        assert 128 < length - window(length) <= 256 or length <= 128
    text = (PASSAGE * 2)[:300]
    found = js("logitsAfter", encode(text).tolist(), weights)
    np.testing.assert_allclose(found, torchs(net, text[128:]), atol=1e-3)


@pytest.mark.parametrize(
    "settings",
    [(1.0, 64, 1.0), (0.3, 64, 1.0), (1.5, 5, 1.0), (1.5, 64, 0.7), (2, 9, 0.5)],
)
def test_the_three_settings_are_the_chapters(javascript, net, settings):
    temperature, top_k, top_p = settings
    raw = torchs(net, "ROMEO.\nO, ")
    wanted = odds(
        torch.tensor(raw)[None], temperature=temperature, top_k=top_k, top_p=top_p
    )[0].numpy()
    found = javascript("write_a_play")("odds", raw.tolist(), *settings)
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    figure = WriteAPlay(temperature=temperature, top_k=top_k, top_p=top_p)
    np.testing.assert_allclose(figure.odds, wanted, atol=1e-4)


def test_it_knows_the_characters_of_the_chapter_and_refuses_others():
    assert WriteAPlay().symbols == SYMBOLS
    with pytest.raises(ValueError, match="é"):
        WriteAPlay(begin="Café")


def test_the_passage_is_of_a_play_that_nobody_was_trained_on():
    from c2a.data import load

    assert PASSAGE in load("plays").test
    assert PASSAGE[:60] not in load("plays").train


def test_guesses_are_counted_for_both(javascript):
    js, none = javascript("write_a_play"), {"tries": 0, "reader": 0, "network": 0}
    one = js("scored", none, "a", "b", "a")
    assert one == {"tries": 1, "reader": 1, "network": 0}
    assert js("scored", one, "a", "b", "b") == {"tries": 2, "reader": 1, "network": 1}


def test_the_weights_are_a_small_file():
    assert len(browser_file("play-writer")) < 1_500_000


@pytest.mark.browser
def test_drawing_and_guessing(open_figure):
    page = open_figure(WriteAPlay(top_k=1, begin="To be, or not to b"))
    page.get_by_text("The next letter is drawn from 1 of 64.").first.wait_for()
    page.get_by_role("button", name="Draw one letter").click()
    page.locator(".c2a-write-new", has_text="e").wait_for()
    page.get_by_role("slider", name="top-k").fill("64")
    page.get_by_text("The next letter is drawn from 64 of 64.").first.wait_for()
    page.get_by_role("radio", name="guess against it").check()
    page.get_by_role("textbox", name="The next letter is").fill("z")
    page.get_by_text("You said z").first.wait_for()
    page.get_by_text("Right so far: you 0").first.wait_for()
