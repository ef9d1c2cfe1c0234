"""From what is asked on the command line to a finished run."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from c2a.errors import C2AError
from c2a.grading.assignment import Assignment, load_assignment
from c2a.grading.feedback import Look
from c2a.grading.files import ResultsError
from c2a.grading.gradebook import Gradebook
from c2a.grading.layouts import RESULTS_MARK
from c2a.grading.local import LocalMarker
from c2a.grading.run import Marker, Run, Summary
from c2a.grading.seed import Seed, own_seed, read_seed

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
    workers: int = 1
    cluster: str | None = None
    unsafe: bool = False
    book: str = ""


def carry_out(order: Order, progress: Callable[[int, int], None]) -> Summary:
    """Grade as ordered.

    Raises:
        C2AError: one of its kinds, with what to do.
    """
    assignment = load_assignment(order.chapter, order.files)
    if order.regrade is not None and order.regrade not in assignment.by_name:
        names = ", ".join(assignment.by_name)
        raise C2AError(f"There is no exercise {order.regrade}. There are: {names}.")
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
        return run.grade(order.submissions)


def _seed(order: Order) -> Seed:
    if order.seed_file is not None:
        return read_seed(order.seed_file)
    return own_seed(order.out / SEED_FILE)


def _marker(order: Order, assignment: Assignment, seed: Seed) -> Marker:
    if order.cluster is None:
        exercises = assignment.by_name
        return LocalMarker(exercises, seed, order.workers, order.unsafe)
    from c2a.grading.cluster import ClusterMarker

    return ClusterMarker(order.cluster, order.chapter, order.files, seed)
