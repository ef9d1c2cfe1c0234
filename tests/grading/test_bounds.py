"""What a hostile notebook costs the grader itself: time, memory."""

import json
import os
import re
import subprocess
import sys
import time

import pytest

from c2a.grading.assignment import load_assignment
from c2a.grading.layouts import Delivery
from c2a.grading.marking import _source_problems
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
def test_reading_takes_time_in_proportion_to_length(looked_at, unit, head):
    # Eight times as long: 64 times as slow if anything were quadratic.
    short, long = (looked_at(head + unit * (n // len(unit))) for n in (3_000, 24_000))
    assert long < 20 * short + 0.5


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
    assert "values" in told[0]
    assert "values" in told[1]
    assert told[2:] == ["read", "read"]
    assert megabytes < 500
    assert seconds < 30
