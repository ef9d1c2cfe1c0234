"""Marking in the real sandbox: what the cells around an answer may do."""

import sys
from contextlib import closing
from dataclasses import replace

import pytest

from c2a.grading import local
from c2a.grading.layouts import Delivery
from c2a.grading.local import LocalMarker
from c2a.grading.marking import Task
from c2a.grading.sandbox import Limits
from c2a.grading.seed import Seed
from c2a.grading.submissions import Reader

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a sandbox")


@pytest.fixture(scope="module")
def marker(kit):
    by_name = {each.name: each for each in kit.exercises()}
    with closing(LocalMarker(by_name, Seed(b"secret" * 4), 1)) as marker:
        yield marker


@pytest.fixture
def marked(tmp_path, kit, marker):
    """Mark cells; return points by exercise and what happened as they ran."""
    reader = Reader(kit.exercises())

    def run(*cells):
        path = kit.write_notebook(tmp_path / "a.ipynb", *cells)
        submission = reader.read(Delivery("a", "a", (path,)))
        task = Task(submission.digest, submission.program, ("scale", "total"))
        result = marker.mark(task)
        return {each.exercise: each.points for each in result.results}, result.run

    return run


FULL = {"scale": 3.0, "total": 1.0}
PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()\n"
HONEST = {
    "all imports deleted": (),
    "prints": ("print('hello ' * 10**5)",),
    "warnings and stderr": (
        "import sys, warnings\nwarnings.warn('careful')\nprint('x', file=sys.stderr)",
    ),
    "plots": (PLOT,),
    "progress bar": ("from tqdm.auto import tqdm\nfor _ in tqdm(range(3)): pass",),
    "check cells": ("from c2a.exercises.c02_convolution import *\ncheck(scale)",),
    "magics": ("%matplotlib inline\n!pip install numpy\n%timeit x = 1",),
    "missing module": ("import no_such_module\nno_such_module.help_me()",),
    "exit": ("import sys\nsys.exit(3)",),
    "input": ("answer = input('your name? ')",),
    "files": ("open('notes.txt', 'w').write('mine')",),
}


@pytest.mark.parametrize("cells", HONEST.values(), ids=HONEST.keys())
def test_what_stands_around_an_answer_costs_nothing(marked, kit, cells):
    answers = (kit.SCALE, kit.TOTAL)
    assert marked(*cells, *answers)[0] == FULL
    assert marked(*answers, *cells)[0] == FULL


WITHIN = {
    "prints": "print('got', x)",
    "warnings and stderr": "import sys, warnings; warnings.warn('careful')\n"
    "    np.log(np.zeros(1)); print('x', file=sys.stderr)",
    "logging": "import logging; logging.error('careful')",
    "progress bar": "from tqdm.auto import tqdm\n    for _ in tqdm(range(3)): pass",
    "plots": "plt.plot([1, 2]); plt.show()",
    "slow but right": "import time; time.sleep(0.5)",
    "chance": "x = np.random.default_rng().permutation([x])[0]; torch.rand(3)",
    "state between calls": "global calls; calls = globals().get('calls', 0) + 1",
    "files": "open('notes.txt', 'a').write('mine')",
}


@pytest.mark.parametrize("line", WITHIN.values(), ids=WITHIN.keys())
def test_what_an_answer_does_besides_costs_nothing(marked, kit, line):
    answer = kit.SCALE.replace("return", f"{line}\n    return")
    assert marked(answer, kit.TOTAL)[0] == FULL


def test_failed_cells_are_reported_by_their_number(marked, kit):
    points, run = marked("x = 1\n", kit.SCALE, "y = 2\n1 / 0", kit.TOTAL)
    assert points == FULL
    (failed,) = run["failed"]
    assert failed["cell"] == 3
    assert failed["error"].startswith("ZeroDivisionError: division by zero")
    assert "cell 3, line 2" in failed["error"]


def test_every_answer_keeps_its_own_helper(marked):
    one = (
        "def helper(x, f):\n    return x * f\ndef scale(x, f):\n    return helper(x, f)"
    )
    two = (
        "def helper(x):\n    return float(sum(x))\ndef total(x):\n    return helper(x)"
    )
    assert marked(one, two)[0] == FULL
    # A helper that was mended below counts as mended.
    early = one.replace("x * f\n", "x + f\n")
    assert marked(early, one.partition("def scale")[0], two)[0] == FULL | {"scale": 0.0}
    assert marked(early, two, one.partition("def scale")[0])[0]["scale"] == 3.0


