"""The figure's networks are torch's; a head that is switched off says nothing."""

from __future__ import annotations

import string
from itertools import pairwise

import nbformat
import numpy as np
import pytest
import torch

from c2a.weights import load_weights
from c2a.widgets import AttentionHeads

TEXTS = ("brontosaurus and a brontosaurus", "aa", "to be or not to be")


@pytest.fixture(scope="module")
def readers():
    """The chapter's own classes, with the shipped weights."""
    notebook = nbformat.read("book/13a-attention.ipynb", as_version=4)
    names: dict = {}
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & {"export", "weights-letter-readers"}:
            exec(cell.source, names)  # the book's own code
    nets = names["build_letter_readers"]()
    nets.load_state_dict(load_weights("letter-readers"))
    return nets


def by_torch(readers, kind, text):
    """Odds of each next letter, and the maps of all heads if there are any."""
    symbols = string.ascii_lowercase + " "
    letters = torch.tensor([[symbols.index(letter) for letter in text]])
    with torch.no_grad():
        odds = readers[kind](letters)[0].softmax(-1).numpy()
    if kind == "GRU":
        return odds
    return odds, torch.cat([layer.maps[0] for layer in readers[kind].layers]).numpy()


@pytest.mark.parametrize("text", TEXTS)
def test_python_reads_as_torch_does(readers, text):
    figure = AttentionHeads(text=text)
    odds, maps = by_torch(readers, "attention", text)
    np.testing.assert_allclose(figure.attention()[0], odds, atol=1e-5)
    np.testing.assert_allclose(figure.attention()[1], maps, atol=1e-5)
    np.testing.assert_allclose(
        figure.recurrent(), by_torch(readers, "GRU", text), atol=1e-5
    )


@pytest.mark.parametrize("text", TEXTS)
def test_javascript_reads_as_python_does(javascript, text):
    js = javascript("attention_heads/networks.js")
    weights = {name: w.numpy() for name, w in load_weights("letter-readers").items()}
    for off in ([], [1, 6]):
        figure = AttentionHeads(text=text, off=off)
        odds, maps = figure.attention()
        read = js("readAttending", figure.letters.tolist(), weights, off)
        np.testing.assert_allclose(read["odds"], odds, atol=1e-4)
        np.testing.assert_allclose(read["maps"], maps, atol=1e-4)
    read = js("readRecurrent", figure.letters.tolist(), weights)
    np.testing.assert_allclose(read, figure.recurrent(), atol=1e-4)


def test_a_name_that_comes_again_is_foreseen_by_attention_and_not_by_the_gru():
    figure = AttentionHeads(text=TEXTS[0])
    again = slice(figure.text.rindex("b") + 1, None)
    seen = figure.right(figure.attention()[0])[again.start - 1 :]
    assert seen.mean() > 0.8 > 0.5 > figure.right(figure.recurrent())[20:].mean()


def test_without_its_heads_it_foresees_nothing():
    figure = AttentionHeads(text=TEXTS[0], off=list(range(8)))
    assert figure.right(figure.attention()[0]).mean() < 0.2


def test_weights_are_shared_out_among_letters_read():
    _, maps = AttentionHeads(text=TEXTS[0]).attention()
    np.testing.assert_allclose(maps.sum(-1), 1.0)
    assert all(not np.triu(one, 1).any() for one in maps)
    assert all(not np.allclose(one, other) for one, other in pairwise(maps))


@pytest.mark.parametrize("text", ["Bronto", "x", "a" * 49])
def test_a_text_that_it_cannot_read_is_refused(javascript, text):
    with pytest.raises(ValueError, match="small letters"):
        AttentionHeads(text=text)
    if len(text) < 49:
        assert javascript("attention_heads")("wrongWith", text)


@pytest.mark.browser
def test_choosing_a_letter_and_switching_heads_off_change_what_is_said(open_figure):
    page = open_figure(AttentionHeads(text="velvet and velvet", place=13))
    page.get_by_text("From “l”, letter 14").first.wait_for()
    page.get_by_role("radio", name="2.1").check()
    page.get_by_text("head 2.1 looks most").first.wait_for()
    page.get_by_role("button", name="Switch head 2.1 off").click()
    page.get_by_text("head 2.1 (switched off)").first.wait_for()
    page.get_by_role("button", name="All heads on").click()
    page.get_by_text("head 2.1 looks most").first.wait_for()
    page.get_by_role("textbox", name="Text to read").fill("Velvet")
    page.get_by_text("Small letters and spaces only: not “V”.").first.wait_for()


@pytest.mark.browser
def test_both_networks_are_compared(open_figure):
    page = open_figure(AttentionHeads(text="abcdef abcdef", heads=False))
    page.get_by_text("Letters foreseen, of 12").first.wait_for()
    page.get_by_role("textbox", name="Text to read").fill("banana")
    page.get_by_text("Letters foreseen, of 5").first.wait_for()
