"""The gradebook: one SQLite file that survives kills, full disks and two runs at once.

A result belongs to a submission's content and to a *grading*: one pass of an exercise
version with a seed over the submissions. Regrading opens another grading, so earlier
results stay to be compared with. A run claims a submission before it grades it; the
claims of a run that died are recognized by its lock file, which the system has freed.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from c2a.errors import C2AError
from c2a.grading.records import Change, Entry, Result

SCHEMA = 1

_TABLES = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE gradings (
    id INTEGER PRIMARY KEY, exercise TEXT NOT NULL, version TEXT NOT NULL,
    seed TEXT NOT NULL, finished INTEGER NOT NULL DEFAULT 0);
CREATE TABLE students (
    student TEXT PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL,
    submission TEXT, reason TEXT);
CREATE TABLE results (
    submission TEXT NOT NULL, grading INTEGER NOT NULL REFERENCES gradings,
    state TEXT NOT NULL, points REAL, possible REAL NOT NULL, seconds REAL NOT NULL,
    report TEXT NOT NULL, PRIMARY KEY (submission, grading)) WITHOUT ROWID;
CREATE TABLE runs (submission TEXT PRIMARY KEY, report TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE claims (submission TEXT PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pages (student TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
"""


class GradebookError(C2AError):
    """The gradebook cannot be read or written."""


