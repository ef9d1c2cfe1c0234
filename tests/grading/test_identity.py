"""Nobody takes another's row, and every file of a folder is accounted for."""

import csv
import json
import os
import subprocess
import sys
import time

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


BLACKBOARD = {
    "HW 1_lovelace_a_attempt_2026-11-27-08-15-00_hw.ipynb": "lovelace_a",
    "HW 1_hopper_attempt_2026-11-26-23-59-10_hw.ipynb": "hopper",
}
BRIGHTSPACE = {
    "1815-46025 - lovelace Ada Lovelace - Nov 27, 2026 815 AM": "lovelace Ada Lovelace",
    "1906-46025 - 23304308 Hopper - 05 May 2026 1230 PM - hw.ipynb": "23304308 Hopper",
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


@pytest.mark.parametrize("export", [CANVAS, MOODLE, BLACKBOARD, BRIGHTSPACE])
@pytest.mark.parametrize("own", [*CANVAS, *MOODLE, *BLACKBOARD, *BRIGHTSPACE])
def test_no_name_of_a_students_own_says_who_it_is(export, own):
    """Whatever another system would have read in it, first comes the export's own."""
    evil = next(iter(export)).replace("1815", "666").replace("lovelace", "evil")
    evil = evil.replace("_hw.ipynb", f"_{own}")
    if not evil.endswith(own):  # a folder, or a name behind other marks
        evil += own if evil.endswith("_") else f" - {own}"
    made = claims([*export, evil])
    assert {name: made[name].student for name in export} == export
    assert made[evil].student not in export.values()
    assert disputed(made) == set()


CLOCK = ("958 AM", "1212 PM", "112 PM")


def attempts(tmp_path, kit, form):
    """Three attempts of one student, an attempt of another: who handed in what."""
    for who, when in (("ada", 0), ("ada", 2), ("ada", 1), ("grace", 1)):
        answer = kit.SCALE.replace("factor\n", f"factor  # {when}\n")
        kit.write_notebook(tmp_path / form(who, when), answer, kit.TOTAL)
    gone = go_through(tmp_path)
    found = {each.student: each.files for each in gone.deliveries}
    assert [len(files) for files in found.values()] == [3, 1]
    for files in found.values():  # the latest first
        assert "# 2" in files[0].read_text() or len(files) == 1
    return gone


@pytest.mark.parametrize(
    "form",
    [
        lambda who, when: f"HW_1_{who}_attempt_2026-11-2{when}-08-15-00_hw.ipynb",
        lambda who, when: f"7-46025 - {who} Lo - Nov 2{when}, 2026 815 AM/hw.ipynb",
        lambda who, when: f"7-46025 - 4{who} - 2{when} March 2026 1230 PM - hw.ipynb",
        lambda who, when: f"7-46 - {who} - May 7, 2026 {CLOCK[when]}/hw.ipynb",
    ],
)  # fmt: skip
def test_attempts_of_one_student_are_one_row(tmp_path, kit, form):
    assert attempts(tmp_path, kit, form).notices == []


def test_namesakes_in_brightspace_are_listed_and_not_merged(tmp_path, kit):
    for number in (7, 8):
        name = f"{number}-46025 - Ada Lo - Nov 27, 2026 815 AM"
        kit.write_notebook(tmp_path / name / "hw.ipynb", kit.SCALE)
    gone = go_through(tmp_path)
    assert len(gone.deliveries) == 2
    assert {each.status for each in gone.notices} == {"disputed"}


def test_blackboards_notes_are_no_submissions(tmp_path, kit):
    for who, late in (("ada", True), ("ada", False), ("grace", False)):
        name = f"HW_{who}_attempt_2026-11-2{7 + late}-08-15-00"
        (tmp_path / f"{name}.txt").write_text("Name: somebody")
        if who == "ada" and not late:
            kit.write_notebook(tmp_path / f"{name}_hw.ipynb", kit.SCALE)
    gone = go_through(tmp_path)
    found = {each.student: each for each in gone.deliveries}
    assert [len(found["ada"].files), found["ada"].reason] == [1, ""]
    assert "Blackboard's note" in found["grace"].reason
    assert len(gone.notices) == 2
    assert all("Blackboard's note" in each.reason for each in gone.notices)


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


@pytest.mark.skipif(sys.platform == "win32", reason="names are Unicode there")
def test_names_beyond_the_locale_are_read(tmp_path):
    (tmp_path / "李雷.py").write_text("x = 1")
    code = "import sys; from pathlib import Path; from c2a.grading import layouts; "
    code += "print(ascii([d.student for d in layouts.deliveries(Path(sys.argv[1]))]))"
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        env=os.environ | plain,
    )
    assert done.stdout.strip() == ascii(["李雷"]), done.stderr


@pytest.mark.parametrize(
    "form",
    [
        "student{}.ipynb",
        "student{}/hw.ipynb",
        "lovelaceada{}_{}_9{}_hw.ipynb",
        "lovelaceada{}_1815_9{}_hw.ipynb",  # all claim to be the same student
        "HW 1_ada{}_attempt_2026-11-27-08-15-00_hw.ipynb",
    ],
)
def test_a_folder_takes_time_in_proportion_to_its_entries(
    tmp_path, in_proportion, form
):
    def seconds(count: int) -> float:
        folder = tmp_path / str(count)
        for number in range(count):
            entry = folder / form.format(*[number] * 3)
            entry.parent.mkdir(parents=True, exist_ok=True)
            entry.touch()
        started = time.process_time()
        assert len(go_through(folder).deliveries) == count
        return time.process_time() - started

    # Eight times as many: 64 times as slow if anything were quadratic.
    assert in_proportion(lambda: seconds(400), lambda: seconds(3_200))
