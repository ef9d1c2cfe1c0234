"""A run over a folder: every submission by itself, nothing twice, nothing lost."""

import csv
import dataclasses
import json
import shutil
import threading
from dataclasses import replace

import pytest

from c2a.errors import C2AError
from c2a.exercises.kit import exercise, syntax
from c2a.exercises.kit.cases import Case
from c2a.grading import submissions
from c2a.grading.gradebook import Gradebook


@pytest.fixture
def folder(tmp_path, kit):
    """Six students: right, partly right, equal to the first, lazy, broken, empty."""
    folder = tmp_path / "submissions"
    kit.write_notebook(folder / "ada.ipynb", kit.SCALE, kit.TOTAL)
    wrong = kit.SCALE.replace("x * factor", "x * abs(factor)")
    kit.write_notebook(folder / "bob.ipynb", wrong, kit.TOTAL)
    kit.write_notebook(folder / "copy.ipynb", kit.SCALE, kit.TOTAL)
    kit.write_notebook(folder / "dan.ipynb", kit.STUB)
    (folder / "eve.ipynb").write_text('{"cells": [')
    uses = "import torch\ndef total(x):\n    return torch.sum(x)"
    kit.write_notebook(folder / "fay.ipynb", kit.SCALE, uses)
    return folder


def scores(out):
    with (out / "scores.csv").open() as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_marks_of_a_folder(folder, tmp_path, kit):
    out = tmp_path / "out"
    summary, marker = kit.grade(folder, out)
    rows = scores(out)
    points = {student: row["points"] for student, row in rows.items()}
    assert points == {
        "ada": "4", "bob": "3", "copy": "4", "dan": "0", "eve": "", "fay": "3",
    }  # fmt: skip
    assert rows["eve"]["status"] == "unreadable"
    assert "cut off" in rows["eve"]["reason"]
    assert summary.marked == len(marker.marked) == 4  # equal submissions count once
    assert len(list((out / "feedback").iterdir())) == 6
    about = json.loads((out / "results.json").read_text())
    assert about["exercises"][0]["mistakes"] == {"This drops the sign.": 1}


def test_a_rerun_repeats_nothing(folder, tmp_path, kit):
    out = tmp_path / "out"
    kit.grade(folder, out)
    before = {path: path.stat().st_mtime_ns for path in (out / "feedback").iterdir()}
    summary, marker = kit.grade(folder, out)
    assert marker.marked == []
    assert summary.marked == 0
    after = {path: path.stat().st_mtime_ns for path in (out / "feedback").iterdir()}
    assert before == after


def test_only_a_new_version_of_a_submission_is_marked(folder, tmp_path, kit):
    out = tmp_path / "out"
    kit.grade(folder, out)
    kit.write_notebook(folder / "dan.ipynb", kit.SCALE, kit.STUB, kit.TOTAL)
    summary, _ = kit.grade(folder, out)
    assert summary.marked == 1
    assert scores(out)["dan"]["points"] == "4"


def test_a_fault_of_an_exercise_is_no_zero_and_stops_nobody(folder, tmp_path, kit):
    scale, total = kit.exercises()

    def faulty(rng):
        raise ZeroDivisionError("mend me")

    broken = dataclasses.replace(scale, hidden=faulty)
    out = tmp_path / "out"
    kit.grade(folder, out, (broken, total))
    rows = scores(out)
    assert rows["ada"]["status"] == "incomplete"
    assert "mend me" in rows["ada"]["reason"]
    assert (rows["ada"]["points"], rows["ada"]["scale"]) == ("", "")
    assert rows["ada"]["total"] == "1"
    kit.grade(folder, out)
    assert scores(out)["ada"]["points"] == "4"


def test_no_submission_takes_others_down(folder, tmp_path, kit, monkeypatch):
    """Whatever goes wrong as one is read, or looked at, is told of that one alone."""
    kit.write_notebook(folder / "gus.ipynb", kit.SCALE + "# spoils reading", kit.TOTAL)

    def spoiled(function, mark):
        def called(source, *rest):
            if mark in str(source):
                raise SystemError("AST constructor recursion depth mismatch")
            return function(source, *rest)

        return called

    read, looked = submissions.read_cells, syntax.forbidden_uses
    monkeypatch.setattr(submissions, "read_cells", spoiled(read, "gus.ipynb"))
    monkeypatch.setattr(exercise, "forbidden_uses", spoiled(looked, "import torch"))
    out = tmp_path / "out"
    kit.grade(folder, out)
    rows = scores(out)
    assert (rows["ada"]["points"], rows["bob"]["points"]) == ("4", "3")
    assert (rows["gus"]["status"], rows["gus"]["points"]) == ("unreadable", "")
    assert "SystemError: AST constructor" in rows["gus"]["reason"]
    assert (rows["fay"]["status"], rows["fay"]["scale"]) == ("incomplete", "3")
    assert "SystemError: AST constructor" in rows["fay"]["reason"]
    monkeypatch.undo()
    kit.grade(folder, out)
    rows = scores(out)
    assert (rows["gus"]["points"], rows["fay"]["points"]) == ("4", "3")


