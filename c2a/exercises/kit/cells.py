"""Lay out a solved notebook: `python -m c2a.exercises.kit.cells 03`.

What the declarations say (order, titles, difficulty, minutes, points, links, checks and
their nbgrader metadata) is written anew; tasks, answers and cells of your own stay.
"""

import argparse
import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from c2a.exercises import chapter
from c2a.exercises.kit.design import DesignExercise
from c2a.exercises.kit.exercise import DIFFICULTIES, Exercise
from c2a.exercises.kit.section import place, title
from c2a.exercises.kit.sheet import Sheet

ROOT = Path(__file__).parents[3]
_SUMMARY = re.compile(rf"^\*({'|'.join(DIFFICULTIES.values())}) · .*$", re.M)
_TOTAL = re.compile(r"^\*\d+ exercises · .*$", re.M)
_TAIL = "## Your progress"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the notebook of a chapter."""
    parser = argparse.ArgumentParser(description="Lay out a notebook in solutions/.")
    parser.add_argument("chapter", help="its number, as 03")
    sheet = chapter(parser.parse_args(arguments).chapter)
    path = ROOT / "solutions" / f"{sheet.slug}.ipynb"
    notebook = nbformat.read(path, 4) if path.exists() else new_notebook()
    nbformat.write(laid_out(notebook, sheet), path)


def laid_out(notebook: NotebookNode, sheet: Sheet) -> NotebookNode:
    """The notebook with a section for each exercise, in order. It is changed."""
    sections = _sections(notebook.cells)
    named = {_exercise_of(cells, sheet): cells for cells in sections}
    named.pop("", None)
    others = [cells for cells in sections if not _exercise_of(cells, sheet)]
    head = others[0] if others and not _is_tail(others[0]) else _new_head(sheet)
    _set_line(head[0], _TOTAL, total_line(sheet))
    cells = list(head)
    for number, exercise in enumerate(sheet.exercises, 1):
        cells += _section(exercise, number, named.get(exercise.name, []), sheet)
    tail = [cells for cells in others if _is_tail(cells)] or [_new_tail()]
    cells += tail[0]
    for cell in cells:
        if cell.cell_type == "code" and "execution_count" not in cell:
            cell["execution_count"] = None
    notebook.cells = cells
    return notebook


def total_line(sheet: Sheet) -> str:
    """The line below the title: how many exercises, points and minutes."""
    hours, minutes = divmod(5 * round(sheet.minutes / 5), 60)
    time = f"{minutes} minutes"
    if hours:
        time = f"{hours} h {minutes} min" if minutes else f"{hours} h"
    count = len(sheet.exercises)
    return f"*{count} exercises · {sheet.total:g} points · about {time}.*"


def task_line(exercise: Exercise) -> str:
    """The line below a task's title: difficulty, minutes, points, where to read."""
    sections = dict.fromkeys((exercise.section, *exercise.sections.values()))
    links = []
    for section in sections:
        page, _, anchor = section.partition("#")
        name = title(section) or anchor.replace("-", " ") or place(section)
        links.append(f"[{name}](../book/{page.replace('.html', '.ipynb')}#{anchor})")
    return f"{exercise.summary} Read: {', '.join(links)}."


def _sections(cells: Sequence[NotebookNode]) -> list[list[NotebookNode]]:
    """Cells from one heading of the second level to the next."""
    sections: list[list[NotebookNode]] = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            sections.append([])
        sections[-1].append(cell)
    return [each for each in sections if each]


def _exercise_of(cells: Sequence[NotebookNode], sheet: Sheet) -> str:
    names = {_grade_id(cell) for cell in cells} & set(sheet.by_name)
    return names.pop() if names else ""


def _grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _is_tail(cells: Sequence[NotebookNode]) -> bool:
    return cells[0].source.startswith(_TAIL)


