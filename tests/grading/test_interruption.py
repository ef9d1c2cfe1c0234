"""Kill -9 at any moment and a full disk lose nothing and repeat nothing."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("conftest.py")
STUDENTS = 40


@pytest.fixture
def folder(tmp_path, kit):
    for number in range(STUDENTS):
        source = f"{kit.SCALE}# {number}\n"
        path = tmp_path / "submissions" / f"s{number}.ipynb"
        kit.write_notebook(path, source, kit.TOTAL)
    return tmp_path / "submissions"


def start(folder, out, **options):
    command = [sys.executable, SCRIPT, folder, out]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, **options)


def stored(out):
    """Everything in the gradebook that must never change or vanish."""
    path = out / "gradebook.sqlite"
    if not path.exists():
        return set()
    with sqlite3.connect(path) as book:
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not book.execute("PRAGMA user_version").fetchone()[0]:
            return set()
        return set(book.execute("SELECT * FROM results").fetchall())


def reports_are_whole(out):
    for page in (out / "feedback").glob("*.html"):
        assert page.read_text().rstrip().endswith("</html>")
    scores = out / "scores.csv"
    if scores.exists():
        assert len(scores.read_text().splitlines()) == STUDENTS + 1


@pytest.mark.parametrize(
    "kills", [12, pytest.param(100, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
def test_killed_at_random_moments(folder, tmp_path, kills):
    moments = random.Random(kills)
    count = generation = finished = 0
    while count < kills or not finished:
        out = tmp_path / f"out{generation}"
        before = stored(out)
        run = start(folder, out)
        if count < kills:
            patience = moments.uniform(0.05, 1.5)
            deadline = time.monotonic() + 120
            # Importing takes its time; a kill is worth most once there is a gradebook.
            while not (out / "gradebook.sqlite").exists():
                assert run.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.005)
            try:
                run.wait(patience)
            except subprocess.TimeoutExpired:
                run.kill()
        code = run.wait(60)
        count += code == -signal.SIGKILL
        after = stored(out)
        assert before <= after
        reports_are_whole(out)
        if code == 0:
            assert len(after) == 2 * STUDENTS
            assert len(list((out / "feedback").glob("*.html"))) == STUDENTS
            finished += 1
            generation += 1
    assert count >= kills


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare")
def test_a_full_disk_loses_nothing(folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    run = f"{sys.executable} {SCRIPT} {folder} {out}"
    script = f"""
        mount -t tmpfs -o size=400k none {out} || exit 77
        {run}; echo full $?
        {run}; echo full $?
        mount -o remount,size=64m none {out}
        {run}; echo roomy $?
        cp -r {out} {tmp_path}/kept
    """
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if result.returncode == 77 or "unshare failed" in result.stderr:
        pytest.skip("mounting is not allowed here")
    assert result.stdout.split("\n")[:2] == ["full 1", "full 1"]
    assert "run the same command again" in result.stderr
    assert "Traceback" not in result.stderr
    marked, ended = result.stdout.split("\n")[2:4]
    assert ended == "roomy 0"
    assert 0 < int(marked) < STUDENTS  # what was marked before is not marked again
    assert len(stored(tmp_path / "kept")) == 2 * STUDENTS
    reports_are_whole(tmp_path / "kept")
