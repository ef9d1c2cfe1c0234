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
# Contrast takes nearly all the time, and is the same wherever the same styles meet. A
# block of text is marked when it and all that is in it have been seen before on this
# page. Of each kind of word in code one is kept, the rest become plain text of it.
MARK_SEEN = """() => {
    const seen = new Set();
    const isNew = kind => !seen.has(kind) && seen.add(kind);
    const told = node => `${node.tagName} ${node.getAttribute("class") ?? ""}`;
    // Sections of any depth and cells of any tag look the same.
    const path = node => node === document.body ? ""
        : path(node.parentElement) + (node.tagName === "SECTION" ? ""
            : ` > ${told(node).replace(/tag_\\S+/g, "")}`);
    for (const block of document.querySelectorAll("article :is(pre, p, li)")) {
        const parts = [...block.querySelectorAll("*")].filter(
            part => !part.closest(".katex"));
        if (block.closest("table, .c2a-widget")
            || parts.some(part => part.style.length || part.closest("svg"))) continue;
        const place = path(block);
        const again = parts.filter(part => !isNew(`${place} >> ${told(part)}`));
        block.toggleAttribute("data-seen",
            !isNew(place) && again.length === parts.length);
        if (block.tagName !== "PRE") continue;
        again.filter(word => !word.id && !word.children.length).forEach(
            word => word.replaceWith(word.textContent));
        block.normalize();
    }
}"""
NOT_AGAIN = {"exclude": [["[data-seen]"], [".katex-html"]]}
EVERYTHING = {"exclude": [[".katex-html"]]}
CONTRAST = {"runOnly": ["color-contrast"]}
BUT_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}
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


def _problems(page, context=EVERYTHING, **options) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"], **options}
    results = Axe().run(page, context=context, options=options)
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
    assert _problems(page, **BUT_CONTRAST) == []
    assert _problems(page, NOT_AGAIN, **CONTRAST) == []
    assert page.evaluate(CUT) == []

    page.get_by_role("button", name="Dark mode").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert _problems(page, NOT_AGAIN, **CONTRAST) == []

    page.set_viewport_size(PHONE)
    page.evaluate(UNFOLD)
    assert _problems(page, runOnly=OF_SIZE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(COLLIDING) == []
    assert page.evaluate(UNMARKED) == []


def test_what_only_a_phone_shows_is_usable_by_everybody(open_page: Callable) -> None:
    page = open_page(CHAPTER, viewport=PHONE, reduced_motion="reduce")
    _unfold(page)
    assert _problems(page, NOT_AGAIN) == []
    page.get_by_role("button", name="Contents of the book").click()
    assert _problems(page) == []
