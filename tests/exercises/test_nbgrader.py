"""A school that runs nbgrader as it comes gives the solved notebooks full marks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from c2a.exercises import chapter

pytest.importorskip("nbgrader")
SOLUTIONS = sorted(Path(__file__).parents[2].glob("solutions/*.ipynb"))


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


@pytest.mark.slow
@pytest.mark.parametrize("notebook", SOLUTIONS, ids=lambda path: path.stem)
def test_nbgrader_gives_full_marks_with_its_defaults(tmp_path, notebook):
    from nbgrader.api import Gradebook

    (tmp_path / "source" / "work").mkdir(parents=True)
    shutil.copy(notebook, tmp_path / "source" / "work")
    nbgrader(tmp_path, "generate_assignment", "work", "--create")
    shutil.copytree(tmp_path / "source", tmp_path / "submitted" / "ada")
    nbgrader(tmp_path, "autograde", "work", "--create")
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        (submission,) = book.assignment_submissions("work")
        points = {
            grade.cell.name: (grade.auto_score, grade.max_score)
            for grade in submission.notebooks[0].grades
        }
        assert submission.score == submission.max_score, points
    assert sum(most for _, most in points.values()) == chapter(notebook.stem).total
