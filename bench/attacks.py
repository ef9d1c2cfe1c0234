"""Try attacks on nbgrader, otter-grader and c2a, and print which of them succeed.

    python bench/attacks.py [--only WORD] [--graders c2a,otter]

Every attack is a submission, in place of one answer of the benchmark's assignment. It
is graded together with a neighbor's right one, by each grader, in a temporary folder,
home and environment of its own. What happened is then measured, never assumed:

    stolen    the wrong answer got points
    lost      right answers of the same submission lost points
    harmed    the neighbor got less than all points
    leaked    a secret is in the feedback, or where the attack can put it
    reached   data arrived at a port of this machine
    took over code of the attack ran in the grader's own process
    stayed    a process outlived the grading
    swelled   a process held more than 2 GB
    filled    more than 100 MB were left on the disk
    hung      the grader was not done within LIMIT seconds

Exit code 1 when c2a does not hold everywhere.
"""

import argparse
import json
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import grading
import notebooks
import psutil
from attacks_tried import ATTACKS, QUESTION, Attack

LIMIT = 120.0  # seconds for one command
NAME_WIDTH, VERDICT_WIDTH = max(len(attack.name) for attack in ATTACKS), 16
GRACE = 5.0  # seconds for its processes to follow it
ATTACKER, NEIGHBOR = "a-attacker", "b-neighbor"
EACH = 3.0  # points of a question
SECRET = f"secret-{secrets.token_hex(8)}"
C2A = Path(sys.executable).with_name("c2a")

Scores = dict[str, dict[str, float]]  # by student and question


