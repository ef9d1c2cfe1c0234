"""Files beside a notebook that its answer reads come along, and count as its work."""

import base64
import sys
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from c2a.grading import data_files
from c2a.grading.data_files import named
from c2a.grading.layouts import deliveries
from c2a.grading.local import LocalMarker
from c2a.grading.marking import Task
from c2a.grading.seed import Seed
from c2a.grading.submissions import Reader

#: Every answer reads its files in another way.
READS = """
import json
from pathlib import Path
one = json.load(open("one.json"))
two = np.load("more/two.npy")
zero = float((Path(".") / "more" / "zero.txt").read_text())
def scale(x, factor):
    return one * x * factor + zero * two.sum()
"""
FULL = {"scale": 3.0, "total": 1.0}


def lay_out(folder, kit, one="1"):
    kit.write_notebook(folder / "hw.ipynb", READS, kit.TOTAL)
    (folder / "more").mkdir(exist_ok=True)
    (folder / "one.json").write_text(one)
    np.save(folder / "more" / "two.npy", np.ones(2))
    (folder / "more" / "zero.txt").write_text("0")
    (folder / "idle.bin").write_bytes(b"nobody asks for this")
    (delivery,) = deliveries(folder.parent)
    return delivery


def marked(submission, exercises):
    by_name = {each.name: each for each in exercises}
    with closing(LocalMarker(by_name, Seed(b"secret" * 4), 1)) as marker:
        task = Task(submission.digest, submission.program, ("scale", "total"))
        result = marker.mark(task)
    return {each.exercise: each.points for each in result.results}, result.run


@pytest.mark.skipif(sys.platform != "linux", reason="needs a sandbox")
def test_an_answer_reads_what_lies_beside_it(tmp_path, kit, exercises):
    submission = Reader(exercises).read(lay_out(tmp_path / "ada", kit))
    names = {"one.json", "more/two.npy", "more/zero.txt"}
    assert submission.program.data.keys() == names
    assert submission.skipped == ()
    points, run = marked(submission, exercises)
    assert (points, run["failed"]) == (FULL, [])


@pytest.mark.skipif(sys.platform != "linux", reason="needs a sandbox")
def test_files_stay_out_where_labels_could_be_looked_up(tmp_path, kit, exercises):
    scale, total = exercises
    submission = Reader(exercises).read(lay_out(tmp_path / "ada", kit))
    points, _ = marked(submission, (replace(scale, data=False), total))
    assert points == {"scale": 0.0, "total": 1.0}


def test_what_is_read_belongs_to_the_digest(tmp_path, kit, exercises):
    read = Reader(exercises).read
    digests = [
        read(lay_out(tmp_path / "ada", kit, one)).digest for one in ("1", "1", "2")
    ]
    (tmp_path / "ada" / "idle.bin").write_bytes(b"changed")
    digests.append(read(lay_out(tmp_path / "ada", kit, "2")).digest)
    assert digests[0] == digests[1] != digests[2] == digests[3]


def test_a_file_that_a_platform_renamed_is_found(tmp_path, kit, exercises):
    answer = f"numbers = open('numbers.txt').read()\n{kit.SCALE}"
    kit.write_notebook(tmp_path / "ada_1815_900_hw.ipynb", answer)
    (tmp_path / "ada_1815_901_numbers.txt").write_text("1 2")
    (tmp_path / "ada_1815_902_other.txt").write_text("3")
    (delivery,) = deliveries(tmp_path)
    submission = Reader(exercises).read(delivery)
    assert submission.program.data == {"numbers.txt": base64.b64encode(b"1 2").decode()}
    (skipped,) = submission.skipped
    assert skipped.file.endswith("902_other.txt")


def test_links_stay_out_and_there_is_an_end(tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("private")
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "linked.txt").symlink_to(secret)
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text("x" * 60)
    monkeypatch.setattr(data_files, "MOST_BYTES", 100)
    files = sorted(folder.iterdir())
    code = ["open('linked.txt'), open('a.txt'), open('b.txt')"]
    found, beyond = named(code, folder / "hw.ipynb", files)
    assert list(found) == ["a.txt"]
    assert beyond == [folder / "b.txt"]
    assert named(["aa.txt"], folder / "hw.ipynb", files) == ({}, [])
    assert named(["open('a.txt')"], folder / "sub" / "hw.ipynb", files) == ({}, [])
