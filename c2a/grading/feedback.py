"""Feedback pages: what one student learns from the marks.

A page shows visible cases whole. Of hidden cases it shows the group and in what way
they failed, never a value: not the input, nor what the code printed or said about it,
because a function can print its input.
"""

import builtins
import hashlib
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from c2a.exercises.kit.exercise import Exercise
from c2a.exercises.kit.report import as_html
from c2a.exercises.kit.section import place
from c2a.grading.files import write_whole
from c2a.grading.records import Entry, Result

TEMPLATES = Path(__file__).with_name("templates")

# What a hidden case may tell, by the word for what is wrong.
HIDDEN = {
    "value": "a result is wrong.",
    "shape": "a result has the wrong shape or length.",
    "dtype": "a result has the wrong kind of numbers (dtype).",
    "type": "a result has the wrong type.",
    "nan": "a result holds NaN or infinity where numbers belong, or the reverse.",
    "mutation": "the function changes its input.",
    "no-error": "an impossible input is accepted where an error should be raised.",
    "unwritten": "the function is not written yet.",
    "exception": "the function stops with an error",
    "timeout": "the function did not return within the time limit.",
    "memory": "the function ran out of memory.",
    "died": "the function ended the whole process.",
    "missing": "there is no such function once all cells have run.",
    "unsupported": "a result is neither numbers, text, array, tensor, list nor dict.",
}
# Problems whose message speaks of the answer as a whole, not of a hidden value.
_OPEN = frozenset({"result", "budget"})
_CLASS = re.compile(r"[A-Za-z_]\w{0,60}")


@dataclass(frozen=True)
class Look:
    """What all pages of a run share.

    Attributes:
        title: of the assignment.
        book: address of the published book, "" if unknown.
        isolated: false when code ran without a sandbox.
    """

    title: str
    book: str = ""
    isolated: bool = True


@cache
def templates() -> Environment:
    """Return the templates; everything they insert is escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = TEMPLATES.joinpath("page.css").read_text(encoding="utf-8")
    environment.filters["code"] = lambda text: Markup(as_html(str(text)))
    environment.globals |= {"style": style, "script_hash": ""}
    return environment


def page_name(student: str) -> str:
    """Return a file name for a student's page, safe on every system and unique."""
    safe = re.sub(r"[^a-z0-9.-]+", "_", student.lower())[:80].strip(".")
    if safe != student:
        safe += "-" + hashlib.sha256(student.encode()).hexdigest()[:8]
    return f"{safe}.html"


def feedback(entry: Entry, exercises: Sequence[Exercise], look: Look) -> str:
    """Write the page of a student as self-contained HTML."""
    results = [entry.results.get(exercise.name) for exercise in exercises]
    earned = [result.points for result in results if result and result.points]
    questions = [
        _question(exercise, entry.results[exercise.name], look)
        for exercise in exercises
        if exercise.name in entry.results
    ]
    return (
        templates()
        .get_template("feedback.html")
        .render(
            **vars(look),
            entry=entry,
            questions=questions,
            total=sum(earned),
            possible=sum(exercise.total for exercise in exercises),
        )
    )


def fingerprint(entry: Entry, exercises: Sequence[Exercise], look: Look) -> str:
    """Tell when a page must be written again: a digest of all that it shows."""
    results = [vars(entry.results[name]) for name in sorted(entry.results)]
    shown = [vars(look), entry.name, entry.reason, results, entry.run]
    shown += [[each.name, each.title, each.hints, each.section] for each in exercises]
    shown.append(_templates_digest())
    return hashlib.sha256(repr(shown).encode("utf-8", "replace")).hexdigest()


def write_feedback(
    folder: Path, entry: Entry, exercises: Sequence[Exercise], look: Look
) -> None:
    """Write a student's page into a folder, whole or not at all."""
    page = feedback(entry, exercises, look)
    write_whole(folder / page_name(entry.student), page)


@cache
def _templates_digest() -> str:
    texts = [path.read_bytes() for path in sorted(TEMPLATES.iterdir())]
    return hashlib.sha256(b"".join(texts)).hexdigest()


def _question(exercise: Exercise, result: Result, look: Look) -> dict[str, Any]:
    report = result.report
    hidden = {each["group"]: each for each in report.get("hidden", [])}
    visible = sorted(
        report.get("visible", []), key=lambda case: case["detail"].get("size", 0)
    )
    shown = {case["group"] for case in visible}
    group = visible[0]["group"] if visible else next(iter(hidden), "")
    section = exercise.sections.get(group, exercise.section)
    points = "–" if result.points is None else f"{result.points:g}"
    verdict, style = _verdict(result)
    return {
        "name": exercise.name,
        "title": exercise.title,
        "full": style == "good",
        "style": style,
        "verdict": verdict,
        "points": f"{points} of {result.possible:g}",
        "remarks": _remarks(exercise, result),
        "groups": [
            {
                "name": name,
                "full": earned >= possible,
                "points": f"{earned:g} of {possible:g}",
                "problem": described(hidden[name]) if name in hidden else "",
                "kinds": _kinds(hidden[name]) if name in hidden.keys() - shown else "",
            }
            for name, (earned, possible) in report.get("groups", {}).items()
            if result.state == "graded"
        ],
        "diagnoses": _diagnoses(visible, hidden.values()),
        "example": _complete(visible[0]) if visible else None,
        "printed": report.get("printed", ""),
        "hints": exercise.hints,
        "section": place(section),
        "link": f"{look.book.rstrip('/')}/{section}" if look.book else "",
    }


#: The reason may be a newer Python at home.
PYTHON = (
    "If it runs for you, your Python is newer than the one that grades, "
    f"{sys.version_info.major}.{sys.version_info.minor}: write it as that one allows."
)


def _verdict(result: Result) -> tuple[str, str]:
    """The verdict in words, and the class that gives it its color and its sign."""
    if result.state == "unanswered":
        broken = result.report.get("broken")
        return "Not readable" if broken else "Not answered", "bad"
    if result.state == "refused":
        return "Not accepted", "bad"
    if result.state == "error":
        return "Not marked yet", "partly"
    if result.points is not None and result.points >= result.possible:
        return "Right", "good"
    return ("Partly right", "partly") if result.points else ("Not right yet", "bad")


def _diagnoses(
    visible: Sequence[Mapping[str, Any]], hidden: Iterable[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Each diagnosis once, with the cases that it belongs to."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for kind, cases in (("visible", visible), ("hidden", hidden)):
        for case in cases:
            advice = case["detail"].get("problem") == "result"
            label = "What to try" if advice else "Known mistake"
            if case["diagnosis"]:
                places = found.setdefault((label, case["diagnosis"]), {})
                places.setdefault(kind, []).append(case["group"])
    return [
        {"label": label, "text": text, "places": _listed(places)}
        for (label, text), places in found.items()
    ]


def _listed(places: Mapping[str, Sequence[str]]) -> str:
    """Put groups into words, by visible and hidden cases if these differ."""
    visible, hidden = places.get("visible", []), places.get("hidden", [])
    if set(visible) == set(hidden):
        return ", ".join(visible)
    return " and ".join(
        f"the {kind} cases of {', '.join(groups)}" for kind, groups in places.items()
    )


def _kinds(outcome: Mapping[str, Any]) -> str:
    """Say what kind of input fails, where no visible case shows it."""
    kinds = outcome["detail"].get("kinds")
    return f"In the failing cases {', '.join(kinds)}." if kinds else ""


def _remarks(exercise: Exercise, result: Result) -> list[str]:
    """Say in sentences what the marks do not show."""
    report = result.report
    remarks = []
    if result.state == "unanswered":
        names = " or ".join(f"`{name}`" for name in exercise.functions)
        remarks += [
            f"Python cannot read code cell {cell}, which mentions {names}: {error}. "
            f"Nothing in it could be tested. Mend the line and hand in again. {PYTHON}"
            for cell, error in report.get("broken", [])
        ]
        if not remarks:
            remarks.append(f"No cell defines {names} beyond the empty stub.")
    elif result.state == "refused":
        remarks += report["problems"]
    elif result.state == "error":
        remarks.append(
            "The grader could not mark this answer. That is no fault of yours and "
            "costs no points; your instructor has been told."
        )
    if report.get("renamed"):
        remarks.append(
            f"The function was found under the name {report['renamed']}; the task asks "
            f"for {exercise.name}."
        )
    if len(report.get("cells", [])) > len(exercise.functions):
        *others, last = report["cells"]
        cells = ", ".join(map(str, others))
        remarks.append(
            f"It is defined more than once, in the code cells {cells} and {last}. "
            "The last definition is the one that was tested."
        )
    if report.get("found"):
        remarks.append(report["found"])
    return remarks


def described(outcome: Mapping[str, Any]) -> str:
    """Say how a hidden case failed without giving it away."""
    detail = outcome["detail"]
    problem = detail.get("problem", "value")
    if problem in _OPEN:
        return str(detail.get("message", ""))
    text = HIDDEN.get(problem, HIDDEN["value"])
    if problem == "exception":
        # Only the class, and only Python's own: a message, or the name of a class made
        # for the purpose, could hold the input.
        name = _CLASS.match(detail.get("error", "") or "")
        known = name is not None and hasattr(builtins, name[0])
        text += f" ({name[0]})." if name and known else "."
    return text


def _complete(case: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows of a visible case."""
    detail = case["detail"]
    names = ("message", "expected", "got", "index", "error", "printed")
    inputs = [text.partition(" = ") for text in detail.get("input") or []]
    return {name: detail.get(name) for name in names} | {
        "group": case["group"],
        "diagnosis": case["diagnosis"],
        "input": [(name, value) for name, _, value in inputs],
    }
