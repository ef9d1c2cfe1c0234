"""The figure's answers are the chapter's, and it answers only when asked."""

import numpy as np
import pytest
import torch

from c2a.chapters import c17_gans, c18_diffusion
from c2a.widgets import NoisyRing

EQUAL = torch.full((8,), 1 / 8)
CLASS = torch.tensor([0.25] * 4 + [1e-30] * 4)


def expected_guess(point, a, sigma, weights=EQUAL):
    heaps = c17_gans.CENTERS, c17_gans.DEVIATION, weights
    a, sigma = torch.tensor(float(a)), torch.tensor(float(sigma))
    point = torch.tensor(np.array(point)).float()[None]
    return c18_diffusion.best_guess(point, a, sigma, *heaps)[0].numpy()


@pytest.mark.parametrize("place", [[22, 35], [0, 0], [28, 28], [40, 9]])
@pytest.mark.parametrize("noise", [0.05, 0.5, 1.0])
def test_python_and_javascript_guess_what_the_chapter_guesses(javascript, place, noise):
    figure, js = NoisyRing(place=place, noise=noise), javascript("noisy_ring")
    np.testing.assert_allclose(js("pointAt", place), figure.point, atol=1e-9)
    expected = expected_guess(figure.point, (1 - noise**2) ** 0.5, noise)
    np.testing.assert_allclose(figure.best_guess, expected, atol=2e-3)
    found = js("answer", place, [28, 28], noise)
    np.testing.assert_allclose(found["clean"], expected, atol=2e-3)
    assert sum(found["shares"]) == pytest.approx(1)


@pytest.mark.parametrize("w", [0.0, 1.0, 4.0])
def test_a_walk_is_euler_along_the_guided_velocity(javascript, w):
    js, steps = javascript("noisy_ring/field.js"), 6
    point = np.array([0.7, -1.1])
    places = np.array(js("walk", point.tolist(), steps, w))
    for i in range(steps):
        np.testing.assert_allclose(places[i], point, atol=1e-3)
        t = 1 - i / steps
        v_any, v_own = (
            (point - expected_guess(point, 1 - t, t, share)) / t
            for share in (EQUAL, CLASS)
        )
        point = point - (v_any + w * (v_own - v_any)) / steps
    np.testing.assert_allclose(places[-1], point, atol=1e-3)


def test_points_are_counted_on_their_heaps(javascript):
    js = javascript("noisy_ring/field.js")
    clean = js("drawn", 240)["clean"]
    assert min(js("onHeaps", clean)) > 25
    assert sum(js("onHeaps", [[0, 0], [1.2, 0]])) == 0


@pytest.mark.browser
def test_the_arrow_comes_when_asked_and_goes_when_the_point_moves(open_figure):
    page = open_figure(NoisyRing())
    assert page.locator(".c2a-arrow").count() == 0
    page.get_by_role("button", name="Show the answer").click()
    page.get_by_text("Your guess is").first.wait_for()
    assert page.locator(".c2a-arrow").count() == 1
    page.get_by_role("application").press("ArrowLeft")
    page.wait_for_function("() => !document.querySelector('.c2a-arrow')")


@pytest.mark.browser
def test_points_reach_the_heaps_by_stepping(open_figure):
    page = open_figure(NoisyRing(steps=2))
    page.get_by_text("After step 0").first.wait_for()
    for _ in range(2):
        page.get_by_role("button", name="Step", exact=True).click()
    page.get_by_text("After step 2").first.wait_for()
