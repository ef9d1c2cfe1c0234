"""Attempts on what the grader does outside the sandbox: rules, files, pages."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from c2a.grading.feedback import Look, feedback
from c2a.grading.files import write_whole
from c2a.grading.layouts import Delivery
from c2a.grading.marking import Task, mark
from c2a.grading.records import Entry, Result
from c2a.grading.seed import Seed
from c2a.grading.submissions import Reader, Submission


def _marked(kit: ModuleType, folder: Path, answer: str, forbidden: str) -> Result:
    """Mark one answer to `total`, in which one name is forbidden."""
    exercise = replace(kit.exercises()[1], forbidden=(forbidden,))
    path = kit.write_notebook(folder / "a.ipynb", answer)
    read = Reader([exercise]).read(Delivery("a", "a", (path,)))
    assert isinstance(read, Submission)
    session = kit.PlainSession([piece.source for piece in read.program.pieces])
    task = Task(read.digest, read.program, ("total",))
    (result,) = mark(task, {"total": exercise}, session, Seed(b"seed" * 4)).results
    return result


FORBIDDEN = {
    "in other letters": (
        "import ｔorch as t\ndef total(x): return float(t.sum(t.tensor(x)))",
        "torch.sum",
    ),
    "by a given name": ("def total(x): return F.relu(x)", "torch.nn.functional.relu"),
    "in source too deep to check": (
        "import torch\ndef total(x):\n"
        f"    if x is None: torch{'.a' * 1500}\n"
        "    return float(torch.sum(torch.tensor(x)))",
        "torch.sum",
    ),
}


@pytest.mark.parametrize("how", FORBIDDEN)
def test_forbidden_function_is_found(how: str, kit: ModuleType, tmp_path: Path) -> None:
    """Where it is not looked for, the same answer earns its points."""
    result = _marked(kit, tmp_path, *FORBIDDEN[how])
    assert (result.state, result.points) == ("refused", 0.0)
    assert _marked(kit, tmp_path, FORBIDDEN[how][0], "scipy").state == "graded"


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """Text that cannot be written leaves what was there, not half of it."""
    page = tmp_path / "page.html"
    write_whole(page, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(page, "new \ud800")
    assert page.read_text() == "old"
    write_whole(page, "new")
    assert page.read_text() == "new"


def _page(kit: ModuleType, **report: object) -> str:
    """The page of a student with one failing answer."""
    report = {"groups": {"basic": [0.0, 2.0]}, **report}
    result = Result("scale", "graded", 0.0, 3.0, 0.1, report)
    entry = Entry("eve", "Eve", "eve.ipynb", "0" * 64, "", {"scale": result})
    return feedback(entry, kit.exercises()[:1], Look("Demo"))


@pytest.mark.parametrize(("error", "told"), [("IndexError", True), ("x_0_123", False)])
def test_class_of_an_exception_tells_nothing(
    error: str, told: bool, kit: ModuleType
) -> None:
    """A class can be made for the purpose, with the hidden input as its name."""
    detail = {"problem": "exception", "error": f"{error}: no"}
    case = {"group": "basic", "passed": False, "diagnosis": "", "detail": detail}
    assert (error in _page(kit, hidden=[case])) is told


def test_pages_forbid_scripts(kit: ModuleType) -> None:
    """By policy, should a script ever get past the escaping."""
    assert """Content-Security-Policy" content="default-src 'none'; """ in _page(kit)
