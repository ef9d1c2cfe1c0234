"""exercises/ is what nbgrader makes of solutions/."""

from pathlib import Path

import nbformat
import pytest

from c2a.publishing.release import ReleaseError, drifted, main, release, release_all

ROOT = Path(__file__).parents[2]


def solution_cell(source, grade_id="f", **changes):
    metadata = {
        "grade": False,
        "grade_id": grade_id,
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["nbgrader"] = metadata | changes
    return cell


SOLVED = "def f():\n    ### BEGIN SOLUTION\n    return 4242_4242\n    ### END SOLUTION"
CHECK = (
    "check(f)\n### BEGIN HIDDEN TESTS\nassert f() == 4242_4242\n### END HIDDEN TESTS"
)


def notebook():
    check = solution_cell(
        CHECK, "f-check", grade=True, locked=True, solution=False, points=1
    )
    check.outputs = [nbformat.v4.new_output("stream", text="4242_4242")]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    made = nbformat.v4.new_notebook(cells=[solution_cell(SOLVED), check])
    made.metadata |= {"kernelspec": kernel, "c2a": {"seconds": 3}}
    return made


def test_the_committed_exercises_are_up_to_date():
    assert drifted(ROOT) == []
    sources = {path.name for path in (ROOT / "solutions").glob("*.ipynb")}
    assert {path.name for path in (ROOT / "exercises").glob("*.ipynb")} == sources


def test_solutions_hidden_tests_and_outputs_are_gone():
    solved = notebook()
    text = nbformat.writes(release(solved))
    for gone in ("4242_4242", "SOLUTION", "HIDDEN", "assert", "seconds"):
        assert gone not in text
    assert "raise NotImplementedError" in text
    assert "4242_4242" in solved.cells[0].source
    assert solved.cells[1].outputs


@pytest.mark.parametrize(
    "cell",
    [
        nbformat.v4.new_code_cell(SOLVED),  # a solution that nbgrader does not know of
        solution_cell(SOLVED.replace("    ### END SOLUTION", ""), "g"),
        solution_cell("x = 1", "f"),  # the same id twice
        solution_cell(SOLVED, "not an id!"),
    ],
)
def test_what_nbgrader_refuses_is_refused(cell):
    broken = notebook()
    broken.cells.append(cell)
    with pytest.raises(ReleaseError):
        release(broken)


def test_files_are_written_once_and_drift_is_seen(tmp_path):
    (tmp_path / "solutions").mkdir()
    nbformat.write(notebook(), tmp_path / "solutions" / "01-a.ipynb")
    target = tmp_path / "exercises" / "01-a.ipynb"
    assert release_all(tmp_path) == [target]
    assert release_all(tmp_path) == []
    target.write_text(target.read_text() + " ")
    assert drifted(tmp_path) == [target]


def test_the_command_tells_what_is_out_of_date(tmp_path, capsys):
    (tmp_path / "solutions").mkdir()
    nbformat.write(notebook(), tmp_path / "solutions" / "01-a.ipynb")
    root = ["--root", str(tmp_path)]
    assert main(["--check", *root]) == 1
    assert main(root) == 0
    assert main(["--check", *root]) == 0
    shown = capsys.readouterr().out
    assert [line.partition(":")[0] for line in shown.splitlines()] == [
        "out of date",
        "written",
    ]
    broken = notebook()
    broken.cells.append(nbformat.v4.new_code_cell(SOLVED))
    nbformat.write(broken, tmp_path / "solutions" / "01-a.ipynb")
    assert main(root) == 1
    assert "01-a.ipynb: nbgrader refuses" in capsys.readouterr().err
