"""Who handed in what: the folders that learning platforms and Git services export.

A folder may be filled from several places. Every entry is accounted for: as somebody's
delivery, or as passed over. Recognized are

- plain files, `ada.ipynb`, and plain folders, one a student, `ada/any-name.ipynb`;
- Canvas, `lovelaceada_LATE_1815_778_notebook.ipynb`: student 1815, attempt 778;
- Moodle, `Ada Lovelace_1815_assignsubmission_file_/notebook.ipynb` or, flattened,
  `Ada Lovelace_1815_assignsubmission_file_notebook.ipynb`;
- Blackboard, `HW 1_lovelace_attempt_2026-11-27-08-15-00_notebook.ipynb`;
- Brightspace, `1815-46025 - lovelace Ada Lovelace - Nov 27, 2026 815 AM/notebook.ipynb`
  or, flattened, with ` - notebook.ipynb` instead;
- GitHub Classroom, clones named `assignment-username`;
- nbgrader, a course folder with `submitted/ada/ps1/notebook.ipynb`, or that subfolder.
"""

import hashlib
import os
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice, takewhile
from os.path import exists, isdir  # what may not be looked at is not there
from pathlib import Path

from c2a.errors import C2AError
from c2a.grading.identity import TYPED, Claim, claims, disputed
from c2a.grading.notebooks import split_name
from c2a.grading.text import clean

RESULTS_MARK = "gradebook.sqlite"  # the folder of results may lie among submissions
MOST_FILES = 50  # read of one student; a repository may hold a whole course
MOST_BESIDE = 500  # other files of one student that an answer may read
DEEPEST = 20  # folders within folders
LONGEST = 500  # characters of a reason

# What is handed in instead of a notebook. Other plain files are no submissions.
_INSTEAD = re.compile(r"\.(7z|docx?|gz|html?|odt|pdf|rar|tar|tgz|zip)$", re.IGNORECASE)
# What a browser or a file manager adds where the name is taken: "ada (1)".
_COPY = re.compile(r"(?P<first>.+?) ?\(\d+\)")
_SKIPPED = {"__MACOSX", "__pycache__", "node_modules", "venv", "site-packages"}

RESULTS = "a folder of results, not a submission"
NO_CODE = "neither a notebook nor a Python file, and no name of a student"
BESIDE = "a notebook or Python file of the same name is there"
TOO_MANY = f"not among the {MOST_FILES} files that are read of one student"
AGAIN = "may be another file of {first}; both are graded, each in a row of its own"
DISPUTED = "claims to be {student}, as {others} does; neither was taken for the other"


class SubmissionsError(C2AError):
    """The folder of submissions is missing or holds nothing that can be graded."""


@dataclass(frozen=True)
class Notice:
    """A file that was passed over, or that an instructor should look at, and why."""

    file: str
    reason: str
    status: str = "passed over"


@dataclass(frozen=True)
class Delivery:
    """What one student handed in.

    Attributes:
        student: identifies the student in the gradebook: the platform's number where
            the file name has one, else the name of file or folder.
        name: what a person calls the student.
        files: notebooks and Python files, the latest attempt first; where there are
            none, a few of what was handed in instead; may be empty.
        reason: why there can be no mark, where the platform's file says so.
        beside: other files in the student's folder.
    """

    student: str
    name: str
    files: tuple[Path, ...]
    reason: str = ""
    beside: tuple[Path, ...] = ()


@dataclass
class Folder:
    """A folder of submissions, gone through.

    Attributes:
        deliveries: what each student handed in, sorted by student.
        notices: all that is no submission.
    """

    deliveries: list[Delivery] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def deliveries(folder: Path) -> list[Delivery]:
    """List the students of a folder of submissions, or of one file, sorted by student.

    Raises:
        SubmissionsError: when the folder does not exist or is empty.
    """
    return go_through(folder).deliveries


def go_through(folder: Path, results: Path | None = None) -> Folder:
    """Go through a folder of submissions, or take one file; `results` is skipped.

    Raises:
        SubmissionsError: when the folder does not exist or is empty.
    """
    gone = Folder()
    entries = _entries(folder, results, gone.notices)
    made = claims([entry.name for entry in entries])
    for name in _plain(entries, made):
        del made[name]
    in_dispute = disputed(made)
    gone.notices += _disputes(made, in_dispute)
    prefix = _classroom_prefix(entries)
    stems = Counter(_stem(entry.name) for entry in entries if not isdir(entry))
    platform = {claim.student for claim in made.values()}
    found: dict[str, Delivery] = {}
    for entry in sorted(entries, key=lambda entry: _order(entry.name, made)):
        claim = made.get(entry.name)
        if entry.name in in_dispute:
            student, name = entry.name, made[entry.name].name
        elif claim:
            student, name = claim.student, claim.name
        else:
            student = name = _own_name(entry, prefix, stems)
            if student in platform:  # the number of another, for a name
                student = f"{entry.name}/" if isdir(entry) else entry.name
                reason = DISPUTED.format(student=name, others="the platform's file")
                gone.notices.append(Notice(_shown(student), reason, "disputed"))
        student, name = _shown(student), _shown(name)
        files, beside = _files_of(entry, gone.notices)
        reason = f"{entry.name} {TYPED[claim.typed]}" if claim and claim.typed else ""
        earlier = found.get(student)
        if earlier is not None and reason:  # what is no file adds nothing to one
            gone.notices.append(Notice(_shown(entry.name), reason))
            continue
        if earlier is not None and earlier.reason:
            gone.notices.append(Notice(_shown(earlier.files[0].name), earlier.reason))
        elif earlier is not None:  # a later attempt: the platforms number them upward
            files, beside = (*files, *earlier.files), (*beside, *earlier.beside)
        found[student] = Delivery(student, name, files, reason, beside)
    if not found:
        raise SubmissionsError(f"{folder} holds no notebook, Python file or folder.")
    gone.notices += _copies(found)
    gone.deliveries = [found[student] for student in sorted(found)]
    return gone


