"""The convolution stepper: its output is torch's, and it says what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import traitlets
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import ndimage

from c2a.widgets import ConvolutionStepper
from c2a.widgets.toolkit import windows

FIGURE = "convolution_stepper/geometry.js"
NAMES = ("size", "kernel_size", "stride", "padding", "dilation")
geometry = st.tuples(
    st.integers(1, 12),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(1, 3),
)
seeds = st.integers(0, 2**32 - 1)


def number(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def named(letters) -> dict[str, int]:
    return dict(zip(NAMES, letters, strict=True))


# --- Python ---------------------------------------------------------------------------


def test_it_computes_the_output():
    image = np.arange(36.0).reshape(6, 6)
    weights = np.array([[1, 2], [3, 4]])
    figure = ConvolutionStepper(image=image, weights=weights, stride=1)
    expected = ndimage.correlate(image, weights, origin=-1)[:5, :5]
    np.testing.assert_allclose(figure.output, expected)
    assert (figure.size, figure.kernel_size, figure.output_size) == (6, 2, 5)
    figure.size = 4  # the numbers given no longer fit: the default ones again
    assert figure.input.shape == (4, 4)
    figure.close()


def test_it_says_where_nothing_fits():
    figure = ConvolutionStepper(size=2, kernel_size=5)
    assert figure.output_size == 0
    assert "does not fit" in figure.alt
    assert "output" not in figure.still().svg(figure.alt)
    with pytest.raises(ValueError, match="larger than the padded input"):
        _ = figure.output
    figure.close()


@pytest.mark.parametrize(
    ("trait", "value"), [("stride", 0), ("size", 11), ("padding", -1), ("dilation", 4)]
)
def test_it_refuses_values_off_its_controls(trait, value):
    with pytest.raises(traitlets.TraitError):
        ConvolutionStepper(**{trait: value})


# --- JavaScript under node ------------------------------------------------------------


def test_limits_of_the_controls_are_those_of_the_traits(javascript):
    traits = ConvolutionStepper.class_traits()
    for trait, _, _, low, high in javascript(FIGURE)("PARAMETERS"):
        assert (traits[trait].min, traits[trait].max) == (low, high)


@given(geometry)
def test_output_size_and_problem_agree_with_pytorch(javascript, letters):
    js = javascript(FIGURE)
    size, kernel, stride, padding, dilation = letters
    said = js("problem", named(letters))
    x, weight = torch.ones(1, 1, size, size), torch.ones(1, 1, kernel, kernel)
    try:
        y = torch.nn.functional.conv2d(x, weight, None, stride, padding, dilation)
    except RuntimeError:
        missing = dilation * (kernel - 1) + 1 - size - 2 * padding
        assert f" {missing} more " in said
        assert js("outputSide", named(letters)) == 0
    else:
        assert said == ""
        assert js("outputSide", named(letters)) == y.shape[-1]


@given(geometry, seeds)
def test_arithmetic_of_a_cell_sums_to_the_output(javascript, letters, seed):
    size, k, stride, padding, dilation = letters
    side = windows.output_size(*letters)
    assume(side > 0)
    random = np.random.default_rng(seed)
    x, kernel = random.normal(size=(size, size)), random.normal(size=(k, k))
    at = random.integers(side, size=2).tolist()
    args = (x.tolist(), kernel.tolist(), at, named(letters))
    terms = javascript(FIGURE)("arithmetic", *args)
    how = {"stride": stride, "padding": padding, "dilation": dilation}
    y = torch.nn.functional.conv2d(
        torch.from_numpy(x)[None, None], torch.from_numpy(kernel)[None, None], **how
    )
    running = np.cumsum([term["value"] * term["weight"] for term in terms])
    np.testing.assert_allclose([t["running"] for t in terms], running, atol=1e-12)
    np.testing.assert_allclose(running[-1], y[0, 0][tuple(at)], atol=1e-12)
    rows, columns = (
        o * stride - padding + dilation * np.arange(k) for o in np.array(at)
    )
    inside = (rows >= 0) & (rows < size), (columns >= 0) & (columns < size)
    expected = ~np.logical_and.outer(*inside)
    assert [term["padded"] for term in terms] == expected.ravel().tolist()


@given(geometry)
def test_remarks_fit_the_settings(javascript, letters):
    size, k, stride, padding, dilation = letters
    side = windows.output_size(*letters)
    assume(side > 0)
    said = " ".join(javascript(FIGURE)("remarks", named(letters)))
    remainder = (size + 2 * padding - dilation * (k - 1) - 1) % stride
    assert ("The floor drops" in said) == (remainder > 0)
    assert ("as large as the input" in said) == (side == size)
    if remainder:  # as many cells more as it says, and there is one step more
        grown = size + stride - remainder
        assert f"One more step would need {stride - remainder} cell" in said
        assert windows.output_size(grown, *letters[1:]) == side + 1


@given(st.integers(1, 10), st.integers(1, 5))
def test_default_numbers_are_pythons(javascript, size, kernel_size):
    js = javascript(FIGURE)
    figure = ConvolutionStepper(size=size, kernel_size=kernel_size)
    np.testing.assert_array_equal(js("defaultImage", size), figure.input)
    np.testing.assert_array_equal(js("defaultKernel", kernel_size), figure.kernel)
    figure.close()


# --- the page -------------------------------------------------------------------------


def set_number(page, name: str, value: int) -> None:
    page.get_by_role("spinbutton", name=name).fill(str(value))


def output(page):
    return page.get_by_role("grid", name="Output")


def output_texts(page) -> list[str]:
    return output(page).locator("text").all_text_contents()


@pytest.mark.browser
@pytest.mark.parametrize("letters", [(8, 3, 2, 0, 1), (7, 2, 1, 1, 2), (6, 3, 4, 3, 3)])
def test_stepping_fills_the_output_with_pythons_values(open_figure, letters):
    figure = ConvolutionStepper(**named(letters))
    page = open_figure(ConvolutionStepper())
    names = ("input n", "kernel k", "stride s", "padding p", "dilation d")
    for name, value in zip(names, letters, strict=True):
        set_number(page, name, value)
    assert output_texts(page)[1:] == ["·"] * (figure.output_size**2 - 1)
    output(page).locator('[tabindex="0"]').press("End")
    page.get_by_text(
        f"{figure.output_size**2} of {figure.output_size**2}"
    ).first.wait_for()
    found = [number(text) for text in output_texts(page)]
    np.testing.assert_allclose(found, figure.output.ravel())
    assert number(page.locator(".c2a-total").inner_text()) == figure.output[-1, -1]
    terms = page.locator(".c2a-terms li").all_inner_texts()
    assert number(terms[-1].split("Σ")[1].strip()) == figure.output[-1, -1]
    formula = page.get_by_role("math").get_attribute("aria-label")
    assert formula.endswith(f"is {figure.output_size}.")
    figure.close()


@pytest.mark.browser
def test_buttons_keys_slider_and_clicks_step(open_figure):
    page = open_figure(ConvolutionStepper())
    where = page.locator(".c2a-position")
    assert where.inner_text() == "1 of 9"
    assert page.get_by_role("button", name="Back").is_disabled()
    page.get_by_role("button", name="Step").click()
    assert where.inner_text() == "2 of 9"
    output(page).locator('[tabindex="0"]').press("ArrowDown")
    assert where.inner_text() == "5 of 9"
    page.get_by_role("button", name="Back").click()
    assert where.inner_text() == "4 of 9"
    page.get_by_role("slider", name="Output cell").press("End")
    assert where.inner_text() == "9 of 9"
    assert page.get_by_role("button", name="Step", exact=True).is_disabled()
    output(page).get_by_role("gridcell").nth(2).click()
    assert where.inner_text() == "3 of 9"
    said = page.get_by_role("status").first
    said.filter(has_text="Output row 0, column 2: 2.").wait_for(state="attached")


@pytest.mark.browser
def test_a_first_look_has_no_dials_and_steps_all_the_same(open_figure):
    page = open_figure(ConvolutionStepper(size=3, kernel_size=2, stride=1, dials=False))
    assert page.get_by_role("spinbutton").count() == 0
    assert page.get_by_role("math").count() == 0
    page.get_by_role("button", name="Step").click()
    assert page.locator(".c2a-position").inner_text() == "2 of 4"


@pytest.mark.browser
def test_play_runs_to_the_end_and_stops(open_figure):
    page = open_figure(ConvolutionStepper())
    page.clock.install(time=0)
    page.clock.pause_at(600_000)  # from here on it goes on by `run_for` alone
    where = page.locator(".c2a-position")
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(1500)
    assert where.inner_text() == "3 of 9"
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(3000)
    assert where.inner_text() == "3 of 9"
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(9000)
    assert where.inner_text() == "9 of 9"
    assert page.get_by_role("button", name="Play").is_visible()


@pytest.mark.browser
def test_impossible_settings_are_explained(open_figure):
    page = open_figure(ConvolutionStepper())
    set_number(page, "input", 3)
    set_number(page, "kernel", 5)
    message = page.locator(".c2a-message")
    assert message.inner_text() == (
        "The kernel does not fit: it spans 5 cells along each side, but the input has "
        "only 3. 2 more are needed: enlarge the input or the padding, or take a "
        "smaller kernel."
    )
    assert page.get_by_role("button", name="Play").is_disabled()
    page.get_by_role("button", name="more padding").click()
    assert message.is_hidden()
    page.get_by_text("output 1 × 1").first.wait_for()


@pytest.mark.browser
def test_an_entry_off_the_scale_is_told_and_stays_told(open_figure):
    page = open_figure(ConvolutionStepper())
    size = page.get_by_role("spinbutton", name="input n")
    size.fill("12")
    told = page.get_by_text("n is a whole number from 1 to 10, not 12: still 8.")
    assert told.first.is_visible()
    assert size.get_attribute("aria-invalid") == "true"
    described = page.locator(f"#{size.get_attribute('aria-describedby')}")
    assert described.inner_text().endswith("still 8.")
    page.get_by_role("spinbutton", name="stride s").focus()
    assert size.input_value() == "8"
    assert told.first.is_visible()
    size.fill("9")
    assert described.inner_text() == ""
    page.get_by_text("input 9 × 9").first.wait_for()


@pytest.mark.browser
def test_padding_and_cells_never_read_are_marked(open_figure):
    page = open_figure(ConvolutionStepper())
    crossed = page.locator(".c2a-crosses path")
    assert crossed.count() == 15  # a row and a column of 8
    page.get_by_text("row and column 7 of the input are never read").first.wait_for()
    set_number(page, "padding", 1)
    assert page.locator("rect.c2a-dashed").count() == 100 - 64
    assert crossed.count() == 0
    set_number(page, "padding", 0)
    set_number(page, "dilation", 2)
    page.get_by_text("step over rows and columns 1, 3, 5").first.wait_for()
    taps = page.locator(".c2a-frames g rect:not(.c2a-reach)")
    places = taps.evaluate_all("taps => taps.map(tap => tap.getAttribute('x'))")
    assert [float(x) for x in places][:3] == [1, 81, 161]


@pytest.mark.browser
def test_reduced_motion_stops_the_window_gliding(open_figure):
    page = open_figure(ConvolutionStepper(), reduced_motion="reduce")
    window = page.locator("g.c2a-frame")
    assert window.evaluate("w => getComputedStyle(w).transitionProperty") == "none"
