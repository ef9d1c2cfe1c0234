"""A school that runs nbgrader as it comes gives the solved notebooks full marks.

It stops a cell after 30 seconds by the clock on the wall. So that this does not depend
on what else a machine does, a cell may use half of that in processor time.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from c2a.exercises import chapter

pytest.importorskip("nbgrader")
# All notebooks are graded at the first test, one after the other.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
ROOT = Path(__file__).parents[2]
SOLUTIONS = sorted(ROOT.glob("solutions/*.ipynb"))
LIMIT = 30  # seconds, nbgrader's default
# IPython runs this when a kernel starts: it notes the processor time of every cell.
WATCH = """
import json, time

def begin(info):
    global begun
    begun = time.process_time()

def note(result):
    line = json.dumps([time.process_time() - begun, result.info.raw_cell])
    with open({notes!r}, "a") as file:
        file.write(line + "\\n")

get_ipython().events.register("pre_run_cell", begin)
get_ipython().events.register("post_run_cell", note)
"""


def nbgrader(course: Path, *arguments: str) -> None:
    # nbgrader looks for the program alembic, as in an activated environment.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=os.environ | {"OMP_NUM_THREADS": "1", "HOME": str(course), "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which one student handed in every solved notebook, graded."""
    folder = tmp_path_factory.mktemp("course")
    startup = folder / ".ipython/profile_default/startup"
    startup.mkdir(parents=True)
    (startup / "watch.py").write_text(WATCH.format(notes=str(folder / "notes")))
    work = folder / "source" / "work"
    work.mkdir(parents=True)
    for notebook in SOLUTIONS:
        shutil.copy(notebook, work)
    nbgrader(folder, "generate_assignment", "work", "--create")
    shutil.copytree(folder / "source", folder / "submitted" / "ada")
    nbgrader(folder, "autograde", "work", "--create")
    return folder


@pytest.mark.parametrize("name", [path.stem for path in SOLUTIONS])
def test_nbgrader_gives_full_marks(course: Path, name: str) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        notebook = book.find_submission_notebook(name, "work", "ada")
        points = {
            grade.cell.name: (grade.auto_score, grade.max_score)
            for grade in notebook.grades
        }
    assert {each: got for each, (got, most) in points.items() if got != most} == {}
    assert sum(most for _, most in points.values()) == chapter(name).total


def test_no_cell_comes_near_the_limit_of_nbgrader(course: Path) -> None:
    lines = (course / "notes").read_text().splitlines()
    seconds = [json.loads(line) for line in lines]
    assert len(seconds) > 10 * len(SOLUTIONS)
    assert [each for each in seconds if each[0] > LIMIT / 2] == []


@pytest.mark.parametrize("name", [path.stem for path in SOLUTIONS])
def test_it_shows_what_is_committed(course: Path, name: str) -> None:
    """As `make notebooks` finds it of the chapters; run once for both."""
    run = nbformat.read(course / f"autograded/ada/work/{name}.ipynb", as_version=4)
    committed = nbformat.read(ROOT / f"solutions/{name}.ipynb", as_version=4)
    for now, then in zip(run.cells, committed.cells, strict=True):
        assert now.source == then.source
        if "nbval-ignore-output" not in then.metadata.get("tags", []):
            assert texts(now) == texts(then), then.source


def texts(cell: nbformat.NotebookNode) -> list[str]:
    """What the outputs of a cell say."""
    return [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.get("outputs", ())
    ]
