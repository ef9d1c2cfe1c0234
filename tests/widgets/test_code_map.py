"""The figure's decoder and judge are torch's, and it draws only after a guess."""

import numpy as np
import pytest
import torch

from c2a.chapters import c16_autoencoders as chapter
from c2a.weights import load_weights
from c2a.widgets import CodeMap
from c2a.widgets.code_map import encoded

NETS = {"autoencoder": chapter.Autoencoder, "vae": chapter.VAE}
PLACES = [[30, 30], [0, 60], [44, 7]]


@pytest.fixture(scope="module")
def weights():
    return {name: values.numpy() for name, values in load_weights("code-maps").items()}


@pytest.fixture(scope="module")
def nets(weights):
    built = {}
    for name, make in NETS.items():
        built[name] = make(2)
        own = {
            k: torch.tensor(v) for k, v in weights.items() if k.startswith(f"{name}.")
        }
        built[name].load_state_dict(
            {k.removeprefix(f"{name}."): v for k, v in own.items()}
        )
    return built


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("place", PLACES)
def test_javascript_draws_what_torch_draws(javascript, nets, weights, net, place):
    figure, js = CodeMap(net=net, place=place), javascript("code_map")
    code = js("codeAt", place, figure.frames[net])
    np.testing.assert_allclose(code, figure.code)
    with torch.no_grad():
        expected = nets[net].decode(torch.tensor(code).float()).numpy()
    np.testing.assert_allclose(js("decoded", net, code, weights), expected, atol=1e-4)
    np.testing.assert_allclose(figure.picture, expected, atol=1e-4)


@pytest.mark.parametrize("net", NETS)
def test_the_dots_are_torchs_codes(nets, net):
    images = chapter.garments("test")[0][:20]
    with torch.no_grad():
        expected = nets[net].encode(images).numpy()
    np.testing.assert_allclose(encoded(net, images.numpy()), expected, atol=1e-4)


def test_javascripts_judge_is_torchs(javascript, weights):
    js, image = javascript("code_map"), chapter.garments("test")[0][3]
    judge = {name: v.numpy() for name, v in load_weights("garment-judge").items()}
    found = js("features", image.tolist(), judge)
    expected = chapter.features(image[None])[0].numpy()
    np.testing.assert_allclose(found, expected, atol=1e-4)
    nearest = np.linalg.norm(weights["real"] - expected, axis=1).min()
    share = np.mean(weights["far"] >= nearest)
    assert js("farther", found, weights["real"], weights["far"]) == pytest.approx(share)


def test_few_real_garments_are_odd_and_most_noise_is(weights):
    def share(pictures):
        found = chapter.features(pictures).numpy()
        away = np.linalg.norm(found[:, None] - weights["real"], axis=2).min(1)
        return np.mean(away > weights["far"][90])

    unseen = chapter.garments("test")[0][2500:2700]
    assert share(unseen) < 0.2
    assert share(torch.rand(200, 784, generator=torch.Generator().manual_seed(0))) > 0.6


@pytest.mark.browser
def test_the_picture_waits_for_a_guess(open_figure):
    page = open_figure(CodeMap())
    cover = page.locator(".c2a-code-cover")
    assert cover.is_visible()
    page.get_by_role("button", name="Mush").click()
    page.get_by_text("You said mush").first.wait_for()
    assert not cover.is_visible()
    page.get_by_role("button", name="Cover, next place").click()
    cover.wait_for()


@pytest.mark.browser
def test_arrow_keys_move_over_the_map(open_figure):
    page = open_figure(CodeMap(covered=False, place=[30, 30]))
    page.get_by_text("The judge says").first.wait_for()
    board = page.get_by_role("application", name="Map of the codes")
    before = page.locator(".c2a-code-map .c2a-note").first.inner_text()
    for _ in range(3):
        board.press("Shift+ArrowLeft")
    page.wait_for_function(
        "before => document.querySelector('.c2a-code-map .c2a-note')"
        ".textContent !== before",
        arg=before,
    )
