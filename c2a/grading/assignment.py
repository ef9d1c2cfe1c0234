"""What is graded: the exercises of a chapter, of an instructor's own files, or both."""

import importlib.util
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from c2a.errors import C2AError
from c2a.exercises import chapter as load_chapter
from c2a.exercises.kit.exercise import Exercise


class AssignmentError(C2AError):
    """There is nothing to grade, or an exercise file cannot be used."""


@dataclass(frozen=True)
class Assignment:
    """Exercises that are graded together.

    Attributes:
        slug: names the assignment in the gradebook: the chapter's, or the first file's.
        title: for people.
        exercises: in the order of the pages.
    """

    slug: str
    title: str
    exercises: tuple[Exercise, ...]

    @cached_property
    def by_name(self) -> dict[str, Exercise]:
        """The exercises by name."""
        return {exercise.name: exercise for exercise in self.exercises}

    @property
    def possible(self) -> float:
        """Points of the whole assignment."""
        return sum(exercise.total for exercise in self.exercises)


def load_assignment(chapter: str | None, files: Sequence[Path]) -> Assignment:
    """Load a chapter's exercises and those of own files.

    Raises:
        AssignmentError: when there are none, or two have the same name.
    """
    slug, title, exercises = "", "", []
    if chapter is not None:
        loaded = load_chapter(chapter)
        slug, title, exercises = loaded.slug, loaded.title, list(loaded.exercises)
    for path in files:
        exercises += exercises_of(path)
    if not exercises:
        raise AssignmentError(
            "Say what to grade, with --chapter 02 or --exercise FILE."
        )
    names = Counter(exercise.name for exercise in exercises)
    repeated = [name for name, count in names.items() if count > 1]
    if repeated:
        raise AssignmentError(
            f"Two exercises are called {repeated[0]}; rename one of the functions."
        )
    slug = slug or files[0].stem
    title = title or slug.replace("_", " ").capitalize()
    return Assignment(slug, title, tuple(exercises))


def exercises_of(path: Path) -> list[Exercise]:
    """Run an instructor's file and return its `EXERCISE` or `EXERCISES`.

    The file is trusted: it runs as any Python program does.

    Raises:
        AssignmentError: when it does not run or declares no exercise.
    """
    name = f"own_exercise_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise AssignmentError(f"There is no Python file {path}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise AssignmentError(
            f"{path} stops with {type(error).__name__}: {error}"
        ) from error
    found = getattr(module, "EXERCISES", None) or [getattr(module, "EXERCISE", None)]
    if not all(isinstance(each, Exercise) for each in found):
        raise AssignmentError(
            f"{path} must assign an Exercise to EXERCISE, or several to EXERCISES."
        )
    return list(found)
