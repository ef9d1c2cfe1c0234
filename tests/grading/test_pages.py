"""Feedback and overview: what they say, and what they must not do."""

import dataclasses
import html
import re
import sys

import pytest

from c2a.grading.feedback import HIDDEN, Look, feedback, page_name
from c2a.grading.overview import overview
from c2a.grading.records import Entry, Result
from c2a.grading.similar import Pair, normalized, similar
from c2a.grading.statistics import gather
from c2a.grading.text import clean

EVIL = '</pre><script>alert(1)</script><img src=x onerror="alert(2)">{{ 7 * 7 }}'
LOOK = Look("Demo")


def graded(points=2.0, **report):
    groups = {"basic": [2.0, 2.0], "negative": [points - 2.0, 1.0]}
    return Result("scale", "graded", points, 3.0, 0.5, {"groups": groups} | report)


def outcome(group, diagnosis="", **detail):
    return {"group": group, "passed": False, "diagnosis": diagnosis, "detail": detail}


def entry(*results, **fields):
    by_name = {result.exercise: result for result in results}
    return Entry("ada", "Ada", "ada.ipynb", "0" * 64, "", by_name, **fields)


def words(page):
    """The text of a page as a reader sees it."""
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


def test_a_page_teaches(exercises):
    result = graded(
        hidden=[outcome("negative", "This drops the sign.", problem="value")],
        visible=[
            outcome("basic", size=9, input=["x = large"], problem="value"),
            outcome("basic", size=4, input=["x = small"], got="5", expected="6"),
        ],
        printed="a thought",
    )
    text = words(feedback(entry(result), exercises, LOOK))
    for part in (
        "2 of 4 points",
        "Partly right",
        "negative failed : a result is wrong. 0 of 1",
        "Known mistake , in the hidden cases of negative: This drops the sign.",
        "The smallest visible case that fails, of basic",
        "Input x small Expected 6 Got 5",
        "Printed during the visible cases a thought",
        "Hint 1 of 2 Multiply every element.",
        "chapter 2, “one channel”",
    ):
        assert part in text
    assert "large" not in text


def test_a_verdict_is_told_by_a_word_a_sign_and_a_color(exercises):
    looks = {2.0: "partly", 3.0: "good", 0.0: "bad"}
    for points, look in looks.items():
        page = feedback(entry(graded(points)), exercises, LOOK)
        assert f'<td><span class="{look}">' in page
        assert f".{look}::before" in page


def test_hidden_failures_name_the_kind_of_input(exercises):
    kinds = ["`x` holds float32 numbers", "`factor` is 0"]
    hidden = [outcome("negative", problem="value", kinds=kinds)]
    told = "In the failing cases x holds float32 numbers, factor is 0."
    assert told in words(feedback(entry(graded(hidden=hidden)), exercises, LOOK))
    # Where a visible case fails, it says more.
    both = graded(hidden=hidden, visible=[outcome("negative", problem="value")])
    assert told not in words(feedback(entry(both), exercises, LOOK))


def test_an_accuracy_is_advised_upon_and_shown_where_all_is_right(exercises):
    step = outcome("negative", "Did you shift?", problem="result", message="0.713 of")
    text = words(feedback(entry(graded(hidden=[step])), exercises, LOOK))
    assert "negative failed : 0.713 of" in text
    assert "What to try , in the hidden cases of negative: Did you shift?" in text
    right = feedback(entry(graded(3.0, found="0.901 of 4,000")), exercises, LOOK)
    assert "0.901 of 4,000" in words(right)


def test_an_answer_given_twice_is_told(exercises):
    page = feedback(entry(graded(cells=[2, 5])), exercises, LOOK)
    assert "defined more than once, in the code cells 2 and 5." in words(page)
    once = feedback(entry(graded(cells=[2])), exercises, LOOK)
    assert "more than once" not in words(once)


def test_a_known_book_is_linked(exercises):
    page = feedback(entry(graded()), exercises, Look("Demo", "https://book.test/"))
    assert 'href="https://book.test/02-convolution.html#one-channel"' in page


def test_the_section_is_that_of_the_group_that_fails(exercises):
    scale = dataclasses.replace(
        exercises[0], sections={"negative": "02-convolution.html#stride"}
    )
    lost = entry(graded(hidden=[outcome("negative", problem="value")]))
    assert "chapter 2, “Stride and dilation”" in words(feedback(lost, [scale], LOOK))
    lost = entry(graded(0.0, hidden=[outcome("basic", problem="value")]))
    assert "chapter 2, “one channel”" in words(feedback(lost, [scale], LOOK))


def test_hidden_cases_are_described_not_shown(exercises):
    secret = "x = [0.123 0.456]"
    hidden = outcome(
        "negative",
        problem="exception",
        input=[secret],
        error=f"IndexError: {secret}",
        message=secret,
        expected=secret,
        got=secret,
        printed=secret,
    )
    text = words(feedback(entry(graded(hidden=[hidden])), exercises, LOOK))
    assert "0.123" not in text
    assert "the function stops with an error (IndexError)." in text


@pytest.mark.parametrize("problem", [*HIDDEN, "unheard of"])
def test_every_problem_has_words(exercises, problem):
    hidden = [outcome("negative", problem=problem, message="SECRET")]
    text = words(feedback(entry(graded(hidden=hidden)), exercises, LOOK))
    assert "SECRET" not in text
    assert re.search(r"negative failed : (a|an|the|there) [\w ,()]+\.", text)


