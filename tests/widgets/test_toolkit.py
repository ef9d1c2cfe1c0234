"""The parts that figures are made of: bundles, stills, colors, each control once."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from c2a.figures import COLORS
from c2a.weights.storage import encode, safetensors
from c2a.widgets.toolkit import Still, format_number
from c2a.widgets.toolkit.bundle import bundle, stylesheet
from c2a.widgets.toolkit.still import signed_rgba

# --- bundles --------------------------------------------------------------------------


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text)
    return folder / "main.js"


def test_every_file_of_a_bundle_has_its_own_scope(javascript, tmp_path):
    main = write(
        tmp_path,
        one="const twice = (x) => 2 * x;\nexport function f(x) { return twice(x); }\n"
        "export const unused = 1;\n",
        two='import { f as g } from "./one.js";\nconst twice = 5;\n'
        "export class Box { value = g(twice); }\n",
        main='import { f } from "./one.js";\n'
        'import {\n  Box,\n} from "./two.js";\n'
        "const twice = new Box().value;\n"
        "export function answer() { return [f(1), twice]; }\n",
    )
    assert javascript(str(main))("answer") == [2, 10]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('import one from "./one.js";\n', "cannot hold `import one"),
        ('import * as one from "./one.js";\n', r"cannot hold `import \*"),
        ('export { x } from "./one.js";\n', "cannot hold `export {"),
        ('import { y } from "./main.js";\n', "imports itself"),
    ],
)
def test_what_a_bundle_cannot_hold_is_told(tmp_path, text, says):
    main = write(tmp_path, one="export const x = 1;\n", main=text)
    with pytest.raises(ValueError, match=says):
        bundle(main)


# --- numbers and colors ---------------------------------------------------------------


@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_numbers_are_written_as_in_python(javascript, value, digits):
    # Where the decimal is a tie in binary, the two languages may round differently.
    assume(abs(abs(value) * 10**digits % 1 - 0.5) > 1e-6)
    found = javascript("toolkit/figure.js")("formatNumber", value, digits)
    assert found == format_number(value, digits)


@given(st.floats(-900, 900), st.floats(0.1, 500))
def test_signed_colors_are_pythons(javascript, value, scale):
    found = javascript("toolkit/color.js")("signedColor", value, scale)
    assert found == signed_rgba(np.array([[value]]), scale).ravel().tolist()


def test_model_families_have_the_colors_of_the_plots(javascript):
    assert javascript("toolkit/color.js")("COLORS") == COLORS


# --- plots ----------------------------------------------------------------------------


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e5))
def test_ticks_are_round_inside_and_about_as_many_as_asked(javascript, low, width):
    high = low + width
    ticks = np.array(javascript("toolkit/plot.js")("ticks", low, high))
    assert (ticks >= low - 1e-6 * width).all()
    assert (ticks <= high + 1e-6 * width).all()
    assert 2 <= len(ticks) <= 6
    step = np.diff(ticks).mean()
    assert round(step / 10 ** np.floor(np.log10(step) + 1e-9), 6) in (1, 2, 5)


def test_logarithmic_ticks_are_powers_of_ten(javascript):
    ticks = javascript("toolkit/plot.js")("ticks", 0.003, 2000, {"log": True})
    np.testing.assert_allclose(ticks, [0.01, 0.1, 1, 10, 100, 1000])


@given(st.lists(st.floats(10, 200), min_size=1, max_size=8))
def test_labels_are_spread_until_none_collide(javascript, heights):
    placed = javascript("toolkit/plot.js")("spread", heights, 15, 10, 220)
    apart = np.diff(np.sort(placed))
    assert (apart >= 15 - 1e-9).all()
    assert max(placed) <= 220
    order = np.argsort(heights, kind="stable")
    assert (np.diff(np.array(placed)[order]) > 0).all()


@given(st.tuples(st.integers(0, 7), st.integers(0, 11)))
def test_keys_move_a_cursor_and_keep_it_inside(javascript, at):
    js = javascript("toolkit/grid.js")
    row, column = at
    assert js("moved", at, "ArrowUp", 8, 12) == [max(row - 1, 0), column]
    assert js("moved", at, "ArrowRight", 8, 12, 10) == [row, min(column + 10, 11)]
    assert js("moved", at, "Home", 8, 12) == [0, 0]
    assert js("moved", at, "End", 8, 12) == [7, 11]
    assert js("moved", at, "a", 8, 12) is None


# --- still pictures -------------------------------------------------------------------


def test_a_still_is_the_same_picture_as_svg_and_as_png():
    still = Still(60, 40)
    still.rectangle(0, 0, 20, 40, fill="positive", stroke=None)
    still.circle(40, 20, 8, fill="#1f9673")
    still.line([(20, 38), (60, 38)], color="negative", width=4)
    still.text(40, 6, "\u03a3 \u2212 \u00d7", size=6)
    still.numbers(np.array([[1.0, -0.5]]), 22, 30, 6)
    still.curve([0, 1, 0], 20, 8, 40, 4, low=0, high=1)
    root = ET.fromstring(still.svg("what is seen < here"))
    assert root.get("viewBox") == "0 0 60 40"
    assert root.get("aria-label") == "what is seen < here"
    assert {part.tag.partition("}")[2] for part in root} == {
        "rect",
        "circle",
        "polyline",
        "text",
    }
    picture = Image.open(io.BytesIO(still.png())).convert("RGB")
    assert picture.size == (60, 40)
    for place, color in (
        ((5, 20), (134, 98, 210)),
        ((40, 20), (31, 150, 115)),
        ((50, 38), (226, 122, 16)),
        ((58, 1), (255, 255, 255)),
    ):
        assert np.abs(np.subtract(picture.getpixel(place), color)).max() < 12


def test_the_font_of_stills_has_the_signs_of_mathematics():
    boxes = set()
    for sign in "\u2212\u00d7\u03a3\u22c6\u2032\u2192":
        still = Still(20, 20)
        still.text(10, 15, sign, size=16)
        boxes.add(still.png())
    assert len(boxes) == 6  # a missing sign would be the same box as the next


# --- every part once, in a browser ----------------------------------------------------

STATE = {
    "figure": "sampler",
    "count": 3,
    "share": 0.5,
    "kind": "a",
    "on": False,
    "word": "x",
    "step": 0,
    "matrix": [[1, -2], [0, 4]],
    "at": [0, 0],
    "chosen": 0,
    "ink": [0] * 64,
}


@pytest.fixture
def sampler(open_page, folder):
    """`sampler(theme)`: the figure that has every part, on a static page."""
    code = folder / "figures"
    (code / "sampler.js").write_text(bundle(Path(__file__).with_name("sampler.js")))
    (code / "sampler.css").write_text(stylesheet(folder))

    def opened(theme="light", **options):
        page = open_page(
            '<div class="c2a-widget" data-figure="sampler" data-version="1">'
            f'<script type="application/json">{json.dumps(STATE)}</script></div>',
            theme,
            **options,
        )
        page.locator('.c2a-widget[data-state="live"]').wait_for()
        return page

    return opened


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_part_is_accessible(sampler, theme):
    page = sampler(theme)
    page.get_by_role("spinbutton", name="count c").fill("9")
    page.get_by_role("textbox", name="word").fill("X")
    assert Axe().run(page).response["violations"] == []


@pytest.mark.browser
def test_controls_of_one_trait_follow_each_other(sampler):
    page = sampler()
    page.get_by_role("radio", name="second").check()
    assert page.get_by_label("kind as a list").input_value() == "1"
    page.get_by_label("kind as a list").select_option("A")
    assert page.get_by_role("radio", name="first").is_checked()
    page.get_by_role("button", name="high").click()
    assert page.get_by_role("spinbutton", name="count c").input_value() == "5"
    assert page.get_by_role("slider", name="share").input_value() == "1"
    assert (
        page.get_by_role("button", name="high").get_attribute("aria-pressed") == "true"
    )
    assert page.get_by_role("button", name="more count").is_disabled()
    page.get_by_role("button", name="less count").click()
    assert (
        page.get_by_role("button", name="high").get_attribute("aria-pressed") == "false"
    )
    assert page.get_by_text("1 of 4").first.is_visible()
    page.get_by_role("slider", name="share").press("ArrowLeft")
    assert page.get_by_role("list", name="Bars").inner_text().split() == [
        "up",
        "1.5",
        "down",
        "\u22121",
    ]


@pytest.mark.browser
def test_wrong_entries_are_told_and_change_nothing(sampler):
    page = sampler()
    count = page.get_by_role("spinbutton", name="count c")
    for entry, told in (("2.5", "not 2.5"), ("0", "not 0"), ("", "not nothing")):
        count.fill(entry)
        words = f"c is a whole number from 1 to 5, {told}: still 3."
        assert page.get_by_text(words).first.is_visible()
    assert page.get_by_text("1 of 3").first.is_visible()
    word = page.get_by_role("textbox", name="word")
    word.fill("X")
    page.get_by_text("Only small letters, please.").first.wait_for()
    word.fill("h")
    assert not page.locator(".c2a-problem", has_text="Only small").is_visible()
    entry = page.get_by_role("spinbutton", name="Entry 0 1")
    entry.fill("")
    assert entry.get_attribute("aria-invalid") == "true"
    entry.fill("0.5")
    assert entry.get_attribute("aria-invalid") is None


@pytest.mark.browser
def test_a_grid_is_one_tab_stop_and_arrows_choose(sampler):
    page = sampler()
    grid = page.get_by_role("grid", name="Cells")
    stops = grid.locator('[tabindex="0"]')
    assert stops.count() == 1
    stops.press("ArrowRight")
    stops.press("ArrowDown")
    at = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert at == "row 1, column 1: 11"
    assert stops.count() == 1
    image = page.get_by_role("application", name="Image")
    image.press("End")
    marker = image.locator(".c2a-marker")
    assert marker.evaluate("m => m.style.left") == f"{100 * 5.5 / 6:.4f}%"
    image.click(position={"x": 6, "y": 6})
    assert grid.get_by_role("gridcell").first.get_attribute("aria-selected") == "true"


@pytest.mark.browser
def test_the_pad_is_drawn_on_by_keys_and_by_pointer(sampler):
    page = sampler()
    pad = page.get_by_role("application", name="Pad")
    inked = """pad => {
      const canvas = pad.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, 8, 8);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    }"""
    assert pad.evaluate(inked) == 0
    pad.press("Home")
    pad.press("Space")
    corner = pad.evaluate(inked)
    assert corner == 3 + 1  # the pixel, its neighbors, and a little of the diagonal
    pad.press("Backspace")
    assert pad.evaluate(inked) == corner - 1
    box = pad.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    assert pad.evaluate(inked) > corner + 6
    page.get_by_role("button", name="Clear").click()
    assert pad.evaluate(inked) == 0
    page.get_by_role("radio", name="pattern 1").check()


@pytest.mark.browser
def test_graphs_and_plots_say_what_they_show(sampler):
    page = sampler()
    node = page.get_by_role("button", name="hidden")
    node.press("Enter")
    assert page.get_by_role("textbox", name="word").input_value() == "h"
    assert page.evaluate("document.activeElement.textContent") == "hidden"
    plot = page.get_by_role("img", name="Plot. Both fall.")
    texts = plot.locator("text").all_text_contents()
    assert {"steps", "loss", "1", "0.1", "0.01", "here"} <= set(texts)
    places = plot.locator("text", has_text="\u25cf")
    train, test = (
        float(y) for y in places.evaluate_all("t => t.map(n => n.getAttribute('y'))")
    )
    assert abs(train - test) >= 15


@pytest.mark.browser
def test_weights_are_fetched_when_asked_for(sampler, folder, faults):
    stored = encode({"a.weight": np.ones((2, 2), np.float32)}, "float16")
    (folder / "weights" / "x.safetensors").write_bytes(safetensors(stored, {}))
    page = sampler()
    page.get_by_role("button", name="Ask for weights").click()
    page.get_by_text("a.weight").first.wait_for()
    page.get_by_role("textbox", name="word").fill("none")
    page.get_by_role("button", name="Ask for weights").click()
    page.get_by_text("weights/none.safetensors is missing (404)").first.wait_for()
    faults.clear()  # the browser tells of the 404 as well
