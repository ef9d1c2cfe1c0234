"""Grade one assignment with c2a, nbgrader and otter-grader in one run, and compare.

    python bench/grading.py [--submissions 3000] [--others 32] [--cluster]

Every grader gets the same questions and right submissions, and its marks are checked.
c2a grades as it does by default, the others with a process a processor. They are
installed the first time, into environments of their own below _build/bench. c2a marks
and writes a page of feedback for every student in one command; nbgrader has one command
for each, so it is timed after the first and after both. Times are wall-clock, of the
whole command; memory is the proportional set size of the command and all that it
started.
"""

import argparse
import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import notebooks
import psutil

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "_build" / "bench"
OTHERS = {"nbgrader": "nbgrader==0.9.6", "otter": "otter-grader==7.0.0"}
PORT = 8786  # of the scheduler, on this machine only
POINTS = 12.0
PROCESSORS = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()


@dataclass(frozen=True)
class Timing:
    """How a grader fared.

    Attributes:
        seconds: wall-clock time of the commands.
        megabytes: most memory that they held, together.
    """

    grader: str
    submissions: int
    seconds: float
    megabytes: float

    @property
    def a_minute(self) -> float:
        """Submissions graded in a minute."""
        return 60 * self.submissions / self.seconds


class Watch:
    """Measures time, and the memory of a process tree every half second."""

    def __init__(self) -> None:
        self.most = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._started = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.seconds = time.monotonic() - self._started
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.5):
            total = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:  # it has ended meanwhile
                    continue
            self.most = max(self.most, total / 2**20)


def main() -> None:
    """Measure all and print a table with ratios."""
    arguments = _arguments()
    timings = [time_c2a(arguments.submissions)]
    if arguments.cluster:
        timings.append(time_cluster(arguments.submissions))
    if not arguments.without_others:
        timings += time_nbgrader(arguments.others)
        timings.append(time_otter(arguments.others))
    _report(timings)


def time_c2a(count: int) -> Timing:
    """Time `c2a grade` on so many submissions, sandbox start included."""
    return _graded("c2a", count, [])


