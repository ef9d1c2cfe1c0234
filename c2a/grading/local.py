"""Mark on this machine: one thread and one sandbox at a time for every worker."""

import re
from base64 import b64decode
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from c2a.exercises.kit.cases import Reply
from c2a.exercises.kit.driver import Driver
from c2a.exercises.kit.exercise import Exercise
from c2a.grading.marking import Marked, Task, fault, mark
from c2a.grading.program import Program
from c2a.grading.records import Result
from c2a.grading.sandbox import (
    CellReport,
    Limits,
    SandboxError,
    SandboxPool,
    SandboxSession,
)
from c2a.grading.sandbox.clock import Budget
from c2a.grading.seed import Seed

CALLS = 3  # calls of an exercise that may take all of its time
CHANCES = 3  # sessions that a submission with many slow cells may use

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
        """Mark one task. Whatever goes wrong over it, others are marked all the same.

        Raises:
            SandboxError: when the sandbox itself fails.
        """
        try:
            return self._marked(task)
        except SandboxError:
            raise
        except Exception as error:
            asked = [self._exercises[name] for name in task.exercises]
            return Marked(task.submission, tuple(fault(e, error) for e in asked), {})

    def _marked(self, task: Task) -> Marked:
        """Mark one task in a sandbox of its own; a second one hides the data sets.

        The second is for those exercises whose answers could be looked up there.
        """
        budget = Budget(_seconds([self._exercises[name] for name in task.exercises]))
        parts = [
            replace(task, exercises=part)
            for data in (True, False)
            if (part := tuple(n for n in task.exercises if self._data(n) == data))
        ]
        marked = [self._mark(part, budget) for part in parts]
        results = {each.exercise: each for one in marked for each in one.results}
        for name in task.exercises:
            results[name] = self._best(task, results[name], budget)
        ordered = tuple(results[name] for name in task.exercises)
        return replace(marked[0], results=ordered)

    def _best(self, task: Task, result: Result, budget: Budget) -> Result:
        """Mark an answer that lost points as its own cell left it, if that helps.

        A cell below may bind anew what the answer uses, for an answer of its own.
        """
        if result.full or result.state not in ("graded", "refused"):
            return result
        cut = task.program.cut(result.exercise)
        if cut is None:
            return result
        alone = replace(task, program=cut, exercises=(result.exercise,))
        (again,) = self._mark(alone, budget).results
        return max(result, again, key=lambda each: each.points or 0.0)

    def _data(self, name: str) -> bool:
        return self._exercises[name].data

    def _mark(self, task: Task, budget: Budget) -> Marked:
        with closing(self._session(task, budget)) as session:
            return mark(task, self._exercises, session, self._seed)

    def close(self) -> None:
        """End all sandboxes, and with them what is under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._pool is not None:
            self._pool.close()

    def _session(self, task: Task, budget: Budget) -> "_Counting":
        """Open a session in which every cell that ends has run.

        Cells that train for minutes use up the time of all; then the others get a
        second and a third chance without them.
        """
        program = task.program
        cells = [piece.source for piece in program.pieces]
        limits = _limits([self._exercises[name] for name in task.exercises])
        slow: dict[int, CellReport] = {}
        # Where labels could be looked up, they could be looked up in a file as well.
        data = program.data if limits.data else {}
        files = {name: b64decode(content) for name, content in data.items()}
        session = self._sandboxes().session(cells, limits, budget, files)
        if any(program.answers[name].attempted for name in task.exercises):
            for _ in range(CHANCES - 1):
                late = [each for each in session.cell_reports if each.kind == "timeout"]
                if not any(each.error.startswith("not run") for each in late):
                    break
                session.close()
                for report in late:
                    if not report.error.startswith("not run"):
                        slow[report.index] = report
                        cells[report.index] = ""
                session = self._sandboxes().session(cells, limits, budget, files)
        return _Counting(session, program, slow)

    def _sandboxes(self) -> SandboxPool:
        with self._starting:
            if self._pool is None:
                training = any(each.trains for each in self._exercises.values())
                self._pool = SandboxPool(
                    self._workers, unsafe=self._unsafe, training=training
                )
            return self._pool


@dataclass
class _Counting:
    """A session that counts cells as the student does, not pieces."""

    session: SandboxSession
    program: Program
    slow: Mapping[int, CellReport]  # cells left out because they took too long

    def call(
        self,
        function: str,
        *args: Any,
        seconds: float,
        driver: Driver | None = None,
    ) -> Reply:
        reply = self.session.call(function, *args, seconds=seconds, driver=driver)
        return replace(reply, error=self._counted(reply.error))

    def fresh(self) -> None:
        self.session.fresh()

    def close(self) -> None:
        self.session.close()

    @property
    def cell_reports(self) -> list[CellReport]:
        return [
            replace(report, error=self._counted(report.error))
            for ran in self.session.cell_reports
            for report in [self.slow.get(ran.index, ran)]
        ]

    def _counted(self, error: str) -> str:
        """Put the numbers of code cells for those of pieces."""

        def number(match: re.Match) -> str:
            piece = int(match[1]) - 1
            pieces = self.program.pieces
            return f"cell {pieces[piece].cell + 1}," if 0 <= piece < len(pieces) else ""

        return _PIECE.sub(number, error)


def _seconds(exercises: list[Exercise]) -> float:
    """What a submission may use in all: three runs of its cells, and its calls."""
    calls = sum(each.seconds for each in exercises)
    return 3 * Limits().cells_seconds + CALLS * calls


def _limits(exercises: list[Exercise]) -> Limits:
    """Allow what the most demanding of the exercises needs."""
    return Limits(
        memory_mb=max(exercise.memory_mb for exercise in exercises),
        data=all(exercise.data for exercise in exercises),
    )
