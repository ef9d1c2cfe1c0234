"""Who handed in a file: what the system that exported it put before the name.

Behind that, a student may have chosen anything, another system's marks as well. So each
name is read as the export of one system.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

# Canvas: name, "late" perhaps, numbers of student and attempt, then the student's own
# name of the file; an entry that was typed or linked has no attempt.
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?:late_)?(?P<student>\d+)_"
    r"(?:(?P<attempt>\d{2,})_(?=.)|(?P<typed>text|link)\.html$)",
    re.IGNORECASE,
)
# Moodle: "Ada Lovelace_1815_assignsubmission_file_", of a folder or before a name.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<student>\d+)_assignsubmission_[a-z]+_?")
# Blackboard: assignment, user name, when it was handed in; a note of each attempt, too.
_BLACKBOARD = re.compile(
    r"(?P<name>.+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?=.)|(?P<typed>\.txt)$)"
)
# Brightspace: numbers of its own, who it is, when; of a folder or before a name.
_BRIGHTSPACE = re.compile(
    r"(?P<own>\d+-\d+) - (?P<name>.+?) - "
    r"(?P<when>[^-]*?\d{4} \d{3,4} [AP]M)(?: - (?=.)|$)"
)
_SYSTEMS = {
    "Canvas": _CANVAS,
    "Moodle": _MOODLE,
    "Blackboard": _BLACKBOARD,
    "Brightspace": _BRIGHTSPACE,
}
_DATES = ("%d %B %Y %I%M %p", "%B %d, %Y %I%M %p", "%b %d, %Y %I%M %p")
TYPED = {
    ".txt": "is Blackboard's note of an attempt, not a notebook",
    "text": "is text typed into Canvas, not a notebook",
    "link": "is a link handed in on Canvas, not a notebook",
}


@dataclass(frozen=True)
class Claim:
    """Whose work a file is said to be.

    Attributes:
        student: the platform's number or name.
        name: what a person calls the student.
        system: that says so.
        attempt: the platforms number or date them upward; 0 without a number.
        typed: a key of `TYPED`, where it is no file of the student's.
    """

    student: str
    name: str
    system: str
    attempt: int = 0
    typed: str = ""


def claims(names: Sequence[str]) -> dict[str, Claim]:
    """The claims that the names of an export's entries make; some make none.

    A name that two systems could have written is read as most of the others are, or
    else by the shorter beginning.
    """
    found = {
        name: {
            system: match
            for system, pattern in _SYSTEMS.items()
            if (match := pattern.match(name))
        }
        for name in names
    }
    sure = Counter(
        system for each in found.values() if len(each) == 1 for system in each
    )
    chosen = {
        name: min(matches, key=lambda s: (-sure[s], matches[s].end()))
        for name, matches in found.items()
        if matches
    }
    result = {name: _claim(each, found[name][each]) for name, each in chosen.items()}
    blackboard = [name for name in chosen if chosen[name] == "Blackboard"]
    assignment = _assignment(result[name].name for name in blackboard)
    for name in blackboard:
        user = result[name].name.removeprefix(assignment)
        result[name] = replace(result[name], student=user, name=user)
    return result


def disputed(made: Mapping[str, Claim]) -> set[str]:
    """Entries that claim a student for whom others give another name or system."""
    people: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for claim in made.values():
        people[claim.student].add((claim.system, claim.name))
    return {name for name, claim in made.items() if len(people[claim.student]) > 1}


def own_name(name: str) -> str:
    """The name that a student gave a file, before a platform put others before it."""
    matches = [m for pattern in _SYSTEMS.values() if (m := pattern.match(name))]
    return name[min(m.end() for m in matches) :] if matches else name


def _claim(system: str, match: re.Match[str]) -> Claim:
    parts = match.groupdict()
    name, typed = parts["name"], (parts.get("typed") or "").lower()
    attempt = int(parts.get("attempt") or _date(parts.get("when") or ""))
    if "own" in parts:
        # The same name with other numbers may be somebody else's.
        system = f"{system} {parts['own']}"
    return Claim(parts.get("student") or name, name, system, attempt, typed)


def _assignment(heads: Iterable[str]) -> str:
    """What Blackboard puts before every user name: the assignment's own name."""
    different = sorted(set(heads))
    if not different:
        return ""
    first, last = different[0], different[-1]
    same = (a == b for a, b in zip(first, last, strict=False))
    return first[: first.rfind("_", 0, sum(takewhile(bool, same))) + 1]


def _date(when: str) -> int:
    """A date as a number that grows with time, 0 where it cannot be read."""
    if re.fullmatch(r"[\d-]+", when):
        return int(when.replace("-", ""))
    # "Nov 27, 2026 740 AM": the hour may have one digit.
    padded = re.sub(r" (\d{3} [AP]M)$", r" 0\1", when)
    for form in _DATES:
        with suppress(ValueError):
            return int(datetime.strptime(padded, form).strftime("%Y%m%d%H%M"))
    return 0
