"""Every page in a real browser: no error, no foreign request, usable by everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

CHAPTER = "90-fixture.html"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 740}


def test_search_finds_a_page_by_its_words(open_page: Callable) -> None:
    page = open_page("index.html", viewport=DESKTOP)
    page.get_by_role("searchbox", name="Search the book").fill("checkerboard")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    hits = page.locator("#search-results li a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert any(hit.startswith("bibliography.html") for hit in hits)


def test_search_opens_the_section_that_holds_the_word(open_page: Callable) -> None:
    page = open_page(f"{CHAPTER}?highlight=marginalium", viewport=DESKTOP)
    assert page.get_by_text("A word that stands nowhere else").is_visible()


@pytest.mark.parametrize("place", ["deep-reason", "a-part-of-it"])
def test_a_link_opens_the_section_that_it_leads_into(
    open_page: Callable, place: str
) -> None:
    page = open_page(CHAPTER, viewport=DESKTOP)
    assert not page.get_by_text("More for the few.").is_visible()
    assert page.get_by_role("heading", name="Deeper: why").is_visible()
    linked = open_page(f"{CHAPTER}#{place}", viewport=DESKTOP)
    assert linked.get_by_text("More for the few.").is_visible()
    page.evaluate(f"location.hash = '{place}'")
    page.get_by_text("More for the few.").wait_for()


def test_machinery_is_one_click_away_and_its_result_shows(open_page: Callable) -> None:
    page = open_page(CHAPTER, viewport=DESKTOP)
    cell = page.locator("#claim-conv-sharing")
    assert cell.locator(".c2a-claim").is_visible()
    assert not cell.locator("pre").is_visible()
    cell.get_by_text("Show the code").click()
    assert "claim(" in cell.locator("pre").inner_text()


def test_search_shows_each_formula_once(open_page: Callable) -> None:
    page = open_page("search.html?q=star", viewport=DESKTOP)
    hit = page.locator("#search-results li", has=page.locator(f"a[href^='{CHAPTER}']"))
    excerpt = hit.locator("p.context")
    excerpt.wait_for()
    assert r"Inline y = w \star x + b and an equation" in excerpt.inner_text()


def test_a_word_found_in_a_figure_stays_readable(open_page: Callable) -> None:
    page = open_page(f"{CHAPTER}?highlight=curve", viewport=DESKTOP)
    mark = page.locator("svg rect.highlighted").first
    mark.wait_for(state="attached")
    fill = mark.evaluate("box => getComputedStyle(box).fill")
    assert fill == "rgb(253, 241, 199)"


def test_search_works_where_storage_is_blocked(open_page: Callable) -> None:
    page = open_page("index.html", viewport=DESKTOP)
    page.context.add_init_script(
        """Object.defineProperty(window, "localStorage", {
            configurable: true,
            get() { throw new DOMException("Access is denied", "SecurityError"); },
        });"""
    )
    page.goto(page.url.replace("index.html", "search.html?q=checkerboard"))
    page.wait_for_selector("#search-results li a")


def test_a_page_opened_as_a_file_says_how_to_serve_it(
    new_page: Callable, site: Path
) -> None:
    page = new_page()
    page.goto((site / CHAPTER).as_uri())
    assert page.get_by_text("python3 -m http.server").is_visible()


def test_color_mode_is_chosen_and_remembered(open_page: Callable) -> None:
    page = open_page("index.html", color_scheme="light")
    button = page.get_by_role("button", name="Dark mode")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_contents_open_on_a_phone_by_keyboard(open_page: Callable) -> None:
    page = open_page(CHAPTER, viewport=PHONE)
    contents = page.get_by_role("navigation", name="Contents of the book")
    assert not contents.is_visible()
    page.get_by_role("button", name="Contents of the book").focus()
    page.keyboard.press("Enter")
    assert contents.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#contents') !== null")
    page.keyboard.press("Escape")
    contents.wait_for(state="hidden")


def test_first_tab_stop_skips_to_the_text(open_page: Callable) -> None:
    page = open_page(CHAPTER, viewport=DESKTOP)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")


def test_focus_can_be_seen(open_page: Callable) -> None:
    page = open_page(CHAPTER, viewport=DESKTOP)
    for _ in range(12):
        page.keyboard.press("Tab")
        width = page.evaluate(
            "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
        )
        assert width >= 2


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_links_of_the_fact_check_show_the_cell(
    open_page: Callable, viewport: dict
) -> None:
    page = open_page("fact-check.html", viewport=viewport)
    links = page.locator(".c2a-fact a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert any(link.startswith(CHAPTER) for link in links)
    # One of each chapter: another one on a desk than on a phone, where it has several.
    ordered = links if viewport is DESKTOP else links[::-1]
    for link in {link.partition("#")[0]: link for link in ordered}.values():
        chapter = open_page(link, viewport=viewport)
        name = link.partition("#")[2]
        top = chapter.locator(f".cell#{name}").bounding_box()["y"]
        chapter.context.close()
        assert 0 <= top < viewport["height"] / 3, link


def test_self_check_works_by_keyboard(open_page: Callable) -> None:
    page = open_page(CHAPTER, viewport=DESKTOP)
    option = page.locator("details.quiz.wrong").first
    option.locator("summary").focus()
    page.keyboard.press("Enter")
    assert option.locator("p").inner_text().startswith("Not quite.")
    assert option.locator("p").is_visible()


def test_figure_comes_alive_and_a_kernel_control_says_so(open_page: Callable) -> None:
    page = open_page(CHAPTER, viewport=DESKTOP)
    page.locator(".c2a-widget").scroll_into_view_if_needed()
    page.locator(".c2a-widget[data-state=live]").wait_for()
    page.get_by_role("button", name="Step", exact=True).click()
    assert page.get_by_text("2 of 4").first.is_visible()
    assert page.get_by_text("This control needs a running notebook").is_visible()


def test_without_javascript_the_page_still_teaches(open_page: Callable) -> None:
    page = open_page(CHAPTER, java_script_enabled=False, viewport=PHONE)
    assert page.get_by_role("img", name="A grid of 5 by 5 numbers").is_visible()
    assert page.locator(".katex").first.is_visible()
    option = page.locator("details.quiz.right").first
    option.locator("summary").click()
    assert option.locator("p").is_visible()
    page.get_by_role("button", name="Contents of the book").click()
    assert page.get_by_role("link", name="Glossary").is_visible()


def test_front_page_still_shows_its_figure_without_javascript(
    open_page: Callable,
) -> None:
    page = open_page("index.html", java_script_enabled=False)
    assert page.locator(".c2a-still svg").is_visible()


def test_code_can_be_copied(open_page: Callable) -> None:
    page = open_page(
        CHAPTER,
        viewport=DESKTOP,
        permissions=["clipboard-read", "clipboard-write"],
    )
    cell = page.locator(".cell_input", has_text="eighty-four")
    cell.hover()
    cell.locator(".copybtn").click()
    assert "eighty-four" in page.evaluate("navigator.clipboard.readText()")


def test_a_dark_chapter_prints_in_light_colors_and_whole(open_page: Callable) -> None:
    page = open_page(CHAPTER, color_scheme="dark", viewport=DESKTOP)
    code = page.locator("pre span[class]").first
    # Asked while the page is laid out for paper: afterwards it is dark again.
    page.evaluate(
        """() => addEventListener("beforeprint", () => {
            const words = document.querySelectorAll("pre, .c2a-figure svg, article p");
            window.printed = [...words].map(each => getComputedStyle(each).color);
            window.opened = document.querySelector("details.deeper").open;
        })"""
    )
    assert code.count() == 1
    page.pdf()
    assert page.evaluate("opened")
    for color in set(page.evaluate("printed")):
        red, green, blue = map(int, re.findall(r"\d+", color)[:3])
        assert 0.299 * red + 0.587 * green + 0.114 * blue < 128, color
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_chapter_prints_without_navigation(open_page: Callable) -> None:
    page = open_page(CHAPTER, viewport=DESKTOP)
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert not page.locator("#contents").is_visible()
    assert page.locator("article").is_visible()
