"""The figures on a static page, in a real browser."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from c2a.widgets import ConvolutionStepper, KernelPlayground

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1000, "height": 900}


def number(text: str) -> float:
    return float(text.replace("\u2212", "-"))


@pytest.fixture
def open_playground(open_page, fragments):
    def opened(**options):
        page = open_page(fragments["kernel-playground"], viewport=DESKTOP, **options)
        page.locator('.c2a-widget[data-state="live"]').wait_for()
        return page

    return opened


@pytest.fixture
def open_stepper(open_page, fragments):
    def opened(**options):
        options = {"viewport": DESKTOP, **options}
        page = open_page(fragments["convolution-stepper"], **options)
        page.locator('.c2a-widget[data-state="live"]').wait_for()
        return page

    return opened


def response_at_cursor(page) -> float:
    return number(page.locator(".c2a-total").inner_text())


# --- kernel playground ----------------------------------------------------------------


def test_arrow_keys_move_the_cursor_and_the_values_are_pythons(open_playground):
    figure = KernelPlayground()
    page = open_playground()
    photo = page.get_by_role("application", name="Photograph")
    row, column = figure.row, figure.column
    assert response_at_cursor(page) == figure.response[row, column]
    for key, down, right in (
        ("ArrowDown", 1, 0),
        ("ArrowRight", 0, 1),
        ("Shift+ArrowLeft", 0, -10),
    ):
        photo.press(key)
        row, column = row + down, column + right
        page.get_by_text(f"row {row}, column {column}: ").wait_for()
        assert response_at_cursor(page) == figure.response[row, column]
    cells = page.locator("table").first.locator("td").all_inner_texts()
    patch = figure.pixels[row - 1 : row + 2, column - 1 : column + 2]
    assert [number(cell) for cell in cells] == patch.ravel().tolist()
    said = page.get_by_role("status").first
    said.filter(has_text=f"Row {row}, column {column}").wait_for(state="attached")
    figure.close()


def test_every_preset_gives_pythons_response(open_playground):
    figure = KernelPlayground()
    page = open_playground()
    page.get_by_role("application", name="Photograph").press("Home")
    for preset in figure.presets:
        page.get_by_role("button", name=preset["title"], exact=True).click()
        figure.preset = preset["name"]
        expected = figure.response[0, 0]
        assert response_at_cursor(page) == pytest.approx(expected, abs=0.006)
    figure.close()


def test_every_padding_and_order_gives_pythons_response(open_playground):
    figure = KernelPlayground(preset="emboss")
    page = open_playground()
    page.get_by_role("application", name="Photograph").press("Home")
    page.get_by_role("button", name="Emboss").click()
    for padding in ("reflect", "replicate", "zero"):
        page.get_by_role("radio", name=padding).check()
        figure.padding = padding
        for order in ("convolution", "cross-correlation"):
            page.get_by_role("radio", name=order, exact=True).check()
            figure.operation = order.removeprefix("cross-")
            assert response_at_cursor(page) == figure.response[0, 0]
    figure.close()


def test_typing_a_weight_changes_the_response(open_playground):
    figure = KernelPlayground()
    page = open_playground()
    weight = page.get_by_role("spinbutton", name="Weight in row 1, column 1")
    weight.fill("2.5")
    figure.kernel = [[2.5, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    expected = figure.response[figure.row, figure.column]
    assert response_at_cursor(page) == pytest.approx(expected)
    assert page.locator('[aria-pressed="true"]').count() == 0
    page.get_by_text("The weights sum to 3.5: a flat area becomes 3.5").wait_for()
    page.get_by_role("button", name="divide by the sum").click()
    page.get_by_text("divided by 3.5 to 1: a flat area keeps").wait_for()
    weight.fill("")
    assert weight.get_attribute("aria-invalid") == "true"
    assert response_at_cursor(page) == pytest.approx(expected / 3.5, abs=0.006)
    page.get_by_role("radio", name="5 × 5").check()
    assert page.get_by_role("spinbutton", name="Weight").count() == 25
    figure.close()


def test_a_weight_typed_into_the_rotated_kernel_lands_where_it_shows(open_playground):
    page = open_playground()
    page.get_by_role("button", name="Identity").click()
    page.get_by_role("radio", name="convolution", exact=True).check()
    page.get_by_text("Adds w[m, n] · x[r − m, c − n]. This kernel looks").wait_for()
    page.get_by_role("spinbutton", name="Weight in row 1, column 3").fill("7")
    page.get_by_role("radio", name="cross-correlation").check()
    moved = page.get_by_role("spinbutton", name="Weight in row 3, column 1")
    assert moved.input_value() == "7"


def test_the_mouse_previews_and_a_click_holds(open_playground):
    page = open_playground()
    held = page.locator(".c2a-label").first.inner_text()
    photo = page.get_by_role("application", name="Photograph")
    photo.hover(position={"x": 1, "y": 1})
    page.get_by_text("row 0, column 0: ").wait_for()
    page.mouse.move(2, 2)
    assert page.locator(".c2a-label").first.inner_text() == held
    photo.click(position={"x": 1, "y": 1})
    page.mouse.move(2, 2)
    page.get_by_text("row 0, column 0: ").wait_for()


def test_what_is_drawn_is_the_response(open_playground):
    figure = KernelPlayground(preset="gaussian")
    page = open_playground()
    page.get_by_role("button", name="Gaussian", exact=True).click()
    drawn = (
        page.locator("canvas")
        .nth(1)
        .evaluate(
            """(canvas) => [...canvas.getContext("2d")
              .getImageData(0, 0, canvas.width, canvas.height).data]"""
        )
    )
    shown = np.reshape(drawn, (*figure.response.shape, 4))
    np.testing.assert_allclose(shown[..., 0], figure.response, atol=0.5)
    figure.close()


# --- convolution stepper --------------------------------------------------------------


def set_number(page, name: str, value: int) -> None:
    page.get_by_role("spinbutton", name=name).fill(str(value))


def output_texts(page) -> list[str]:
    return page.locator(".c2a-output text").all_text_contents()


@pytest.mark.parametrize(
    "letters", [(8, 3, 2, 0, 1), (7, 2, 1, 1, 2), (10, 5, 3, 2, 1), (6, 3, 4, 3, 3)]
)
def test_stepping_fills_the_output_with_pythons_values(open_stepper, letters):
    size, kernel_size, stride, padding, dilation = letters
    figure = ConvolutionStepper(
        size=size,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
    )
    page = open_stepper()
    for name, value in zip(
        ("input n", "kernel k", "stride s", "padding p", "dilation d"),
        letters,
        strict=True,
    ):
        set_number(page, name, value)
    assert output_texts(page)[1:] == ["·"] * (figure.output_size**2 - 1)
    page.get_by_role("application", name="Kernel").press("End")
    found = [number(text) for text in output_texts(page)]
    np.testing.assert_allclose(np.sort(found), np.sort(figure.output.ravel()))
    result = number(page.locator(".c2a-total").inner_text())
    assert result == figure.output[-1, -1]
    terms = page.locator(".c2a-terms li").all_inner_texts()
    assert number(terms[-1].split("Σ")[1].strip()) == figure.output[-1, -1]
    formula = page.get_by_role("math").get_attribute("aria-label")
    assert formula.endswith(f"is {figure.output_size}.")
    figure.close()


def test_buttons_keys_slider_and_clicks_step(open_stepper):
    page = open_stepper()
    where = page.locator(".c2a-position")
    stage = page.get_by_role("application", name="Kernel")
    assert where.inner_text() == "1 of 9"
    assert page.get_by_role("button", name="Back").is_disabled()
    page.get_by_role("button", name="Step").click()
    assert where.inner_text() == "2 of 9"
    stage.press("ArrowDown")
    assert where.inner_text() == "5 of 9"
    page.get_by_role("button", name="Back").click()
    assert where.inner_text() == "4 of 9"
    page.get_by_role("slider", name="Output cell").press("End")
    assert where.inner_text() == "9 of 9"
    assert page.get_by_role("button", name="Step", exact=True).is_disabled()
    page.locator(".c2a-output text").nth(2).click()
    assert where.inner_text() == "3 of 9"
    said = page.get_by_role("status").first
    said.filter(has_text="Output row 0, column 2: 2.").wait_for(state="attached")


def test_play_runs_to_the_end_and_stops(open_stepper):
    page = open_stepper()
    page.clock.install()
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(1500)
    assert page.locator(".c2a-position").inner_text() == "3 of 9"
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(3000)
    assert page.locator(".c2a-position").inner_text() == "3 of 9"
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(9000)
    assert page.locator(".c2a-position").inner_text() == "9 of 9"
    assert page.get_by_role("button", name="Play").is_visible()


def test_impossible_settings_are_explained(open_stepper):
    page = open_stepper()
    set_number(page, "input", 3)
    set_number(page, "kernel", 5)
    problem = page.locator(".c2a-problem")
    assert problem.inner_text() == (
        "The kernel does not fit: it spans 5 cells along each side, but the input has "
        "only 3. 2 more are needed: enlarge the input or the padding, or take a "
        "smaller kernel."
    )
    page.get_by_text("no output").wait_for()
    assert page.get_by_role("button", name="Play").is_disabled()
    page.get_by_role("button", name="more padding").click()
    assert problem.is_hidden()
    page.get_by_text("output 1 × 1").wait_for()


def test_an_entry_off_the_scale_is_marked_and_taken_back(open_stepper):
    page = open_stepper()
    stride = page.get_by_role("spinbutton", name="stride s")
    stride.fill("9")
    assert stride.get_attribute("aria-invalid") == "true"
    page.get_by_role("spinbutton", name="input n").focus()
    assert stride.input_value() == "2"


def test_padding_and_cells_never_read_are_marked(open_stepper):
    page = open_stepper()
    assert page.locator(".c2a-input path").count() == 15  # a row and a column of 8
    page.get_by_text("row and column 7 of the input are never read").wait_for()
    set_number(page, "padding", 1)
    assert page.locator(".c2a-input rect.c2a-pad").count() == 100 - 64
    assert page.locator(".c2a-input path").count() == 0
    set_number(page, "padding", 0)
    set_number(page, "dilation", 2)
    page.get_by_text("step over rows and columns 1, 3, 5").wait_for()
    taps = page.locator(".c2a-window rect:not(.c2a-reach)")
    assert [
        float(x) for x in taps.evaluate_all("t => t.map(r => r.getAttribute('x'))")
    ][:3] == [1, 81, 161]


def test_reduced_motion_stops_the_window_gliding(open_stepper):
    page = open_stepper(reduced_motion="reduce")
    window = page.locator(".c2a-window")
    assert window.evaluate("w => getComputedStyle(w).transitionProperty") == "none"


# --- both -----------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_violations(open_page, fragments, theme):
    page = open_page("".join(fragments.values()), theme=theme, viewport=DESKTOP)
    start_all(page)
    page.get_by_role("application", name="Photograph").press("Home")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Gaussian 5").click()
    page.get_by_role("spinbutton", name="padding p").fill("2")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("spinbutton", name="padding p").fill("0")
    page.get_by_role("spinbutton", name="dilation d").fill("3")
    page.get_by_role("spinbutton", name="input n").fill("2")
    assert Axe().run(page).response["violations"] == []


def start_all(page) -> None:
    for container in page.locator(".c2a-widget").all():
        container.scroll_into_view_if_needed()
    page.wait_for_function(
        """() => [...document.querySelectorAll(".c2a-widget")]
                   .every((place) => place.dataset.state === "live")"""
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_fit_a_phone(open_page, fragments, theme):
    page = open_page("".join(fragments.values()), theme=theme, viewport=PHONE)
    start_all(page)
    page.get_by_role("button", name="Gaussian 5").click()
    for name, value in (("input n", 10), ("padding p", 3), ("kernel k", 5)):
        set_number(page, name, value)
    set_number(page, "stride", 1)
    page.get_by_role("application", name="Kernel").press("End")
    inside = """() => [...document.querySelectorAll(".c2a-live *")]
        .filter((e) => getComputedStyle(e).clipPath === "none")
        .map((e) => e.getBoundingClientRect())
        .filter((box) => box.width && (box.left < 0 || box.right > innerWidth))
        .length"""
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(inside) == 0


@pytest.mark.parametrize("name", ["kernel-playground", "convolution-stepper"])
def test_without_javascript_the_still_picture_remains(open_page, fragments, name):
    page = open_page(fragments[name], java_script_enabled=False)
    picture = page.get_by_role("img")
    assert picture.is_visible()
    assert len(picture.get_attribute("aria-label").split()) > 10


def test_focus_is_visible_on_every_control(open_page, fragments):
    page = open_page("".join(fragments.values()), viewport=DESKTOP)
    start_all(page)
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        outline, name = page.evaluate(
            """() => {
                 const at = document.activeElement;
                 const drawn = at.type === "radio" ? at.nextSibling : at;
                 return [getComputedStyle(drawn).outlineStyle, at.outerHTML];
               }"""
        )
        if name.startswith("<body"):
            break
        seen.add(name)
        assert outline in {"solid", "auto"}, name
    assert len(seen) > 30
