"""The figure's networks are the book's own, and it judges what the reader expects."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import traitlets

from c2a.chapters.c11_deep_bidirectional import READERS
from c2a.data.sets.cmudict import PHONES
from c2a.weights import browser_file
from c2a.widgets import WhichOutputsMove
from c2a.widgets.which_outputs_move import NETWORKS, WORDS

FIGURE = "which_outputs_move"


@pytest.fixture(scope="module")
def nets():
    """Fresh ones: every weight counts, whatever training has made of them."""
    torch.manual_seed(0)
    return torch.nn.ModuleDict({name: make() for name, make in READERS.items()})


@pytest.fixture(scope="module")
def weights(nets):
    return {name: array.numpy() for name, array in nets.state_dict().items()}


def numbers(word: str) -> list[int]:
    return [PHONES.index(sound) + 1 for sound in WORDS[word].split()]


def torchs(net, phones):
    with torch.no_grad():
        return net(torch.tensor([phones]), torch.tensor([len(phones)]))[0].numpy()


def changed(phones, place):
    return [*phones[:place], phones[place] % 39 + 1, *phones[place + 1 :]]


def test_every_network_of_the_figure_is_one_of_the_chapters():
    assert list(NETWORKS) == list(READERS)


@pytest.mark.parametrize("network", NETWORKS)
def test_javascript_gives_torchs_logits(javascript, nets, weights, network):
    js = javascript(f"{FIGURE}/networks.js")
    for word in ("music", "original"):
        found = js("logits", network, numbers(word), weights)
        expected = torchs(nets[network], numbers(word))
        np.testing.assert_allclose(np.stack(found), expected, atol=1e-5)


@pytest.mark.parametrize("network", NETWORKS)
def test_outputs_move_as_torchs_do(javascript, nets, weights, network):
    js = javascript(f"{FIGURE}/networks.js")
    before = numbers("musician")
    for place in range(len(before)):
        after = changed(before, place)
        moved = np.array(js("moves", network, before, after, weights))
        old, new = (torchs(nets[network].double(), each) for each in (before, after))
        np.testing.assert_allclose(moved, np.abs(new - old).max(1), atol=1e-5)
        assert ((moved > 1e-9) == (np.abs(new - old).max(1) > 1e-9)).all()


def test_the_verdict_says_what_was_missed(javascript):
    js = javascript(FIGURE)
    assert js("verdict", "ahead", [2, 1], [1, 2]).startswith("Right.")
    said = js("verdict", "back", [0, 4], [0, 1, 2])
    assert "2 outputs moved that you had not marked" in said
    assert "1 output stayed that you had marked" in said


def test_the_weights_are_a_small_file():
    assert len(browser_file("stress-readers")) < 100_000


def test_a_place_outside_the_word_is_refused():
    with pytest.raises(ValueError, match="only 5 sounds"):
        WhichOutputsMove(word="surface", place=5)
    with pytest.raises(traitlets.TraitError):
        WhichOutputsMove(network="sideways")


@pytest.mark.browser
def test_the_answer_waits_until_the_sound_is_changed(open_figure):
    page = open_figure(WhichOutputsMove(network="ahead", word="surface", place=2))
    moved = page.locator("tr", has_text="moved by").locator("td:not([hidden])")
    assert moved.all_inner_texts() == ["?"] * 5
    for output in (3, 4, 5):
        page.get_by_role("button", name=f"output {output} will move").click()
    page.get_by_role("button", name="Change it").click()
    page.get_by_text("Right. It reads ahead").first.wait_for()
    assert moved.all_inner_texts()[:2] == ["0", "0"]
    assert "0" not in moved.all_inner_texts()[2:]


@pytest.mark.browser
def test_another_network_asks_again(open_figure):
    page = open_figure(WhichOutputsMove(network="back", word="surface", place=2))
    page.get_by_role("button", name="Change it").click()
    page.get_by_text("Not quite").first.wait_for()
    page.get_by_label("network").select_option("GRU, both ways")
    page.get_by_text("mark the outputs that will move").first.wait_for()