USES = {
    "a module": ("import math", "math.prod([1, f])", "math = 3"),
    "a given name": ("", "F.relu(torch.tensor(1.0)).item() * f", "F = None"),
    "a constant": ("eps = 0", "(f + eps)", "eps = 1.0"),
    "a helper": ("def pad(f): return f", "pad(f)", "def pad(f): return 0 * f"),
    "a helper's constant": (
        "eps = 0\ndef pad(f): return f + eps", "pad(f)", "for eps in (1, 2): pass"),
    "an import below": (
        "def pad(f): return f", "pad(f)", "from torch.nn.functional import pad"),
    "a name unpacked below": ("eps = 0", "(f + eps)", "a, eps = 1, 2"),
    "by `with`": ("eps = 0", "(f + eps)", "import io\nwith io.StringIO() as eps: pass"),
    "only below": ("", "(f + eps)", "eps = 0"),
    "both": ("eps = 1", "later(f)", "eps = 0\ndef later(f): return f + eps"),
}  # fmt: skip


@pytest.mark.parametrize(("above", "used", "below"), USES.values(), ids=USES.keys())
def test_an_answer_has_the_names_of_where_it_stood(marked, kit, above, used, below):
    """Or those of the notebook's end, where only these will do."""
    answer = f"def scale(x, f):\n    return x * {used}"
    assert marked(above, answer, below, kit.TOTAL)[0] == FULL


TELLS = """
seen = []
def scale(x, factor):
    seen.append((float(x.sum()), factor))
    print("SEEN", seen)
    return -x
def total(x):
    seen.append(float(x.sum()))
    print("SEEN", seen)
    raise ValueError(str(seen))
"""


def test_what_a_student_sees_comes_from_a_process_without_hidden_inputs(
    tmp_path, kit, exercises, marker
):
    path = kit.write_notebook(tmp_path / "a.ipynb", TELLS)
    submission = Reader(exercises).read(Delivery("a", "a", (path,)))
    task = Task(submission.digest, submission.program, ("scale", "total"))
    results = {each.exercise: each for each in marker.mark(task).results}
    scale, total = (results[name].report for name in ("scale", "total"))
    assert scale["printed"] == "SEEN [(6.0, 3.0)]\n"  # of the visible case alone
    assert total["printed"] == "SEEN [(6.0, 3.0), 3.0]\n"


REPLACED = """
import torch
from torch import *
compared = torch.sum(torch.ones(3)) - total(np.ones(3))
def by_torch(x): return torch.sum(torch.tensor(x)).item()
{more}
"""


@pytest.mark.parametrize(
    ("more", "points"), [("", 1.0), ("total = by_torch", 0.0), ("by_torch(3)", 1.0)]
)
def test_experiments_cost_nothing_and_a_forbidden_answer_all(marked, kit, more, points):
    cells = (kit.SCALE, kit.TOTAL, REPLACED.format(more=more))
    assert marked(*cells)[0]["total"] == points


ANNOTATED = "def scale(x: Array, factor: Optional[int] = None) -> List[int]:\n"


@pytest.mark.parametrize("line", ["", "from __future__ import annotations\n"])
def test_annotations_need_no_imports(marked, kit, line):
    answer = f"{line}{ANNOTATED}    return x * factor"
    assert marked(answer, kit.TOTAL)[0] == FULL


def test_a_fault_of_the_grader_is_no_zero_and_no_end(marked, kit, monkeypatch):
    def cut(program, exercise):
        raise SystemError("out of order")

    monkeypatch.setattr("c2a.grading.program.Program.cut", cut)
    assert marked(kit.SCALE, kit.TOTAL)[0] == FULL
    wrong = kit.SCALE.replace("* factor", "+ factor")
    assert marked(wrong, kit.TOTAL)[0] == {"scale": None, "total": None}


def test_many_slow_cells_leave_time_for_the_answers(marked, kit, monkeypatch):
    limits = Limits(cell_seconds=0.5, cells_seconds=1.6)
    monkeypatch.setattr(local, "_limits", lambda exercises: limits)
    slow = ["import time\ntime.sleep(60)"] * 5
    points, run = marked(*slow, kit.SCALE, kit.TOTAL)
    assert points == FULL
    assert [failed["cell"] for failed in run["failed"]] == [1, 2, 3, 4, 5]


def test_float32_and_lists_of_numbers(marked, kit):
    single = kit.SCALE.replace("x * factor", "(x * factor).astype(np.float32)")
    assert marked(single, kit.TOTAL)[0] == FULL


LOOKED_UP = """
def scale(x, factor):
    from c2a.data import load
    load("digits")
    return x * factor
"""


@pytest.mark.parametrize(("data", "points"), [(True, 3.0), (False, 0.0)])
def test_labels_cannot_be_looked_up_where_data_are_hidden(tmp_path, kit, data, points):
    exercises = [replace(each, data=data) for each in kit.exercises()]
    by_name = {each.name: each for each in exercises}
    path = kit.write_notebook(tmp_path / "a.ipynb", LOOKED_UP, kit.TOTAL)
    submission = Reader(exercises).read(Delivery("a", "a", (path,)))
    with closing(LocalMarker(by_name, Seed(b"secret" * 4), 1)) as marker:
        task = Task(submission.digest, submission.program, ("scale", "total"))
        results = {each.exercise: each.points for each in marker.mark(task).results}
    assert results == {"scale": points, "total": 1.0}
