"""The gradebook's own promises, and the seed beside it."""

import multiprocessing
import sqlite3
import stat
from contextlib import closing

import pytest

from c2a.grading.gradebook import Gradebook, GradebookError
from c2a.grading.records import Result
from c2a.grading.seed import Seed, SeedError, own_seed, read_seed


@pytest.fixture
def book(tmp_path):
    with closing(Gradebook(tmp_path / "gradebook.sqlite", "demo")) as book:
        yield book


def result(points, exercise="scale"):
    return Result(exercise, "graded", points, 3.0, 0.1, {})


def test_a_result_of_an_older_version_stands_in(book):
    book.record_student("ada", "Ada", "ada.ipynb", "digest", "")
    old = {"scale": book.grading("scale", "v1", "seed")}
    book.store("digest", [result(1.0)], old)
    new = {"scale": book.grading("scale", "v2", "seed")}
    assert book.missing("digest", new) == ["scale"]
    assert book.entry("ada", new).results["scale"].points == 1.0
    book.store("digest", [result(2.0)], new)
    assert book.entry("ada", new).results["scale"].points == 2.0
    # Going back to an earlier version of an exercise finds its marks again.
    assert book.grading("scale", "v1", "seed") == old["scale"]
    assert book.entry("ada", old).results["scale"].points == 1.0


def test_a_mark_of_an_error_is_tried_again(book):
    gradings = {"scale": book.grading("scale", "v1", "seed")}
    failed = Result("scale", "error", None, 3.0, 0.0, {"message": "?"})
    book.store("digest", [failed], gradings)
    assert book.missing("digest", gradings) == ["scale"]
    book.store("digest", [result(3.0)], gradings)
    assert book.missing("digest", gradings) == []


def test_a_claim_is_for_one_run_until_it_ends(tmp_path, book):
    gradings = {"scale": book.grading("scale", "v1", "seed")}
    other = Gradebook(book.path, "demo")
    assert other.claim("digest", gradings) == ["scale"]
    assert book.claim("digest", gradings) is None
    other.close()
    assert book.claim("digest", gradings) == ["scale"]
    book.release("digest")
    book.store("digest", [result(3.0)], gradings)
    assert book.claim("digest", gradings) == []


def test_marks_from_elsewhere_are_older_than_ours(book):
    ours = book.grading("scale", "v1", "seed")
    theirs = book.imported("scale", "nbgrader")
    assert theirs < 0 < ours
    assert book.imported("scale", "nbgrader") == theirs != book.imported("total", "x")
    assert book.latest_grading("scale", "v9", "seed") == ours
    later = book.grading("scale", "v2", "seed")
    assert book.latest_grading("scale", "v1", "seed") == ours
    assert book.latest_grading("scale", "v9", "seed") == later
    assert book.latest_grading("absent", "v1", "seed") is None


def test_grading_without_a_sandbox_is_remembered_for_good(book):
    assert book.protection == ""
    book.note_protection("namespaces")
    assert book.protection == "namespaces"
    book.note_protection("none")
    book.note_protection("namespaces")
    with closing(Gradebook(book.path, "demo")) as again:
        assert again.protection == "none"


def test_nothing_of_a_failed_transaction_stays(book):
    gradings = {"scale": book.grading("scale", "v1", "seed")}
    with pytest.raises(KeyError):
        book.store("digest", [result(3.0), result(1.0, "unknown")], gradings)
    with pytest.raises(TypeError):
        book.store("digest", [result(3.0)], gradings, {"not json": object()})
    assert book.missing("digest", gradings) == ["scale"]


@pytest.mark.parametrize("content", [b"not a database" * 100, b"\0" * 5000])
def test_a_damaged_file_is_explained(tmp_path, content):
    path = tmp_path / "gradebook.sqlite"
    path.write_bytes(content)
    with pytest.raises(GradebookError, match="move the file away"):
        Gradebook(path, "demo")


def test_a_later_form_is_left_alone(tmp_path, book):
    with sqlite3.connect(book.path) as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(GradebookError, match="another version"):
        Gradebook(book.path, "demo")


def test_a_seed_decides_every_draw():
    one, two = Seed(b"1" * 16), Seed(b"2" * 16)

    def draw(seed, submission="digest", exercise="scale"):
        return seed.generator(submission, exercise).integers(1 << 62)

    draws = [draw(one), draw(two), draw(one, "other"), draw(one, exercise="total")]
    assert len(set(draws)) == 4
    assert draw(one) == draws[0]
    assert one.fingerprint != two.fingerprint
    assert "1111" not in one.fingerprint


def test_a_seed_is_created_once_and_private(tmp_path):
    path = tmp_path / "private-seed"
    with multiprocessing.get_context("spawn").Pool(3) as processes:
        seeds = processes.map(own_seed, [path] * 3)
    assert len({seed.secret for seed in seeds}) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["private-seed"]


def test_a_seed_that_anyone_could_guess_is_refused(tmp_path):
    path = tmp_path / "seed"
    path.write_text("1234\n")
    with pytest.raises(SeedError, match="too short"):
        read_seed(path)