def _section(
    exercise: Exercise, number: int, cells: list[NotebookNode], sheet: Sheet
) -> Iterator[NotebookNode]:
    """The cells of one exercise: task, example, cells of one's own, answer, check."""
    name = exercise.name
    heading = f"## {number}. {exercise.title}"
    task = cells[0] if cells else new_markdown_cell(f"{heading}\n\nThe task.")
    task.source = heading + "\n" + task.source.partition("\n")[2]
    _set_line(task, _SUMMARY, task_line(exercise))
    yield task
    example = f'example("{name}")'
    if exercise.example and not any(cell.source == example for cell in cells):
        yield new_code_cell(example)
    wanted = {name, f"{name}-check"}
    yield from (cell for cell in cells[1:] if _grade_id(cell) not in wanted)
    answer = [cell for cell in cells if _grade_id(cell) == name]
    yield answer[0] if answer else _new_answer(exercise)
    check = [cell for cell in cells if _grade_id(cell) == f"{name}-check"]
    yield _check(exercise, check[0] if check else new_code_cell(), sheet)


def _set_line(cell: NotebookNode, pattern: re.Pattern, line: str) -> None:
    """Write a line below the heading of a cell, in place of the one that was there."""
    if pattern.search(cell.source):
        cell.source = pattern.sub(lambda _: line, cell.source)
        return
    heading, _, text = cell.source.partition("\n")
    cell.source = f"{heading}\n\n{line}\n\n{text.strip()}".rstrip()


def _about(name: str, **changes: object) -> dict:
    """nbgrader's metadata, version 3."""
    about = {"grade": False, "grade_id": name, "locked": False, "schema_version": 3}
    return about | {"solution": False, "task": False} | changes


def _check(exercise: Exercise, cell: NotebookNode, sheet: Sheet) -> NotebookNode:
    module = f"c2a.exercises.c{sheet.slug.replace('-', '_')}"
    names = ", ".join(exercise.functions)
    cell.source = (
        f"check({names})\n### BEGIN HIDDEN TESTS\nfrom {module} import grade\n\n"
        f"grade({names})\n### END HIDDEN TESTS"
    )
    cell.metadata["nbgrader"] = _about(
        f"{exercise.name}-check", grade=True, locked=True, points=exercise.total
    )
    if isinstance(exercise, DesignExercise):  # what is reached depends on the machine
        cell.metadata["tags"] = ["nbval-ignore-output"]
    return cell


def _new_answer(exercise: Exercise) -> NotebookNode:
    """A stub with the signature of the reference."""
    references = exercise.reference
    if not isinstance(references, tuple):
        references = (references,)
    source = f"# exercise: {exercise.name}\n"
    for name, reference in zip(exercise.functions, references, strict=True):
        if inspect.isclass(reference):
            source += f'class {name}:\n    """What it is.\n\n'
        else:
            arguments = ", ".join(inspect.signature(reference).parameters)
            source += f'def {name}({arguments}):\n    """What it does.\n\n'
        source += (
            "    Shapes and units of each argument. Returns what, of which shape.\n\n"
            '    >>> 1 + 1\n    2\n    """\n'
            "    ### BEGIN SOLUTION\n    raise NotImplementedError\n"
            "    ### END SOLUTION\n\n\n"
        )
    cell = new_code_cell(source.rstrip())
    cell.metadata["nbgrader"] = _about(exercise.name, solution=True)
    return cell


def _new_head(sheet: Sheet) -> list[NotebookNode]:
    module = f"c2a.exercises.c{sheet.slug.replace('-', '_')}"
    text = (
        f"# Exercises: {sheet.title[:1].lower()}{sheet.title[1:]}\n\n"
        f"Read [{place(sheet.slug)}](../book/{sheet.slug}.ipynb) first; each "
        "exercise says which section it belongs to.\n\n"
        "Write each answer in the cell that raises `NotImplementedError`. Keep the "
        "name of the function and the first line of the cell, `# exercise: ...`: by "
        "these the grader finds your answer. Then:\n\n"
        "- `check(your_function)` tests your answer and shows the smallest case that "
        "fails;\n"
        "- `hint(your_function)` helps you one step further, each time you call it;\n"
        "- `progress()` shows your best results so far."
    )
    setup = new_code_cell(
        "import numpy as np\n\n"
        f"from {module} import check, example, hint, progress  # noqa: F401"
    )
    setup.metadata["tags"] = ["setup"]
    return [new_markdown_cell(text), setup]


def _new_tail() -> list[NotebookNode]:
    return [new_markdown_cell(_TAIL), new_code_cell("progress()")]


if __name__ == "__main__":
    main()
