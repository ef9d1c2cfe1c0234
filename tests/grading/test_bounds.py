"""What a hostile notebook costs the grader itself: time, memory."""

import json
import os
import re
import subprocess
import sys
import time

import pytest

from c2a.grading import notebooks
from c2a.grading.assignment import load_assignment
from c2a.grading.layouts import Delivery
from c2a.grading.marking import _source_problems
from c2a.grading.notebooks import UnreadableError, read_cells
from c2a.grading.submissions import Reader

#: Repeated, these have kept a parser, an expression or a loop busy, or might.
UNITS = r"""
a | a? | % | ! | \n | \t | = | = ! | a = %x\n | %time | # | # exercise: conv2d\n
# exercise: | def | def f(x): pass\n | class | @a\n | ( | [ | ' | " | \\ | \\\n
a. | a* | torch. | import torch\n | from a import *\n | if x:\n  | lambda: | é | １ | 0
not | x if x else | f( | a, | a=a; | a; | { | f'{ | %%time\n | %%file a\n | return\n
conv2d | conv2d = 1\n | def conv2d(x): return x\n | \x0c | \r | !a\n | ;a\n | \"\"\"\n
a? \n | x.y= | global a\n | try:\n a\nexcept:\n a\n | [a for a in a] | x:
"""
UNESCAPED = {r"\n": "\n", r"\t": "\t", r"\r": "\r", r"\x0c": "\x0c", r"\"": '"'}
CASES = [
    re.sub(r'\\(?:[ntr"]|x0c)', lambda e: UNESCAPED[e[0]], unit.strip(" "))
    for line in UNITS.strip().splitlines()
    for unit in line.split(" | ")
]


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory):
    """Read a notebook of one cell as the grader does; seconds of processor time."""
    assignment = load_assignment("02", ())
    reader = Reader(assignment.exercises, assignment.slug)
    path = tmp_path_factory.mktemp("notebooks") / "a.ipynb"

    def seconds(source: str) -> float:
        path.write_text(json.dumps({"cells": [{"source": source}]}))
        started = time.process_time()
        submission = reader.read(Delivery("a", "a", (path,)))
        for exercise in assignment.exercises:
            _source_problems(submission.program, exercise)
        submission.program.cut("conv2d")
        return time.process_time() - started

    return seconds


