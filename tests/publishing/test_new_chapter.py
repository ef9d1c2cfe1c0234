"""A chapter as laid out passes the linters, and the tests say what it lacks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from c2a.book import CHAPTERS, chapter
from c2a.publishing import new_chapter
from c2a.publishing.new_chapter import TO_WRITE, lay_out
from c2a.publishing.quiz import faults as faults_of_questions
from c2a.publishing.statements import faults, judged_by, read_claims
from c2a.publishing.words import parts, symbols, terms

ROOT = Path(__file__).parents[2]
POOLING = chapter("03")
FOLDERS = ("book", "solutions", "tests", "c2a/exercises")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that has the list of claims and no chapter."""
    needed = ("pyproject.toml", "book/claims.yaml", "c2a/claims.py", "c2a/scale.py")
    for name in needed:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    return tmp_path


def ruff(folder: Path, *command: str) -> str:
    """What ruff says of what is laid out."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--no-cache", *FOLDERS],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_every_chapter_is_laid_out_as_the_linters_want_it(project: Path) -> None:
    for each in CHAPTERS:
        written = lay_out(each, project)
        for path in written:
            if path.suffix == ".ipynb":
                nbformat.validate(nbformat.read(path, as_version=4))
        words = project / f"book/words/{each.slug}.md"
        assert (terms(words), symbols(words)) == ([], [])
        assert set(parts(words)) == {"Terms", "Symbols"}
    assert ruff(project, "format", "--check") == ""
    assert ruff(project, "check") == ""


def test_files_carry_the_chapters_number(project: Path) -> None:
    names = {path.relative_to(project).as_posix() for path in lay_out(POOLING, project)}
    assert names == {
        "book/03-pooling.ipynb",
        "book/words/03-pooling.md",
        "book/sources/03-pooling.bib",
        "solutions/03-pooling.ipynb",
        "c2a/exercises/c03_pooling/__init__.py",
        "tests/chapters/test_c03_pooling.py",
    }


def test_one_of_two_notebooks_carries_its_letter(project: Path) -> None:
    names = {path.name for path in lay_out(chapter("13a"), project)}
    assert names >= {"13a-attention.ipynb", "13a-attention.bib", "13a-attention.md"}
    text = (project / "c2a/exercises/c13a_attention/__init__.py").read_text("utf-8")
    assert text.startswith('"""Chapter 13a: ')


def test_what_is_there_stays(project: Path) -> None:
    lay_out(POOLING, project)
    mine = project / "book/words/03-pooling.md"
    mine.write_text("mine", "utf-8")
    gone = project / "tests/chapters/test_c03_pooling.py"
    gone.unlink()
    assert lay_out(POOLING, project) == [gone]
    assert mine.read_text("utf-8") == "mine"


def test_it_has_a_cell_for_each_claim_and_none_is_settled(project: Path) -> None:
    lay_out(POOLING, project)
    claims = read_claims(project / "book")
    names = [claim["id"] for claim in claims["pooling"]]
    assert judged_by(POOLING, project / "book") == names
    assert len(faults(POOLING, project / "book", claims)) == len(names)


def test_it_says_what_is_still_to_be_written(project: Path) -> None:
    lay_out(POOLING, project)
    cells = nbformat.read(project / "book/03-pooling.ipynb", as_version=4).cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert prose.count(TO_WRITE) > 10
    assert any("4 to 8" in fault for fault in faults_of_questions(prose))


def test_an_unknown_chapter_is_refused_in_a_sentence(capsys) -> None:
    assert new_chapter.main(["20"]) == 1
    assert "01 to 19" in capsys.readouterr().err
