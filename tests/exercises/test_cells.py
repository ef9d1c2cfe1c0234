"""The solved notebook: laid out from the declarations, what people wrote is kept."""

import copy

from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.nbgraderformat import ValidationError
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3

from c2a.exercises import chapter
from c2a.exercises.kit.cells import laid_out, task_line, total_line
from c2a.exercises.kit.section import title

SHEET = chapter("02")


def test_a_new_notebook_has_every_exercise_in_order_and_is_valid():
    notebook = laid_out(new_notebook(), SHEET)
    headings = [cell.source.splitlines()[0] for cell in notebook.cells]
    titles = [line for line in headings if line.startswith("## ")]
    wanted = [f"## {n}. {each.title}" for n, each in enumerate(SHEET.exercises, 1)]
    assert titles == [*wanted, "## Your progress"]
    assert total_line(SHEET) in notebook.cells[0].source
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            MetadataValidatorV3().validate_cell(cell)
    try:
        MetadataValidatorV3().validate_nb(notebook)
    except ValidationError as error:
        raise AssertionError(error) from None
    answers = {
        cell.metadata.nbgrader.grade_id: compile(cell.source, "<cell>", "exec")
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    assert list(answers) == [each.name for each in SHEET.exercises]


def test_laying_out_again_changes_nothing():
    notebook = laid_out(new_notebook(), SHEET)
    again = laid_out(copy.deepcopy(notebook), SHEET)
    assert again.cells == notebook.cells


def test_what_people_wrote_is_kept_and_what_is_declared_is_brought_up_to_date():
    notebook = laid_out(new_notebook(), SHEET)
    first, task = SHEET.exercises[0], notebook.cells[2]
    task.source = "## 7. An old title\n\n*Hard · 9 minutes · 1 points:* `a` 1.\n\nMine."
    answer = next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == first.name
    )
    answer.source = f"# exercise: {first.name}\nmine = 1"
    notebook.cells.insert(3, new_code_cell("my_plot()"))
    cells = laid_out(notebook, SHEET).cells
    assert cells[2].source == f"## 1. {first.title}\n\n{task_line(first)}\n\nMine."
    assert cells[3].source == "my_plot()"
    assert answer in cells


def test_the_task_s_line_links_where_to_read():
    section = "02-convolution.html#stride"
    line = task_line(SHEET.by_name["conv2d"])
    assert line.startswith("*Medium · 25 minutes · 6 points:* `one channel` 1")
    assert f"[{title(section)}](../book/02-convolution.ipynb#stride)" in line
