"""Grade a folder: read, mark, store and report, one submission independent of another.

The main thread reads submissions, keeps the gradebook and writes pages. Marking happens
in an executor: threads that each drive a sandbox, or the workers of a cluster.
"""

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from c2a.errors import C2AError
from c2a.grading.assignment import Assignment
from c2a.grading.exports import results_json, scores_csv
from c2a.grading.feedback import Look, fingerprint, page_name, write_feedback
from c2a.grading.files import ResultsError, remove_parts, write_whole
from c2a.grading.gradebook import Gradebook
from c2a.grading.layouts import Delivery, Notice, go_through
from c2a.grading.marking import Marked, Task
from c2a.grading.overview import overview
from c2a.grading.records import Change, Entry
from c2a.grading.seed import Seed
from c2a.grading.similar import similar
from c2a.grading.statistics import Statistics, gather
from c2a.grading.submissions import Reader, Submission, Unreadable
from c2a.grading.text import clean

POLL = 0.2  # seconds between looks at what another run is grading


class Marker(Protocol):
    """Where tasks are marked.

    Attributes:
        batch: how many tasks are handed over together.
        ahead: how many batches are kept under way.
        protection: what separates the students' code from the machine; known once
            something was marked.
    """

    batch: int
    ahead: int

    @property
    def protection(self) -> str: ...

    def submit(self, tasks: list[Task]) -> "Future[list[Marked]]":
        """Start marking tasks."""

    def close(self) -> None:
        """Stop at once; what is under way is given up."""


@dataclass
class Summary:
    """What a run did.

    Attributes:
        slug, title: of the assignment.
        marked: submissions marked by this run.
        changes: marks that differ from those of an earlier grading.
        seconds: wall-clock time.
    """

    slug: str
    title: str
    statistics: Statistics
    marked: int
    changes: list[Change]
    protection: str
    seconds: float