class Gradebook:
    """The gradebook of one assignment, opened by one run.

    Used by one thread. Closing it gives up the run's claims.

    Raises:
        GradebookError: from every method, when the file cannot be used.
    """

    def __init__(self, path: Path, assignment: str) -> None:
        """Open or create the gradebook of an assignment (a chapter's slug)."""
        self.path = path
        self._locks = path.parent / ".runs"
        self.owner = secrets.token_hex(8)
        self._protection = ""
        with _explained(path):
            self._locks.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self._locks / self.owner)
            self._lock.acquire()
            self._db = sqlite3.connect(path, timeout=60, isolation_level=None)
            # Not available on network file systems; then SQLite keeps its journal.
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            with self._transaction():
                self._prepare(assignment)

    def close(self) -> None:
        """Give up the claims of this run and close the file."""
        try:
            with _explained(self.path), self._transaction():
                self._db.execute("DELETE FROM claims WHERE owner = ?", [self.owner])
        finally:
            self._db.close()
            self._lock.release()
            (self._locks / self.owner).unlink(missing_ok=True)

    def grading(
        self, exercise: str, version: str, seed: str, again: bool = False
    ) -> int:
        """Return the grading of an exercise version with a seed, opened when new.

        With `again`, a finished grading is followed by another one; an unfinished one,
        as an interrupted regrade leaves it, is continued.
        """
        query = (
            "SELECT id, finished FROM gradings WHERE exercise = ? AND version = ? "
            "AND seed = ? ORDER BY id DESC LIMIT 1"
        )
        with _explained(self.path), self._transaction():
            row = self._db.execute(query, [exercise, version, seed]).fetchone()
            if row is not None and not (again and row[1]):
                return row[0]
            cursor = self._db.execute(
                "INSERT INTO gradings (exercise, version, seed) VALUES (?, ?, ?)",
                [exercise, version, seed],
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def imported(self, exercise: str, source: str) -> int:
        """Return the grading of marks from another program, before all of ours."""
        query = "SELECT id FROM gradings WHERE exercise = ? AND version = ?"
        with _explained(self.path), self._transaction():
            row = self._db.execute(query, [exercise, source]).fetchone()
            if row is not None:
                return row[0]
            least = self._db.execute("SELECT min(id) FROM gradings").fetchone()[0]
            grading = min(least or 0, 0) - 1
            self._db.execute(
                "INSERT INTO gradings VALUES (?, ?, ?, ?, 1)",
                [grading, exercise, source, source],
            )
            return grading

    def latest_grading(self, exercise: str, version: str, seed: str) -> int | None:
        """Return the last grading of an exercise, of another version if need be."""
        query = (
            "SELECT id FROM gradings WHERE exercise = ? "
            "ORDER BY (version, seed) = (?, ?) DESC, id DESC LIMIT 1"
        )
        with _explained(self.path):
            row = self._db.execute(query, [exercise, version, seed]).fetchone()
        return row[0] if row else None

    def finish(self, gradings: Sequence[int]) -> None:
        """Note that gradings have been through all submissions."""
        with _explained(self.path), self._transaction():
            for grading in gradings:
                self._db.execute(
                    "UPDATE gradings SET finished = 1 WHERE id = ?", [grading]
                )

    def record_student(
        self, student: str, name: str, path: str, submission: str | None, reason: str
    ) -> None:
        """Note what a student handed in, in place of what was there before."""
        row = [student, name, path, submission, reason]
        same = "SELECT 1 FROM students WHERE (student, name, path) = (?, ?, ?) "
        same += "AND submission IS ? AND reason IS ?"
        with _explained(self.path):
            if self._db.execute(same, row).fetchone() is None:
                self._db.execute(
                    "INSERT OR REPLACE INTO students VALUES (?, ?, ?, ?, ?)", row
                )

    def missing(self, submission: str, gradings: dict[str, int]) -> list[str]:
        """List the exercises whose grading has no mark for a submission."""
        query = (
            "SELECT grading FROM results WHERE submission = ? AND points IS NOT NULL"
        )
        with _explained(self.path):
            done = {row[0] for row in self._db.execute(query, [submission])}
        return [name for name, grading in gradings.items() if grading not in done]

    def claim(self, submission: str, gradings: dict[str, int]) -> list[str] | None:
        """Reserve a submission for this run; list the exercises still to be marked.

        `None` when another living run has it, or this one.
        """
        with _explained(self.path), self._transaction():
            query = "SELECT owner FROM claims WHERE submission = ?"
            row = self._db.execute(query, [submission]).fetchone()
            if row is not None:
                if self._alive(row[0]):
                    return None
                self._db.execute("DELETE FROM claims WHERE owner = ?", [row[0]])
            # Seen in the same transaction: another run may just have finished it.
            missing = self.missing(submission, gradings)
            if missing:
                self._db.execute(
                    "INSERT INTO claims VALUES (?, ?)", [submission, self.owner]
                )
        return missing

    def store(
        self,
        submission: str,
        results: Sequence[Result],
        gradings: dict[str, int],
        run: dict[str, Any] | None = None,
    ) -> None:
        """Write the results of a submission and give up its claim, all or nothing.

        Args:
            submission: digest of its content.
            results: of some exercises.
            gradings: to which they belong, by exercise.
            run: what happened when the cells ran, `None` if they did not.
        """
        rows = [
            (
                submission,
                gradings[result.exercise],
                result.state,
                result.points,
                result.possible,
                result.seconds,
                json.dumps(result.report),
            )
            for result in results
        ]
        with _explained(self.path), self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?)", rows
            )
            if run is not None:
                self._db.execute(
                    "INSERT OR REPLACE INTO runs VALUES (?, ?)",
                    [submission, json.dumps(run)],
                )
            self._db.execute("DELETE FROM claims WHERE submission = ?", [submission])

    def release(self, submission: str) -> None:
        """Give up the claim of a submission that was not graded."""
        with _explained(self.path):
            self._db.execute(
                "DELETE FROM claims WHERE submission = ? AND owner = ?",
                [submission, self.owner],
            )

    @property
    def protection(self) -> str:
        """Return what separated students' code from the machine, "" before any.

        It stays "none" once anything was graded without a sandbox.
        """
        if self._protection != "none":
            with _explained(self.path):
                query = "SELECT value FROM settings WHERE key = 'protection'"
                row = self._db.execute(query).fetchone()
            self._protection = row[0] if row else ""
        return self._protection

    def note_protection(self, protection: str) -> None:
        """Note under which protection a submission was graded."""
        if self._protection != protection and self.protection != "none":
            with _explained(self.path):
                self._db.execute(
                    "INSERT OR REPLACE INTO settings VALUES ('protection', ?)",
                    [protection],
                )
            self._protection = protection

    def students(self) -> list[str]:
        """List all students, sorted."""
        with _explained(self.path):
            query = "SELECT student FROM students ORDER BY student"
            return [row[0] for row in self._db.execute(query)]

    def entry(self, student: str, gradings: dict[str, int]) -> Entry:
        """Read a student's present results.

        A result of another version or seed stands in until there is one of `gradings`.
        """
        with _explained(self.path):
            row = self._db.execute(
                "SELECT * FROM students WHERE student = ?", [student]
            ).fetchone()
            found = self._db.execute(
                "SELECT exercise, state, points, possible, seconds, report, id "
                "FROM results JOIN gradings ON id = grading WHERE submission = ? "
                "ORDER BY id",
                [row[3]],
            ).fetchall()
            run = self._db.execute(
                "SELECT report FROM runs WHERE submission = ?", [row[3]]
            ).fetchone()
        results: dict[str, Result] = {}
        for exercise, state, points, possible, seconds, report, grading in found:
            earlier = results.get(exercise)
            wanted = gradings.get(exercise)
            if wanted and (earlier is None or earlier.grading != wanted):
                fields = (exercise, state, points, possible, seconds)
                results[exercise] = Result(*fields, json.loads(report), grading)
        run = json.loads(run[0]) if run else {}
        student, name, path, submission, reason = row[:5]
        return Entry(student, name, path, submission, reason or "", results, run)

    def changes(self, exercise: str, grading: int) -> list[Change]:
        """List who gained or lost by a grading, against the one before it."""
        query = """
            SELECT student, name, old.points, new.points
            FROM students
            JOIN results AS new ON new.submission = students.submission
                AND new.grading = :grading
            JOIN results AS old ON old.submission = students.submission
                AND old.grading = (
                    SELECT max(results.grading) FROM results
                    JOIN gradings ON gradings.id = results.grading
                    WHERE results.submission = students.submission
                    AND gradings.exercise = :exercise AND gradings.id < :grading)
            WHERE abs(old.points - new.points) > 1e-9
            ORDER BY student"""
        values = {"exercise": exercise, "grading": grading}
        with _explained(self.path):
            rows = self._db.execute(query, values).fetchall()
        return [Change(row[0], row[1], exercise, row[2], row[3]) for row in rows]

    def page(self, student: str) -> str:
        """Return the fingerprint of what a student's page shows, "" without page."""
        with _explained(self.path):
            query = "SELECT content FROM pages WHERE student = ?"
            row = self._db.execute(query, [student]).fetchone()
        return row[0] if row else ""

    def record_page(self, student: str, content: str) -> None:
        """Note what a student's page shows, once the page is written."""
        with _explained(self.path):
            self._db.execute(
                "INSERT OR REPLACE INTO pages VALUES (?, ?)", [student, content]
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _prepare(self, assignment: str) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in _TABLES.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {SCHEMA}")
            self._db.execute(
                "INSERT INTO settings VALUES ('assignment', ?)", [assignment]
            )
        elif version != SCHEMA:
            raise GradebookError(
                f"{self.path} was written by another version of c2a; grade into a "
                "new folder."
            )
        query = "SELECT value FROM settings WHERE key = 'assignment'"
        present = self._db.execute(query).fetchone()[0]
        if present != assignment:
            raise GradebookError(
                f"{self.path} is the gradebook of {present}; give {assignment} a "
                "folder of its own with --out."
            )

    def _alive(self, owner: str) -> bool:
        """Tell whether a run still holds its lock file."""
        if owner == self.owner:
            return True
        path = self._locks / owner
        if not path.exists():
            return False
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
        path.unlink(missing_ok=True)
        return False


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say what to do about a database error."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        text = str(error)
        if "full" in text or "disk I/O" in text or "No space" in text:
            advice = "make room on the disk and run the same command again: what is "
            advice += "graded is safe"
        elif "not a database" in text or "malformed" in text:
            advice = "move the file away and grade again"
        elif "locked" in text:
            advice = "another program holds it; close that and run the command again"
        else:
            advice = "check that the folder exists and can be written"
        message = f"The gradebook {path} cannot be used ({text}): {advice}."
        raise GradebookError(message) from error
