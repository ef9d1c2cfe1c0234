"""Notebooks run at a scale keep their outputs and no trace of the run."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from c2a.publishing.execute import (
    ExecutionError,
    chosen,
    execute,
    main,
    read,
    with_stable_models,
)

PARAMETERS = 'SCALE = "cpu"'
WIDGETS = "application/vnd.jupyter.widget-state+json"


@pytest.fixture
def book(tmp_path):
    """A function that writes a chapter; the first cell holds the parameters."""

    def written(*sources: str, name: str = "book/04-short.ipynb") -> Path:
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        cells[0].metadata["tags"] = ["parameters", "hide-input"]
        notebook = nbformat.v4.new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        notebook.metadata["mine"] = "kept"
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)
        return path

    return written


def failure(path: Path, root: Path) -> str:
    """The message with which a run ends, once it is known to have changed nothing."""
    before = path.read_bytes()
    with pytest.raises(ExecutionError) as caught:
        execute(path, "cpu", root)
    assert path.read_bytes() == before
    return str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("kernel", [None, {"name": "mine", "display_name": "Mine"}])
def test_a_chapter_saved_with_another_kernel_runs_in_this_one(book, tmp_path, kernel):
    path = book(PARAMETERS, "6 * 7")
    notebook = read(path)
    notebook.metadata = {"kernelspec": kernel} if kernel else {}
    nbformat.write(notebook, path)
    execute(path, "cpu", tmp_path)
    assert read(path).cells[1].outputs[0].data["text/plain"] == "42"
    assert read(path).metadata.get("kernelspec") == kernel


@pytest.mark.slow
def test_outputs_go_back_and_a_second_run_changes_nothing(book, tmp_path):
    path = book(
        PARAMETERS,
        "import ipywidgets\nipywidgets.IntSlider(3)",
        "import os\nprint(SCALE, os.environ['OMP_NUM_THREADS'])\n6 * 7",
    )
    before = nbformat.read(path, 4)
    seconds = execute(path, "cpu", tmp_path)
    after = nbformat.read(path, 4)
    nbformat.validate(after)
    for old, new in zip(before.cells, after.cells, strict=True):
        assert (old.id, old.source, old.metadata) == (new.id, new.source, new.metadata)
    assert [cell.execution_count for cell in after.cells] == [1, 2, 3]
    assert after.cells[2].outputs[0].text == "cpu 1\n"
    assert after.cells[2].outputs[1].data["text/plain"] == "42"
    assert after.metadata["mine"] == "kept"
    assert set(after.metadata) == {"kernelspec", "mine", "c2a", "widgets"}
    record = after.metadata["c2a"]
    assert record["seconds"] == round(seconds)
    assert (record["scale"], record["threads"]) == ("cpu", 1)
    assert record["processor"]

    first = path.read_text("utf-8")
    execute(path, "cpu", tmp_path)
    again = json.loads(path.read_text("utf-8"))
    again["metadata"]["c2a"] = dict(record)
    assert again == json.loads(first)


@pytest.mark.slow
def test_other_scales_leave_the_notebook_as_it_is(book, tmp_path):
    path = book(PARAMETERS, "print(SCALE)")
    before = path.read_bytes()
    execute(path, "smoke", tmp_path)
    assert path.read_bytes() == before
    built = nbformat.read(tmp_path / "_build/notebooks/smoke/book/04-short.ipynb", 4)
    assert built.cells[1].outputs[0].text == "smoke\n"
    assert built.metadata["c2a"]["scale"] == "smoke"


@pytest.mark.slow
def test_a_failing_cell_is_named(book, tmp_path):
    message = failure(book(PARAMETERS, "x = 1", "1 / 0"), tmp_path)
    assert "code cell 3 of 3" in message
    assert "`1 / 0`" in message
    assert "ZeroDivisionError" in message
    assert "\x1b" not in message


@pytest.mark.slow
def test_a_dead_kernel_is_named(book, tmp_path):
    path = book(PARAMETERS, "import os\nos.kill(os.getpid(), 9)")
    message = failure(path, tmp_path)
    assert "`import os`" in message
    assert "the kernel died" in message


def test_a_damaged_notebook_is_named(book, tmp_path):
    path = book(PARAMETERS)
    path.write_text(path.read_text("utf-8")[:-40], "utf-8")
    assert "is not a valid notebook" in failure(path, tmp_path)


def test_an_unknown_chapter_is_answered_with_those_there_are(book, tmp_path):
    book(PARAMETERS)
    with pytest.raises(ExecutionError, match=r"no chapter 17; there are: 04-short\."):
        chosen(tmp_path, "17", "cpu")


def test_solutions_run_at_the_published_scale_only(book, tmp_path):
    chapter = book(PARAMETERS)
    solved = book(PARAMETERS, name="solutions/04-short.ipynb")
    assert chosen(tmp_path, "4", "cpu") == [chapter, solved]
    assert chosen(tmp_path, "04", "smoke") == [chapter]
    assert chosen(tmp_path, "", "cpu") == [chapter, solved]


def test_a_letter_picks_one_of_two_notebooks_and_digits_take_both(book, tmp_path):
    one, other = (
        book(PARAMETERS, name=f"book/13{letter}-short.ipynb") for letter in "ab"
    )
    book(PARAMETERS)
    assert chosen(tmp_path, "13a", "cpu") == [one]
    assert chosen(tmp_path, "13", "cpu") == [one, other]


def test_widget_models_are_numbered_in_their_order():
    def notebook(first: str, second: str):
        view = {"application/vnd.jupyter.widget-view+json": {"model_id": second}}
        cell = nbformat.v4.new_code_cell("slider")
        cell.outputs = [nbformat.v4.new_output("display_data", data=view)]
        made = nbformat.v4.new_notebook(cells=[cell])
        cell.id = "same"
        state = {first: {"state": {}}, second: {"state": {"of": f"IPY_MODEL_{first}"}}}
        made.metadata["widgets"] = {WIDGETS: {"state": state}}
        return made

    one = with_stable_models(notebook("a" * 32, "b" * 32), "book/04-short.ipynb")
    other = with_stable_models(notebook("f" * 32, "0" * 32), "book/04-short.ipynb")
    assert one == other
    state = one.metadata["widgets"][WIDGETS]["state"]
    first, second = state
    assert state[second]["state"]["of"] == f"IPY_MODEL_{first}"
    view = one.cells[0].outputs[0].data["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == second


def test_without_a_gpu_the_gpu_scale_says_so_and_is_no_failure(capsys, monkeypatch):
    monkeypatch.setattr("c2a.publishing.execute.graphics_card", lambda: "")
    assert main(["--scale", "gpu"]) == 0
    assert "no GPU" in capsys.readouterr().out
