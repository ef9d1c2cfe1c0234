"""Carry scores into the tables that Canvas and Moodle export and import.

The platform's own table is filled in and written to a new file: who is in the course,
and what its columns are called, only the platform knows. Students without a mark are
left as they are, so an unreadable submission never becomes a zero.
"""

import csv
import io
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from c2a.errors import C2AError
from c2a.grading.exports import number
from c2a.grading.files import write_whole
from c2a.grading.statistics import Row

#: Of columns; which one, the platform's language or a setting decides.
DELIMITERS = (",", ";", "\t")
# What Canvas needs to recognize a student, besides the column that is filled in.
_CANVAS_IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# Columns that tell who somebody is, the one that is in the names of files first.
_CANVAS_NUMBERS = ("ID", "SIS User ID", "SIS Login ID")
_MOODLE_NUMBERS = ("Identifier", "ID number", "Username", "Email address")


class TableError(C2AError):
    """A table is not what the platform exports."""


@dataclass(frozen=True)
class Filled:
    """A table that was filled in.

    Attributes:
        path: where it was written.
        filled: how many students were given a mark.
        missing: students with a mark whom the table does not have.
    """

    path: Path
    filled: int
    missing: tuple[str, ...]


def fill_canvas(
    table: Path, out: Path, rows: Sequence[Row], title: str, possible: float
) -> Filled:
    """Fill a gradebook that Canvas exported; import the result into Canvas.

    The assignment's column is the one named by its title, as in "Convolution (4711)",
    or the only one that begins with it; a new one is added where there is none. Points
    are scaled to those that Canvas gives for the assignment.
    """
    header, students, delimiter = _read(table, "Student")
    column = _column(table, header, title)
    kept = [name for name in _CANVAS_IDENTITY if name in header]
    found = _found(rows, students, _CANVAS_NUMBERS, "Student")
    # The second line of the export holds the points possible, not a student.
    most = next((s.get(column) or "" for s in students if _is_total(s)), "")
    lines = []
    for student, row in zip(students, found, strict=True):
        value: object = student.get(column, "")
        if row is not None and row.points is not None:
            value = _scaled(row.points, most, possible)
            value = str(value).replace(".", ",") if "," in most else value
        elif column not in header and _is_total(student):
            value = number(possible)
        lines.append([*(student.get(name, "") for name in kept), value])
    return _write(out, [[*kept, column], *lines], rows, found, delimiter)


def fill_moodle(table: Path, out: Path, rows: Sequence[Row], possible: float) -> Filled:
    """Fill a grading worksheet that Moodle exported; upload the result to Moodle.

    Points are scaled to the worksheet's maximum grade.
    """
    header, students, delimiter = _read(table, "Grade")
    found = _found(rows, students, _MOODLE_NUMBERS, "Full name")
    for student, row in zip(students, found, strict=True):
        if row is not None and row.points is not None:
            most = student.get("Maximum Grade") or student.get("Maximum grade") or ""
            student["Grade"] = str(_scaled(row.points, most, possible))
    lines = [[student.get(name, "") for name in header] for student in students]
    return _write(out, [header, *lines], rows, found, delimiter)


def _column(table: Path, header: Sequence[str], title: str) -> str:
    named = re.compile(re.escape(title) + r"( \(\d+\))?")
    exact = [name for name in header if named.fullmatch(name)]
    alike = exact or [name for name in header if name.startswith(title)]
    if len(alike) > 1:
        raise TableError(
            f"{table} has several columns for {title!r}: {', '.join(alike)}; delete "
            "all of them from the file but the one to fill in."
        )
    return alike[0] if alike else title


def _is_total(student: dict[str, str]) -> bool:
    return (student["Student"] or "").strip() == "Points Possible"


def _scaled(points: float, most: str, possible: float) -> float | int | str:
    """Turn points into the platform's, whose maximum may have a decimal comma."""
    most = most.strip().replace(",", ".")
    known = re.fullmatch(r"\d+(\.\d+)?", most) and float(most) and possible
    return number(points * float(most) / possible if known else points)


def _read(table: Path, needed: str) -> tuple[list[str], list[dict[str, str]], str]:
    """The header and the lines of a table, and what stands between its columns."""
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(
            f"The table {table} cannot be read ({error}); export it again, as CSV."
        ) from error
    for delimiter in DELIMITERS:
        reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
        header = list(reader.fieldnames or [])
        if needed in header:
            return header, list(reader), delimiter
    raise TableError(
        f"{table} has no column {needed!r}; export the gradebook (Canvas) or the "
        "grading worksheet (Moodle) as CSV, in English, and name that file."
    )


def _found(
    rows: Sequence[Row],
    students: Sequence[dict[str, str]],
    numbers: Sequence[str],
    name: str,
) -> list[Row | None]:
    """Find each student's row: by number or login, else by a name that only one has."""
    found: list[Row | None] = [None] * len(students)
    count = Counter(row.student.lower() for row in rows)
    waiting = {key: r for r in rows if count[key := r.student.lower()] == 1}
    for column in numbers:
        for place, student in enumerate(students):
            value = (student.get(column) or "").strip().removeprefix("Participant ")
            if found[place] is None:
                found[place] = waiting.pop(value.lower(), None)
    people: dict[str, list[int]] = defaultdict(list)
    for place, student in enumerate(students):
        for spelling in _spellings(student.get(name) or ""):
            people[spelling].append(place)
    alike: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        for place in people.get("".join(_words(row.name)), []):
            alike[place].append(row)
    for place, those in alike.items():
        (row, *others) = those
        alone = len(people["".join(_words(row.name))]) == 1 and not others
        if alone and found[place] is None and row.student.lower() in waiting:
            found[place] = row
    return found


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name).casefold())


def _spellings(name: str) -> set[str]:
    """Join the words of a name, from each on: "Lovelace, Ada" is "adalovelace" too."""
    words = _words(name)
    return {"".join(words[i:] + words[:i]) for i in range(len(words))}


def _write(
    out: Path,
    lines: Sequence[Sequence[object]],
    rows: Sequence[Row],
    found: Sequence[Row | None],
    delimiter: str,
) -> Filled:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(lines)
    write_whole(out, text.getvalue())
    marked = {row.student for row in rows if row.points is not None}
    filled = marked & {row.student for row in found if row is not None}
    return Filled(out, len(filled), tuple(sorted(marked - filled)))
