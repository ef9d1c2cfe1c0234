"""Carry scores into the tables that Canvas and Moodle export and import.

The platform's own table is filled in and written to a new file: who is in the course,
and what its columns are called, only the platform knows. Students without a mark are
left as they are, so an unreadable submission never becomes a zero.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from c2a.errors import C2AError
from c2a.grading.exports import number
from c2a.grading.files import write_whole
from c2a.grading.statistics import Row

# What Canvas needs to recognize a student, besides the column that is filled in.
_CANVAS_IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_MOODLE_IDENTITY = ("Identifier", "Email address", "ID number", "Username", "Full name")


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


def fill_canvas(table: Path, out: Path, rows: Sequence[Row], title: str) -> Filled:
    """Fill a gradebook that Canvas exported; import the result into Canvas.

    The assignment's column is the one that begins with its title, as in
    "Convolution (4711)"; a new one is added where there is none.
    """
    header, students = _read(table, "Student")
    column = next((name for name in header if name.startswith(title)), title)
    kept = [name for name in _CANVAS_IDENTITY if name in header]
    filled, lines = set(), []
    for student in students:
        line = [student.get(name, "") for name in kept]
        row = _find(rows, student, kept)
        # The second line of the export holds the points possible, not a student.
        value: object = student.get(column, "")
        if row is not None and row.points is not None:
            filled.add(row.student)
            value = number(row.points)
        lines.append([*line, value])
    return _write(out, [[*kept, column], *lines], rows, filled)


def fill_moodle(table: Path, out: Path, rows: Sequence[Row], possible: float) -> Filled:
    """Fill a grading worksheet that Moodle exported; upload the result to Moodle.

    Points are scaled to the worksheet's maximum grade.
    """
    header, students = _read(table, "Grade")
    filled = set()
    for student in students:
        row = _find(
            rows, student, [name for name in _MOODLE_IDENTITY if name in header]
        )
        if row is None or row.points is None:
            continue
        most = student.get("Maximum Grade") or student.get("Maximum grade") or ""
        scale = float(most) / possible if _is_number(most) and possible else 1.0
        student["Grade"] = str(number(row.points * scale))
        filled.add(row.student)
    lines = [[student.get(name, "") for name in header] for student in students]
    return _write(out, [header, *lines], rows, filled)


def _read(table: Path, needed: str) -> tuple[list[str], list[dict[str, str]]]:
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"The table {table} cannot be read: {error}.") from error
    reader = csv.DictReader(io.StringIO(text))
    header = list(reader.fieldnames or [])
    if needed not in header:
        raise TableError(
            f"{table} has no column {needed!r}; export the gradebook (Canvas) or the "
            "grading worksheet (Moodle) as CSV and name that file."
        )
    return header, list(reader)


def _find(rows: Sequence[Row], student: dict[str, str], names: list[str]) -> Row | None:
    """Find a student by number or login; by name only where that is unambiguous."""
    values = [student.get(name, "").strip() for name in names]
    numbers = {value.removeprefix("Participant ").lower() for value in values} - {""}
    exact = [row for row in rows if row.student.lower() in numbers]
    people = {_letters(value) for value in values if not value.isdigit()} - {""}
    alike = [row for row in rows if _letters(row.name) in people]
    found = exact or alike
    return found[0] if len(found) == 1 else None


def _letters(name: str) -> str:
    """Reduce a name to letters in a fixed order: "Lovelace, Ada" is "Ada Lovelace"."""
    words = re.findall(r"\w+", name.lower())
    return "".join(sorted("".join(words))) if words else ""


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", text.strip()) is not None


def _write(
    out: Path, lines: Sequence[Sequence[object]], rows: Sequence[Row], filled: set[str]
) -> Filled:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    write_whole(out, text.getvalue())
    marked = {row.student for row in rows if row.points is not None}
    return Filled(out, len(filled), tuple(sorted(marked - filled)))
