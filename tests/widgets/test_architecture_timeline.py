"""The timeline: its dates agree with the bibliography, its game with the dates."""

import re
from pathlib import Path

import pytest

from c2a.widgets import ArchitectureTimeline
from c2a.widgets.architecture_timeline import THREADS, events

SOURCES = Path(__file__).parents[2] / "book/sources"


def bibliography() -> dict[str, str]:
    """The text of each entry, by key."""
    text = "\n".join(path.read_text("utf-8") for path in SOURCES.glob("*.bib"))
    return {
        entry.group(1): entry.group(0)
        for entry in re.finditer(r"@\w+\{([^,]+),.*?(?=\n@|\Z)", text, re.S)
    }


@pytest.mark.parametrize("event", events(), ids=lambda event: event.name)
def test_every_date_is_that_of_its_source(event) -> None:
    entry = bibliography()[event.source]
    years = {int(year) for year in re.findall(r"(?:19|20)\d\d", entry)}
    years |= {2000 + int(year) for year in re.findall(r"/abs/(\d\d)\d\d\.", entry)}
    assert {event.first, event.published} <= years
    assert event.first <= event.published


def test_threads_are_in_order_of_time() -> None:
    for thread in THREADS.values():
        assert thread == sorted(thread, key=lambda event: event.first)


def test_a_date_is_told_only_after_a_guess() -> None:
    figure = ArchitectureTimeline()
    assert "2015" not in figure.alt
    figure.guesses = {"6": 2012}
    assert "ResNet 2015" in figure.alt
    figure.dates = "published"
    assert "ResNet 2016" in figure.alt


def test_the_verdict_names_the_conference_year(javascript) -> None:
    js = javascript("architecture_timeline")
    all_events = js("listed", ArchitectureTimeline().threads)
    assert [event["name"] for event in all_events] == [e.name for e in events()]
    resnet = next(event for event in all_events if event["name"] == "ResNet")
    assert "Right" in js("verdict", resnet, 2015)
    assert "2016 is the conference" in js("verdict", resnet, 2016)
    assert "3 years too early" in js("verdict", resnet, 2012)
    assert js("meanError", all_events, {"6": 2012, "0": 1981}) == 2


@pytest.mark.browser
def test_placing_an_idea_shows_its_date(open_figure) -> None:
    page = open_figure(ArchitectureTimeline(chosen=6))
    assert "2015" not in page.locator(".c2a-note").inner_text()
    page.get_by_role("slider", name="your guess").fill("2010")
    page.get_by_role("button", name="Place it").click()
    page.get_by_text("5 years too early: 2015").first.wait_for()
