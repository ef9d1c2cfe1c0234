"""The figure's attention is the chapter's ViT's, in Python and in JavaScript."""

import numpy as np
import pytest
import torch

from c2a.chapters.c14_vision_transformers import garment_vit, rollout
from c2a.weights import browser_file, load_weights
from c2a.widgets import PatchAttention

NETS = ("trained", "untrained")


def torchs(figure, name):
    """The attention maps that torch's network keeps, block by block."""
    prefix = f"{name}."
    net = garment_vit(patch=4)
    net.load_state_dict(
        {
            key.removeprefix(prefix): values
            for key, values in load_weights("vit-garments").items()
            if key.startswith(prefix)
        }
    )
    pixels = np.frombuffer(figure.pictures, np.uint8)[784 * figure.garment :][:784]
    image = torch.tensor(pixels.reshape(1, 1, 28, 28) / 255).float()
    with torch.no_grad():
        net((image - 0.286) / 0.353)
    return [block.attention.maps[0] for block in net.blocks]


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("garment", [0, 3])
def test_python_attends_as_torch_does(net, garment):
    figure = PatchAttention(garment=garment)
    for ours, theirs in zip(figure.maps(net), torchs(figure, net), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("net", NETS)
def test_javascript_attends_as_torch_does(javascript, net):
    figure = PatchAttention(garment=1)
    weights = {name: w.numpy() for name, w in load_weights("vit-garments").items()}
    pixels = list(figure.pictures[784 : 2 * 784])
    ours = javascript("patch_attention")("maps", pixels, weights, net)
    for found, expected in zip(ours, torchs(figure, net), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_rollout_is_the_chapters(javascript):
    figure = PatchAttention(garment=2, block=3, from_class=True)
    maps = torchs(figure, "trained")
    expected = rollout([weights[None] for weights in maps])[0]
    ours = javascript("patch_attention")("rollout", [m.numpy() for m in maps])
    np.testing.assert_allclose(ours, expected, atol=1e-6)
    np.testing.assert_allclose(
        figure.looks("trained").ravel(), expected[0, 1:], atol=1e-5
    )


def test_the_weights_are_a_small_file():
    assert len(browser_file("vit-garments")) < 400_000


@pytest.mark.browser
def test_arrow_keys_choose_a_patch_and_the_untrained_net_appears(open_figure):
    page = open_figure(PatchAttention(patch=0))
    page.get_by_text("patch in row 1, column 1 looks").first.wait_for()
    board = page.get_by_role("application", name="Garment")
    board.press("ArrowDown")
    board.press("ArrowRight")
    page.get_by_text("patch in row 2, column 2 looks").first.wait_for()
    assert page.get_by_text("untrained: most at").count() == 0
    page.get_by_label("show the untrained net").check()
    page.get_by_text("untrained: most at").first.wait_for()


@pytest.mark.browser
def test_a_click_chooses_the_patch_under_it(open_figure):
    page = open_figure(PatchAttention())
    board = page.get_by_role("application", name="Garment")
    box = board.bounding_box()
    spot = {"x": box["width"] * 6.5 / 7, "y": box["height"] * 0.5 / 7}
    board.click(position=spot)
    page.get_by_text("patch in row 1, column 7 looks").first.wait_for()
