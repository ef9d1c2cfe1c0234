"""Nobody takes another's row, and every file of a folder is accounted for."""

import csv
import json

import pytest

from c2a.grading.identity import claims, disputed
from c2a.grading.layouts import deliveries, go_through

CANVAS = {
    "lovelaceada_1815_900_hw.ipynb": "1815",
    "hoppergrace_LATE_1906_901_hw.ipynb": "1906",
}
MOODLE = {
    "Ada Lovelace_1815_assignsubmission_file_": "1815",
    "Grace_Hopper_1906_assignsubmission_file_hw.ipynb": "1906",
}


@pytest.mark.parametrize(
    ("honest", "hostile"),
    [
        (CANVAS, "evil_666_905_x_1815_assignsubmission_file_hw.ipynb"),
        (CANVAS, "evil_late_666_905_lovelaceada_1815_900_hw.ipynb"),
        (CANVAS, "evil_666_905_submitted_1815.ipynb"),
        (MOODLE, "evil_666_assignsubmission_file_x_1815_900_hw.ipynb"),
        (MOODLE, "evil_1815_900_x_666_assignsubmission_file_hw.ipynb"),
        (MOODLE, "evil_666_assignsubmission_file_1815_assignsubmission_file_.ipynb"),
    ],
)
def test_the_beginning_of_the_export_says_who_it_is(honest, hostile):
    made = claims([*honest, hostile])
    assert {made[name].student for name in honest} == {"1815", "1906"}
    assert made[hostile].student == "666"
    assert disputed(made) == set()


@pytest.mark.parametrize(
    "other",
    [
        "evil_1815_950_hw.ipynb",
        "Evil_1815_assignsubmission_file_hw.ipynb",
        "1815.ipynb",
        "1815/hw.ipynb",
    ],
)
def test_two_claims_on_one_number_are_listed_and_not_merged(tmp_path, kit, other):
    ada = kit.write_notebook(tmp_path / "lovelaceada_1815_900_hw.ipynb", kit.SCALE)
    again = kit.write_notebook(tmp_path / "lovelaceada_1815_999_hw.ipynb", kit.SCALE)
    evil = kit.write_notebook(tmp_path / other, kit.STUB)
    gone = go_through(tmp_path)
    by_file = {file: each.student for each in gone.deliveries for file in each.files}
    assert by_file[ada] != by_file[evil] != by_file[again]
    assert any("1815" in each.reason for each in gone.notices)
    assert {each.status for each in gone.notices} == {"disputed"}


def test_typed_text_and_links_are_the_students(tmp_path):
    for name in ("johnsonkatherine_2002_text.html", "noetheremmy_LATE_2003_link.html"):
        (tmp_path / name).write_text("<p>hello</p>")
    found = {each.student: each for each in deliveries(tmp_path)}
    assert set(found) == {"2002", "2003"}
    assert "text typed into Canvas" in found["2002"].reason
    assert "a link" in found["2003"].reason


def test_what_may_be_a_second_file_is_listed_and_not_merged(tmp_path, kit):
    for name in ("ada", "ada (1)", "ada(2)", "grace (1)", "mae (x)", "mae"):
        kit.write_notebook(tmp_path / f"{name}.ipynb", kit.SCALE)
    gone = go_through(tmp_path)
    assert len(gone.deliveries) == 6
    assert [each.file for each in gone.notices] == ["ada (1)", "ada(2)"]
    assert {each.status for each in gone.notices} == {"second file?"}
    assert all("another file of ada;" in each.reason for each in gone.notices)


def test_a_gradebook_in_a_students_folder_hides_nobody(tmp_path, kit):
    kit.write_notebook(tmp_path / "eve" / "hw.ipynb", kit.SCALE)
    (tmp_path / "eve" / "gradebook.sqlite").touch()
    (tmp_path / "old results").mkdir()
    (tmp_path / "old results" / "gradebook.sqlite").touch()
    gone = go_through(tmp_path)
    assert [each.student for each in gone.deliveries] == ["eve"]
    assert [each.file for each in gone.notices] == ["old results"]


ASIDE = [
    *("notes.txt", "readme.md", "photo.heic", "joan.rtf", "noext"),
    *("mae.ipynb.crdownload", "rosa.Rmd", "data.json", "tu.pyw", "ada.pdf"),
]


def test_every_file_is_accounted_for(tmp_path, kit):
    """In scores.csv, in results.json and on the overview."""
    folder = tmp_path / "in"
    kit.write_notebook(folder / "ada.ipynb", kit.SCALE, kit.TOTAL)
    kit.write_notebook(folder / "joe.ipynb (1)", kit.SCALE)
    (folder / "amy.zip").write_bytes(b"PK\x03\x04")
    kit.write_notebook(folder / "eve" / "hw.ipynb", kit.SCALE)
    (folder / "eve" / "old.ipynb").write_text("{")
    for name in ASIDE:
        (folder / name).write_text("x")
    summary, _ = kit.grade(folder, folder / "results")
    assert {row.student: row.status for row in summary.statistics.rows} == {
        "ada": "graded",
        "amy": "unreadable",
        "eve": "graded",
        "joe": "graded",
    }
    aside = {*ASIDE, str(folder / "eve" / "old.ipynb")}
    with (folder / "results" / "scores.csv").open() as file:
        lines = [row for row in csv.DictReader(file) if row["status"] == "passed over"]
    assert {row["file"] for row in lines} == aside
    assert all(row["reason"] and not row["points"] for row in lines)
    told = json.loads((folder / "results" / "results.json").read_text())["aside"]
    assert {each["file"] for each in told} == aside
    page = (folder / "results" / "index.html").read_text()
    assert all(name in page for name in aside)