@dataclass
class Run:
    """One pass over a folder of submissions.

    Attributes:
        assignment: what is graded.
        out: folder of the results.
        book: the gradebook in it.
        marker: where marking happens.
        seed: draws the hidden cases.
        look: shared by all pages.
        regrade: the only exercise to mark, again; `None`: whatever has no mark yet.
        progress: told the number of students done and of all.
    """

    assignment: Assignment
    out: Path
    book: Gradebook
    marker: Marker
    seed: Seed
    look: Look
    regrade: str | None = None
    progress: Callable[[int, int], None] = lambda done, total: None
    _gradings: dict[str, int] = field(default_factory=dict)
    _wanted: dict[str, int] = field(default_factory=dict)
    _flying: dict[Future, list[Task]] = field(default_factory=dict)
    _batch: list[Task] = field(default_factory=list)
    _students: dict[str, str] = field(default_factory=dict)
    _notices: dict[str, Notice] = field(default_factory=dict)
    _reader: Reader = field(init=False)
    _done: int = 0
    _total: int = 0
    _marked: int = 0

    def __post_init__(self) -> None:
        self._reader = Reader(self.assignment.exercises, self.assignment.slug)

    def grade(self, folder: Path) -> Summary:
        """Grade all submissions of a folder and write every report."""
        started = time.monotonic()
        self._open_gradings()
        gone = go_through(folder, self.out)
        found = gone.deliveries
        self._notices = {notice.file: notice for notice in gone.notices}
        self._total = len(found)
        self.progress(0, self._total)
        try:
            deferred = [each for each in found if not self._take(each)]
            self._flush()
            self._collect(until=0)
            self._wait_for_others(deferred)
        except BaseException:
            self._give_up()
            raise
        self.marker.close()  # the reports need memory, and no sandbox
        self.book.finish(list(self._wanted.values()))
        statistics, changes = self._report()
        seconds = time.monotonic() - started
        protection = self.book.protection
        about = (self.assignment.slug, self.assignment.title)
        return Summary(*about, statistics, self._marked, changes, protection, seconds)

    def _open_gradings(self) -> None:
        for name, exercise in self.assignment.by_name.items():
            which = (name, exercise.version, self.seed.fingerprint)
            if self.regrade in (None, name):
                again = self.regrade is not None
                self._wanted[name] = self.book.grading(*which, again)
            else:
                latest = self.book.latest_grading(*which)
                if latest is not None:
                    self._gradings[name] = latest
        self._gradings |= self._wanted

    def _take(self, delivery: Delivery) -> bool:
        """Read a delivery and hand it on; false when it is under way already."""
        submission = self._reader.read(delivery)
        student = submission.student
        self._record(submission)
        if isinstance(submission, Unreadable):
            self._finish(student)
            return True
        missing: list[str] | None = self.book.missing(submission.digest, self._wanted)
        if missing:
            missing = self.book.claim(submission.digest, self._wanted)
        if missing is None:
            return False
        if not missing:
            self._finish(student)
            return True
        self._students[submission.digest] = student
        task = Task(submission.digest, submission.program, tuple(missing))
        self._batch.append(task)
        if len(self._batch) >= self.marker.batch:
            self._flush()
        self._collect(until=self.marker.ahead - 1)
        return True

    def _record(self, submission: Submission | Unreadable) -> None:
        digest, reason = None, ""
        if isinstance(submission, Submission):
            digest = submission.digest
            self._notices |= {each.file: each for each in submission.skipped}
        else:
            reason = clean(submission.reason, 500)
        # In UTF-8, which the names of files are in, whatever the locale says.
        raw = os.fsencode(submission.path or "")
        path = clean(raw.decode("utf-8", "replace"), 1_000)
        identity = (submission.student, submission.name, path)
        self.book.record_student(*identity, digest, reason)

    def _flush(self) -> None:
        if self._batch:
            future = self.marker.submit(self._batch)
            self._flying[future] = self._batch
            self._batch = []

    def _collect(self, until: int) -> None:
        """Store what is marked; wait while more than `until` batches are under way."""
        while self._flying:
            patience = None if len(self._flying) > until else 0
            done, _ = wait(self._flying, patience, FIRST_COMPLETED)
            if not done:
                return
            # What succeeded is stored before a failure ends the run.
            for future in sorted(done, key=lambda each: bool(each.exception())):
                del self._flying[future]
                for marked in future.result():
                    self._store(marked)

    def _store(self, marked: Marked) -> None:
        self.book.note_protection(self.marker.protection)
        self.book.store(marked.submission, marked.results, self._wanted, marked.run)
        self._marked += 1
        self._finish(self._students.pop(marked.submission))

    def _wait_for_others(self, deferred: Iterable[Delivery]) -> None:
        """Grade what another run, or an equal submission, was about to provide."""
        waiting = list(deferred)
        while waiting:
            waiting = [each for each in waiting if not self._take(each)]
            self._flush()
            self._collect(until=0)
            if waiting:
                time.sleep(POLL)

    def _finish(self, student: str) -> None:
        self._write_page(student)
        self._done += 1
        self.progress(self._done, self._total)

    def _write_page(self, student: str) -> Entry:
        """Write a student's page if it would differ from the one that is there."""
        entry = self.book.entry(student, self._gradings)
        exercises = self.assignment.exercises
        look = self._look()
        content = fingerprint(entry, exercises, look)
        folder = self.out / "feedback"
        present = (folder / page_name(student)).exists()
        if not present or self.book.page(student) != content:
            write_feedback(folder, entry, exercises, look)
            self.book.record_page(student, content)
        return entry

    def _look(self) -> Look:
        return replace(self.look, isolated=self.book.protection != "none")

    def _give_up(self) -> None:
        """Stop the marker and leave unfinished submissions to the next run."""
        self.marker.close()
        try:
            for digest in self._students:
                self.book.release(digest)
        except C2AError:
            return  # the next run sees that this one is gone

    def _report(self) -> tuple[Statistics, list[Change]]:
        """Write the reports on the whole class."""
        if not self.book.path.exists():
            raise ResultsError(
                f"{self.out} was removed while grading, and with it every mark and the "
                "private seed; grade again."
            )
        structures: dict[str, str] = {}
        statistics = gather(self._entries(structures), self.assignment.exercises)
        statistics.notices = list(self._notices.values())
        changes = [
            change
            for name, grading in self._wanted.items()
            for change in self.book.changes(name, grading)
        ]
        look, protection = self._look(), self.book.protection
        about = {
            "assignment": self.assignment.slug,
            "title": self.assignment.title,
            "isolated": look.isolated,
            "changes": [vars(change) for change in changes],
        }
        page = overview(statistics, look, protection, changes, similar(structures))
        write_whole(self.out / "scores.csv", scores_csv(statistics))
        write_whole(self.out / "results.json", results_json(statistics, about))
        write_whole(self.out / "index.html", page)
        remove_parts(self.out)
        remove_parts(self.out / "feedback")
        return statistics, changes

    def _entries(self, structures: dict[str, str]) -> Iterable[Entry]:
        for student in self.book.students():
            entry = self._write_page(student)
            structures[student] = entry.run.get("structure", "")
            yield entry
