"""Attention, its masks, heads and places, against the library and by their promises."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters.c13a_attention import (
    MultiHeadAttention,
    RelativeAttention,
    RotaryAttention,
    causal_mask,
    rotate,
    scaled_attention,
    sinusoids,
)


def random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def library_twin(ours: MultiHeadAttention, width: int, heads: int) -> nn.Module:
    """The library's layer with the same weights."""
    twin = nn.MultiheadAttention(width, heads, batch_first=True)
    parts = (ours.q, ours.k, ours.v)
    with torch.no_grad():
        twin.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        twin.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        twin.out_proj.load_state_dict(ours.out.state_dict())
    return twin


@pytest.mark.parametrize("lead", [(), (2,), (2, 3)])
def test_one_attention_is_the_librarys(lead):
    q, k, v = random(*lead, 4, 6), random(*lead, 5, 6), random(*lead, 5, 7)
    mask = torch.ones(4, 5, dtype=torch.bool).tril(1)
    for given in (None, mask):
        values, weights = scaled_attention(q, k, v, given)
        expected = F.scaled_dot_product_attention(q, k, v, attn_mask=given)
        torch.testing.assert_close(values, expected)
        torch.testing.assert_close(weights.sum(-1), torch.ones(*lead, 4))
    assert not weights[..., ~mask].any()


def test_heads_and_both_masks_are_the_librarys():
    torch.manual_seed(0)
    ours = MultiHeadAttention(12, 3)
    twin = library_twin(ours, 12, 3)
    x, keep = random(2, 5, 12), torch.arange(5) < torch.tensor([[5], [3]])
    mask = causal_mask(5) & keep[:, None, None, :]
    expected, maps = twin(
        x, x, x, attn_mask=~causal_mask(5), key_padding_mask=~keep,
        average_attn_weights=False,
    )  # fmt: skip
    torch.testing.assert_close(ours(x, mask=mask), expected)
    torch.testing.assert_close(ours.maps, maps)


def test_a_context_answers():
    torch.manual_seed(0)
    ours = MultiHeadAttention(8, 2)
    x, context = random(2, 3, 8), random(2, 6, 8)
    expected, _ = library_twin(ours, 8, 2)(x, context, context)
    torch.testing.assert_close(ours(x, context), expected)
    assert ours.maps.shape == (2, 2, 3, 6)
    assert not ours.maps.requires_grad


def test_gradients_are_the_librarys():
    torch.manual_seed(0)
    ours = MultiHeadAttention(8, 2)
    twin, upstream = library_twin(ours, 8, 2), random(2, 4, 8)
    grads = []
    for layer in (lambda x: ours(x), lambda x: twin(x, x, x)[0]):
        x = random(2, 4, 8).requires_grad_()
        grads.append(torch.autograd.grad(layer(x), x, upstream)[0])
    torch.testing.assert_close(*grads)


@pytest.mark.parametrize("kind", [RelativeAttention, RotaryAttention])
def test_places_count_by_their_difference_only(kind):
    torch.manual_seed(0)
    layer = kind(8, 2)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape))
    x, mask = random(1, 9, 8), causal_mask(9)
    shifted = mask & ~mask.tril(-4)  # everybody looks back over four places
    late = torch.cat([random(1, 3, 8), x], 1)
    wide = causal_mask(12) & ~causal_mask(12).tril(-4)
    torch.testing.assert_close(
        layer(late, mask=wide)[:, 6:], layer(x, mask=shifted)[:, 3:]
    )
    plain = MultiHeadAttention.attend  # the null: places make a difference
    with_places = layer(x, mask=mask)
    layer.attend = lambda *parts: plain(layer, *parts)
    assert (layer(x, mask=mask) - with_places).abs().max() > 1e-3


def test_a_far_distance_shares_the_last_bias():
    layer = RelativeAttention(4, 1, far=2)
    with torch.no_grad():
        for part in (layer.q, layer.k):
            part.weight.zero_()
            part.bias.zero_()
        layer.bias.copy_(torch.tensor([[0.0, 1.0, 2.0]]))
    layer(random(1, 5, 4), mask=causal_mask(5))
    expected = torch.tensor([2.0, 2.0, 2.0, 1.0, 0.0]).softmax(0)
    torch.testing.assert_close(layer.maps[0, 0, 4], expected)


def test_turning_keeps_lengths_and_depends_on_the_difference():
    q, k = random(1, 16), random(2, 16)[1:]

    def meet(i, j):
        return rotate(q, torch.tensor([i])) @ rotate(k, torch.tensor([j])).mT

    torch.testing.assert_close(meet(7, 3), meet(107, 103), rtol=1e-4, atol=1e-4)
    assert (meet(7, 3) - meet(7, 4)).abs() > 1e-2
    z, places = random(2, 3, 5, 16), torch.arange(4, 9)
    torch.testing.assert_close(rotate(z, places).norm(dim=-1), z.norm(dim=-1))
    torch.testing.assert_close(rotate(z, torch.zeros(5)), z)


def test_sines_are_those_of_the_formula():
    table = sinusoids(50, 8)
    assert table.shape == (50, 8)
    torch.testing.assert_close(table[7, 2], torch.tensor(7 * 10000 ** (-2 / 8)).sin())
    torch.testing.assert_close(table[7, 3], torch.tensor(7 * 10000 ** (-2 / 8)).cos())
