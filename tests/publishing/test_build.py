"""The site is built where something has changed, and only then."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from c2a.publishing import build


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a folder with a space in its name, built a minute ago."""
    root = tmp_path / "my book"
    for name in ("book/01-a.ipynb", "c2a/x.py", "exercises/01-a (1).ipynb", "_toc.yml"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (1000, 1000))
    for name in (*build.EVERYWHERE, *build.FOLDERS):
        if not (root / name).exists():
            (root / name).touch()
            os.utime(root / name, (1000, 1000))
    (root / "_build/html").mkdir(parents=True)
    (root / "_build/html/.complete").touch()
    os.utime(root / "_build/html/.complete", (2000, 2000))
    return root


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each build whether it is one of everything."""
    calls: list[bool] = []

    def pretend(root: Path, *, everything: bool) -> int:
        calls.append(everything)
        return 0

    monkeypatch.setattr(build, "build", pretend)
    return calls


def test_nothing_is_built_twice(project: Path, asked: list[bool]) -> None:
    assert build.run(project) == 0
    assert asked == []


@pytest.mark.parametrize(
    ("name", "everything"),
    [
        ("book/01-a.ipynb", False),
        ("c2a/x.py", True),
        ("exercises/01-a (1).ipynb", True),
    ],
)
def test_a_change_is_built_once(
    project: Path, asked: list[bool], name: str, everything: bool
) -> None:
    (project / name).touch()
    assert build.run(project) == 0
    assert build.run(project) == 0
    assert asked == [everything]


def test_without_a_site_everything_is_built(project: Path, asked: list[bool]) -> None:
    (project / "_build/html/.complete").unlink()
    build.run(project)
    assert asked == [True]


def test_what_python_leaves_behind_is_no_change(
    project: Path, asked: list[bool]
) -> None:
    (project / "c2a/__pycache__").mkdir()
    (project / "c2a/__pycache__/x.pyc").touch()
    build.run(project)
    assert asked == []


def test_a_failed_build_is_tried_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "build", lambda root, everything: 1)
    (project / "book/01-a.ipynb").touch()
    assert build.run(project) == 1
    assert build.run(project) == 1
