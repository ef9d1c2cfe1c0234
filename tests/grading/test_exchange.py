"""Scores reach Canvas, Moodle and nbgrader, and come back from nbgrader."""

import csv
from contextlib import closing

import pytest

from c2a.grading.exports import harmless, scores_csv
from c2a.grading.gradebook import Gradebook
from c2a.grading.lms import TableError, fill_canvas, fill_moodle
from c2a.grading.nbgrader import (
    NbgraderError,
    Place,
    export_scores,
    import_scores,
)
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
    filled = fill_canvas(table, tmp_path / "canvas.csv", ROWS, "Demo", 4.0)
    assert (filled.filled, filled.missing) == (2, ("9",))
    lines = read(filled.path)
    assert [line["Demo (4711)"] for line in lines] == ["4", "4", "2.5", "", "3"]
    assert "Quiz (1)" not in lines[0]  # other columns are none of our business
    assert [line["ID"] for line in lines] == ["", "1815", "77", "1912", "1913"]


def test_canvas_without_the_assignment_gets_a_column(tmp_path):
    table = tmp_path / "export.csv"
    table.write_text(CANVAS.replace("Demo (4711)", "Other (1)"))
    fill_canvas(table, tmp_path / "canvas.csv", ROWS, "Demo", 4.0)
    added = [line["Demo"] for line in read(tmp_path / "canvas.csv")]
    assert added == ["4", "4", "2.5", "", ""]


def test_canvas_gets_points_of_its_own_scale(tmp_path):
    table = tmp_path / "export.csv"
    table.write_text(CANVAS.replace(",10,4\n", ",10,8.0\n"))
    fill_canvas(table, tmp_path / "canvas.csv", ROWS, "Demo", 4.0)
    assert read(tmp_path / "canvas.csv")[1]["Demo (4711)"] == "8"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_canvas_in_other_languages(tmp_path, delimiter):
    table = tmp_path / "export.csv"
    lines = list(csv.reader(CANVAS.splitlines()))
    lines[1][-1] = "8,0"
    with table.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    filled = fill_canvas(table, tmp_path / "canvas.csv", ROWS, "Demo", 4.0)
    with filled.path.open(newline="") as file:
        read_back = list(csv.DictReader(file, delimiter=delimiter))
    assert [line["Demo (4711)"] for line in read_back] == ["8,0", "8", "5", "", "3"]
    assert read_back[1]["Student"] == "Lovelace, Ada"


def test_the_column_in_canvas_is_not_guessed(tmp_path):
    table, out = tmp_path / "export.csv", tmp_path / "canvas.csv"
    table.write_text(CANVAS.replace("Quiz (1)", "Demo quiz (1)"))
    fill_canvas(table, out, ROWS, "Demo", 4.0)
    assert read(out)[1]["Demo (4711)"] == "4"
    with pytest.raises(TableError, match="several columns"):
        fill_canvas(table, out, ROWS, "Dem", 4.0)


def test_a_section_is_no_student(tmp_path):
    table = tmp_path / "export.csv"
    table.write_text(CANVAS.replace(",A,", ",1,"))
    rows = [row("1", "somebody", 1.0)]
    filled = fill_canvas(table, tmp_path / "canvas.csv", rows, "Demo", 4.0)
    assert (filled.filled, filled.missing) == (0, ("1",))


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


def moodle_grades(folder, lines, rows):
    table = folder / "worksheet.csv"
    head = "Identifier,ID number,Full name,Grade,Maximum Grade\n"
    table.write_text(head + "".join(f"Participant {line}\n" for line in lines))
    filled = fill_moodle(table, folder / "moodle.csv", rows, 4.0)
    return [line["Grade"] for line in read(filled.path)]


def test_students_of_one_name_are_not_mixed_up(tmp_path):
    twins = [row("a", "Grace Hopper", 1.0), row("b", "Hopper Grace", 2.0)]
    assert moodle_grades(tmp_path, ["5,,Grace Hopper,,4"], twins) == [""]
    both = ["5,,Grace Hopper,,4", "6,,Grace Hopper,,4"]
    assert moodle_grades(tmp_path, both, twins[:1]) == ["", ""]
    numbered = [row("6", "Grace Hopper", 1.0)]
    assert moodle_grades(tmp_path, both, numbered) == ["", "1"]


