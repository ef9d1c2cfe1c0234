"""The demo folder, graded in the real sandbox, earns the marks it should."""

import csv
import html
import json
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from c2a.grading.feedback import page_name
from c2a.grading.orders import Order, carry_out

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a sandbox")
EXAMPLES = Path(__file__).parents[2] / "examples"

# Points by exercise that differ from 0.
MARKS = {
    "emmy": {"output_size": 4, "same_padding": 3, "conv2d": 6, "im2col": 5},
    "grace": {
        "by_hand": 4, "output_size": 4, "same_padding": 3, "layer_cost": 4,
        "conv2d": 6, "im2col": 5, "depthwise_conv2d": 4, "kernel_gradient": 6,
    },
    "hedy": {"output_size": 4, "im2col": 5},
    "katherine": {"same_padding": 3},
    "mary": {},
    "hostile-liar": {"output_size": 4},
    "hostile-page": {"output_size": 4, "same_padding": 3},
    "hostile-thief": {"output_size": 4, "same_padding": 3},
}  # fmt: skip
# These take their time: they train a network, hang, or fill the memory.
SLOW_MARKS = {
    "ada": {**MARKS["grace"], "read_plot": 3, "fit": 6},
    "charles": {"by_hand": 3, "output_size": 1, "same_padding": 2, "layer_cost": 1}
    | {"conv2d": 5, "im2col": 4, "depthwise_conv2d": 2},
    "hostile-endless": {"output_size": 4, "same_padding": 3},
    "hostile-exit": {"output_size": 4, "same_padding": 3},
    "hostile-memory": {"output_size": 4, "same_padding": 3},
}


def graded(folder, out):
    seed = out / "seed"
    seed.write_text("the same cases in every test")
    order = Order(folder, out, chapter="02", workers=2, seed_file=seed)
    summary = carry_out(order, lambda done, total: None)
    with (out / "scores.csv").open() as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    names = [each.exercise.name for each in summary.statistics.exercises]
    marks = {
        student: {name: float(row[name]) for name in names if float(row[name] or 0)}
        for student, row in rows.items()
        if row["status"] == "graded"
    }
    return marks, rows


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The quick part of the folder: marks, rows of scores.csv, folder of results."""
    folder = tmp_path_factory.mktemp("submissions")
    for path in (EXAMPLES / "submissions").iterdir():
        if path.stem not in SLOW_MARKS:
            shutil.copy(path, folder)
    out = tmp_path_factory.mktemp("results")
    return *graded(folder, out), out


def test_marks(quick):
    assert quick[0] == MARKS


def test_a_truncated_notebook_is_unreadable(quick):
    row = quick[1]["joan"]
    assert (row["status"], row["points"]) == ("unreadable", "")
    assert "cut off" in row["reason"]


def test_pages_hold_nothing_a_student_wrote_as_markup(quick):
    for page in (quick[2] / "feedback").iterdir():
        text = page.read_text()
        assert "<script" not in text
        assert "onerror=alert" not in text.replace("&lt;img src=x onerror=alert", "")
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert len(text) < 150_000


def test_hidden_cases_leak_nothing_into_pages(quick):
    query = """SELECT student, report FROM results JOIN students USING (submission)"""
    with sqlite3.connect(quick[2] / "gradebook.sqlite") as book:
        reports = book.execute(query).fetchall()
    secrets = 0
    for student, report in reports:
        page = html.unescape((quick[2] / "feedback" / page_name(student)).read_text())
        report = json.loads(report)
        shown = json.dumps(report.get("visible"))
        for outcome in report.get("hidden", []):
            detail = outcome["detail"]
            texts = [*detail.get("input", []), detail.get("error"), detail.get("got")]
            for text in filter(None, texts):
                secret = json.dumps(text)[1:-1]
                if len(secret) > 40 and secret not in shown:
                    secrets += 1
                    assert text not in page
    assert secrets > 10  # else this test has looked at nothing


@pytest.mark.slow
def test_the_whole_folder(tmp_path):
    marks, rows = graded(EXAMPLES / "submissions", tmp_path)
    assert marks == MARKS | SLOW_MARKS
    assert rows["ada"]["points"] == rows["ada"]["possible"]
