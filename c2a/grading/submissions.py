"""Read submissions: from a folder of files to programs that the sandbox can run."""

import hashlib
import inspect
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from c2a.exercises.kit.exercise import Exercise
from c2a.grading.answers import arrange
from c2a.grading.beside import imported
from c2a.grading.data_files import MOST_BYTES as DATA_BYTES
from c2a.grading.data_files import named
from c2a.grading.identity import own_name
from c2a.grading.layouts import Delivery, Notice
from c2a.grading.notebooks import Cell, UnreadableError, read_cells, split_name
from c2a.grading.program import Program
from c2a.grading.text import clean

MOST_BYTES = 256 << 20  # read of one student


@dataclass(frozen=True)
class Submission:
    """One student's work, read and ready to run.

    Attributes:
        student: identifies the student in the gradebook.
        name: what a person calls the student.
        path: the file, or the most telling of several files.
        cells: code cells in the order they are run.
        program: pieces to run and answers by exercise.
        digest: SHA-256 of the code cells, the modules that they import and the files
            that they read: what is graded, whatever the file around it.
        skipped: other files of the student that could not be read.
    """

    student: str
    name: str
    path: Path
    cells: tuple[Cell, ...]
    program: Program
    digest: str
    skipped: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Unreadable:
    """A submission that cannot be read, and why. It gets no mark, not a zero."""

    student: str
    name: str
    path: Path | None
    reason: str


class Reader:
    """Reads what students handed in, looking for the answers to some exercises."""

    def __init__(self, exercises: Sequence[Exercise], slug: str = "") -> None:
        """Look for these exercises; a file named after the slug goes before others."""
        self._slug = slug
        self._functions = {each.name: each.functions for each in exercises}
        self._parameters = {
            each.name: len(inspect.signature(each.reference).parameters)
            for each in exercises
            if inspect.isfunction(each.reference)
        }

    def read(self, delivery: Delivery) -> Submission | Unreadable:
        """Read the files of one student. Whatever goes wrong is the reason, told."""
        try:
            return self._read(delivery)
        except Exception as error:
            told = f"the grader failed to read this: {type(error).__name__}: {error}"
            path = delivery.files[0] if delivery.files else None
            return Unreadable(delivery.student, delivery.name, path, told)

    def _read(self, delivery: Delivery) -> Submission | Unreadable:
        """Read the files of one student.

        The one that answers most exercises counts, then any that answers an exercise
        which is still missing.
        """
        student, name = delivery.student, delivery.name
        if delivery.reason:
            return Unreadable(student, name, delivery.files[0], delivery.reason)
        readable: list[tuple[Path, tuple[Cell, ...], Program]] = []
        reasons: list[tuple[Path, str]] = []
        left = MOST_BYTES
        for path in delivery.files:
            try:
                left -= _size(path)
                if left < 0:
                    raise UnreadableError(f"is beyond the first {MOST_BYTES >> 20} MB")
                cells = tuple(read_cells(path))
                readable.append((path, cells, self._arrange(cells)))
            except UnreadableError as error:
                reasons.append((path, f"{path.name} {error}"))
        if not readable:
            nothing = (None, "no notebook or Python file")
            return Unreadable(student, name, *(reasons[0] if reasons else nothing))
        readable.sort(key=lambda file: self._merit(file[0], file[2]), reverse=True)
        path, cells, program = readable[0]
        for _, more, other in readable[1:]:
            if _answered(other) - _answered(program):
                cells = more + cells
                program = self._arrange(cells)
        sources = [cell.source for cell in cells]
        modules = imported(sources, path, delivery.files)
        others = [file for file, _ in reasons if not split_name(file.name)[1]]
        data, beyond = named(sources, path, [*delivery.beside, *others])
        program = program.beside(modules, data)
        much = f"is beyond the first {DATA_BYTES >> 20} MB of data files"
        reasons = [
            *(each for each in reasons if own_name(each[0].name) not in data),
            *((file, f"{file.name} {much}") for file in beyond),
        ]
        skipped = tuple(Notice(clean(str(p), 500), why) for p, why in reasons)
        digest = _digest(cells, modules, data)
        return Submission(student, name, path, cells, program, digest, skipped)

    def _arrange(self, cells: Sequence[Cell]) -> Program:
        return arrange(cells, self._functions, self._parameters)

    def _merit(self, path: Path, program: Program) -> tuple[int, bool, bool]:
        named = bool(self._slug) and self._slug in path.as_posix()
        return len(_answered(program)), named, path.suffix == ".ipynb"


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:  # reading it will say why
        return 0


def _answered(program: Program) -> set[str]:
    return {name for name, answer in program.answers.items() if answer.attempted}


def _digest(cells: Sequence[Cell], *beside: dict[str, str]) -> str:
    text = json.dumps([[cell.source, cell.name] for cell in cells])
    text += "".join(json.dumps(each, sort_keys=True) for each in beside if each)
    return hashlib.sha256(text.encode()).hexdigest()
