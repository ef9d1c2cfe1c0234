"""From what is asked on the command line to a finished run."""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from c2a.errors import C2AError
from c2a.grading.assignment import Assignment, load_assignment
from c2a.grading.feedback import Look
from c2a.grading.files import ResultsError
from c2a.grading.gradebook import Gradebook
from c2a.grading.layouts import RESULTS_MARK, deliveries
from c2a.grading.lms import Filled, fill_canvas, fill_moodle
from c2a.grading.local import LocalMarker
from c2a.grading.run import Marker, Run, Summary
from c2a.grading.seed import Seed, own_seed, read_seed
from c2a.grading.submissions import Reader, Submission

SEED_FILE = "private-seed"


@dataclass(frozen=True)
class Order:
    """What to grade and how; the fields are the options of `c2a grade`."""

    submissions: Path
    out: Path
    chapter: str | None = None
    files: tuple[Path, ...] = ()
    regrade: str | None = None
    seed_file: Path | None = None
    workers: int | None = None
    cluster: str | None = None
    unsafe: bool = False
    book: str = ""
    canvas: Path | None = None
    moodle: Path | None = None
    nbgrader_import: Path | None = None
    nbgrader_export: Path | None = None
    nbgrader_assignment: str = ""


def carry_out(order: Order, progress: Callable[[int, int], None]) -> Summary:
    """Grade as ordered.

    Raises:
        C2AError: one of its kinds, with what to do.
    """
    assignment = load_assignment(order.chapter, order.files)
    if order.regrade is not None and order.regrade not in assignment.by_name:
        names = ", ".join(assignment.by_name)
        raise C2AError(f"There is no exercise {order.regrade}. There are: {names}.")
    _check_paths(order)
    try:
        order.out.mkdir(parents=True, exist_ok=True)
        seed = _seed(order)
    except OSError as error:
        raise ResultsError(
            f"{order.out} cannot be written ({error.strerror}); choose another --out."
        ) from error
    with (
        closing(Gradebook(order.out / RESULTS_MARK, assignment.slug)) as gradebook,
        closing(_marker(order, assignment, seed)) as marker,
    ):
        look = Look(assignment.title, order.book)
        run = Run(
            assignment,
            order.out,
            gradebook,
            marker,
            seed,
            look,
            order.regrade,
            progress,
        )
        if order.nbgrader_import is not None:
            _import(order, order.nbgrader_import, assignment, gradebook)
        return run.grade(order.submissions)


def _check_paths(order: Order) -> None:
    """Find mistaken paths before the work, not after it."""
    if order.out.resolve() == order.submissions.resolve():
        raise ResultsError(
            f"{order.out} holds the submissions; choose another folder with --out."
        )
    deliveries(order.submissions)
    for table in (order.canvas, order.moodle, order.nbgrader_import):
        if table is not None and not table.is_file():
            raise C2AError(f"There is no file {table}; name the one that was exported.")


def hand_on(order: Order, summary: Summary) -> list[str]:
    """Carry the scores into other systems as ordered; tell what was done.

    Raises:
        C2AError: when another system's file cannot be used.
    """
    statistics, told = summary.statistics, []
    if order.canvas is not None:
        out = order.out / "canvas.csv"
        possible, title = statistics.possible, summary.title
        filled = fill_canvas(order.canvas, out, statistics.rows, title, possible)
        told.append(_told(filled))
    if order.moodle is not None:
        out = order.out / "moodle.csv"
        filled = fill_moodle(order.moodle, out, statistics.rows, statistics.possible)
        told.append(_told(filled))
    if order.nbgrader_export is not None:
        from c2a.grading.nbgrader import Place, export_scores

        name = order.nbgrader_assignment or summary.slug
        exercises = [each.exercise for each in statistics.exercises]
        place = Place(order.nbgrader_export, name)
        count = export_scores(place, exercises, statistics.rows)
        told.append(f"{place.path}: {count} students written to {name}.")
    return told


def _told(filled: Filled) -> str:
    text = f"{filled.path}: {filled.filled} marks filled in."
    if filled.missing:
        text += f" Not in the table: {', '.join(filled.missing)}."
    return text


def _import(
    order: Order, path: Path, assignment: Assignment, gradebook: Gradebook
) -> None:
    from c2a.grading.nbgrader import Place, import_scores

    reader = Reader(assignment.exercises, assignment.slug)
    read = map(reader.read, deliveries(order.submissions))
    submissions = {
        each.student: each.digest for each in read if isinstance(each, Submission)
    }
    name = order.nbgrader_assignment or assignment.slug
    import_scores(Place(path, name), gradebook, submissions)


def _seed(order: Order) -> Seed:
    if order.seed_file is not None:
        return read_seed(order.seed_file)
    return own_seed(order.out / SEED_FILE)


def _workers(assignment: Assignment) -> int:
    """One a processor where answers train, which takes all of it.

    Where they are short, two: a processor would wait while messages pass.
    """
    training = any(exercise.trains for exercise in assignment.exercises)
    return processors() if training else 2 * processors()


def processors() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _marker(order: Order, assignment: Assignment, seed: Seed) -> Marker:
    if order.cluster is None:
        exercises = assignment.by_name
        workers = order.workers or _workers(assignment)
        return LocalMarker(exercises, seed, workers, order.unsafe)
    from c2a.grading.cluster import ClusterMarker

    return ClusterMarker(
        order.cluster, assignment, order.chapter, order.files, seed, order.unsafe
    )
