"""What a gradebook holds: marks, students, and marks that changed."""

from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["graded", "unanswered", "refused", "error"]


@dataclass(frozen=True)
class Result:
    """The mark of one answer.

    Attributes:
        exercise: name of the exercise.
        state: "graded"; "unanswered", worth nothing; "refused", worth nothing, it
            calls what the task rules out; "error", the grader failed: no mark.
        points: earned, `None` in state "error".
        possible: points that can be earned.
        seconds: that grading took, most of them in the student's code.
        report: what feedback shows: points by group, outcomes, errors; JSON.
        grading: the grading it belongs to, 0 before it is stored.
    """

    exercise: str
    state: State
    points: float | None
    possible: float
    seconds: float
    report: dict[str, Any]
    grading: int = 0

    @property
    def full(self) -> bool:
        """Whether it earned all that can be earned."""
        return self.points == self.possible


@dataclass(frozen=True)
class Entry:
    """A student and the present results by exercise.

    Attributes:
        submission: digest of the content, `None` when it is unreadable.
        reason: why it is unreadable, else "".
        run: what happened when the cells ran.
    """

    student: str
    name: str
    path: str
    submission: str | None
    reason: str
    results: dict[str, Result] = field(default_factory=dict)
    run: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """A mark that a regrade changed."""

    student: str
    name: str
    exercise: str
    before: float
    after: float
