"""What an instructor wants to know of a class, gathered in one pass over it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from c2a.exercises.kit.exercise import Exercise
from c2a.grading.feedback import page_name
from c2a.grading.layouts import Notice
from c2a.grading.records import Entry

BINS = 10


@dataclass
class ExerciseStatistics:
    """How a class fared with one exercise."""

    exercise: Exercise
    attempted: int = 0
    full: int = 0
    earned: float = 0.0
    marked: int = 0
    seconds: list[float] = field(default_factory=list)
    mistakes: Counter[str] = field(default_factory=Counter)

    @property
    def mean(self) -> float:
        """Mean share of the points among marked submissions, 0 to 1."""
        possible = self.marked * self.exercise.total
        return self.earned / possible if possible else 0.0

    @property
    def median_seconds(self) -> float:
        """Median time of marking one attempted answer."""
        return median(self.seconds) if self.seconds else 0.0


@dataclass(frozen=True)
class Row:
    """One student in the table of the overview and in scores.csv."""

    student: str
    name: str
    path: str
    status: str
    reason: str
    points: float | None
    by_exercise: tuple[float | None, ...]
    page: str


@dataclass
class Statistics:
    """A class: its rows, its exercises, a histogram of the points, and files aside."""

    possible: float
    rows: list[Row]
    exercises: list[ExerciseStatistics]
    notices: list[Notice] = field(default_factory=list)

    @property
    def known(self) -> float:
        """Points of questions whose right answers anybody can read in the package."""
        return sum(e.exercise.total for e in self.exercises if e.exercise.same_cases)

    @property
    def graded(self) -> list[Row]:
        """Rows with a complete mark."""
        return [row for row in self.rows if row.points is not None]

    @property
    def mean(self) -> float | None:
        """Mean points of the graded rows."""
        points = [row.points for row in self.rows if row.points is not None]
        return sum(points) / len(points) if points else None

    @property
    def histogram(self) -> list[int]:
        """How many rows earned each tenth of the points."""
        counts = [0] * BINS
        for row in self.rows:
            if row.points is not None:
                share = row.points / self.possible if self.possible else 1.0
                counts[min(int(share * BINS), BINS - 1)] += 1
        return counts

    @property
    def mistakes(self) -> list[tuple[int, str, str]]:
        """Known mistakes: how many submissions, exercise, diagnosis; common first."""
        found = [
            (count, each.exercise.title, diagnosis)
            for each in self.exercises
            for diagnosis, count in each.mistakes.items()
        ]
        return sorted(found, key=lambda item: (-item[0], item[1], item[2]))


def gather(entries: Iterable[Entry], exercises: Sequence[Exercise]) -> Statistics:
    """Read a class, one entry at a time."""
    statistics = {each.name: ExerciseStatistics(each) for each in exercises}
    rows = []
    for entry in entries:
        rows.append(row(entry, exercises))
        for name, result in entry.results.items():
            one = statistics[name]
            if result.points is None:
                continue
            one.marked += 1
            one.earned += result.points
            one.attempted += result.state != "unanswered"
            one.full += result.points >= result.possible
            if result.state == "graded":
                one.seconds.append(result.seconds)
            outcomes = result.report.get("hidden", []) + result.report.get(
                "visible", []
            )
            one.mistakes.update({each["diagnosis"] for each in outcomes} - {""})
    possible = sum(exercise.total for exercise in exercises)
    return Statistics(possible, rows, list(statistics.values()))


def row(entry: Entry, exercises: Sequence[Exercise]) -> Row:
    """Sum up a student. There are points only where every exercise has a mark."""
    results = [entry.results.get(exercise.name) for exercise in exercises]
    points = tuple(result.points if result else None for result in results)
    if entry.submission is None:
        status, reason = "unreadable", entry.reason
    elif None in points:
        status = "incomplete"
        reason = "; ".join(
            f"{exercise.name}: {result.report['message'] if result else 'not marked'}"
            for exercise, result in zip(exercises, results, strict=True)
            if result is None or result.state == "error"
        )
    else:
        status, reason = "graded", ""
    known = [number for number in points if number is not None]
    total = sum(known) if status == "graded" else None
    page = f"feedback/{page_name(entry.student)}"
    identity = (entry.student, entry.name, entry.path)
    return Row(*identity, status, reason, total, points, page)
