"""The graded exercises: what each asks, its cases, its known mistakes, its hints."""

import importlib

from c2a.errors import C2AError
from c2a.exercises.core import Chapter
from c2a.exercises.syntax import forbidden_uses

__all__ = ["chapter", "forbidden_uses"]

#: The module of each chapter that has exercises, by the chapter's number.
CHAPTERS = {"02": "c2a.exercises.convolution"}


def chapter(number: str) -> Chapter:
    """The exercises of a chapter, for example `chapter("02")`.

    Raises C2AError if the chapter has none.
    """
    key = str(number).partition("-")[0].zfill(2)
    if key not in CHAPTERS:
        known = ", ".join(sorted(CHAPTERS))
        raise C2AError(
            f"Chapter {number} has no exercises. Chapters with some: {known}."
        )
    return importlib.import_module(CHAPTERS[key]).CHAPTER
