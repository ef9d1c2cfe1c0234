"""Who handed in a file: what the system that exported it put before the name.

Behind that, a student may have chosen anything, another system's marks as well. So each
name is read as the export of one system.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Canvas: name, "late" perhaps, numbers of student and attempt, then the student's own
# name of the file; an entry that was typed or linked has no attempt.
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?:late_)?(?P<student>\d+)_"
    r"(?:(?P<attempt>\d{2,})_(?=.)|(?P<typed>text|link)\.html$)",
    re.IGNORECASE,
)
# Moodle: "Ada Lovelace_1815_assignsubmission_file_", of a folder or before a name.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<student>\d+)_assignsubmission_[a-z]+_?")
_SYSTEMS = {"Canvas": _CANVAS, "Moodle": _MOODLE}
TYPED = {
    "text": "is text typed into Canvas, not a notebook",
    "link": "is a link handed in on Canvas, not a notebook",
}


@dataclass(frozen=True)
class Claim:
    """Whose work a file is said to be.

    Attributes:
        student: the platform's number.
        name: what a person calls the student.
        system: that says so.
        attempt: the platforms number them upward; 0 without a number.
        typed: "text" or "link", where there is no file.
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
    result = {}
    for name, matches in found.items():
        if matches:
            system = min(matches, key=lambda s: (-sure[s], matches[s].end()))
            result[name] = _claim(system, matches[system])
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
    attempt, typed = int(parts.get("attempt") or 0), parts.get("typed") or ""
    return Claim(parts["student"], parts["name"], system, attempt, typed.lower())
