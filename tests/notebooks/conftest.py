"""The notebooks of the book, as committed: read once, and changed by no test."""

from __future__ import annotations

import functools
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from c2a.book import NOTEBOOKS

ROOT = Path(__file__).parents[2]


CHAPTERS = sorted((ROOT / "book").glob(NOTEBOOKS))
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
EXERCISES = sorted((ROOT / "exercises").glob("*.ipynb"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each notebook of the kind it asks for."""
    kinds = {
        "chapter": CHAPTERS,
        "chapter_path": CHAPTERS,
        "run_notebook": CHAPTERS + SOLUTIONS,
        "exercise_notebook": EXERCISES,
    }
    for kind, paths in kinds.items():
        if kind in metafunc.fixturenames:
            names = [f"{path.parent.name}/{path.stem}" for path in paths]
            metafunc.parametrize(kind, paths, ids=names, indirect=True)


@functools.cache  # a notebook of a megabyte takes a while, and is asked for often
def read(path: Path) -> NotebookNode:
    """A notebook."""
    return nbformat.read(path, as_version=4)


@pytest.fixture
def chapter(request: pytest.FixtureRequest) -> NotebookNode:
    """A chapter of the book."""
    return read(request.param)


@pytest.fixture
def chapter_path(request: pytest.FixtureRequest) -> Path:
    """The path of a chapter of the book."""
    return request.param


@pytest.fixture
def run_notebook(request: pytest.FixtureRequest) -> NotebookNode:
    """A notebook that is committed with its outputs: a chapter or its solutions."""
    return read(request.param)


@pytest.fixture
def exercise_notebook(request: pytest.FixtureRequest) -> Path:
    """The path of a notebook of exercises."""
    return request.param
