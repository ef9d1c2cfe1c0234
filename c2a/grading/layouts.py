"""Who handed in what: the folders that learning platforms and Git services export.

Every entry of the folder is recognized by itself, so that a folder filled from several
places works too. Recognized are

- plain files, `ada.ipynb`, and plain folders, one a student, `ada/any-name.ipynb`;
- Canvas, `lovelaceada_LATE_1815_778_notebook.ipynb`: student 1815, attempt 778;
- Moodle, `Ada Lovelace_1815_assignsubmission_file_/notebook.ipynb` or, flattened,
  `Ada Lovelace_1815_assignsubmission_file_notebook.ipynb`;
- GitHub Classroom, clones named `assignment-username`;
- nbgrader, a course folder with `submitted/ada/ps1/notebook.ipynb`, or that subfolder.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from c2a.errors import C2AError
from c2a.grading.notebooks import SUFFIXES

RESULTS_MARK = "gradebook.sqlite"  # the folder of results may lie among submissions
MOST_FILES = 50  # read of one student; a repository may hold a whole course

_CANVAS = re.compile(
    r"^(?P<name>[^_]+)_(?:late_)?(?P<student>\d+)_(?P<attempt>\d+)_(?P<file>.+)$",
    re.IGNORECASE,
)
_MOODLE = re.compile(r"^(?P<name>.+)_(?P<student>\d+)_assignsubmission_[a-z]+_?")
_SKIPPED = {"__MACOSX", "__pycache__", "node_modules", "venv", "site-packages"}


class SubmissionsError(C2AError):
    """The folder of submissions is missing or holds nothing that can be graded."""


@dataclass(frozen=True)
class Delivery:
    """What one student handed in.

    Attributes:
        student: identifies the student in the gradebook: the platform's number where
            the file name has one, else the name of file or folder.
        name: what a person calls the student.
        files: notebooks and Python files, the latest attempt first; may be empty.
    """

    student: str
    name: str
    files: tuple[Path, ...]


def deliveries(folder: Path) -> list[Delivery]:
    """List the students of a folder of submissions, sorted by student.

    Raises:
        SubmissionsError: when the folder does not exist or is empty.
    """
    if folder.is_file():
        return [Delivery(folder.stem, folder.stem, (folder,))]
    if not folder.is_dir():
        raise SubmissionsError(f"There is no folder {folder}; name one to grade.")
    if (folder / "submitted").is_dir():
        folder = folder / "submitted"
    entries = [entry for entry in folder.iterdir() if not _skipped(entry.name)]
    entries.sort(key=lambda entry: _attempt(entry.name))
    prefix = _classroom_prefix(entries)
    found: dict[str, Delivery] = {}
    for entry in entries:
        if entry.is_dir():
            if (entry / RESULTS_MARK).exists():
                continue
            # A link to a folder could lead anywhere: the student handed in nothing.
            files = () if entry.is_symlink() else tuple(_files_below(entry))
        elif entry.suffix in SUFFIXES:
            files = (entry,)
        else:
            continue
        student, name = _identify(entry, prefix)
        earlier = found.get(student)
        if earlier is not None:  # a later attempt: the platforms number them upward
            files = (*files, *earlier.files)
        found[student] = Delivery(student, name, files)
    if not found:
        raise SubmissionsError(f"{folder} holds no notebook, Python file or folder.")
    return [found[student] for student in sorted(found)]


def _identify(entry: Path, prefix: str) -> tuple[str, str]:
    """Return the identifier and the name of the student who handed in an entry."""
    if moodle := _MOODLE.match(entry.name):
        return moodle["student"], moodle["name"]
    if entry.is_dir():
        student = entry.name.removeprefix(prefix)
        return student, student
    if canvas := _CANVAS.match(entry.name):
        return canvas["student"], canvas["name"]
    # Two files may differ only in their ending; then they are two submissions.
    alone = not any(
        entry.with_suffix(suffix).exists() and suffix != entry.suffix
        for suffix in SUFFIXES
    )
    student = entry.stem if alone else entry.name
    return student, student


def _classroom_prefix(entries: list[Path]) -> str:
    """Find what `gh classroom clone` puts before every user name, "" if nothing."""
    clones = [entry.name for entry in entries if (entry / ".git").exists()]
    if len(clones) < 2:
        return ""
    first, last = min(clones), max(clones)
    same = (a == b for a, b in zip(first, last, strict=False))
    common = sum(takewhile(bool, same))
    return first[: first.rfind("-", 0, common) + 1]


def _files_below(folder: Path) -> Iterator[Path]:
    """List the notebooks and Python files of one student, at most MOST_FILES."""
    count = 0
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not _skipped(name))
        for name in sorted(files, key=_attempt, reverse=True):
            if Path(name).suffix in SUFFIXES and not _skipped(name):
                yield Path(parent, name)
                count += 1
                if count == MOST_FILES:
                    return


def _attempt(name: str) -> tuple[int, str]:
    match = _CANVAS.match(name)
    return (int(match["attempt"]) if match else 0, name)


def _skipped(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED
