"""The notebooks agree with the declarations, and run to exactly the stubs."""

import copy
import doctest
import functools
from pathlib import Path

import nbformat
import numpy as np
import pytest

from c2a.exercises import chapter
from c2a.exercises.c02_convolution import depthwise_conv2d
from c2a.exercises.kit.cells import laid_out
from c2a.exercises.kit.judge import evaluate
from c2a.exercises.kit.syntax import forbidden_uses

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.name for path in (ROOT / "solutions").glob("*.ipynb"))


@functools.cache
def read(folder, name):
    return nbformat.read(ROOT / folder / name, as_version=4)


def code_cells(folder, name):
    return [cell for cell in read(folder, name).cells if cell.cell_type == "code"]


def namespace_of(cells):
    """The definitions of a notebook: all cells but those that check."""
    namespace = {"__name__": "notebook"}
    for cell in cells:
        if not cell.metadata.get("nbgrader", {}).get("grade"):
            exec(compile(cell.source, "<cell>", "exec"), namespace)
    return namespace


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_laid_out_as_the_declarations_say(name):
    """Order, titles, difficulty, minutes, points, links, checks and their metadata."""
    notebook = read("solutions", name)
    fresh = laid_out(copy.deepcopy(notebook), chapter(name))
    assert [cell.source for cell in fresh.cells] == [c.source for c in notebook.cells]
    assert [c.metadata for c in fresh.cells] == [c.metadata for c in notebook.cells]


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_has_its_marker(name):
    for cell in code_cells("solutions", name):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if grade_id in chapter(name).by_name:
            assert cell.source.startswith(f"# exercise: {grade_id}\n")


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_obeys_the_rules_of_its_task(name):
    sources = [cell.source for cell in code_cells("solutions", name)]
    for exercise in chapter(name).exercises:
        assert exercise.source_problems(sources) == []
        assert forbidden_uses(sources, exercise) == []


@pytest.mark.parametrize("name", NAMES)
def test_worked_examples_are_right_and_document_each_function(name):
    namespace = namespace_of(code_cells("solutions", name))
    runner, finder = doctest.DocTestRunner(), doctest.DocTestFinder()
    for exercise in chapter(name).exercises:
        for function in map(namespace.__getitem__, exercise.functions):
            assert "Example" in function.__doc__ or ">>>" in function.__doc__
            assert "Returns" in function.__doc__
            for test in finder.find(function, globs=namespace):
                runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


@pytest.mark.parametrize("name", NAMES)
def test_stored_outputs_show_every_point(name):
    """nbgrader's own rule, applied to the outputs of the solved notebook."""
    from nbgrader.utils import determine_grade

    grades = [
        determine_grade(cell)
        for cell in code_cells("solutions", name)
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    assert all(earned == possible for earned, possible in grades)
    total = chapter(name).total
    assert sum(earned for earned, _ in grades) == total


@pytest.mark.parametrize("name", NAMES)
def test_the_students_notebook_runs_to_exactly_the_stubs(name, capsys):
    namespace = {"__name__": "notebook"}
    for cell in code_cells("exercises", name):
        exec(compile(cell.source, "<cell>", "exec"), namespace)
    shown = capsys.readouterr().out
    exercises = chapter(name).exercises
    for exercise in exercises:
        assert f"{exercise.name}: not written yet." in shown
    assert f"0 of {len(exercises)} exercises done" in shown
    assert "checks pass" not in shown
    assert "Nothing was checked" not in shown


def test_the_given_code_has_the_declared_bugs():
    namespace = namespace_of(code_cells("exercises", "02-convolution.ipynb"))
    broken = namespace["broken_depthwise_conv2d"]
    declared = depthwise_conv2d.EXERCISE.mistakes[-1]
    assert "given code" in declared.diagnosis
    for case in depthwise_conv2d.EXERCISE.visible():
        expected = evaluate(declared.answer, case.args)
        found = evaluate(broken, case.args)
        assert found.kind == expected.kind
        np.testing.assert_array_equal(found.value, expected.value)
