"""Feedback and overview in a real browser: harmless, accessible, searchable."""

import dataclasses

import pytest

from c2a.grading.feedback import Look, write_feedback
from c2a.grading.files import write_whole
from c2a.grading.overview import overview
from c2a.grading.records import Change, Entry, Result
from c2a.grading.similar import Pair
from c2a.grading.statistics import gather

pytestmark = pytest.mark.browser

EVIL = (
    "</pre></title></style><script>document.title='stolen'</script>"
    "<img src=x onerror=\"document.title='stolen'\"><svg onload=alert(1)>"
    "<a href=\"javascript:alert(1)\">x</a><meta http-equiv=refresh content='0;url=//x'>"
    "<base href=//evil.test><iframe src=//evil.test></iframe>\x1b[31m{{ 7 * 7 }}"
)


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture
def pages(tmp_path, exercises):
    """A class in which one student has written markup wherever he can."""
    case = {"group": "basic", "passed": False, "diagnosis": "This adds the factor."}
    detail = {"size": 1, "message": EVIL, "input": [EVIL], "got": EVIL, "error": EVIL}
    report = {
        "groups": {"basic": [0.0, 2.0], "negative": [1.0, 1.0]},
        "visible": [case | {"detail": detail}],
        "hidden": [case | {"detail": {"problem": "value"}}],
        "printed": EVIL,
        "renamed": EVIL,
    }
    run = {
        "failed": [{"cell": 1, "error": EVIL}],
        "printed": [{"cell": 2, "text": EVIL}],
    }
    results = {"scale": Result("scale", "graded", 1.0, 3.0, 0.2, report)}
    evil = Entry("evil", EVIL, EVIL, "0" * 64, "", results, run)
    ada = dataclasses.replace(evil, student="ada", name="Ada Lovelace")
    lost = Entry("joan", "Joan Clarke", "", None, EVIL)
    look = Look("Demo")
    for entry in (evil, ada, lost):
        write_feedback(tmp_path / "feedback", entry, exercises, look)
    changes = [Change("ada", EVIL, "scale", 0.0, 1.0)]
    statistics = gather([ada, evil, lost], exercises)
    page = overview(statistics, look, "namespaces", changes, [Pair(99.0, "ada", EVIL)])
    write_whole(tmp_path / "index.html", page)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["index.html", "feedback/evil.html", "feedback/joan.html"]
)
def test_hostile_markup_does_nothing_and_axe_is_content(new_page, pages, scheme, name):
    from axe_playwright_python.sync_playwright import Axe

    page = new_page(color_scheme=scheme)
    requests, faults = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.on("dialog", lambda dialog: faults.append("a dialog opened"))
    page.goto((pages / name).as_uri())
    page.wait_for_timeout(200)
    assert page.title() != "stolen"
    assert faults == []
    outside = [url for url in requests if not url.startswith(("file:", "data:"))]
    assert outside == []
    assert page.locator("img, iframe, base, a[href^=javascript]").count() == 0
    assert page.locator("script").count() == (name == "index.html")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = 1 })")
    results = Axe().run(page)
    assert [each["id"] for each in results.response["violations"]] == []


def test_the_table_is_searched(new_page, pages):
    page = new_page()
    page.goto((pages / "index.html").as_uri())
    rows = page.locator("#table tbody tr")
    assert rows.count() == 3
    page.get_by_label("Show rows that contain").fill("love ada")
    assert page.locator("#table tbody tr:visible").count() == 1
    assert page.locator("#found").text_content() == "1 of 3"
    page.locator("#table tbody a:visible").click()
    assert page.get_by_role("heading", level=1).text_content() == "Demo"


def test_everything_is_there_without_javascript(new_page, pages):
    page = new_page(java_script_enabled=False)
    page.goto((pages / "index.html").as_uri())
    assert page.locator("#table tbody tr:visible").count() == 3
    assert not page.locator("#search").is_visible()
    page.goto((pages / "feedback/ada.html").as_uri())
    page.get_by_text("Hint 1 of 2").click()
    assert page.get_by_text("Multiply every element.").is_visible()


def test_pages_fit_a_phone(new_page, pages):
    page = new_page(viewport={"width": 360, "height": 740})
    for name in ("index.html", "feedback/evil.html"):
        page.goto((pages / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
