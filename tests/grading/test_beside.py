"""Files beside a notebook that it imports come along, and count as its code."""

import sys
from contextlib import closing

import pytest

from c2a.grading.beside import forbidden_inside, imported
from c2a.grading.layouts import deliveries
from c2a.grading.local import LocalMarker
from c2a.grading.marking import Task
from c2a.grading.seed import Seed
from c2a.grading.submissions import Reader

HELPER = "from more.deep import factor_of\ndef times(x, f): return x * factor_of(f)\n"
DEEP = "def factor_of(f): return f\n"
USES = "from helper import times\ndef scale(x, factor):\n    return times(x, factor)\n"


def lay_out(folder, kit, *cells, **files):
    kit.write_notebook(folder / "ada" / "hw.ipynb", *cells)
    for name, text in {"helper": HELPER, "more/deep": DEEP, "idle": "1 / 0"}.items():
        path = folder / "ada" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(files.get(name, text))


@pytest.mark.skipif(sys.platform != "linux", reason="needs a sandbox")
def test_a_helper_beside_the_notebook_is_imported(tmp_path, kit, exercises):
    lay_out(tmp_path, kit, "import helper", USES, "import idle", kit.TOTAL)
    (delivery,) = deliveries(tmp_path)
    submission = Reader(exercises).read(delivery)
    by_name = {each.name: each for each in exercises}
    with closing(LocalMarker(by_name, Seed(b"secret" * 4), 1)) as marker:
        task = Task(submission.digest, submission.program, ("scale", "total"))
        marked = marker.mark(task)
    assert [each.points for each in marked.results] == [3.0, 1.0]
    (failed,) = marked.run["failed"]  # what a module raises is told, too
    assert (failed["cell"], failed["error"][:17]) == (3, "ZeroDivisionError")


def test_what_is_beside_belongs_to_the_digest(tmp_path, kit, exercises):
    digests = set()
    for text in (HELPER, HELPER + "# changed\n"):
        lay_out(tmp_path, kit, USES, helper=text)
        (delivery,) = deliveries(tmp_path)
        digests.add(Reader(exercises).read(delivery).digest)
    lay_out(tmp_path, kit, USES, helper=text, idle="changed = 1")
    digests.add(Reader(exercises).read(delivery).digest)
    assert len(digests) == 2


def test_a_module_that_a_platform_renamed_is_found(tmp_path, kit):
    notebook = kit.write_notebook(tmp_path / "ada_1815_900_hw.ipynb", USES)
    helper = tmp_path / "ada_1815_901_helper.py"
    helper.write_text(HELPER)
    assert set(imported([USES], notebook, [notebook, helper])) == {"helper"}


@pytest.mark.parametrize(
    ("cell", "helper", "found"),
    [
        ("from helper import a\ndef f(x): return a(x)", "", ["torch.relu"]),
        ("import helper as h\ndef f(x): return h.a(x)", "", ["torch.relu"]),
        ("from helper import *\ndef f(x): return a(x)", "", ["torch.relu"]),
        ("from helper import b\ndef f(x): return b(x)", "", []),
        ("from helper import a, b\nprint(a(1))\ndef f(x): return b(x)", "", []),
        ("from helper import f", "def f(x): return a(x)", ["torch.relu"]),
        ("from other import c\ndef f(x): return c(x)", "", ["torch.relu"]),
    ],
)
def test_modules_are_searched_for_what_is_forbidden(cell, helper, found):
    body = "import torch\ndef a(x): return torch.relu(x)\ndef b(x): return x\n"
    modules = {
        "helper": body + helper,
        "other": "import helper\ndef c(x): return helper.a(x)",
    }
    assert forbidden_inside([cell], modules, ("f",), ("torch",)) == found
