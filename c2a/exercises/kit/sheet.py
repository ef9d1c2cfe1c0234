"""The exercises of a chapter, found in its folder."""

import pkgutil
import sys
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType

from c2a.book import chapter
from c2a.exercises.kit.driver import DeclarationError
from c2a.exercises.kit.exercise import Exercise


@dataclass(frozen=True)
class Sheet:
    """The graded exercises of one chapter, in order of difficulty."""

    slug: str
    title: str
    exercises: tuple[Exercise, ...]

    @property
    def by_name(self) -> MappingProxyType[str, Exercise]:
        """The exercises by name."""
        return MappingProxyType({each.name: each for each in self.exercises})

    @property
    def total(self) -> float:
        """Points of the whole chapter."""
        return sum(exercise.total for exercise in self.exercises)

    @property
    def minutes(self) -> int:
        """What a reader needs for all of it, roughly."""
        return sum(exercise.minutes for exercise in self.exercises)


def find_sheet(package: str) -> Sheet:
    """What the modules of a chapter's folder assign to EXERCISE, easiest first.

    package: its full name, "c2a.exercises.c02_convolution", being imported.
    Raises DeclarationError where two have the same name.
    """
    known = chapter(package.rpartition(".c")[2].partition("_")[0])
    found: dict[str, Exercise] = {}
    for module in pkgutil.iter_modules(sys.modules[package].__path__):
        declared = import_module(f"{package}.{module.name}")
        exercise = getattr(declared, "EXERCISE", None)
        if exercise is None:
            continue
        for name in exercise.functions:
            if name in found:
                raise DeclarationError(
                    f"{package}: {found[name].module} and {exercise.module} both ask "
                    f"for `{name}`; rename one of them."
                )
            found[name] = exercise
    ordered = sorted(
        {each.name: each for each in found.values()}.values(),
        key=lambda each: (each.difficulty, each.minutes, each.name),
    )
    return Sheet(known.slug, known.title, tuple(ordered))
