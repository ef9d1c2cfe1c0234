"""Mark on this machine: one thread and one sandbox at a time for every worker."""

import re
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Event, Lock
from typing import Any

from c2a.exercises.core import Exercise, Reply
from c2a.grading.answers import Program
from c2a.grading.marking import Marked, Task, mark
from c2a.grading.sandbox import (
    CellReport,
    Limits,
    SandboxError,
    SandboxPool,
    SandboxSession,
)
from c2a.grading.seed import Seed

_PIECE = re.compile(r"^cell (\d{1,6}),", re.MULTILINE)


class LocalMarker:
    """Marks tasks one by one in sandboxes of this machine.

    The sandbox starts with the first task: a run that finds all marked needs none.
    """

    batch = 1

    def __init__(
        self,
        exercises: Mapping[str, Exercise],
        seed: Seed,
        workers: int,
        unsafe: bool = False,
    ) -> None:
        self._exercises, self._seed = exercises, seed
        self._workers, self._unsafe = workers, unsafe
        self._pool: SandboxPool | None = None
        self._starting = Lock()
        self._stopped = Event()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="marker")
        self.ahead = 2 * workers

    @property
    def protection(self) -> str:
        """What separates the students' code from this machine."""
        return self._sandboxes().protection

    def submit(self, tasks: list[Task]) -> "Future[list[Marked]]":
        """Start marking tasks on the next free thread.

        Raises:
            SandboxError: when there is no sandbox here and `unsafe` is not set.
        """
        self._sandboxes()
        return self._threads.submit(lambda: [self.mark(task) for task in tasks])

    def mark(self, task: Task) -> Marked:
        """Mark one task in a sandbox of its own."""
        cells = [piece.source for piece in task.program.pieces]
        limits = _limits([self._exercises[name] for name in task.exercises])
        session = self._sandboxes().session(cells, limits)
        with closing(_Prepared(session, task.program, self._stopped)) as prepared:
            return mark(task, self._exercises, prepared, self._seed)

    def close(self) -> None:
        """End all sandboxes, and with them what is under way."""
        self._stopped.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._pool is not None:
            self._pool.close()

    def _sandboxes(self) -> SandboxPool:
        with self._starting:
            if self._pool is None:
                self._pool = SandboxPool(self._workers, unsafe=self._unsafe)
            return self._pool


@dataclass
class _Prepared:
    """A session that counts cells as the student does, not pieces, and can stop."""

    session: SandboxSession
    program: Program
    stopped: Event

    def call(self, function: str, *args: Any, seconds: float) -> Reply:
        if self.stopped.is_set():
            raise SandboxError("Grading was stopped.")
        reply = self.session.call(function, *args, seconds=seconds)
        return replace(reply, error=self._counted(reply.error))

    def fresh(self) -> None:
        self.session.fresh()

    def close(self) -> None:
        self.session.close()

    @property
    def cell_reports(self) -> list[CellReport]:
        return [
            replace(report, error=self._counted(report.error))
            for report in self.session.cell_reports
        ]

    def _counted(self, error: str) -> str:
        """Put the numbers of code cells for those of pieces."""

        def number(match: re.Match) -> str:
            piece = int(match[1]) - 1
            pieces = self.program.pieces
            return f"cell {pieces[piece].cell + 1}," if 0 <= piece < len(pieces) else ""

        return _PIECE.sub(number, error)


def _limits(exercises: list[Exercise]) -> Limits:
    """Allow what the most demanding of the exercises needs."""
    return Limits(memory_mb=max(exercise.memory_mb for exercise in exercises))
