"""Every page in a real browser: no error, no foreign request, usable by everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser

CHAPTER = "90-fixture.html"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


def _problems(page, path: str) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    # Everything that is folded away or waiting to be scrolled to counts too.
    page.add_style_tag(content="section { content-visibility: visible !important; }")
    page.evaluate(
        """() => {
            document.querySelectorAll("details").forEach(d => { d.open = true; });
            dispatchEvent(new Event("resize"));
            return new Promise(done => requestAnimationFrame(
                () => requestAnimationFrame(done)));
        }"""
    )
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{path}: {fault['id']}: {node['html'][:120]} {node['failureSummary']}"
        for fault in results.response["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_page_has_an_accessibility_violation(
    open_page: Callable, pages: list[str], scheme: str, viewport: dict
) -> None:
    problems = []
    for path in pages:
        page = open_page(
            path, color_scheme=scheme, viewport=viewport, reduced_motion="reduce"
        )
        assert page.evaluate("document.documentElement.dataset.theme") == scheme
        problems += _problems(page, path)
        page.close()
    assert not problems, "\n".join(problems)


def test_no_page_scrolls_sideways_on_a_phone(
    open_page: Callable, pages: list[str]
) -> None:
    for path in pages:
        page = open_page(path, viewport=PHONE)
        width = page.evaluate("document.documentElement.scrollWidth")
        page.close()
        assert width <= PHONE["width"], path


def test_search_finds_a_page_by_its_words(open_page: Callable) -> None:
    page = open_page("index.html", viewport=DESKTOP)
    page.get_by_role("searchbox", name="Search the book").fill("checkerboard")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    hits = page.locator("#search-results li a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert any(hit.startswith("bibliography.html") for hit in hits)


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
    for link in links[::5]:
        chapter = open_page(link, viewport=viewport)
        name = link.partition("#")[2]
        top = chapter.locator(f".cell#{name}").bounding_box()["y"]
        chapter.close()
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
    button = page.get_by_role("button", name="count 3")
    button.click()
    assert button.count() == 0
    assert page.get_by_role("button", name="count 4").is_visible()
    assert page.get_by_text("This control needs a running notebook").is_visible()


def test_without_javascript_the_page_still_teaches(open_page: Callable) -> None:
    page = open_page(CHAPTER, java_script_enabled=False, viewport=PHONE)
    assert page.get_by_role("img", name="A counter that stands at three").is_visible()
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
    page.locator(".cell_input .highlight").nth(1).hover()
    page.locator(".cell_input .copybtn").nth(1).click()
    assert "figures.show" in page.evaluate("navigator.clipboard.readText()")


def test_chapter_prints_without_navigation(open_page: Callable) -> None:
    page = open_page(CHAPTER, viewport=DESKTOP)
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert not page.locator("#contents").is_visible()
    assert page.locator("article").is_visible()
