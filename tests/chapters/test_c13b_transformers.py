"""The code that chapter 13b exports, against torch's own layers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from c2a.chapters.c13a_attention import causal_mask
from c2a.chapters.c13b_transformers import (
    Block,
    Transformer,
    Translator,
    odds,
    read_on,
    write_on,
)


@pytest.fixture
def writer():
    torch.manual_seed(0)
    return Transformer(11, 12, depth=2, heads=3, context=20).eval()


@pytest.fixture
def tokens():
    return torch.randint(11, (2, 9), generator=torch.Generator().manual_seed(1))


def test_a_block_is_torchs_layer_with_the_norm_first():
    torch.manual_seed(0)
    block = Block(12, 3).eval()
    theirs = nn.TransformerEncoderLayer(
        12, 3, 48, 0.0, "gelu", batch_first=True, norm_first=True
    ).eval()
    attention = block.attention
    with torch.no_grad():
        for name in ("weight", "bias"):
            parts = [getattr(getattr(attention, part), name) for part in "qkv"]
            getattr(theirs.self_attn, f"in_proj_{name}").copy_(torch.cat(parts))
    theirs.self_attn.out_proj.load_state_dict(attention.out.state_dict())
    theirs.linear1.load_state_dict(block.mlp[0].state_dict())
    theirs.linear2.load_state_dict(block.mlp[2].state_dict())
    x, see = torch.randn(2, 5, 12), causal_mask(5)
    torch.testing.assert_close(block(x, see), theirs(x, src_mask=~see))
    torch.testing.assert_close(block(x), theirs(x))
    assert sum(p.numel() for p in block.parameters()) == 12 * 12**2 + 13 * 12


def test_a_writer_does_not_see_the_future(writer, tokens):
    changed = tokens.clone()
    changed[:, 6] = (changed[:, 6] + 1) % 11
    before, after = (writer(t, causal_mask(9)) for t in (tokens, changed))
    assert torch.equal(before[:, :6], after[:, :6])
    assert not torch.allclose(before[:, 6:], after[:, 6:])


@pytest.mark.parametrize("size", [1, 2, 4, 9])
def test_reading_with_a_cache_is_reading_at_once(writer, tokens, size):
    caches = [{} for _ in writer.blocks]
    pieces = [read_on(writer, piece, caches) for piece in tokens.split(size, 1)]
    torch.testing.assert_close(torch.cat(pieces, 1), writer(tokens, causal_mask(9)))


def test_what_is_cut_is_never_written_and_a_seed_repeats(writer, tokens):
    def written():
        draws = torch.Generator().manual_seed(3)
        return write_on(writer, tokens, 8, draws, top_k=1)

    new = written()
    assert torch.equal(new, written())
    for t in range(9, 17):
        logits = writer(new[:, :t], causal_mask(t))[:, -1]
        assert torch.equal(new[:, t], logits.argmax(-1))


def test_odds_are_softmax_sharpened_and_cut():
    logits = torch.tensor([[0.0, 2.0, 1.0], [3.0, 2.9, -5.0]])
    torch.testing.assert_close(odds(logits), logits.softmax(-1))
    torch.testing.assert_close(odds(logits, 0.5), (2 * logits).softmax(-1))
    assert (odds(logits, top_k=2) > 0).sum(-1).tolist() == [2, 2]
    assert (odds(logits, top_p=0.6) > 0).sum(-1).tolist() == [1, 2]
    torch.testing.assert_close(odds(logits, top_p=0.9).sum(-1), torch.ones(2))


def test_a_translator_ignores_padding_and_later_targets():
    torch.manual_seed(0)
    net = Translator(9, 7, 12, 1, 3, 20).eval()
    source = torch.randint(1, 9, (2, 5))
    target = torch.randint(1, 7, (2, 6))
    whole = net(source, target)
    padded = torch.cat([source, torch.zeros(2, 3, dtype=torch.long)], 1)
    torch.testing.assert_close(net(padded, target), whole)
    torch.testing.assert_close(net(source, target[:, :4]), whole[:, :4])
    assert not torch.allclose(net(source.flip(1), target), whole)
