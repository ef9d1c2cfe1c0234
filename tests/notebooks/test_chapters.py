"""Chapters keep the rules that a reader would notice were they broken."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode, validate

from c2a.publishing.chapter import exercise_minutes, size, times
from c2a.publishing.folding import folded
from c2a.publishing.mime import FIGURE, WIDGET_STATE, WIDGET_VIEW
from c2a.publishing.new_chapter import TO_WRITE

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "book").glob("*.md"))
NOT_COMPARED = {"nbval-ignore-output", "nbval-skip", "skip"}
BRITISH = (
    r"colours?|coloured|behaviours?|centres?|centred|neighbours?|grey|labelled|analyse"
    r"|normalis\w+|optimis\w+|generalis\w+|regularis\w+|initialis\w+|visualis\w+"
)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def bundles(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Outputs that carry data: displays and results."""
    for cell in code_cells(notebook):
        yield from (output for output in cell.outputs if "data" in output)


def prose(notebook: NotebookNode) -> str:
    return "\n".join(
        cell.source for cell in notebook.cells if cell.cell_type == "markdown"
    )


def test_is_a_valid_notebook_for_any_python_kernel(run_notebook):
    validate(run_notebook)
    assert run_notebook.nbformat_minor >= 5
    assert run_notebook.metadata.kernelspec.name == "python3"


def test_was_run_from_top_to_bottom_without_complaint(run_notebook):
    cells = code_cells(run_notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert "error" not in {output.output_type for output in outputs}
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []


def test_keeps_no_trace_of_when_cells_ran(run_notebook):
    for cell in run_notebook.cells:
        assert not {"execution", "papermill"} & set(cell.metadata)
    assert "papermill" not in run_notebook.metadata


def test_says_how_long_it_ran_on_what_and_when(run_notebook):
    record = run_notebook.metadata["c2a"]
    assert record["scale"] == "cpu"
    assert record["threads"] == 1
    assert record["seconds"] > 0
    assert record["processor"]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", record["date"])


def test_runs_in_two_minutes(chapter):
    assert chapter.metadata["c2a"]["seconds"] <= 120


def test_starts_at_the_published_scale(chapter):
    first = code_cells(chapter)[0]
    assert "parameters" in tags(first)
    assert re.search(r'^SCALE = "cpu"', first.source, re.M)


def test_is_read_in_an_hour(chapter):
    words = size(chapter).words
    assert 3000 <= words <= 3800


def test_what_only_some_read_is_at_most_half_as_long(chapter):
    found = size(chapter)
    assert found.deeper <= found.words / 2


def test_cells_in_sight_are_few_and_worth_typing(chapter):
    cells = size(chapter).cells
    assert len(cells) <= 30
    lengths = {
        cell.source: len([line for line in cell.source.splitlines() if line.strip()])
        for cell in cells
    }
    assert {source: n for source, n in lengths.items() if not 2 <= n <= 15} == {}


def test_lines_fit_the_page(chapter):
    seen = [cell for cell in code_cells(chapter) if not folded(cell)]
    lines = [line for cell in seen for line in cell.source.split("\n")]
    assert [line for line in lines if len(line) > 84] == []


def test_says_how_long_it_takes(chapter_path):
    exercises = exercise_minutes(ROOT / "exercises" / chapter_path.name)
    assert 120 <= exercises <= 180
    line = times(json.loads(chapter_path.read_text("utf-8")), exercises)
    assert re.search(r"\d+ minutes to read, \d+ seconds to run, .* exercises", line)


def test_nine_in_ten_cells_are_compared(chapter):
    cells = code_cells(chapter)
    ignored = [cell for cell in cells if tags(cell) & NOT_COMPARED]
    assert len(ignored) <= len(cells) / 10


def test_every_picture_has_words_for_those_who_cannot_see_it(run_notebook):
    for output in bundles(run_notebook):
        for kind in (kind for kind in output.data if kind.startswith("image/")):
            alt = output.metadata.get(kind, {}).get("alt", "")
            assert len(alt) > 30, (
                f"a picture has no alt text: {output.data['text/plain']}"
            )


def test_every_control_has_its_state(run_notebook):
    state = run_notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {})
    shown = {
        output.data[WIDGET_VIEW]["model_id"]
        for output in bundles(run_notebook)
        if WIDGET_VIEW in output.data
    }
    assert shown <= set(state.get("state", {}))


def test_has_a_figure_that_reacts_on_the_page(chapter):
    kinds = [set(output.data) for output in bundles(chapter)]
    assert any({FIGURE, "image/svg+xml", "image/png"} <= kind for kind in kinds)


def test_a_label_names_one_section_of_the_whole_book():
    where: dict[str, list[str]] = {}
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        text = prose(nbformat.read(path, as_version=4))
        for label in re.findall(r"^\(([^)\s]+)\)=$", text, re.M):
            where.setdefault(label, []).append(path.stem)
    assert {label: names for label, names in where.items() if len(names) > 1} == {}


def test_nothing_is_left_to_write(run_notebook):
    left = [line for line in prose(run_notebook).splitlines() if TO_WRITE in line]
    assert not left, "\n".join(left)


def test_prose_neither_belittles_nor_boasts(chapter):
    assert re.findall(r"\b(?:simply|obviously)\b", prose(chapter), re.I) == []


def test_prose_is_american(chapter):
    assert re.findall(rf"\b(?:{BRITISH})\b", prose(chapter), re.I) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_keep_the_same_language(page):
    text = page.read_text("utf-8")
    assert re.findall(rf"\b(?:simply|obviously|{BRITISH})\b", text, re.I) == []
