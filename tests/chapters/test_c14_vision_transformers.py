"""The networks against torch's layers, masks and maps by what they mean."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters import c14_vision_transformers as chapter
from c2a.training import count_parameters


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def torchs_layer(block, width, heads) -> nn.TransformerEncoderLayer:
    """torch's own encoder layer with a block's weights."""
    layer = nn.TransformerEncoderLayer(
        width, heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True
    )
    attention = block.attention
    three = attention.q, attention.k, attention.v
    with torch.no_grad():
        layer.self_attn.in_proj_weight.copy_(torch.cat([p.weight for p in three]))
        layer.self_attn.in_proj_bias.copy_(torch.cat([p.bias for p in three]))
    layer.self_attn.out_proj.load_state_dict(attention.out.state_dict())
    layer.linear1.load_state_dict(block.mlp[0].state_dict())
    layer.linear2.load_state_dict(block.mlp[2].state_dict())
    layer.norm1.load_state_dict(block.norm1.state_dict())
    layer.norm2.load_state_dict(block.norm2.state_dict())
    return layer.eval()


def test_a_vit_is_torchs_encoder_over_patches() -> None:
    net = chapter.ViT(12, 4, 16, depth=2, heads=4, classes=5).eval()
    nn.init.normal_(net.cls)
    images = torch.randn(2, 3, 12, 12)
    patches = F.unfold(images, 4, stride=4).mT @ net.patches.weight.flatten(1).T
    x = torch.cat([net.cls.expand(2, 1, 16), patches + net.patches.bias], 1)
    x = x + net.positions
    for block in net.blocks:
        x = torchs_layer(block, 16, 4)(x)
    torch.testing.assert_close(net(images), net.head(net.norm(x[:, 0])))


def test_vit_b_16_has_the_published_count() -> None:
    with torch.device("meta"):
        net = chapter.ViT(224, 16, 768, 12, 12, 1000)
    assert count_parameters(net) == 86_567_656  # Dosovitskiy et al. 2021: 86 million


@pytest.mark.parametrize("how", ["patches", "inside", "pixels"])
def test_scrambling_loses_no_pixel_and_is_the_same_for_all_images(how) -> None:
    x = torch.arange(2 * 784.0).view(2, 1, 28, 28)
    mixed = chapter.scramble(x, how)
    assert not torch.equal(mixed, x)
    torch.testing.assert_close(mixed.flatten(1).sort().values, x.flatten(1))
    torch.testing.assert_close(mixed[1] - mixed[0], x[1] - x[0])


@pytest.mark.parametrize("shift", [0, 1])
def test_masked_windows_are_the_windows_one_by_one(shift) -> None:
    mask = chapter.window_mask(4, 2, shift)
    sizes = mask.sum(1).view(4, 4)
    expected = [[4] * 4] * 4 if not shift else [[1, 2, 2, 1], [2, 4, 4, 2]] * 2
    assert torch.equal(mask, mask.T)
    assert mask.diagonal().all()
    assert sizes[:2].tolist() == expected[:2]


def test_a_token_that_sees_itself_alone_hears_of_no_other() -> None:
    net = chapter.VariedViT(stem=False, mean=True, masks=[chapter.ALONE[0]] * 3)
    x = net.tokens(torch.randn(1, 1, 28, 28))[:, 1:].detach().requires_grad_()
    y = x
    for block, mask in zip(net.blocks, net.masks, strict=True):
        y = block(y, mask)
    y[0, 3].sum().backward()
    assert x.grad[0].abs().sum(1).nonzero().flatten().tolist() == [3]


def test_rollout_of_one_block_is_half_residual_and_rows_sum_to_one() -> None:
    maps = [torch.rand(2, 3, 5, 5).softmax(-1) for _ in range(3)]
    one = chapter.rollout(maps[:1])
    torch.testing.assert_close(one, (maps[0].mean(1) + torch.eye(5)) / 2)
    through = chapter.rollout(maps)
    torch.testing.assert_close(through.sum(-1), torch.ones(2, 5))
    last = (maps[2].mean(1) + torch.eye(5)) / 2
    torch.testing.assert_close(through, last @ chapter.rollout(maps[:2]))


def test_the_contrastive_loss_guesses_and_wins() -> None:
    loss = chapter.contrastive_loss
    torch.testing.assert_close(loss(torch.zeros(4, 4)), torch.tensor(4.0).log())
    assert loss(50 * torch.eye(4)) < 1e-6
    one_sided = torch.zeros(3, 3)
    one_sided[:, 0] = 50  # a caption that suits every picture
    assert loss(one_sided) > 10


def test_words_left_out_do_not_change_what_is_read() -> None:
    reader = chapter.TextReader(16, 8).eval()
    words = torch.tensor([[3, 5, 0, 0], [3, 5, 0, 0]])
    torch.testing.assert_close(reader(words)[0], reader(words[:1, :2])[0])
    assert not torch.allclose(reader(words)[0], reader(torch.tensor([[3, 6]]))[0])
