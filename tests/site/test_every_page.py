"""Every page in a real browser: usable by everybody, nothing cut, in light and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHAPTER = "90-fixture.html"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 740}
BOOK = Path(__file__).parents[2] / "book"
PAGES = sorted(
    {path.stem for path in BOOK.iterdir() if path.suffix in {".md", ".ipynb"}}
    | {"90-fixture", "search"}
)

# Everything that is folded away or waiting to be scrolled to counts, too.
UNFOLD = """() => {
    document.querySelectorAll("details").forEach(d => { d.open = true; });
    dispatchEvent(new Event("resize"));
    return new Promise(done => requestAnimationFrame(
        () => requestAnimationFrame(done)));
}"""
# Contrast takes nearly all the time, most of it for code. Marks code whose kinds
# of words have all been seen before on this page.
MARK_SEEN = """() => {
    const seen = new Set();
    for (const pre of document.querySelectorAll("pre")) {
        const kinds = [...pre.querySelectorAll("*")].map(word => word.className);
        pre.toggleAttribute("data-seen", kinds.every(kind => seen.has(kind)));
        kinds.forEach(kind => seen.add(kind));
    }
}"""
NOT_AGAIN = {"exclude": [["pre[data-seen]"], [".katex-html"]]}
# What axe judges by the place and size of things; the rest is the same on a phone.
OF_SIZE = ["scrollable-region-focusable", "target-size", "meta-viewport"]
# Code that is cut though its lines have no more than 88 columns, the formatter's.
CUT = """() => [...document.querySelectorAll(".cell_input pre")].filter(pre =>
    Math.max(...pre.textContent.split("\\n").map(line => line.length)) <= 88
    && pre.scrollWidth > pre.clientWidth).map(pre => pre.textContent.slice(0, 80))"""
# Boxes that go on beyond their right edge and do not say so.
UNMARKED = """() => [...document.querySelectorAll("pre, .katex-display, .text_html")]
    .filter(box => box.scrollWidth > box.clientWidth + 1 && !("more" in box.dataset)
        && getComputedStyle(box).overflowX !== "visible")
    .map(box => box.textContent.slice(0, 80))"""
# Equations that touch their number.
COLLIDING = """() => [...document.querySelectorAll(".eqno")].filter(number => {
    const formula = number.parentElement.querySelector(".katex-display");
    const [a, b] = [formula, number].map(each => each.getBoundingClientRect());
    return a.right > b.left;
}).map(number => number.textContent)"""


def _unfold(page) -> None:
    page.add_style_tag(content="section { content-visibility: visible !important; }")
    page.evaluate(UNFOLD)
    page.evaluate(MARK_SEEN)


def _problems(page, **options) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"], **options}
    results = Axe().run(page, context=NOT_AGAIN, options=options)
    return [
        f"{fault['id']}: {node['html'][:120]} {node['failureSummary']}"
        for fault in results.response["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_page_is_usable_by_everybody(open_page: Callable, name: str) -> None:
    """One visit: light and dark, on a desk and on a phone, everything unfolded."""
    page = open_page(
        f"{name}.html",
        color_scheme="light",
        viewport=DESKTOP,
        reduced_motion="reduce",
    )
    _unfold(page)
    assert _problems(page) == []
    assert page.evaluate(CUT) == []

    page.get_by_role("button", name="Dark mode").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert _problems(page, runOnly=["color-contrast"]) == []

    page.set_viewport_size(PHONE)
    page.evaluate(UNFOLD)
    assert _problems(page, runOnly=OF_SIZE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(COLLIDING) == []
    assert page.evaluate(UNMARKED) == []


def test_what_only_a_phone_shows_is_usable_by_everybody(open_page: Callable) -> None:
    page = open_page(CHAPTER, viewport=PHONE, reduced_motion="reduce")
    _unfold(page)
    assert _problems(page) == []
    page.get_by_role("button", name="Contents of the book").click()
    assert _problems(page) == []
