"""Scores reach Canvas, Moodle and nbgrader, and come back from nbgrader."""

import csv
from contextlib import closing

import pytest

from c2a.grading.exports import harmless, scores_csv
from c2a.grading.gradebook import Gradebook
from c2a.grading.lms import TableError, fill_canvas, fill_moodle
from c2a.grading.nbgrader import Place, export_scores, import_scores
from c2a.grading.statistics import Row, Statistics


def row(student, name, points, by_exercise=(None, None)):
    status = "unreadable" if points is None else "graded"
    return Row(student, name, f"{name}.ipynb", status, "", points, by_exercise, "")


ROWS = [
    row("1815", "lovelaceada", 4.0, (3.0, 1.0)),
    row("1906", "Grace Hopper", 2.5, (2.0, 0.5)),
    row("1912", "Joan", None),
    row("9", "stranger", 1.0, (1.0, 0.0)),
]


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Quiz (1),Demo (4711)
    Points Possible,,,,,10,4
"Lovelace, Ada",1815,s1,ada,A,9,
"Hopper, Grace",77,s2,grace,A,8,
"Clarke, Joan",1912,s3,joan,A,7,
"Turing, Alan",1913,s4,alan,A,6,3
"""


def test_canvas(tmp_path):
    table = tmp_path / "export.csv"
    table.write_text(CANVAS, encoding="utf-8-sig")
    filled = fill_canvas(table, tmp_path / "canvas.csv", ROWS, "Demo")
    assert (filled.filled, filled.missing) == (2, ("9",))
    lines = read(filled.path)
    assert [line["Demo (4711)"] for line in lines] == ["4", "4", "2.5", "", "3"]
    assert "Quiz (1)" not in lines[0]  # other columns are none of our business
    assert [line["ID"] for line in lines] == ["", "1815", "77", "1912", "1913"]


def test_canvas_without_the_assignment_gets_a_column(tmp_path):
    table = tmp_path / "export.csv"
    table.write_text(CANVAS.replace("Demo (4711)", "Other (1)"))
    fill_canvas(table, tmp_path / "canvas.csv", ROWS, "Demo")
    assert [line["Demo"] for line in read(tmp_path / "canvas.csv")][1] == "4"


def test_moodle(tmp_path):
    table = tmp_path / "worksheet.csv"
    table.write_text(
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade\n"
        "Participant 1815,Ada Lovelace,ada@example.org,Submitted,,100.00\n"
        "Participant 5,Grace Hopper,grace@example.org,Submitted,,100.00\n"
        "Participant 1912,Joan Clarke,joan@example.org,Submitted,-,100.00\n"
    )
    filled = fill_moodle(table, tmp_path / "moodle.csv", ROWS, 4.0)
    lines = read(filled.path)
    assert [line["Grade"] for line in lines] == ["100", "62.5", "-"]
    assert filled.missing == ("9",)


def test_students_of_one_name_are_not_mixed_up(tmp_path):
    table = tmp_path / "worksheet.csv"
    table.write_text("Identifier,Full name,Grade\nParticipant 5,Grace Hopper,\n")
    twins = [row("a", "Grace Hopper", 1.0), row("b", "Hopper Grace", 2.0)]
    filled = fill_moodle(table, tmp_path / "moodle.csv", twins, 4.0)
    assert filled.filled == 0


@pytest.mark.parametrize("text", ["", "Name,Points\n"])
def test_another_table_is_refused(tmp_path, text):
    table = tmp_path / "table.csv"
    table.write_text(text)
    with pytest.raises(TableError, match="export"):
        fill_canvas(table, tmp_path / "out.csv", ROWS, "Demo")
    with pytest.raises(TableError, match="cannot be read"):
        fill_moodle(tmp_path / "absent.csv", tmp_path / "out.csv", ROWS, 4.0)


def test_no_cell_is_a_formula(exercises):
    evil = row("=1+1", "@SUM(A1)", 1.0, (1.0, 0.0))
    text = scores_csv(Statistics(4.0, [evil], []))
    assert "'=1+1,'@SUM(A1),graded,1,4" in text
    assert harmless(-1.5) == -1.5


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_nbgrader_and_back(tmp_path, kit, exercises):
    place = Place(tmp_path / "gradebook.db", "ps1")
    assert export_scores(place, exercises, ROWS) == 3
    better = [row("1815", "Ada", 1.0, (0.0, 1.0))]
    assert export_scores(place, exercises, better) == 1  # a second time updates

    folder = tmp_path / "submissions"
    kit.write_notebook(folder / "1815.ipynb", kit.SCALE, kit.TOTAL)
    kit.write_notebook(folder / "1906.ipynb", kit.SCALE, kit.TOTAL, "# other")
    out = tmp_path / "out"
    kit.grade(folder, tmp_path / "elsewhere")
    with closing(Gradebook(tmp_path / "elsewhere/gradebook.sqlite", "demo")) as book:
        digests = {name: book.entry(name, {}).submission for name in book.students()}
    out.mkdir()
    with closing(Gradebook(out / "gradebook.sqlite", "demo")) as book:
        assert import_scores(place, book, digests) == 4
    summary, _ = kit.grade(folder, out)
    changes = {(c.student, c.exercise): (c.before, c.after) for c in summary.changes}
    assert changes == {
        ("1815", "scale"): (0.0, 3.0),
        ("1906", "scale"): (2.0, 3.0),
        ("1906", "total"): (0.5, 1.0),
    }
