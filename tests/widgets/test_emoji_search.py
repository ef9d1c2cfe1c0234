"""The figure reads words as the chapter's model does, and knows the chapter's words."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from c2a.chapters.c14_vision_transformers import (
    PictureWords,
    emoji,
    numbers,
    vocabulary,
)
from c2a.weights import browser_file, load_weights
from c2a.widgets import EmojiSearch

QUERIES = ["cat happy face", "red fruit", "flag", "unheardof", ""]


@pytest.fixture(scope="module")
def model():
    state = load_weights("emoji-words")
    model = PictureWords()
    kept = {k: v for k, v in state.items() if k not in ("pictures", "vectors")}
    model.load_state_dict(kept)
    return model.eval()


def torchs(model, query):
    """Cosines of a query with all held-out pictures, by torch."""
    with torch.no_grad():
        images, words = emoji("test")[0], numbers([query.split()])
        scores = model(images, words)[:, 0] / model.log_scale.exp()
    return scores.numpy()


def test_the_vocabulary_is_the_chapters():
    words = EmojiSearch().vocabulary
    assert {word: n for n, word in enumerate(words, 1)} == vocabulary()


@pytest.mark.parametrize("query", QUERIES)
def test_python_scores_as_torch_does(model, query):
    ours = EmojiSearch(query=query).cosines
    # The stored vectors have one byte a number.
    np.testing.assert_allclose(ours, torchs(model, query), atol=0.02)


def test_the_stored_vectors_are_the_models_own(model):
    state = load_weights("emoji-words")
    with torch.no_grad():
        vectors = F.normalize(model.image(emoji("test")[0]), dim=-1)
    assert F.cosine_similarity(vectors, state["vectors"]).min() > 0.99
    pictures = state["pictures"].view(-1, 3, 32, 32)
    assert (pictures - emoji("test")[0]).abs().max() < 0.02


@pytest.mark.parametrize("query", QUERIES)
def test_javascript_scores_as_python_does(javascript, query):
    figure = EmojiSearch(query=query)
    weights = {name: w.numpy() for name, w in load_weights("emoji-words").items()}
    vectors = weights["vectors"]
    del weights["pictures"]
    js = javascript("emoji_search")
    seen = [each["number"] for each in js("read", query, figure.vocabulary)]
    assert [n for n in seen if n] == figure.numbers
    vector = js("encode", figure.numbers, weights)
    np.testing.assert_allclose(vectors @ np.array(vector), figure.cosines, atol=1e-4)


def test_the_file_stays_below_a_megabyte_and_a_half():
    assert len(browser_file("emoji-words")) < 1_500_000


@pytest.mark.browser
def test_typing_changes_the_results_and_strange_words_are_told(open_figure):
    page = open_figure(EmojiSearch())
    first = page.get_by_role("img", name="result 1:")
    first.wait_for()
    before = first.get_attribute("aria-label")
    page.get_by_label("words", exact=True).fill("flag country unheardof")
    page.get_by_text("It has never read: unheardof").first.wait_for()
    page.wait_for_function(
        "before => !document.querySelector(`[aria-label='${before}']`)", arg=before
    )
    page.get_by_label("search among").select_option(label="Food & Drink")
    page.get_by_label("show their names").check()
    expected = EmojiSearch(query="flag country unheardof", category=3)
    name = expected.names[expected.results(1)[0]]
    page.get_by_role("img", name=f"result 1: {name}").wait_for()
