"""Which notebooks the quick check runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nbformat
import pytest

from c2a.publishing.changes import changed_files, concerned


def git(folder: Path, *arguments: str) -> None:
    name = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", folder, *name, *arguments], check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "book").mkdir()
    (tmp_path / "book/old.txt").write_text("old")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    return tmp_path


def test_nothing_changed_on_a_clean_main_branch(repository: Path) -> None:
    assert changed_files(repository) == []


def test_commits_edits_and_new_files_of_a_branch_count(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "mine")
    (repository / "book/new name.txt").write_text("new")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "second")
    (repository / "book/old.txt").write_text("edited")
    (repository / "untracked.txt").write_text("new")
    found = changed_files(repository)
    assert found is not None
    assert sorted(found) == ["book/new name.txt", "book/old.txt", "untracked.txt"]


def test_without_git_nobody_knows(tmp_path: Path) -> None:
    assert changed_files(tmp_path) is None


@pytest.mark.parametrize(
    ("changed", "runs"),
    [
        (["book/02-b.ipynb"], ["02-b"]),
        (["c2a/training/loop.py"], ["01-a", "02-b"]),
        (["c2a/training/__init__.py"], ["01-a", "02-b"]),
        (["c2a/figures.py"], ["01-a"]),
        (["c2a/data/files/digits.npz"], ["02-b"]),
        (["c2a/train.py", "c2a/grading/run.py", "README.md"], []),
    ],
)
def test_notebooks_run_that_changed_or_import_what_did(
    tmp_path: Path, changed: list[str], runs: list[str]
) -> None:
    sources = {
        "01-a": "from c2a import figures\nfrom c2a.training import fit",
        "02-b": "import c2a.training as t\nfrom c2a.data import load",
    }
    paths = []
    for name, source in sources.items():
        cells = [nbformat.v4.new_code_cell(text) for text in ("%magic", source)]
        paths.append(tmp_path / "book" / f"{name}.ipynb")
        paths[-1].parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells), paths[-1])
    assert [path.stem for path in concerned(paths, changed, tmp_path)] == runs