def mended(kit):
    """The exercises after a test was mended: the sign no longer counts."""
    scale, total = kit.exercises()

    def hidden(rng):
        x = rng.normal(size=3)
        return [Case((x, 2.0), "basic"), Case((x, 3.0), "negative")]

    return dataclasses.replace(scale, hidden=hidden), total


@pytest.mark.parametrize("versions", [False, True], ids=["same version", "new version"])
def test_regrading_shows_who_gained_and_lost(
    folder, tmp_path, kit, versions, monkeypatch
):
    out = tmp_path / "out"
    kit.grade(folder, out)
    if versions:
        monkeypatch.setattr(type(mended(kit)[0]), "version", "next")
    summary, marker = kit.grade(folder, out, mended(kit), regrade="scale")
    assert {task.exercises for task in marker.marked} == {("scale",)}
    (change,) = summary.changes
    assert (change.student, change.before, change.after) == ("bob", 2.0, 3.0)
    assert scores(out)["bob"]["points"] == "4"
    assert scores(out)["ada"]["points"] == "4"
    assert "bob" in (out / "index.html").read_text().partition("Changed marks")[2]


def test_a_student_who_comes_with_a_regrade_is_incomplete(folder, tmp_path, kit):
    out = tmp_path / "out"
    kit.grade(folder, out)
    kit.write_notebook(folder / "gus.ipynb", kit.SCALE, kit.TOTAL, "# late")
    kit.grade(folder, out, regrade="scale")
    row = scores(out)["gus"]
    assert (row["status"], row["points"]) == ("incomplete", "")
    assert row["reason"] == "total: not marked"
    kit.grade(folder, out)
    assert scores(out)["gus"]["points"] == "4"


def test_a_regrade_keeps_the_present_version_of_other_exercises(folder, tmp_path, kit):
    out = tmp_path / "out"
    kit.grade(folder, out)
    scale, total = mended(kit)
    kit.grade(folder, out, (scale, dataclasses.replace(total, rtol=1e-3)))
    kit.grade(folder, out, regrade="scale")  # back at the first versions
    assert scores(out)["bob"]["points"] == "3"


def test_an_interrupted_regrade_continues(folder, tmp_path, kit):
    out = tmp_path / "out"
    kit.grade(folder, out)

    class Stop(BaseException):
        pass

    def stop(task, seen=[]):  # noqa: B006
        seen.append(task)
        if len(seen) >= 3:
            raise Stop

    with pytest.raises(Stop):
        kit.grade(folder, out, mended(kit), regrade="scale", before=stop)
    summary, marker = kit.grade(folder, out, mended(kit), regrade="scale")
    assert len(marker.marked) == 2  # of four different submissions
    assert [change.student for change in summary.changes] == ["bob"]
    _, marker = kit.grade(folder, out, mended(kit), regrade="scale")
    assert len(marker.marked) == 4  # a finished one starts again


def test_two_runs_at_once_share_the_work(tmp_path, kit):
    folder, out = tmp_path / "submissions", tmp_path / "out"
    for number in range(30):
        source = f"{kit.SCALE}\n# {number}"
        kit.write_notebook(folder / f"s{number}.ipynb", source, kit.TOTAL)
    both = threading.Barrier(2, timeout=600)
    met = threading.local()

    def meet(task):
        if not hasattr(met, "already"):
            met.already = True
            both.wait()

    marked = []

    def run():
        marked.append(kit.grade(folder, out, before=meet)[1].marked)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    digests = [task.submission for tasks in marked for task in tasks]
    assert len(marked) == 2
    assert all(tasks for tasks in marked)
    assert len(digests) == len(set(digests)) == 30
    assert {row["points"] for row in scores(out).values()} == {"4"}


def test_claims_of_a_dead_run_are_taken_over(folder, tmp_path, kit):
    out = tmp_path / "out"
    out.mkdir()
    dead = Gradebook(out / "gradebook.sqlite", "demo")
    _, marker = kit.grade(folder, tmp_path / "elsewhere")
    for task in marker.marked:
        assert dead.claim(task.submission, {"scale": 1}) == ["scale"]
    dead._db.close()
    dead._lock.release()  # what the system does when a process is killed
    summary, _ = kit.grade(folder, out)
    assert summary.marked == 4


def test_results_that_were_removed_meanwhile_are_missed(tmp_path, kit):
    kit.write_notebook(tmp_path / "in" / "ada.ipynb", kit.SCALE, kit.TOTAL)
    out = tmp_path / "out"

    def remove(task):
        shutil.rmtree(out)

    with pytest.raises(C2AError, match="out"):
        kit.grade(tmp_path / "in", out, before=remove)


def test_what_fixed_questions_are_worth_is_said(tmp_path, kit):
    kit.write_notebook(tmp_path / "in" / "ada.ipynb", kit.SCALE, kit.TOTAL)
    scale, total = kit.exercises()
    declared = (scale, replace(total, same_cases=True))
    kit.grade(tmp_path / "in", tmp_path / "out", declared)
    text = " ".join((tmp_path / "out" / "index.html").read_text().split())
    assert "1 of 4 points are for questions that stand in the task" in text
    kit.grade(tmp_path / "in", tmp_path / "other")
    assert "stand in the task" not in (tmp_path / "other" / "index.html").read_text()
