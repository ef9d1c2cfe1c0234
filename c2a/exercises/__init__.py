"""The graded exercises: what each asks, its cases, its known mistakes, its hints."""

import pkgutil
import re
from importlib import import_module

from c2a.errors import C2AError
from c2a.exercises.kit.sheet import Sheet


def numbers() -> list[str]:
    """Numbers of the chapters that have exercises, in order: "02", "13a"."""
    return sorted(_folders())


def chapter(number: str) -> Sheet:
    """The exercises of a chapter, for example `chapter("02")`.

    Raises C2AError if the chapter has none.
    """
    key = str(number).partition("-")[0].zfill(2)
    if key not in _folders():
        known = ", ".join(numbers())
        raise C2AError(
            f"Chapter {number} has no exercises. Chapters with some: {known}."
        )
    return import_module(f"{__name__}.{_folders()[key]}").CHAPTER


def _folders() -> dict[str, str]:
    """The folder of each chapter that has exercises, by the chapter's number."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    found = (re.match(r"c(\d\d[a-z]?)_", name) for name in names)
    return {match[1]: match.string for match in found if match}