def test_names_are_compared_as_people_write_them(tmp_path):
    lines = ["5,,Amy Li,,4", "6,,May Li,,4", "7,,Jürgen Müller,,4"]
    rows = [row("m", "May Li", 1.0), row("j", "Mu\u0308llerJu\u0308rgen", 2.0)]
    assert moodle_grades(tmp_path, lines, rows) == ["", "1", "2"]


def test_a_number_means_the_participant_first(tmp_path):
    lines = ["11,1815,Alan Turing,,4", '1815,,Ada Lovelace,,"8,00"']
    assert moodle_grades(tmp_path, lines, ROWS[:1]) == ["", "8"]


@pytest.mark.parametrize("text", ["", "Name,Points\n"])
def test_another_table_is_refused(tmp_path, text):
    table = tmp_path / "table.csv"
    table.write_text(text)
    with pytest.raises(TableError, match="export"):
        fill_canvas(table, tmp_path / "out.csv", ROWS, "Demo", 4.0)
    with pytest.raises(TableError, match="cannot be read"):
        fill_moodle(tmp_path / "absent.csv", tmp_path / "out.csv", ROWS, 4.0)


def test_no_cell_is_a_formula(exercises):
    evil = row("=1+1", "@SUM(A1)", 1.0, (1.0, 0.0))
    text = scores_csv(Statistics(4.0, [evil], []))
    assert "'=1+1,'@SUM(A1),graded,1,4" in text
    assert harmless(-1.5) == -1.5


@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20")
@pytest.mark.parametrize("before", ["", ";", "a; ", "a,", "\t", "x|"])
def test_no_part_of_a_cell_is_a_formula_in_another_language(before, sign):
    written = harmless(f"{before}{sign}1+1")
    assert f"{before.rstrip()}'" in written
    assert written.replace("'", "") == f"{before}{sign}1+1"


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_nbgrader_and_back(tmp_path, kit, exercises):
    place = Place(tmp_path / "gradebook.db", "ps1")
    assert export_scores(place, exercises, ROWS) == 3
    better = [row("1815", "Ada", 1.0, (0.0, 1.0))]
    assert export_scores(place, exercises, better) == 1  # a second time updates

    folder = tmp_path / "submissions"
    kit.write_notebook(folder / "1815.ipynb", kit.SCALE, kit.TOTAL)
    kit.write_notebook(folder / "1906.ipynb", kit.SCALE, kit.TOTAL, "# other")
    kit.grade(folder, tmp_path / "elsewhere")
    with closing(Gradebook(tmp_path / "elsewhere/gradebook.sqlite", "demo")) as book:
        digests = {name: book.entry(name, {}).submission for name in book.students()}
    # Whether they are imported before grading or after it.
    kit.grade(folder, tmp_path / "after")
    for name in ("before", "after"):
        out = tmp_path / name
        out.mkdir(exist_ok=True)
        with closing(Gradebook(out / "gradebook.sqlite", "demo")) as book:
            assert import_scores(place, book, digests) == 4
        summary, _ = kit.grade(folder, out)
        changes = {
            (c.student, c.exercise): (c.before, c.after) for c in summary.changes
        }
        assert changes == {
            ("1815", "scale"): (0.0, 3.0),
            ("1906", "scale"): (2.0, 3.0),
            ("1906", "total"): (0.5, 1.0),
        }
    # Marks of other exercises stay ours.
    kit.grade(folder, out, regrade="scale")
    with (out / "scores.csv").open() as file:
        assert [line["points"] for line in csv.DictReader(file)] == ["4", "4"]


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_an_import_of_nothing_is_said(tmp_path, exercises):
    place = Place(tmp_path / "gradebook.db", "ps1")
    with closing(Gradebook(tmp_path / "gradebook.sqlite", "demo")) as book:
        with pytest.raises(NbgraderError, match="no gradebook"):
            import_scores(place, book, {"1815": "digest"})
        export_scores(place, exercises, ROWS)
        with pytest.raises(NbgraderError, match="--nbgrader-assignment"):
            import_scores(Place(place.path, "ps2"), book, {"1815": "digest"})
    place.path.write_text("no database" * 100)
    with pytest.raises(NbgraderError, match="name nbgrader's own") as error:
        export_scores(place, exercises, ROWS)
    assert "\n" not in str(error.value)