def _entries(folder: Path, results: Path | None, notices: list[Notice]) -> list[Path]:
    """List what was handed in, fit to be read or not; note the rest."""
    if folder.is_file() and split_name(folder.name)[1]:
        return [folder]
    if not folder.is_dir():
        problem = "is no notebook" if folder.exists() else "does not exist"
        raise SubmissionsError(
            f"{folder} {problem}; name a folder of submissions (unpack an archive)."
        )
    if (folder / "submitted").is_dir():
        folder = folder / "submitted"
    named = {e.name: e for e in sorted(folder.iterdir()) if not _skipped(e.name)}
    named = {n: e for n, e in named.items() if results is None or not _same(e, results)}
    made = claims(list(named))
    own = {n for n, e in named.items() if split_name(n)[1] or _is_submission(e)}
    # An archive beside what was unpacked from it, or a printed notebook, adds nothing.
    stems = {split_name(name)[0] for name in own}
    for name in named.keys() - own:
        beside = named[name].stem in stems and name not in made
        if isdir(named[name]):
            notices.append(Notice(_shown(name), RESULTS))
        elif beside or not (name in made or _INSTEAD.search(name)):
            notices.append(Notice(_shown(name), BESIDE if beside else NO_CODE))
        else:
            own.add(name)
    notices.sort(key=lambda notice: notice.file)
    return [named[name] for name in named if name in own]


def _same(entry: Path, other: Path) -> bool:
    return exists(entry) and exists(other) and os.path.samefile(entry, other)


def _is_submission(entry: Path) -> bool:
    """Tell a student's folder from one of results, which holds no notebook."""
    if not isdir(entry):
        return False
    results = exists(entry / RESULTS_MARK)
    return not results or any(split_name(file.name)[1] for file in _below(entry))


def _plain(entries: list[Path], made: dict[str, Claim]) -> list[str]:
    """List files that a student has named as if Canvas had done it.

    `hw_1_10_ada.ipynb` looks like it, but Canvas numbers every file anew.
    """
    canvas = {name: each for name, each in made.items() if each.system == "Canvas"}
    attempts = Counter(claim.attempt for claim in canvas.values() if claim.attempt)
    return [
        entry.name
        for entry in entries
        if not isdir(entry)
        and (claim := canvas.get(entry.name))
        and attempts[claim.attempt] > 1
    ]


def _disputes(made: dict[str, Claim], names: set[str]) -> Iterator[Notice]:
    claimants: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        claimants[made[name].student].append(name)
    for name in sorted(names):
        student = made[name].student
        others = (other for other in claimants[student] if other != name)
        told = ", ".join(islice(others, LONGEST))
        reason = DISPUTED.format(student=student, others=told)
        yield Notice(_shown(name), clean(reason, LONGEST), "disputed")


def _copies(students: Collection[str]) -> Iterator[Notice]:
    """Names that may be another's with a number behind: an instructor has to look."""
    for student in sorted(students):
        match = _COPY.fullmatch(student)
        if match and match["first"] in students:
            reason = AGAIN.format(first=match["first"])
            yield Notice(student, reason, "second file?")


def _own_name(entry: Path, prefix: str, stems: Counter[str]) -> str:
    """Name a student after the file or folder that no platform has named.

    stems: how many files have each.
    """
    if isdir(entry):
        return entry.name.removeprefix(prefix)
    stem = _stem(entry.name)
    # Two files may differ only in their ending; then they are two submissions.
    return stem if stems[stem] == 1 else entry.name


def _stem(name: str) -> str:
    stem, kind = split_name(name)
    return stem if kind else Path(name).stem


def _shown(name: str) -> str:
    """Make a name fit to be shown on one line; different names stay different."""
    raw = os.fsencode(name)
    shown = " ".join(clean(raw.decode("utf-8", "replace"), 100).split())
    if shown.encode() == raw:
        return shown
    return f"{shown}-{hashlib.sha256(raw).hexdigest()[:8]}"


def _files_of(
    entry: Path, notices: list[Notice]
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The notebooks and Python files of an entry, and what lies beside them."""
    # A link to a folder could lead anywhere; it is reported as no plain file.
    if entry.is_symlink() or not isdir(entry):
        return (entry,), ()
    notebooks: list[Path] = []
    others: list[Path] = []
    for file in _below(entry):
        (notebooks if split_name(file.name)[1] else others).append(file)
    for file in notebooks[MOST_FILES:]:
        notices.append(Notice(_shown(str(file.relative_to(entry.parent))), TOO_MANY))
    found = tuple(notebooks[:MOST_FILES] or others[:1])
    readable = os.access(entry, os.R_OK | os.X_OK)
    return found if readable else (entry,), tuple(others[:MOST_BESIDE])


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
        made = claims(files)
        for name in sorted(files, key=lambda n: _order(n, made), reverse=True):
            if not _skipped(name):
                yield Path(parent, name)


def _order(name: str, made: dict[str, Claim]) -> tuple[int, str]:
    return (made[name].attempt if name in made else 0, name)


def _skipped(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED
