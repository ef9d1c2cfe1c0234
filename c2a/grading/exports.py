"""Scores for spreadsheets and programs."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from c2a.grading.statistics import Row, Statistics

# With the signs of East Asian width, which count as well.
_FORMULA = re.compile(r"(^|[;,\t\r\n|])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20\t\r])")


def scores_csv(statistics: Statistics) -> str:
    """Write one line a student; a student without a mark has no number, not a zero.

    Files that are no submission, or in dispute, follow.
    """
    names = [each.exercise.name for each in statistics.exercises]
    header = ["student", "name", "status", "points", "possible", *names]
    lines: list[Sequence[Any]] = [[*header, "reason", "file"]]
    for row in statistics.rows:
        points = [row.points, statistics.possible, *row.by_exercise]
        identity = (row.student, row.name, row.status)
        lines.append([*identity, *map(number, points), row.reason, row.path])
    for notice in statistics.notices:
        empty = [""] * (2 + len(names))
        lines.append(["", "", notice.status, *empty, notice.reason, notice.file])
    return table(lines)


def table(lines: Sequence[Sequence[Any]]) -> str:
    """Write CSV whose cells no spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([[harmless(cell) for cell in line] for line in lines])
    return text.getvalue()


def harmless(cell: Any) -> Any:
    """Put a quote before text that a spreadsheet would calculate.

    A student chooses the name of a file, and `=HYPERLINK(...)` is a valid one. So is
    `;=1+1`, which a spreadsheet that expects semicolons would cut in two.
    """
    return _FORMULA.sub(r"\1'\2", cell) if isinstance(cell, str) else cell


def number(points: float | None) -> float | int | str:
    """Write points without a needless ".0"; nothing where there is no mark."""
    if points is None:
        return ""
    rounded = round(points, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def results_json(statistics: Statistics, about: Mapping[str, Any]) -> str:
    """Write the scores and the statistics of a class as JSON."""
    return json.dumps(
        {
            **about,
            "possible": statistics.possible,
            "exercises": [
                {
                    "name": each.exercise.name,
                    "title": each.exercise.title,
                    "points": each.exercise.total,
                    "mean": round(each.mean * each.exercise.total, 4),
                    "attempted": each.attempted,
                    "mistakes": dict(each.mistakes.most_common()),
                }
                for each in statistics.exercises
            ],
            "students": [_student(row, statistics) for row in statistics.rows],
            "aside": [vars(notice) for notice in statistics.notices],
        },
        indent=1,
    )


def _student(row: Row, statistics: Statistics) -> dict[str, Any]:
    names = [each.exercise.name for each in statistics.exercises]
    return {
        "student": row.student,
        "name": row.name,
        "status": row.status,
        "reason": row.reason,
        "points": row.points,
        "exercises": dict(zip(names, row.by_exercise, strict=True)),
        "file": row.path,
        "feedback": row.page,
    }
