"""The code that chapter 11 exports, against torch's packed layers and by disturbing."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from c2a.chapters.c11_deep_bidirectional import (
    KINDS,
    READERS,
    BothWays,
    MaskedLayer,
    MaskedTagger,
    deep_tagger,
    dropout_masks,
    reverse,
    stress_words,
)
from c2a.training import count_parameters, mask, pack

LENGTHS = torch.tensor([6, 2, 4, 1])


def test_reverse_turns_words_and_leaves_their_padding():
    x = torch.arange(1, 25).reshape(4, 6) * mask(LENGTHS)
    for row, turned, n in zip(x, reverse(x, LENGTHS), LENGTHS, strict=True):
        assert turned.tolist() == [*reversed(row[:n].tolist()), *row[n:].tolist()]


def test_both_ways_is_torchs_layer_on_a_packed_batch():
    torch.manual_seed(0)
    ours, library = BothWays(3, 5), nn.GRU(3, 5, batch_first=True, bidirectional=True)
    for end, part in (("", ours.ahead), ("_reverse", ours.back)):
        for name, weights in part.named_parameters():
            getattr(library, name + end).data.copy_(weights.data)
    x = torch.randn(4, 6, 3)
    states, _ = library(pack(x, LENGTHS))
    wanted, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
    difference = (ours(x, LENGTHS) - wanted)[mask(LENGTHS)]
    assert difference.abs().max() < 1e-6


@pytest.mark.parametrize("name", READERS)
def test_no_reader_reads_padding(name):
    torch.manual_seed(1)
    net = READERS[name]()
    x = torch.randint(1, 40, (4, 6)) * mask(LENGTHS)
    together = net(x, LENGTHS)
    for row, outputs, n in zip(x, together, LENGTHS, strict=True):
        alone = net(row[None, :n], n[None])[0]
        torch.testing.assert_close(outputs[:n], alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("depth", [1, 3, 8])
def test_deep_taggers_use_their_budget(kind, depth):
    net = deep_tagger(kind, depth)
    assert 0.8 * 12_000 < count_parameters(net) <= 12_000
    assert net(torch.ones(2, 4, dtype=int), torch.tensor([4, 3])).shape == (2, 4, 3)


def test_stress_words_mark_vowels_and_nothing_else():
    words, phones, lengths, marks = stress_words("test", 200)
    assert len(words) == len(phones) == 200
    assert ((marks >= 0).sum(1) >= 2).all()
    assert (marks[~mask(lengths, phones.shape[1])] == -100).all()
    assert (phones == 0).equal(~mask(lengths, phones.shape[1]))


def test_a_masked_layer_without_masks_is_torchs_on_a_packed_batch():
    torch.manual_seed(0)
    layer, x = MaskedLayer(3, 5), torch.randn(4, 6, 3)
    states, _ = layer.ends(pack(x, LENGTHS))
    wanted, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
    ours = layer(x, LENGTHS, torch.ones(6, 2, 4, 5))
    difference = (ours - wanted)[mask(LENGTHS)]
    assert difference.abs().max() < 1e-6


def test_dropped_memory_is_cut_from_the_next_state():
    torch.manual_seed(0)
    layer, x = MaskedLayer(3, 5), torch.randn(4, 6, 3)
    states = layer(x, torch.full((4,), 6), torch.zeros(6, 2, 4, 5))
    alone = layer(x[:, 2:3], torch.ones(4, dtype=int), torch.zeros(1, 2, 4, 5))
    torch.testing.assert_close(states[:, 2:3], alone)


@pytest.mark.parametrize(("once", "different"), [(True, 1), (False, 20)])
def test_masks_keep_the_mean_and_last_as_long_as_asked(once, different):
    torch.manual_seed(0)
    masks = dropout_masks(0.25, once, 20, 400, 50)
    assert len(masks.unique(dim=0)) == different
    torch.testing.assert_close(masks.unique(), torch.tensor([0, 1 / 0.75]))
    assert masks.mean() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("once", [True, False])
@pytest.mark.parametrize("memory", [True, False])
def test_a_masked_tagger_drops_where_and_as_long_as_asked(once, memory):
    torch.manual_seed(0)
    net = MaskedTagger(0.5, once, memory)
    inputs, masks = [], []

    def keep(module, given):
        inputs.append(given[0])
        masks.append(given[2])

    for layer in net.layers:
        layer.register_forward_pre_hook(keep)
    x = torch.ones(2, 4, dtype=int)
    net(x, torch.tensor([4, 4]))
    kept = (inputs[0] != 0).movedim(1, 0)  # one phone over and over: steps differ
    assert len(kept.unique(dim=0)) == (1 if once else 4)
    for drawn in masks:
        assert len(drawn.unique(dim=0)) == (1 if once or not memory else 4)
        assert bool((drawn == 0).any()) == memory
    inputs.clear(), masks.clear()
    net.eval()(x, torch.tensor([4, 4]))
    assert all((drawn == 1).all() for drawn in masks)
    assert (inputs[0] == net.embed(x)).all()
