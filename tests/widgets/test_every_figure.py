"""What holds for every figure: found by its folder, walked by keyboard by itself."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from axe_playwright_python.sync_playwright import Axe
from IPython.core.formatters import DisplayFormatter
from PIL import Image

from c2a.widgets import FIGURES, figure_class
from c2a.widgets.toolkit import static_html
from c2a.widgets.toolkit.interactive import MIME

SVG = "{http://www.w3.org/2000/svg}"
PHONE = {"width": 390, "height": 800}

# Everything that takes the focus; of radio buttons the chosen one of each group.
TAB_STOPS = """() => {
  const all = document.querySelectorAll(
    ".c2a-live :is(button, input, select, summary, a[href], [tabindex='0'])");
  const stops = [...all].filter((node) => !node.disabled && node.checkVisibility({
    visibilityProperty: true, contentVisibilityAuto: true }) && node.tabIndex >= 0);
  const groups = new Set();
  return stops.filter((node) => {
    if (node.type !== "radio") return true;
    const first = !groups.has(node.name);
    groups.add(node.name);
    return first;
  }).length;
}"""
# What has the focus: how it looks, what it is called, and what it is.
FOCUSED = """() => {
  const at = document.activeElement;
  if (!at.closest(".c2a-live")) return null;
  const drawn = at.type === "radio" ? at.nextSibling : at;
  const style = getComputedStyle(drawn);
  const ringed = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const name = at.getAttribute("aria-label") || at.labels?.[0]?.textContent
    || at.textContent;
  return { ringed, name: name.trim(), tag: at.tagName, type: at.type ?? "",
           role: at.getAttribute("role") ?? "" };
}"""
OUTSIDE = """() => [...document.querySelectorAll(".c2a-live *")]
  .filter((e) => getComputedStyle(e).clipPath === "none" && e.checkVisibility())
  .filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width && (box.left < 0 || box.right > innerWidth + 1);
  }).map((e) => e.outerHTML.slice(0, 100))"""


@pytest.fixture(params=FIGURES)
def figure(request):
    made = figure_class(request.param)()
    yield made
    made.close()


def test_importing_the_figures_loads_neither_torch_nor_matplotlib():
    code = (
        "import sys; from c2a.widgets import FIGURES, figure_class\n"
        "for name in FIGURES:\n"
        "    made = figure_class(name)()\n"
        "    made.still().svg(made.alt); made.still().png()\n"
        "print([name for name in ('torch', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=600
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_display_brings_state_and_still_pictures_with_alt_text(figure):
    data, metadata = DisplayFormatter().format(figure)
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert data[MIME] == {"figure": figure.figure, "state": figure.state}
    assert not any(name.startswith("_") for name in figure.state)
    assert data["image/svg+xml"] == figure.still().svg(figure.alt)
    for kind in ("image/svg+xml", "image/png"):
        assert metadata[kind]["alt"] == figure.alt
    assert len(figure.alt.split()) >= 10
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.size == (
        round(figure.still().width),
        round(figure.still().height),
    )
    assert data["text/plain"] == repr(figure) == repr(type(figure)())


def test_still_is_svg_that_follows_the_pages_color(figure):
    root = ET.fromstring(figure.still().svg(figure.alt))
    assert root.get("aria-label") == figure.alt
    texts = root.findall(f".//{SVG}text")
    assert any("fill:currentColor" in text.get("style") for text in texts)


def test_a_figure_is_small(figure):
    assert len(json.dumps(figure.state)) < 60_000
    assert len(figure.still().svg(figure.alt)) < 60_000
    assert len(figure.still().png()) < 60_000
    assert len(figure.script()) + len(figure.style()) < 120_000
    assert "innerHTML" not in figure.script()


@pytest.mark.browser
def test_a_figure_is_usable_by_everybody(open_figure, figure):
    """One visit: as it comes and after every key that a control answers to."""
    page = open_figure(figure)
    _judge(page)
    _walk(page)
    _judge(page)


def _judge(page) -> None:
    """No violation in light, and none of contrast in dark: the rest is the same."""
    assert Axe().run(page).response["violations"] == []
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    options = {"runOnly": ["color-contrast"]}
    assert Axe().run(page, options=options).response["violations"] == []
    page.evaluate("document.documentElement.dataset.theme = 'light'")


def _walk(page) -> None:
    """Tab through the figure, press what a control answers to, find no fault."""
    page.evaluate("document.querySelector('h1').tabIndex = -1")
    page.locator("h1").focus()
    names = []
    while len(names) < 300:
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None:
            break
        assert at["ringed"], f"no ring shows the focus of {at}"
        assert at["name"], f"a screen reader finds no name for {at}"
        names.append(at["name"])
        for key in _keys(at):
            page.keyboard.press(key)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        assert page.evaluate(FOCUSED) is not None, f"{key} on {at} lost the focus"
    # A press may have opened or closed a part, so the figure is counted as it is now.
    page.locator("h1").focus()
    for _ in range(page.evaluate(TAB_STOPS)):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) is not None
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) is None
    assert names


def _keys(at: dict[str, str]) -> list[str]:
    """Keys that do something on a control and leave the focus where it is."""
    if at["tag"] in {"BUTTON", "SUMMARY"} or at["type"] == "checkbox":
        return ["Space"]
    if at["type"] == "number":
        return ["Backspace", "3"]
    if at["type"] == "text":
        return ["End", "Backspace", "a"]
    if at["role"] == "button":
        return ["Enter"]
    return ["ArrowRight", "ArrowDown", "End"]


@pytest.mark.browser
def test_a_figure_fits_a_phone(open_figure, figure):
    page = open_figure(figure, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(OUTSIDE) == []


@pytest.mark.browser
def test_without_javascript_the_still_picture_remains(open_page, figure):
    page = open_page(static_html(figure), java_script_enabled=False)
    picture = page.get_by_role("img")
    assert picture.is_visible()
    assert len(picture.get_attribute("aria-label").split()) >= 10
