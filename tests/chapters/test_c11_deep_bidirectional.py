"""The code that chapter 11 exports, against torch's packed layers and by disturbing."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from c2a.chapters.c11_deep_bidirectional import (
    KINDS,
    READERS,
    BothWays,
    deep_tagger,
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
