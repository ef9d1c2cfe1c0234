"""Grading on a real scheduler with workers in processes of their own."""

import asyncio
import csv
import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from c2a.grading import cluster as cluster_module
from c2a.grading.cluster import ClusterError, ClusterMarker
from c2a.grading.marking import Task
from c2a.grading.orders import Order, carry_out
from c2a.grading.program import Answer, Piece, Program

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="needs a sandbox"),
    pytest.mark.timeout(2400),
]
OWN = Path(__file__).parents[2] / "examples" / "own_exercise" / "moving_average.py"
STUDENTS = 120


def dask(command, *words):
    program = [sys.executable, "-m", f"distributed.cli.dask_{command}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*program, "--no-dashboard", *map(str, words)], **quiet)


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """Address of a scheduler, and the processes of its two workers."""
    monkeypatch.setattr("c2a.grading.cluster.PATIENCE", 600)  # they start slowly
    file = tmp_path / "scheduler.json"
    where = ["--host", "127.0.0.1", "--port", 0, "--scheduler-file", file]
    processes = [dask("scheduler", *where)]
    deadline = time.monotonic() + 600
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    local = ["--local-directory", tmp_path, "--nthreads", 1, "--no-nanny"]
    workers = [
        dask("worker", "--scheduler-file", file, "--host", "127.0.0.1", *local)
        for _ in range(2)
    ]
    yield json.loads(file.read_text())["address"], workers
    for process in [*workers, *processes]:
        process.kill()
        process.wait()


@pytest.fixture
def folder(tmp_path, kit):
    for number in range(STUDENTS):
        source = "import numpy as np, time\ntime.sleep(0.02)\n"
        answer = (
            f"# {number}\ndef moving_average(x, width):\n"
            "    n = len(x) - width + 1\n"
            "    return np.array([x[i:i+width].mean() for i in range(n)])\n"
        )
        path = tmp_path / "submissions" / f"s{number:03}.ipynb"
        kit.write_notebook(path, source, answer)
    return tmp_path / "submissions"


def order(folder, out, address=None):
    return Order(folder, out, files=(OWN,), workers=2, cluster=address)


def scores(out):
    with (out / "scores.csv").open() as file:
        return {row["student"]: row["points"] for row in csv.DictReader(file)}


def test_a_worker_killed_in_the_middle_loses_nothing(
    cluster, folder, tmp_path, monkeypatch
):
    address, workers = cluster
    killed = []

    def kill(done, total):
        if done > 10 and not killed:
            killed.append(workers[0].pid)
            workers[0].kill()

    # Small batches, so that both workers are in the middle of something.
    monkeypatch.setattr(ClusterMarker, "batch", 10)
    summary = carry_out(order(folder, tmp_path / "out", address), kill)
    assert killed
    assert summary.marked == STUDENTS
    assert summary.protection in ("namespaces", "landlock")
    assert set(scores(tmp_path / "out").values()) == {"3"}
    # The same marks as without a cluster, and nothing is left to do.
    again = carry_out(order(folder, tmp_path / "out"), lambda done, total: None)
    assert again.marked == 0


def test_interrupting_is_clean_and_continues(cluster, folder, tmp_path):
    address, _ = cluster
    out = tmp_path / "out"
    code = "import typer; from c2a.grading import cluster\n"
    code += "cluster.ClusterMarker.batch, cluster.PATIENCE = 10, 600\n"
    code += "from c2a.grading.command import grade; typer.run(grade)"
    words = [folder, "--exercise", OWN, "--out", out, "--cluster", address]
    command = list(map(str, [sys.executable, "-c", code, *words]))
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 600
    while not list((out / "feedback").glob("*.html")):
        assert time.monotonic() < deadline
        assert run.poll() is None
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=900)
    assert run.returncode == 130
    assert "Interrupted." in errors
    assert "Traceback" not in errors
    before = len(list((out / "feedback").glob("*.html")))
    assert before < STUDENTS
    # The workers, which had more to do, serve the next run; what is marked stays.
    again = carry_out(order(folder, out, address), lambda done, total: None)
    assert 0 < again.marked <= STUDENTS - before
    assert set(scores(out).values()) == {"3"}


def test_a_task_arrives_as_it_was_sent():
    """With the files beside the notebook, which the rules hold for, too."""
    program = Program(
        (Piece(0, "import mine"), Piece(2, "def f(): return mine.f()")),
        {"f": Answer((2,), "def f(): return mine.f()", True, "g", (1,))},
        {1: "line 1: invalid syntax"},
        {"mine": "import torch"},
        {"numbers.txt": "MSAy"},
    )
    task = Task("a digest", program, ("f",))
    assert cluster_module._task(json.loads(json.dumps(asdict(task)))) == task


def test_no_scheduler_is_explained(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("c2a.grading.cluster.PATIENCE", 1)
    with pytest.raises(ClusterError, match="no scheduler"):
        carry_out(
            order(folder, tmp_path / "out", "tcp://127.0.0.1:9"), lambda done, total: 0
        )


def test_it_can_be_called_while_a_loop_runs(folder, tmp_path, monkeypatch):
    """A notebook has one."""
    monkeypatch.setattr("c2a.grading.cluster.PATIENCE", 1)
    asked = order(folder, tmp_path / "out", "tcp://127.0.0.1:9")

    async def cell():
        carry_out(asked, lambda done, total: 0)

    # Tests that drive a browser leave a running loop behind in this thread.
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(lambda: asyncio.run(cell()))
        with pytest.raises(ClusterError, match="no scheduler"):
            running.result()