@dataclass
class Trial:
    """One attack on one grader, and what came of it.

    Attributes:
        attack: what is tried.
        root: the folder that all of it happens in.
        received: whether data arrived at `port`.
        hung: whether a command had to be stopped.
        pids: the grader's own processes.
        most: bytes that a single process held.
        stayed: whether processes outlived a command; they have been ended.
    """

    attack: Attack
    root: Path
    port: int = 0
    received: bool = False
    hung: bool = False
    pids: list[int] = field(default_factory=list)
    most: int = 0
    stayed: bool = False

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "drop"):
            (self.root / name).mkdir()

    def cells(self, student: str, places: dict, with_tests: bool = False) -> list[dict]:
        """Return a student's notebook: right answers, but for the attacked question.

        places: what the attack may know, besides what all may.
        """
        if student == NEIGHBOR:
            cells = notebooks.submission(1, with_tests)
            cells[1]["source"] += f"\n# {SECRET}"
            return cells
        known = {"drop": str(self.root / "drop"), "home": str(self.root / "home")}
        places = {"port": self.port, "gradebooks": [], **known, **places}
        first, answer, *rest = notebooks.submission(0, with_tests)
        first["source"] += f"\nPLACES = {places!r}"
        marker = f"# exercise: {QUESTION}\n"
        answers = [answer | {"source": marker + self.attack.source.strip()}]
        if self.attack.again:
            source = marker + self.attack.again.strip()
            answers.append(answer | {"source": source, "id": "copy"})
        return [first, *answers, *rest]

    def run(self, words: Sequence[object], folder: Path) -> str:
        """Run a grader's command, watch all its processes, and return what it said."""
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            process = subprocess.Popen(
                list(map(str, words)),
                cwd=folder,
                env=self._environment(Path(str(words[0])).parent),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self.pids.append(process.pid)
            self._end(self._watch(process))
            output.seek(0)
            return output.read()

    def _environment(self, programs: Path) -> dict[str, str]:
        """An environment with one secret of ours and none of the user's."""
        return {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "GRADER_TOKEN": SECRET,
        }

    def _watch(self, process: subprocess.Popen) -> set[psutil.Process]:
        """Wait for a command, at most so long; return every process seen below it."""
        until, seen = time.monotonic() + LIMIT, set()
        while process.poll() is None:
            with suppress(psutil.Error):
                seen |= set(psutil.Process(process.pid).children(recursive=True))
            for each in seen:
                with suppress(psutil.Error):
                    self.most = max(self.most, each.memory_info().rss)
            if time.monotonic() > until:
                self.hung = True
                process.kill()
            time.sleep(0.1)
        return seen

    def _end(self, seen: Iterable[psutil.Process]) -> None:
        """End what is left of the processes below a command, each by its number."""
        _, alive = psutil.wait_procs(seen, 0 if self.hung else GRACE)
        self.stayed |= bool(alive) and not self.hung
        for each in alive:
            with suppress(psutil.Error):
                each.kill()
        psutil.wait_procs(alive, GRACE)

    def verdict(self, scores: Scores, shown: str) -> str:
        """Say in words what the attack achieved.

        scores: by student and question. shown: what the attacker gets to see.
        """
        own, neighbor = scores.get(ATTACKER, {}), scores.get(NEIGHBOR, {})
        earned = own.get(QUESTION, 0)
        others = sum(own.get(n, 0) for n in notebooks.ANSWERS if n != QUESTION)
        wanted = grading.POINTS - (0 if self.attack.right else EACH)
        drop = self.root / "drop"
        found = drop / "found"
        told = shown + (found.read_text(errors="replace") if found.exists() else "")
        inside = drop / "grader"
        fillings = sum(path.stat().st_size for path in self.root.rglob("filling-*"))
        happened = {
            "stolen": earned > (EACH if self.attack.right else 0),
            "lost": others + (earned if self.attack.right else 0) < wanted,
            "harmed": sum(neighbor.values()) < grading.POINTS,
            "leaked": SECRET in told,
            "reached": self.received,
            "took over": inside.exists() and int(inside.read_text()) in self.pids,
            "stayed": self.stayed,
            "swelled": self.most > 2 << 30,
            "filled": fillings > 100 << 20,
            "hung": self.hung,
        }
        return ", ".join(word for word, true in happened.items() if true) or "held"


def with_nbgrader(trial: Trial, prepared: Path) -> tuple[Scores, str]:
    """Grade with `nbgrader autograde`."""
    course = trial.root / "course"
    shutil.copytree(prepared / "course", course)
    paths = {
        s: course / "submitted" / s / "ps1/ps1.ipynb" for s in (ATTACKER, NEIGHBOR)
    }
    places = {
        "neighbor": str(paths[NEIGHBOR]),
        "solutions": [str(course / "source/ps1/ps1.ipynb")],
        "gradebooks": [str(course / "gradebook.db")],
    }
    for student, path in paths.items():
        notebooks.write(path, trial.cells(student, places, with_tests=True))
    trial.run([grading.program("nbgrader"), "autograde", "ps1"], course)
    query = """SELECT student_id, name, coalesce(manual_score, auto_score, 0)
        FROM grade JOIN base_cell ON base_cell.id = cell_id
        JOIN submitted_notebook AS own ON own.id = grade.notebook_id
        JOIN submitted_assignment AS handed_in ON handed_in.id = own.assignment_id"""
    scores: Scores = {}
    with sqlite3.connect(course / "gradebook.db") as book:
        for student, cell, points in book.execute(query):
            mine = scores.setdefault(student, {})
            question = cell.rpartition("_")[0]
            mine[question] = mine.get(question, 0) + points
    graded = course / "autograded" / ATTACKER / "ps1/ps1.ipynb"
    cells = json.loads(graded.read_text())["cells"] if graded.exists() else []
    return scores, json.dumps([cell.get("outputs") for cell in cells])


def with_otter(trial: Trial, prepared: Path) -> tuple[Scores, str]:
    """Grade with `otter run`, one submission after the other."""
    scores, said = {}, {}
    paths = {s: trial.root / s / "submission.ipynb" for s in (ATTACKER, NEIGHBOR)}
    places = {"neighbor": str(paths[NEIGHBOR]), "solutions": []}
    for student, path in paths.items():
        notebooks.write(path, trial.cells(student, places))
    for student, path in paths.items():
        archive, results = prepared / "autograder.zip", path.parent / "results.json"
        words = [grading.program("otter"), "run", "-a", archive, path]
        said[student] = trial.run(words, path.parent)
        if results.exists():
            said[student] += results.read_text()
            tests = json.loads(results.read_text())["tests"]
            scores[student] = {t["name"]: t["score"] for t in tests if "score" in t}
    return scores, said[ATTACKER]


def with_c2a(trial: Trial, prepared: Path) -> tuple[Scores, str]:
    """Grade with `c2a grade`."""
    folder, out = trial.root / "submissions", trial.root / "results"
    paths = {s: folder / f"{s}.ipynb" for s in (ATTACKER, NEIGHBOR)}
    seed = trial.root / "seed"
    seed.write_text(SECRET)
    places = {
        "neighbor": str(paths[NEIGHBOR]),
        "solutions": [str(prepared / "assignment.py"), str(seed)],
        "gradebooks": [str(out / "gradebook.sqlite")],
    }
    for student, path in paths.items():
        notebooks.write(path, trial.cells(student, places))
    words = [C2A, "grade", folder, "--exercise", prepared / "assignment.py"]
    words += ["--out", out, "--seed-file", seed, "--workers", 1]
    trial.run(words, trial.root)
    results, page = out / "results.json", out / "feedback" / f"{ATTACKER}.html"
    rows = json.loads(results.read_text())["students"] if results.exists() else []
    scores = {
        row["student"]: {n: points or 0 for n, points in row["exercises"].items()}
        for row in rows
    }
    return scores, page.read_text() if page.exists() else ""


Grader = Callable[[Trial, Path], tuple[Scores, str]]
GRADERS: dict[str, Grader] = {
    "nbgrader": with_nbgrader,
    "otter": with_otter,
    "c2a": with_c2a,
}


def prepare(folder: Path) -> None:
    """Make the assignment in each grader's form, each with a secret in it."""
    source = notebooks.nbgrader_source()
    mark = "### BEGIN SOLUTION\n"
    source[1]["source"] = source[1]["source"].replace(mark, f"{mark}    # {SECRET}\n")
    notebooks.write(folder / "course/source/ps1/ps1.ipynb", source)
    nbgrader = grading.program("nbgrader")
    grading.call([nbgrader, "generate_assignment", "ps1"], folder / "course")
    (folder / "tests").mkdir()
    for name in notebooks.ANSWERS:
        text = f"# {SECRET}\n{notebooks.otter_test(name)}"
        (folder / "tests" / f"{name}.py").write_text(text)
    words = ["generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"]
    grading.call([grading.program("otter"), *words], folder)
    text = (grading.HERE / "assignment.py").read_text()
    (folder / "assignment.py").write_text(f"{text}\n# {SECRET}\n")


def tried(attack: Attack, grader: str, prepared: Path) -> str:
    """Try one attack on one grader; return the verdict."""
    with tempfile.TemporaryDirectory() as root:
        trial = Trial(attack, Path(root).resolve())
        with listening(trial):
            scores, shown = GRADERS[grader](trial, prepared)
        return trial.verdict(scores, shown)


@contextmanager
def listening(trial: Trial) -> Iterator[None]:
    """Take at most ten connections on a port of this machine, and note them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        trial.port = server.getsockname()[1]

        def listen() -> None:
            with suppress(OSError):  # closed at the end
                for _ in range(10):
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(5)
                        trial.received |= bool(connection.recv(100))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def main() -> None:
    """Try all attacks on all graders and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="attacks whose name holds this")
    parser.add_argument("--graders", default=",".join(GRADERS), help="some of them")
    arguments = parser.parse_args()
    graders = arguments.graders.split(",")
    attacks = [attack for attack in ATTACKS if arguments.only in attack.name]
    print(f"{', '.join(grading.OTHERS.values())}, c2a {version('c2a')}")
    _print_row("attack", graders)
    _print_row("-" * NAME_WIDTH, ["-" * VERDICT_WIDTH] * len(graders))
    fell = 0
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder).resolve()
        prepare(prepared)
        threads = ThreadPoolExecutor(grading.PROCESSORS)
        try:
            rows = [
                [threads.submit(tried, attack, name, prepared) for name in graders]
                for attack in attacks
            ]
            for attack, row in zip(attacks, rows, strict=True):
                verdicts = [future.result() for future in row]
                _print_row(attack.name, verdicts)
                by_grader = dict(zip(graders, verdicts, strict=True))
                fell += by_grader.get("c2a", "held") != "held"
        finally:
            threads.shutdown(cancel_futures=True)
    if fell:
        sys.exit(f"c2a did not hold against {fell} of {len(attacks)} attacks")


def _print_row(name: str, cells: Sequence[str]) -> None:
    padded = [name.ljust(NAME_WIDTH), *(cell.ljust(VERDICT_WIDTH) for cell in cells)]
    print("| " + " | ".join(padded) + " |", flush=True)


if __name__ == "__main__":
    main()