def time_cluster(count: int) -> Timing:
    """Time the same through a scheduler and one worker on this machine."""
    address = f"tcp://127.0.0.1:{PORT}"
    dask = [sys.executable, "-m", "distributed.cli.dask_"]
    scheduler = [*dask[:2], dask[2] + "scheduler", "--no-dashboard"]
    scheduler += ["--host", "127.0.0.1", "--port", str(PORT)]
    worker = [*dask[:2], dask[2] + "worker", address, "--no-dashboard", "--no-nanny"]
    worker += ["--nthreads", str(PROCESSORS), "--local-directory", str(BUILD)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [subprocess.Popen(words, **quiet) for words in (scheduler, worker)]
    try:
        return _graded("cluster", count, ["--cluster", address])
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def _graded(name: str, count: int, options: Sequence[object]) -> Timing:
    folder, out = _empty(name) / "submissions", BUILD / name / "results"
    for number in range(count):
        path = folder / f"student{number:05}.ipynb"
        notebooks.write(path, notebooks.submission(number))
    words = ["grade", folder, "--exercise", HERE / "assignment.py", "--out", out]
    with Watch() as watch:
        call([Path(sys.executable).with_name("c2a"), *words, *options])
    with (out / "scores.csv").open() as file:
        points = [float(row["points"]) for row in csv.DictReader(file)]
    _verify(name, points, count)
    return Timing(name, count, watch.seconds, watch.most)


def time_nbgrader(count: int) -> list[Timing]:
    """Time `nbgrader autograde`, a process a processor, then feedback as well."""
    course = _empty("nbgrader")
    notebooks.write(course / "source/ps1/ps1.ipynb", notebooks.nbgrader_source())
    nbgrader = program("nbgrader")
    call([nbgrader, "generate_assignment", "ps1"], course)
    for number in range(count):
        student = f"group{number % PROCESSORS}-{number}"
        path = course / "submitted" / student / "ps1" / "ps1.ipynb"
        notebooks.write(path, notebooks.submission(number, with_tests=True))

    def run(command: str) -> Watch:
        words = [nbgrader, command, "ps1"]
        with Watch() as watch:
            _side_by_side(
                lambda group: call([*words, f"--student=group{group}-*"], course),
                range(PROCESSORS),
            )
        return watch

    marks, feedback = run("autograde"), run("generate_feedback")
    pages = len(list(course.glob("feedback/*/ps1/*.html")))
    query = """SELECT sum(coalesce(manual_score, auto_score)) FROM grade
        GROUP BY notebook_id"""
    with sqlite3.connect(course / "gradebook.db") as book:
        points = [row[0] for row in book.execute(query)]
    _verify("nbgrader", points, count)
    if pages != count:
        sys.exit(f"nbgrader wrote {pages} pages of feedback for {count} submissions")
    both = marks.seconds + feedback.seconds, max(marks.most, feedback.most)
    return [
        Timing("nbgrader, marks only", count, marks.seconds, marks.most),
        Timing("nbgrader", count, *both),
    ]


def time_otter(count: int) -> Timing:
    """Time `otter run`, as many at once as there are processors."""
    otter = program("otter")
    folder = _empty("otter")
    for name in notebooks.ANSWERS:
        test = folder / "tests" / f"{name}.py"
        test.parent.mkdir(exist_ok=True)
        test.write_text(notebooks.otter_test(name))
    words = ["generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"]
    call([otter, *words], folder)

    def run(number: int) -> float:
        path = folder / f"{number}" / "submission.ipynb"
        notebooks.write(path, notebooks.submission(number))
        call([otter, "run", "-a", folder / "autograder.zip", path], path.parent)
        results = json.loads((path.parent / "results.json").read_text())
        return sum(test.get("score") or 0 for test in results["tests"])

    with Watch() as watch:
        points = _side_by_side(run, range(count))
    _verify("otter", points, count)
    return Timing("otter", count, watch.seconds, watch.most)


def program(name: str) -> Path:
    """Install another grader into an environment of its own; torch is borrowed."""
    environment = BUILD / f"{name}-environment"
    found = environment / "bin" / name
    if not found.exists():
        print(f"Installing {OTHERS[name]} into {environment} ...", flush=True)
        shutil.rmtree(environment, ignore_errors=True)
        call([sys.executable, "-m", "venv", environment])
        call([environment / "bin" / "pip", "install", "--quiet", OTHERS[name]])
        ours = sysconfig.get_path("purelib")
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        packages = environment / "lib" / version / "site-packages"
        (packages / "borrowed.pth").write_text(ours + "\n")
    return found


def _side_by_side(work, items):
    """Do the work for all items, PROCESSORS at a time; return its results."""
    with ThreadPoolExecutor(PROCESSORS) as threads:
        return list(threads.map(work, items))


def call(words: Sequence[object], folder: Path = ROOT) -> None:
    """Run a command of an environment; show its output only when it fails."""
    # Its own programs first: nbgrader starts the kernel that it finds on the path.
    path = f"{Path(str(words[0])).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PATH": path}
    result = subprocess.run(
        list(map(str, words)),
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    if result.returncode:
        sys.exit(f"{' '.join(map(str, words))} failed:\n{result.stdout[-3000:]}")


def _verify(grader: str, points: Sequence[float], count: int) -> None:
    """A fast grader that gives wrong marks is no use."""
    if len(points) != count or any(each != POINTS for each in points):
        sys.exit(f"{grader} gave wrong marks: {points[:20]} for {count} submissions")


def _empty(name: str) -> Path:
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _report(timings: Sequence[Timing]) -> None:
    ours = timings[0]
    print(f"Four questions, {PROCESSORS} processors.")
    print(f"{'':22}{'graded':>8}{'seconds':>10}{'a minute':>10}{'MB':>7}{'c2a is':>14}")
    for timing in timings:
        ratio = ours.a_minute / timing.a_minute
        faster = "" if timing is ours else f"{ratio:,.1f} times faster"
        print(
            f"{timing.grader:22}{timing.submissions:8,}{timing.seconds:10.1f}"
            f"{timing.a_minute:10,.1f}{timing.megabytes:7,.0f}  {faster}"
        )
    record = [asdict(timing) | {"a_minute": timing.a_minute} for timing in timings]
    (BUILD / "grading.json").write_text(json.dumps(record, indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=3000, help="for c2a")
    parser.add_argument("--others", type=int, default=32, help="for the other graders")
    parser.add_argument("--cluster", action="store_true", help="time dask as well")
    parser.add_argument("--without-others", action="store_true", help="time c2a only")
    return parser.parse_args()


if __name__ == "__main__":
    main()