@pytest.mark.parametrize("state", ["unanswered", "refused", "error"])
def test_answers_that_did_not_run(exercises, state):
    reports = {
        "unanswered": {"broken": [[3, "SyntaxError: invalid syntax (line 2)"]]},
        "refused": {"problems": ["The answer uses `torch.sum`."]},
        "error": {"message": "internal"},
    }
    points = None if state == "error" else 0.0
    result = Result("scale", state, points, 3.0, 0.0, reports[state])
    text = words(feedback(entry(result), exercises, LOOK))
    expected = {
        "unanswered": "Not readable , 0 of 3 points ( scale ) Python cannot read code "
        "cell 3, which mentions scale : SyntaxError: invalid syntax (line 2).",
        "refused": "The answer uses torch.sum .",
        "error": "no fault of yours",
    }
    assert expected[state] in text
    assert "internal" not in text
    older = f"newer than the one that grades, {sys.version_info[0]}."
    assert (older in text) == (state == "unanswered")


def test_nothing_that_a_student_wrote_becomes_markup(exercises):
    case = outcome("basic", EVIL, size=1, input=[EVIL], got=EVIL, error=EVIL)
    result = graded(visible=[case], printed=EVIL, renamed=EVIL)
    evil = dataclasses.replace(
        entry(result, run={"failed": [{"cell": 1, "error": EVIL}], "printed": []}),
        name=EVIL,
        student=EVIL,
    )
    statistics = gather([evil], exercises)
    pages = [
        feedback(evil, exercises, LOOK),
        overview(statistics, LOOK, "namespaces", [], [Pair(100.0, EVIL, "b")]),
    ]
    for page in pages:
        assert "<img" not in page
        assert page.count("<script>") == page.count("script-src")
        assert "49" not in words(page).replace("{{ 7 * 7 }}", "")
    assert "/" not in page_name(EVIL)


def test_page_names_are_safe_and_unique():
    names = ["ada", "Ada", "../ada", "ada.", "a b", "a_b", "ä", "x" * 300, "con/aux"]
    pages = [page_name(name) for name in names]
    assert len({page.lower() for page in pages}) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_.-]{1,100}\.html", page) for page in pages)
    assert page_name("ada") == "ada.html"


def test_unreadable_is_no_zero(exercises):
    lost = Entry("joan", "Joan", "joan.ipynb", None, "joan.ipynb is empty")
    text = words(feedback(lost, exercises, LOOK))
    assert "joan.ipynb is empty" in text
    assert "no mark yet" in text
    assert "0 of" not in text


def test_every_page_tells_when_there_was_no_sandbox(exercises):
    unsafe = dataclasses.replace(LOOK, isolated=False)
    statistics = gather([entry(graded())], exercises)
    pages = {
        look: feedback(entry(graded()), exercises, look)
        + overview(statistics, look, "none")
        for look in (LOOK, unsafe)
    }
    assert pages[unsafe].count("Graded without isolation") == 2
    assert "Graded without isolation" not in pages[LOOK]


def test_the_overview_shows_a_class(exercises):
    mistake = [outcome("negative", "This drops the sign.")]
    half = Result("total", "graded", 1.0, 1.0, 0.1, {})
    lost = Entry("joan", "Joan", "", None, "joan.ipynb is empty")
    class_ = [
        dataclasses.replace(entry(graded(hidden=mistake), half), student="ada"),
        dataclasses.replace(entry(graded(3.0), half), student="bob", name="Bob"),
        lost,
    ]
    statistics = gather(class_, exercises)
    assert statistics.mean == 3.5
    assert statistics.histogram == [0] * 7 + [1, 0, 1]
    text = words(overview(statistics, LOOK, "namespaces"))
    assert "3 submissions, 2 graded, mean 3.5 of 4 points, median 3.5" in text
    assert "1 Scale an array This drops the sign." in text
    assert "Joan unreadable joan.ipynb is empty" in text


SOURCE = """
def conv2d(x, w):
    '''Convolve.'''
    height, width = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1
    y = np.zeros((height, width))
    for i in range(height):
        for j in range(width):  # every position
            y[i, j] = (x[i : i + w.shape[0], j : j + w.shape[1]] * w).sum()
    return y
"""


def test_similar_answers_are_found_under_other_names():
    renamed = SOURCE.replace("height", "rows").replace("width", "columns")
    renamed = renamed.replace("'''Convolve.'''", "'''Mine.'''")
    other = SOURCE.replace("for j", "for k").replace("y = np.zeros", "y = 0 * np.ones")
    different = "def conv2d(x, w):\n" + "    x = np.fft.fft2(x) + 1\n" * 20
    texts = {"a": SOURCE, "b": renamed, "c": other, "d": different, "e": "x = 1"}
    pairs = similar({name: normalized(text) for name, text in texts.items()})
    assert (pairs[0].one, pairs[0].other, pairs[0].percent) == ("a", "b", 100.0)
    assert {pair.one for pair in pairs} | {pair.other for pair in pairs} == set("abc")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://evil\x1b\\link", "link"),
        ("\x9b31mred", "red"),
        (" 10%\r 50%\r100%\ndone", "100%\ndone"),
        ("one\r\ntwo", "one\ntwo"),
        ("a\u202eb\x00c\x08", "abc"),
        ("lone \ud800", "lone ?"),
        ("x" * 20, "x" * 10 + " … (cut)"),
    ],
)
def test_text_is_cleaned(text, cleaned):
    assert clean(text, 10 if len(text) == 20 else 1000) == cleaned