@pytest.mark.parametrize("unit", CASES)
@pytest.mark.parametrize("head", ["", "def conv2d(x):\n  '''torch "])
def test_reading_takes_time_in_proportion_to_length(
    looked_at, in_proportion, unit, head
):
    # Eight times as long: 64 times as slow if anything were quadratic.
    short, long = (head + unit * (n // len(unit)) for n in (3_000, 24_000))
    assert in_proportion(lambda: looked_at(short), lambda: looked_at(long))


#: Files that are no notebooks, or not to their end.
FILES = ['"', '\\"', "\\", "[", "{", "{},", '"":', "9", " ", "\0", "é", '"outputs"  ']
FILES += ['{"outputs":[', '"outputs":[],', '"a":"\\\\"', "<<<<<<< ", "\n", "[]"]


@pytest.mark.parametrize("head", ["", '"', '{"cells": [', '{"outputs": ["'])
@pytest.mark.parametrize("unit", FILES)
def test_reading_a_file_takes_time_in_proportion_to_length(
    unit, head, tmp_path, monkeypatch, in_proportion
):
    monkeypatch.setattr(notebooks, "SMALL_FILE", 1_000)
    path = tmp_path / "a.ipynb"

    def seconds(length: int) -> float:
        path.write_text(head + unit * (length // len(unit)), "utf-8")
        started = time.process_time()
        with pytest.raises(UnreadableError):
            read_cells(path)
        return time.process_time() - started

    assert in_proportion(lambda: seconds(6_000), lambda: seconds(48_000))


def test_a_large_notebook_has_the_cells_of_a_small_one(tmp_path, monkeypatch):
    tricky = 'print("{\\"outputs\\": [", \'"widgets": {\', "\\\\")  # é \U0001f600 }]'
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 3_000}}
    printed = {"output_type": "stream", "text": ["]}", "\\", '"'] * 50}
    cells = [
        {"cell_type": "markdown", "source": "![](a.png)", "attachments": {"a.png": {}}},
        {"cell_type": "code", "source": tricky, "outputs": [picture, printed]},
        {"cell_type": "code", "source": ["x = 1\n", tricky], "outputs": []},
        {"outputs": [{"outputs": [[]]}], "source": "y = 2", "cell_type": "code"},
    ]
    notebook = {"metadata": {"widgets": {"state": [{}] * 9}}, "cells": cells}
    path = tmp_path / "a.ipynb"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32-be"):
        for options in ({}, {"ensure_ascii": False, "indent": 1}):
            path.write_text(json.dumps(notebook, **options), encoding)
            monkeypatch.undo()
            small = read_cells(path)
            monkeypatch.setattr(notebooks, "SMALL_FILE", 100)
            assert read_cells(path) == small
            assert [cell.source for cell in small] == [
                tricky,
                "x = 1\n" + tricky,
                "y = 2",
            ]


def test_a_large_notebook_that_is_cut_off_says_where(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "SMALL_FILE", 100)
    path = tmp_path / "a.ipynb"
    outputs = '{"cells": [{"outputs": [\n' + '"a",\n' * 99 + '"a"]},\n{"source"\n'
    path.write_text(outputs)
    with pytest.raises(UnreadableError, match="cut off at line 10"):
        read_cells(path)
    path.write_text(outputs.replace('"a",\n', "<<<<<<< HEAD\n>>>>>>> main\n", 1))
    with pytest.raises(UnreadableError, match="merge conflict"):
        read_cells(path)


READ = """
import re, sys, time
from pathlib import Path
from c2a.grading.layouts import deliveries
from c2a.grading.submissions import Reader
from c2a.grading.assignment import load_assignment
reader = Reader(load_assignment("02", ()).exercises)
started = time.process_time()
for each in deliveries(Path(sys.argv[1])):
    print(getattr(reader.read(each), "reason", "read"))
# Not ru_maxrss, which counts the process that started this one.
status = Path("/proc/self/status").read_text()
kilobytes = re.search(r"VmHWM:[^0-9]*([0-9]+)", status)[1]
print(time.process_time() - started, int(kilobytes) / 1024)
"""


def _write_large(folder, kit):
    """Empty cells; metadata; many large files of one student; an honest picture."""
    head, tail = b'{"cells": [', b"{}]}"
    (folder / "cells.ipynb").write_bytes(head + b"{}," * 6_000_000 + tail)
    values = b',"metadata": {"x": [' + b"[]," * 18_000_000 + b"[]]}}"
    (folder / "metadata.ipynb").write_bytes(b'{"cells": []' + values)
    (folder / "one").mkdir()
    for name in range(12):
        with (folder / "one" / f"{name}.ipynb").open("wb") as file:
            file.write(head + b'{"source": "x = 1", "outputs": "')
            file.seek(60 << 20, os.SEEK_CUR)
            file.write(b'"}]}')
    endless = b'{"cells": ["' + b'\\"' * (4 << 20)  # a text without an end
    (folder / "endless.ipynb").write_bytes(endless)
    wide = (
        '{"source": "\U0001f600' + "a" * 900_000 + '"},'
    )  # takes four times the bytes
    (folder / "wide.ipynb").write_text('{"cells": [' + wide * 60 + "{}]}", "utf-8")
    picture = {"data": {"image/png": "A" * (30 << 20)}}
    notebook = kit.notebook(kit.SCALE)
    notebook["cells"][0]["outputs"] = [picture]
    (folder / "picture.ipynb").write_text(json.dumps(notebook))


def test_large_notebooks_cost_little_memory(tmp_path, kit):
    _write_large(tmp_path, kit)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path)],
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    *told, numbers = done.stdout.splitlines()
    seconds, megabytes = map(float, numbers.split())
    reasons = ["values", "cut off", "values", "read", "read", "beside its outputs"]
    assert all(word in line for word, line in zip(reasons, told, strict=True)), told
    assert megabytes < 500
    assert seconds < 100  # of processor time; hours, were anything quadratic


GRADE = """
import re, sys
from pathlib import Path
from c2a.cli import main
try:
    main()
finally:
    status = Path("/proc/self/status").read_text()
    print("held", int(re.search(r"VmHWM:[^0-9]*([0-9]+)", status)[1]) // 1024)
"""
FLOODS = {
    "lists": "A = [[] for _ in range(70_000)]\ndef much(*_): return A",
    "numbers": "A = __import__('numpy').zeros(2_000_000)\ndef much(*_): return A",
    "errors": "def much(*_): raise ValueError('x' * 10_000_000)",
    "prints": "\n".join(["def much(a=print('x' * 19_000)): pass"] * 3_000),
}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_floods_of_values_and_texts_cost_little_memory(tmp_path, kit):
    """From file to report, two at a time; before, a folder like this took 5.8 GB."""
    answer = "# exercise: conv2d\ndef conv2d(x, w, stride, padding):\n    return much()"
    for name, flood in FLOODS.items():
        kit.write_notebook(tmp_path / "in" / f"{name}.ipynb", flood, answer)
    words = ["grade", str(tmp_path / "in"), "--chapter", "02", "--workers", "2"]
    words += ["--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", GRADE, *words],
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = (tmp_path / "out" / "scores.csv").read_text().splitlines()[1:]
    assert [row.split(",")[2:4] for row in rows] == [["graded", "0"]] * len(FLOODS)
    assert int(done.stdout.split()[-1]) < 500
