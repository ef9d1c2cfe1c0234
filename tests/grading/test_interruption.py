"""Kill -9 at any moment and a full disk lose nothing and repeat nothing."""

import os
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("conftest.py")
STUDENTS = 40
# Imports once what grading needs. Each line, a folder and where the results go, starts
# a process that grades; told are its number and, when it has ended, its status.
FORKS = """
import os, pathlib, runpy, sys
grade = runpy.run_path(sys.argv[1])["grade"]
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        try:
            grade(*map(pathlib.Path, line.rstrip().split("|")))
            os._exit(0)
        finally:
            os._exit(1)
    print(pid, flush=True)
    print(os.waitpid(pid, 0)[1], flush=True)
"""


@pytest.fixture
def folder(tmp_path, kit):
    for number in range(STUDENTS):
        source = f"{kit.SCALE}# {number}\n"
        path = tmp_path / "submissions" / f"s{number}.ipynb"
        kit.write_notebook(path, source, kit.TOTAL)
    return tmp_path / "submissions"


@pytest.fixture
def run():
    """`run(folder, out, patience)` grades, and kills when so many seconds are over."""
    command = [sys.executable, "-c", FORKS, SCRIPT]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
    with subprocess.Popen(command, **pipes) as forks:

        def graded(folder, out, patience=None):
            forks.stdin.write(f"{folder}|{out}\n".encode())
            pid = int(forks.stdout.readline())
            if not select.select([forks.stdout], [], [], patience)[0]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return os.waitstatus_to_exitcode(int(forks.stdout.readline()))

        yield graded
        forks.stdin.close()


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


@pytest.mark.parametrize("kills", [12, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_at_random_moments(folder, tmp_path, run, kills):
    started = time.monotonic()
    assert run(folder, tmp_path / "whole") == 0
    longest = time.monotonic() - started  # of a run here and now
    moments = random.Random(kills)
    count = generation = finished = 0
    while count < kills or not finished:
        out = tmp_path / f"out{generation}"
        before = stored(out)
        left = longest * (1 - len(before) / (2 * STUDENTS))
        code = run(folder, out, moments.uniform(0, left) if count < kills else None)
        count += code == -signal.SIGKILL
        after = stored(out)
        assert before <= after
        reports_are_whole(out)
        if code == 0:
            assert len(after) == 2 * STUDENTS
            assert len(list((out / "feedback").glob("*.html"))) == STUDENTS
            finished += 1
            generation += 1
        else:
            assert code == -signal.SIGKILL


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
    result = subprocess.run(command, capture_output=True, text=True, timeout=900)
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
