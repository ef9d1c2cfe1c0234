"""Mark on this machine: one thread and one sandbox at a time for every worker."""

import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from c2a.exercises.core import Exercise, Reply
from c2a.grading.marking import CellReport, Marked, Task, mark
from c2a.grading.sandbox import Limits, SandboxPool
from c2a.grading.seed import Seed

PRELUDE = Path(__file__).with_name("prelude.py")


class LocalMarker:
    """Marks tasks one by one in sandboxes of this machine.

    Raises:
        SandboxError: when there is no sandbox here and `unsafe` is not set.
    """

    batch = 1

    def __init__(
        self,
        exercises: Mapping[str, Exercise],
        seed: Seed,
        workers: int,
        unsafe: bool = False,
    ) -> None:
        """Start the sandboxes."""
        # NumPy and torch here only compare; more threads would fight with the workers.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._exercises, self._seed = exercises, seed
        self._pool = SandboxPool(workers=workers, limits=Limits(), unsafe=unsafe)
        self._pool.__enter__()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="marker")
        self.ahead = 2 * workers
        self.protection = self._pool.protection

    def submit(self, tasks: list[Task]) -> "Future[list[Marked]]":
        """Start marking tasks on the next free thread."""
        return self._threads.submit(lambda: [self.mark(task) for task in tasks])

    def mark(self, task: Task) -> Marked:
        """Mark one task in a sandbox of its own."""
        cells = [_prelude(), *(piece.source for piece in task.program.pieces)]
        limits = _limits([self._exercises[name] for name in task.exercises])
        with closing(_Prepared(self._pool.session(cells, limits))) as session:
            return mark(task, self._exercises, session, self._seed)

    def close(self) -> None:
        """End all sandboxes, and with them what is under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._pool.__exit__(None, None, None)


@dataclass
class _Prepared:
    """A session whose first cell is the prelude, which is not the student's."""

    session: Any

    def call(self, function: str, *args: Any, seconds: float) -> Reply:
        return self.session.call(function, *args, seconds=seconds)

    def fresh(self) -> None:
        self.session.fresh()

    def close(self) -> None:
        self.session.close()

    @property
    def cell_reports(self) -> list[CellReport]:
        return [
            CellReport(report.index - 1, report.ok, report.error, report.printed)
            for report in self.session.cell_reports
            if report.index > 0
        ]


@cache
def _prelude() -> str:
    return PRELUDE.read_text(encoding="utf-8")


def _limits(exercises: list[Exercise]) -> Limits:
    """Allow what the most demanding of the exercises needs."""
    return Limits(memory_mb=max(exercise.memory_mb for exercise in exercises))
