"""The kernel playground: its numbers are scipy's, and it does not answer too early."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from c2a.data import load
from c2a.widgets import KernelPlayground
from c2a.widgets.kernel_playground.presets import PRESETS

FIGURE = "kernel_playground/response.js"
MODES = {"zeros": "constant", "reflect": "mirror", "replicate": "nearest"}
seeds = st.integers(0, 2**32 - 1)


def matrix(rows: int, cols: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, cols))


def number(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def answer(page) -> float:
    return number(page.locator(".c2a-total").inner_text())


def embedded_pictures(svg: str) -> list[np.ndarray]:
    parts = re.findall(r"base64,([^\"]+)", svg)
    return [
        np.array(Image.open(io.BytesIO(base64.b64decode(part))).convert("RGBA"))
        for part in parts
    ]


# --- Python ---------------------------------------------------------------------------


@pytest.mark.parametrize("padding", MODES)
def test_response_is_scipys(padding):
    for preset in PRESETS:
        figure = KernelPlayground(preset=preset["name"], padding=padding)
        kernel = np.array(preset["kernel"]) / preset["divisor"]
        pixels = figure.pixels.astype(float)
        expected = ndimage.correlate(pixels, kernel, mode=MODES[padding])
        np.testing.assert_allclose(figure.response, expected, atol=1e-9)
        figure.operation = "convolution"
        expected = ndimage.convolve(pixels, kernel, mode=MODES[padding])
        np.testing.assert_allclose(figure.response, expected, atol=1e-9)
        figure.close()


def test_still_response_is_clear_where_it_is_zero():
    image = np.zeros((30, 30), dtype=np.uint8)
    image[:, 15:] = 200
    figure = KernelPlayground(image=image, padding="replicate")
    shown = embedded_pictures(figure.still().svg(figure.alt))[1]
    edge = [14, 15]
    assert (shown[:, edge, 3] == 255).all()
    assert (np.delete(shown, edge, axis=1)[..., 3] == 0).all()
    figure.close()


def test_it_shows_a_real_photograph_with_its_credit():
    figure = KernelPlayground("coffee")
    photograph = load("photographs")["coffee"]
    assert figure.pixels.shape == (128, 192)
    assert abs(figure.pixels.mean() - photograph.mean()) < 10
    assert "CC0" in figure.credit
    shown = embedded_pictures(figure.still().svg(figure.alt))[0]
    assert np.abs(shown[..., 0].astype(int) - figure.pixels).max() < 16
    figure.close()


@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 3), (400, 500, 3)])
def test_it_takes_a_picture_of_your_own(shape):
    figure = KernelPlayground(image=np.full(shape, 7, dtype=np.uint8))
    assert figure.width == min(shape[1], 192)
    assert (figure.pixels == 7).all()
    assert figure.credit == ""
    figure.close()


def test_a_kernel_has_the_name_of_its_preset():
    figure = KernelPlayground(preset="gaussian")
    assert figure.divisor == 16
    figure.kernel = [[1] * 3] * 3
    assert figure.preset == "custom"
    figure.divisor = 9
    assert figure.preset == "box-blur"
    figure.close()


@pytest.mark.parametrize(
    ("traits", "says"),
    [
        ({"preset": "sobel"}, "no preset 'sobel'; there are identity"),
        ({"kernel": [[1, 2], [3, 4]]}, "3 by 3 or 5 by 5"),
        ({"kernel": [[1, 2, 3], [3, 4], [5, 6, 7]]}, "3 by 3 or 5 by 5"),
        ({"divisor": 0}, "must not be 0"),
        ({"padding": "wrap"}, "zeros"),
    ],
)
def test_it_refuses_what_it_cannot_show(traits, says):
    with pytest.raises(traitlets.TraitError, match=says):
        KernelPlayground(**traits)


# --- JavaScript under node ------------------------------------------------------------


@given(st.sampled_from(list(MODES)), st.floats(0.1, 300), seeds)
def test_response_is_scipys_in_javascript(javascript, mode, divisor, seed):
    x, kernel = matrix(7, 9, seed), matrix(5, 5, seed + 1)
    found = javascript(FIGURE)("respond", x, kernel.tolist(), divisor, mode)
    expected = ndimage.correlate(x, kernel, mode=MODES[mode]) / divisor
    np.testing.assert_allclose(found, expected.ravel(), atol=1e-9)


def test_the_wall_is_pythons(javascript):
    figure = KernelPlayground(picture="wall")
    found = javascript(FIGURE)("paintScene", figure.wall, list(figure.pixels.shape))
    np.testing.assert_array_equal(np.reshape(found, figure.pixels.shape), figure.pixels)
    figure.close()


@given(st.sampled_from(PRESETS))
def test_presets_are_explained(javascript, preset):
    kernel = np.array(preset["kernel"], dtype=float)
    said = javascript(FIGURE)("explainSum", kernel.tolist(), preset["divisor"])
    gain = kernel.sum() / preset["divisor"]
    assert ("only differences remain" in said) == (gain == 0)
    assert ("keeps its brightness" in said) == (gain == 1)
    flipped = javascript(FIGURE)("explainFlip", kernel.tolist())
    rotated = kernel[::-1, ::-1]
    assert ("looks the same" in flipped) == bool((rotated == kernel).all())
    assert ("changes every sign" in flipped) == bool((rotated == -kernel).all())


@given(st.sampled_from([3, 5]), st.sampled_from([3, 5]), seeds)
def test_resizing_keeps_the_center(javascript, before, after, seed):
    kernel = matrix(before, before, seed)
    found = np.array(javascript(FIGURE)("resizeKernel", kernel.tolist(), after))
    if after >= before:
        expected = np.pad(kernel, (after - before) // 2)
    else:
        expected = kernel[1:-1, 1:-1]
    np.testing.assert_array_equal(found, expected)


# --- the page -------------------------------------------------------------------------


@pytest.mark.browser
def test_arrow_keys_move_the_cursor_and_the_values_are_pythons(open_figure):
    figure = KernelPlayground()
    page = open_figure(figure)
    photo = page.get_by_role("application", name="Picture")
    row, column = figure.row, figure.column
    assert answer(page) == figure.response[row, column]
    for key, down, right in (("ArrowDown", 1, 0), ("Shift+ArrowLeft", 0, -10)):
        photo.press(key)
        row, column = row + down, column + right
        page.get_by_text(f"row {row}, column {column}: ").first.wait_for()
        assert answer(page) == figure.response[row, column]
    cells = page.locator(".c2a-grid").first.locator("text").all_text_contents()
    patch = figure.pixels[row - 1 : row + 2, column - 1 : column + 2]
    assert [number(cell) for cell in cells] == patch.ravel().tolist()
    said = page.get_by_role("status").first
    said.filter(has_text=f"Row {row}, column {column}").wait_for(state="attached")


@pytest.mark.browser
def test_every_preset_padding_and_order_gives_pythons_response(open_figure):
    figure = KernelPlayground(row=0, column=0)
    page = open_figure(figure)
    for preset in PRESETS:
        page.get_by_role("button", name=preset["title"], exact=True).click()
        figure.kernel, figure.divisor = preset["kernel"], preset["divisor"]
        assert answer(page) == pytest.approx(figure.response[0, 0], abs=0.006)
    for padding in ("reflect", "replicate", "zeros"):
        page.get_by_role("radio", name=padding).check()
        figure.padding = padding
        for order in ("convolution", "cross-correlation"):
            page.get_by_role("radio", name=order, exact=True).check()
            figure.operation = order.removeprefix("cross-")
            assert answer(page) == pytest.approx(figure.response[0, 0], abs=0.006)


@pytest.mark.browser
def test_it_answers_only_when_the_reader_has_tried(open_figure):
    page = open_figure(KernelPlayground())
    told = page.get_by_text("only differences remain")
    assert not told.is_visible()
    page.get_by_role("radio", name="gray wall").check()
    page.get_by_role("application", name="Picture").press("Home")
    page.get_by_role("radio", name="replicate").check()
    assert answer(page) == 0
    assert "only differences" not in page.get_by_role("status").first.inner_text()
    page.get_by_text("What does it give on a flat area?").click()
    assert told.is_visible()
    page.get_by_role("button", name="Sharpen").click()  # another kernel, asked anew
    assert not page.get_by_text("keeps its brightness").is_visible()


@pytest.mark.browser
def test_typing_a_weight_changes_the_response(open_figure):
    figure = KernelPlayground()
    page = open_figure(figure)
    weight = page.get_by_role("spinbutton", name="Weight in row 1, column 1")
    weight.fill("2.5")
    figure.kernel = [[2.5, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    expected = figure.response[figure.row, figure.column]
    assert answer(page) == pytest.approx(expected)
    assert page.locator('[aria-pressed="true"]').count() == 0
    page.get_by_role("button", name="the sum").click()
    assert answer(page) == pytest.approx(expected / 3.5, abs=0.006)
    weight.fill("")
    assert weight.get_attribute("aria-invalid") == "true"
    assert answer(page) == pytest.approx(expected / 3.5, abs=0.006)
    page.get_by_role("radio", name="5 × 5").check()
    assert page.get_by_role("spinbutton", name="Weight").count() == 25


@pytest.mark.browser
def test_a_weight_typed_into_the_rotated_kernel_lands_where_it_shows(open_figure):
    page = open_figure(KernelPlayground(preset="identity"))
    page.get_by_role("radio", name="convolution", exact=True).check()
    page.get_by_text("Adds w[u, v] · x[i − u, j − v].").first.wait_for()
    page.get_by_role("spinbutton", name="Weight in row 1, column 3").fill("7")
    page.get_by_role("radio", name="cross-correlation").check()
    moved = page.get_by_role("spinbutton", name="Weight in row 3, column 1")
    assert moved.input_value() == "7"


@pytest.mark.browser
def test_the_mouse_previews_and_a_click_holds(open_figure):
    page = open_figure(KernelPlayground())
    caption = page.locator("figcaption").first
    held = caption.inner_text()
    photo = page.get_by_role("application", name="Picture")
    photo.hover(position={"x": 1, "y": 1})
    page.get_by_text("row 0, column 0: ").first.wait_for()
    page.mouse.move(2, 2)
    assert caption.inner_text() == held
    photo.click(position={"x": 1, "y": 1})
    page.mouse.move(2, 2)
    assert "row 0, column 0: " in caption.inner_text()


@pytest.mark.browser
def test_what_is_drawn_is_the_response(open_figure):
    figure = KernelPlayground(preset="gaussian")
    page = open_figure(figure)
    pixels = """(canvas) => [...canvas.getContext("2d")
      .getImageData(0, 0, canvas.width, canvas.height).data]"""
    drawn = page.locator("canvas").nth(1).evaluate(pixels)
    shown = np.reshape(drawn, (*figure.response.shape, 4))
    np.testing.assert_allclose(shown[..., 0], figure.response, atol=0.5)
