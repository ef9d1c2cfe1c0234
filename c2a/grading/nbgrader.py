"""To and from the gradebook of nbgrader, so that a school can switch either way.

nbgrader keeps one score a test cell. The cell that tests an exercise is called
`NAME-check` in the book's notebooks. Both directions use nbgrader's own interface.
"""

import os
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from c2a.errors import C2AError
from c2a.exercises.kit.exercise import Exercise
from c2a.grading.gradebook import Gradebook
from c2a.grading.records import Result
from c2a.grading.statistics import Row

if TYPE_CHECKING:
    from nbgrader.api import Gradebook as Database

VERSION = "nbgrader"  # stands for the version of marks that nbgrader gave


class NbgraderError(C2AError):
    """nbgrader is not installed, or its gradebook cannot be used."""


def cell_of(exercise: str) -> str:
    """Name the test cell of an exercise."""
    return f"{exercise}-check"


@dataclass(frozen=True)
class Place:
    """An assignment in a gradebook of nbgrader.

    Attributes:
        path: nbgrader's `gradebook.db`.
        assignment: as nbgrader calls it.
    """

    path: Path
    assignment: str


def export_scores(
    place: Place, exercises: Sequence[Exercise], rows: Sequence[Row]
) -> int:
    """Write marks into nbgrader's gradebook, as scores given by hand.

    Gradebook, assignment, notebook, cells and students are created where they are
    missing. Students without a mark are left out.

    Args:
        place: where to.
        exercises: in the order of each row's marks.
        rows: the class.

    Returns:
        The number of students written.
    """
    with _opened(place.path) as database:
        notebook = _declare(database, place.assignment, exercises)
        marked = [row for row in rows if row.points is not None]
        for row in marked:
            database.update_or_create_student(row.student)
            database.update_or_create_submission(place.assignment, row.student)
            for exercise, points in zip(exercises, row.by_exercise, strict=True):
                grade = database.find_grade(
                    cell_of(exercise.name), notebook, place.assignment, row.student
                )
                grade.manual_score = points
                grade.needs_manual_grade = False
        database.db.commit()
        return len(marked)


def import_scores(place: Place, book: Gradebook, submissions: Mapping[str, str]) -> int:
    """Take over the marks that nbgrader gave, as an earlier grading of each exercise.

    `c2a grade` then shows who gains and who loses by the change.

    Args:
        place: where from.
        book: our gradebook.
        submissions: digest of each student's submission.

    Returns:
        The number of marks taken over.

    Raises:
        NbgraderError: when there are none.
    """
    if not place.path.is_file():
        raise NbgraderError(f"There is no gradebook {place.path} to import.")
    count = 0
    with _opened(place.path) as database:
        for student, scores in _scores(database, place.assignment).items():
            if student not in submissions:
                continue
            results = [
                Result(name, "graded", points, possible, 0.0, {"groups": {}})
                for name, (points, possible) in scores.items()
            ]
            gradings = {name: book.imported(name, VERSION) for name in scores}
            book.store(submissions[student], results, gradings)
            count += len(results)
    if not count:
        raise NbgraderError(
            f"{place.path} has no marks of these students in {place.assignment!r}; "
            "name the assignment with --nbgrader-assignment."
        )
    return count


def _declare(
    database: "Database", assignment: str, exercises: Sequence[Exercise]
) -> str:
    """Return the notebook that tests the exercises, created if there is none."""
    cells = {cell_of(exercise.name): exercise for exercise in exercises}
    database.update_or_create_assignment(assignment)
    for notebook in database.find_assignment(assignment).notebooks:
        if cells.keys() <= {cell.name for cell in notebook.grade_cells}:
            return notebook.name
    database.update_or_create_notebook(assignment, assignment)
    for cell, exercise in cells.items():
        database.update_or_create_grade_cell(
            cell, assignment, assignment, max_score=exercise.total, cell_type="code"
        )
    return assignment


def _scores(
    database: "Database", assignment: str
) -> Mapping[str, dict[str, tuple[float, float]]]:
    """Read each student's points and possible points by exercise."""
    ending = cell_of("")
    return {
        submission.student_id: {
            grade.name.removesuffix(ending): (grade.score, grade.max_score)
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.name.endswith(ending) and not grade.needs_manual_grade
        }
        for submission in database.assignment_submissions(assignment)
    }


@contextmanager
def _opened(path: Path) -> Iterator["Database"]:
    try:
        from nbgrader.api import Gradebook as Database
        from nbgrader.api import InvalidEntry, MissingEntry
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError as error:
        raise NbgraderError(
            "nbgrader is not installed here; run `pip install nbgrader`."
        ) from error
    # A new gradebook is prepared by a program that nbgrader looks for on the path.
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        # nbgrader provokes warnings of its database library.
        with (
            warnings.catch_warnings(action="ignore"),
            Database(f"sqlite:///{path.resolve()}") as database,
        ):
            yield database
    except (InvalidEntry, MissingEntry, SQLAlchemyError) as error:
        problem = str(error).partition("\n")[0]
        raise NbgraderError(
            f"{path} cannot be used ({problem}); name nbgrader's own gradebook.db."
        ) from error
    finally:
        os.environ["PATH"] = before
