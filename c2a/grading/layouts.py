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

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from os.path import exists, isdir  # what may not be looked at is not there
from pathlib import Path

from c2a.errors import C2AError
from c2a.grading.notebooks import split_name
from c2a.grading.text import clean

RESULTS_MARK = "gradebook.sqlite"  # the folder of results may lie among submissions
MOST_FILES = 50  # read of one student; a repository may hold a whole course
DEEPEST = 20  # folders within folders

_CANVAS = re.compile(
    r"^(?P<name>[^_]+)_(?:late_)?(?P<student>\d+)_(?P<attempt>\d{2,})_(?P<file>.+)$",
    re.IGNORECASE,
)
# The name comes first: what follows it, a student may have chosen.
_MOODLE = re.compile(r"^(?P<name>.+?)_(?P<student>\d+)_assignsubmission_[a-z]+_?")
# What is handed in instead of a notebook. Other plain files are no submissions.
_INSTEAD = re.compile(r"\.(7z|docx?|gz|html?|odt|pdf|rar|tar|tgz|zip)$", re.IGNORECASE)
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
        files: notebooks and Python files, the latest attempt first; where there are
            none, a few of what was handed in instead; may be empty.
    """

    student: str
    name: str
    files: tuple[Path, ...]


def deliveries(folder: Path) -> list[Delivery]:
    """List the students of a folder of submissions, or of one file, sorted by student.

    Raises:
        SubmissionsError: when the folder does not exist or is empty.
    """
    entries = _entries(folder)
    prefix, ambiguous = _classroom_prefix(entries), _ambiguous(entries)
    found: dict[str, Delivery] = {}
    for entry in sorted(entries, key=lambda entry: _attempt(entry.name)):
        plain = entry.name in ambiguous
        student, name = map(_shown, _identify(entry, prefix, plain))
        files = _files_of(entry)
        earlier = found.get(student)
        if earlier is not None:  # a later attempt: the platforms number them upward
            files = (*files, *earlier.files)
        found[student] = Delivery(student, name, files)
    if not found:
        raise SubmissionsError(f"{folder} holds no notebook, Python file or folder.")
    return [found[student] for student in sorted(found)]


def _entries(folder: Path) -> list[Path]:
    """List what was handed in, fit to be read or not."""
    if folder.is_file() and split_name(folder.name)[1]:
        return [folder]
    if not folder.is_dir():
        problem = "is no notebook" if folder.exists() else "does not exist"
        raise SubmissionsError(
            f"{folder} {problem}; name a folder of submissions (unpack an archive)."
        )
    if (folder / "submitted").is_dir():
        folder = folder / "submitted"
    named = {entry.name: entry for entry in folder.iterdir()}
    own = {
        name: entry
        for name, entry in named.items()
        if not _skipped(name) and (split_name(name)[1] or _is_submission(entry))
    }
    # An archive beside what was unpacked from it, or a printed notebook, adds nothing.
    stems = {split_name(name)[0] for name in own}
    instead = [
        entry
        for name, entry in named.items()
        if any(pattern.search(name) for pattern in (_INSTEAD, _MOODLE, _CANVAS))
        and not (_skipped(name) or name in own or entry.stem in stems)
    ]
    return [*own.values(), *instead]


def _is_submission(entry: Path) -> bool:
    return isdir(entry) and not exists(entry / RESULTS_MARK)


def _ambiguous(entries: list[Path]) -> set[str]:
    """List files whose names would be mistaken for another student's.

    `hw_1_10_ada.ipynb` looks as if Canvas had named it, but Canvas numbers every file
    anew. Two files may differ only in their ending; then they are two submissions.
    """
    names = [entry.name for entry in entries if not isdir(entry)]
    canvas = {name: _CANVAS.match(name) for name in names}
    keys = {n: m["attempt"] if (m := canvas[n]) else _stem(n) for n in names}
    count = Counter(keys.values())
    return {name for name, key in keys.items() if count[key] > 1}


def _identify(entry: Path, prefix: str, plain: bool) -> tuple[str, str]:
    """Return the identifier and the name of the student who handed in an entry."""
    if moodle := _MOODLE.match(entry.name):
        return moodle["student"], moodle["name"]
    if plain:
        return entry.name, entry.name
    if canvas := _CANVAS.match(entry.name):
        return canvas["student"], canvas["name"]
    folder = isdir(entry)
    student = entry.name.removeprefix(prefix) if folder else _stem(entry.name)
    return student, student


def _stem(name: str) -> str:
    stem, kind = split_name(name)
    return stem if kind else Path(name).stem


def _shown(name: str) -> str:
    """Make a name fit to be shown on one line; different names stay different."""
    raw = os.fsencode(name)
    shown = " ".join(clean(raw.decode("utf-8", "replace"), 100).split())
    if os.fsencode(shown) == raw:
        return shown
    return f"{shown}-{hashlib.sha256(raw).hexdigest()[:8]}"


def _files_of(entry: Path) -> tuple[Path, ...]:
    # A link to a folder could lead anywhere; it is reported as no plain file.
    if entry.is_symlink() or not isdir(entry):
        return (entry,)
    notebooks = (file for file in _below(entry) if split_name(file.name)[1])
    found = tuple(islice(notebooks, MOST_FILES)) or tuple(islice(_below(entry), 1))
    return found if os.access(entry, os.R_OK | os.X_OK) else (entry,)


def _classroom_prefix(entries: list[Path]) -> str:
    """Find what `gh classroom clone` puts before every user name, "" if nothing."""
    clones = [entry.name for entry in entries if exists(entry / ".git")]
    if len(clones) < 2:
        return ""
    first, last = min(clones), max(clones)
    same = (a == b for a, b in zip(first, last, strict=False))
    common = sum(takewhile(bool, same))
    return first[: first.rfind("-", 0, common) + 1]


def _below(folder: Path) -> Iterator[Path]:
    """List the files of one student."""
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not _skipped(name))
        if len(Path(parent).relative_to(folder).parts) >= DEEPEST:
            folders.clear()
        for name in sorted(files, key=_attempt, reverse=True):
            if not _skipped(name):
                yield Path(parent, name)


def _attempt(name: str) -> tuple[int, str]:
    match = _CANVAS.match(name)
    return (int(match["attempt"]) if match else 0, name)


def _skipped(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED
