"""Progress survives several notebooks at once, groups, and damage."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from c2a.exercises.kit.progress import FILE_NAME, ProgressFile

WRITES = """
import sys
from pathlib import Path
from c2a.exercises.kit import progress
from c2a.exercises.kit.progress import ProgressFile
progress.WAIT = progress.STALE = 600  # the other is slow, and not gone
file = ProgressFile(Path("."))
sys.stdin.readline()
for i in range(20):
    assert file.record(sys.argv[1], f"exercise {i}", 1.0)
"""


def test_notebooks_that_check_at_once_lose_nothing(tmp_path):
    chapters = ["02-convolution", "03-pooling"]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITES, chapter],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.getcwd()},
        )
        for chapter in chapters
    ]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda each: each.communicate(b"go\n", timeout=900), writers))
    assert [each.returncode for each in writers] == [0, 0]
    file = ProgressFile(tmp_path)
    assert [len(file.points(chapter)) for chapter in chapters] == [20, 20]
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_lock_that_was_left_behind_holds_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr("c2a.exercises.kit.progress.WAIT", 0.1)
    (tmp_path / f"{FILE_NAME}.lock").touch()
    assert ProgressFile(tmp_path).record("a", "b", 1.0)
    assert ProgressFile(tmp_path).points("a") == {"b": (1.0, 1.0)}


@pytest.mark.parametrize(("mask", "mode"), [(0o002, 0o664), (0o022, 0o644)])
def test_a_group_shares_the_file_as_the_umask_says(tmp_path, mask, mode):
    before = os.umask(mask)
    try:
        file = ProgressFile(tmp_path)
        assert file.record("a", "b", 1.0)
        assert file.path.stat().st_mode & 0o777 == mode
        file.path.chmod(0o666)
        assert file.record("a", "c", 1.0)
        assert file.path.stat().st_mode & 0o777 == 0o666
    finally:
        os.umask(before)


def test_a_file_that_may_not_be_read_is_not_erased(tmp_path, monkeypatch):
    file = ProgressFile(tmp_path)
    file.record("a", "b", 1.0)

    def refuse(*args, **kwargs):
        raise PermissionError("not yours")

    with monkeypatch.context() as patch:  # root may read everything
        patch.setattr("pathlib.Path.read_text", refuse)
        assert not file.record("a", "c", 1.0)
        assert file.points("a") == {}
    assert file.points("a") == {"b": (1.0, 1.0)}


def test_a_byte_order_mark_does_no_harm(tmp_path):
    text = json.dumps({"a": {"b": [2.0, 2.0]}})
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8-sig")
    file = ProgressFile(tmp_path)
    assert file.record("a", "c", 1.0)
    assert file.points("a") == {"b": (2.0, 2.0), "c": (1.0, 1.0)}
    assert file.spoiled is None


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": {"b": [1', "[1]", "\x00"])
def test_a_spoiled_file_is_kept_aside_and_named(tmp_path, text):
    (tmp_path / FILE_NAME).write_text(text)
    file = ProgressFile(tmp_path)
    assert file.points("a") == {}
    assert file.record("a", "b", 1.0)
    assert file.spoiled is not None
    assert file.spoiled.read_text() == text
    assert file.points("a") == {"b": (1.0, 1.0)}
