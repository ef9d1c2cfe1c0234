"""What chapter 8 hands on, against torch, autograd and plain counting."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters.c08_recurrent_networks import (
    SYMBOLS,
    CharacterModel,
    bits_of,
    encode,
    next_character_loss,
    ngram_bits,
    rnn_backward,
    rnn_forward,
    scan,
)
from c2a.data import load
from c2a.exercises.c08_recurrent_networks.ngram_bits import by_recursion


def test_the_symbols_are_those_of_the_plays():
    plays = load("plays")
    assert "".join(sorted(set(plays.train))) == SYMBOLS
    assert set(plays.test) <= set(SYMBOLS)
    assert "".join(SYMBOLS[i] for i in encode("To be,\n")) == "To be,\n"


@pytest.mark.parametrize("T", [1, 2, 9])
def test_forward_and_backward_are_torchs(T):
    torch.manual_seed(T)
    layer = nn.RNN(3, 5).double()
    x, h_0, g = (torch.randn(*shape).double() for shape in ((T, 3), (5,), (T, 5)))
    W_x, W_h = layer.weight_ih_l0, layer.weight_hh_l0
    states = rnn_forward(x, h_0, W_x, W_h, layer.bias_ih_l0 + layer.bias_hh_l0)
    expected, _ = layer(x, h_0[None])
    torch.testing.assert_close(states, expected)
    (expected * g).sum().backward()
    with torch.no_grad():
        ours = rnn_backward(
            x.float(), h_0.float(), states.float(), g.float(), W_h.float()
        )
    for mine, autograds in zip(
        ours, (W_x.grad, W_h.grad, layer.bias_ih_l0.grad), strict=True
    ):
        torch.testing.assert_close(mine, autograds.float(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("T", [1, 2, 7, 8, 100])
def test_the_scan_is_the_loop(T):
    torch.manual_seed(0)
    a, b = torch.rand(T, 3).double(), torch.randn(T, 3).double()
    h, loop = torch.zeros(3).double(), []
    for a_t, b_t in zip(a, b, strict=True):
        h = a_t * h + b_t
        loop.append(h)
    torch.testing.assert_close(scan(a, b), torch.stack(loop))


def test_the_counters_are_the_formula_written_out():
    plays = load("plays")
    train, test = plays.train[5000:5800], plays.test[3000:3030]
    bits = ngram_bits(encode(train).numpy(), encode(test).numpy(), 3)
    for n, found in enumerate(bits, start=1):
        expected = by_recursion(train, test, n, SYMBOLS) * len(test)
        # The first letters have less context: the fast form knows none there.
        early = by_recursion(train, test[: n - 1], n, SYMBOLS) * (n - 1) if n > 1 else 0
        assert found[n - 1 :].sum() == pytest.approx(expected - early)


def test_bits_are_the_cross_entropy_of_what_comes_next():
    torch.manual_seed(0)
    model = CharacterModel("RNN", len(SYMBOLS), 8, embedding=4).eval()
    text = encode(load("plays").test[:100])
    found = bits_of(model, text, row=20, warm=5)
    assert found.shape == (4, 15)
    with torch.no_grad():
        logits, _ = model(text[None, 20:40])
    expected = F.cross_entropy(logits[0, 5:], text[26:41]).item() / math.log(2)
    assert found[1].mean().item() == pytest.approx(expected, rel=1e-5)


def test_the_loss_forecasts_and_never_copies():
    """A model that gives its own input as forecast has a large loss."""

    class Copies(nn.Module):
        def forward(self, tokens):
            return 20.0 * F.one_hot(tokens, len(SYMBOLS)).float(), None

    text = encode("ab" * 40)
    starts = torch.arange(4)
    assert next_character_loss(Copies(), starts, text, 16) > 10
    assert next_character_loss(Copies(), starts, encode("a" * 80), 16) < 0.01


def test_a_state_carries_on_where_the_text_was_cut():
    torch.manual_seed(0)
    model = CharacterModel("RNN", len(SYMBOLS), 8).eval()
    tokens = encode("We are such stuff")[None]
    whole, last = model(tokens)
    first, state = model(tokens[:, :6])
    rest, end = model(tokens[:, 6:], state)
    torch.testing.assert_close(torch.cat([first, rest], 1), whole)
    torch.testing.assert_close(end, last)


def test_a_longer_memory_surprises_less_until_contexts_run_out():
    plays = load("plays")
    bits = ngram_bits(encode(plays.train).numpy(), encode(plays.test).numpy(), 7)
    means = [float(np.mean(each)) for each in bits]
    assert 4.8 < means[0] < 4.9  # the entropy of single letters, about
    assert means[:5] == sorted(means[:5], reverse=True)
    assert means[5] < means[6]
