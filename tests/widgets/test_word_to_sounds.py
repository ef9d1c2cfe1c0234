"""The figure's network is torch's, and blocking a letter is masking its state."""

import numpy as np
import pytest
import torch

from c2a.chapters.c12_seq2seq import (
    END,
    START,
    letter_tokens,
    look_by_dot,
    speller,
    write,
)
from c2a.data.sets.cmudict import PHONES
from c2a.weights import browser_file, load_into, load_weights
from c2a.widgets import WordToSounds
from c2a.widgets.word_to_sounds import MOST

WORDS = ("though", "queue", "i", "knowledgeable")


@pytest.fixture(scope="module")
def net():
    return load_into(speller(384, look_by_dot, embedding=64), "speller")


@torch.no_grad()
def torchs(net, word, blocked=None):
    """Tokens, weights (T, S), and odds (T, 42) with a letter masked, by torch."""
    letters = letter_tokens(word)[None]
    states, mask, context = net.encoder(letters)
    tokens = write(net, letters, longest=MOST)[0]
    past = torch.tensor([[START, *tokens[:-1]]])
    _, _, weights = net.decoder(past, context, (states, mask, context))
    if blocked is not None and len(word) > 1:
        mask = mask.clone()
        mask[..., blocked] = False
    logits, _, _ = net.decoder(past, context, (states, mask, context))
    return tokens, weights[0].numpy(), logits[0].softmax(-1).numpy()


def arrays():
    return {name: w.numpy() for name, w in load_weights("speller").items()}


@pytest.mark.parametrize("word", WORDS)
def test_python_says_and_looks_as_torch_does(net, word):
    figure = WordToSounds(word=word)
    tokens, weights, odds = torchs(net, word, blocked=0)
    assert figure.spoken.sounds == [PHONES[token - 3] for token in tokens]
    np.testing.assert_allclose(figure.weights, weights, atol=1e-4)
    ours = [figure.odds(t, blocked=0) for t in range(len(tokens))]
    np.testing.assert_allclose(ours, odds, atol=1e-4)


@pytest.mark.parametrize("word", WORDS)
def test_javascript_says_and_looks_as_torch_does(javascript, net, word):
    js = javascript("word_to_sounds/network.js")
    w = js.keep("speller", arrays())
    tokens, weights, odds = torchs(net, word, blocked=0)
    said = js("write", word, w)
    assert said["tokens"] == tokens
    for t, query in enumerate(said["queries"]):
        seen = js("look", query, said["states"], w)
        np.testing.assert_allclose(seen["weights"], weights[t], atol=1e-4)
        blocked = js("look", query, said["states"], w, 0)
        np.testing.assert_allclose(blocked["odds"], odds[t], atol=1e-4)


def test_a_blocked_letter_is_not_read_at_all():
    figure = WordToSounds(word="tough")
    free, blocked = (
        figure.odds(0),
        figure.odds(0, blocked=int(figure.weights[0].argmax())),
    )
    assert free.argmax() > END
    assert np.abs(free - blocked).max() > 0.01


def test_only_words_of_letters_are_taken(javascript):
    for word in ("", "naïve", "a" * 15):
        with pytest.raises(ValueError, match="1 to 14"):
            WordToSounds(word=word)
        assert javascript("word_to_sounds")("problemWith", word)
    assert javascript("word_to_sounds")("problemWith", "tough") == ""


def test_the_weights_are_a_small_file():
    assert len(browser_file("speller")) < 1_000_000


def test_the_still_answers_only_when_asked():
    assert "becomes" not in WordToSounds(word="tough").alt
    assert "becomes" in WordToSounds(word="tough", tried=[[0, 0]]).alt


@pytest.mark.browser
def test_typing_blocking_and_looking(open_figure):
    page = open_figure(WordToSounds(word="tough"))
    page.get_by_text("Choose a cell").first.wait_for()
    page.get_by_role("gridcell", name="sound T, letter t, not blocked").click()
    page.get_by_text("Without the state of T (letter 1)").first.wait_for()
    page.get_by_label("show where it looks").check()
    page.get_by_role("gridcell", name="weight 0").first.wait_for()
    page.get_by_role("textbox", name="Word").fill("box")
    page.get_by_role("gridcell", name="sound K", exact=True).wait_for()
    page.get_by_role("textbox", name="Word").fill("b0x")
    page.get_by_text("not “0”").first.wait_for()
