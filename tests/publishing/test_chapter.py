"""What readers get of a chapter: its size, its times, its folded cells."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from c2a.publishing.chapter import (
    exercise_minutes,
    joined,
    parts,
    prepared,
    size,
    times,
)


def text(source: str) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source: str, *tags: str) -> dict:
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": 1,
    }


def notebook(*cells: dict, **metadata: dict) -> dict:
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4}


CHAPTER = notebook(
    text("# Title\n\nSix words stand in this line."),
    code("x = 1\ny = 2"),
    code("claim('a', True, verdict='holds', found='b')"),
    text("More.\n\n## Deeper: why\n\nOnly some read this."),
    code("z = 3\nw = 4"),
    text("### A part of it\n\nStill deeper.\n\n## Everybody\n\nBack again."),
    code("v = 5\nu = 6"),
    c2a={"seconds": 61},
)


def test_a_deeper_section_ends_at_the_next_heading_of_its_level() -> None:
    deep = [part.prose for part in parts(CHAPTER) if part.deeper and part.prose]
    assert deep == [
        "## Deeper: why\n\nOnly some read this.",
        "### A part of it\n\nStill deeper.\n",
    ]
    cells = [
        part.cell["source"] for part in parts(CHAPTER) if part.deeper and part.cell
    ]
    assert cells == ["z = 3\nw = 4"]


def test_a_heading_in_code_is_no_heading() -> None:
    cells = text("## Deeper: a\n\n```python\n# Not a heading\n## Nor this\n```\n\nyes")
    assert [part.prose for part in parts(notebook(cells)) if part.deeper] == [
        cells["source"]
    ]


def test_size_counts_what_everybody_reads() -> None:
    found = size(CHAPTER)
    assert found.words == 7 + 1 + 3
    assert found.deeper == 2 + 4 + 4 + 2
    assert [cell["source"] for cell in found.cells] == ["x = 1\ny = 2", "v = 5\nu = 6"]


def test_code_mathematics_and_options_are_no_prose() -> None:
    source = """One two.

$$
a b c d
$$

```python
print("not counted")
```

<details class="quiz right"><summary>14</summary>

Right. None of this.

</details>

three don't"""
    assert size(notebook(text(source))).words == 4


def test_times_add_up() -> None:
    words = text("# T\n\n" + "word " * 3499)
    cells = [code("a = 1\nb = 2")] * 30
    long = notebook(words, *cells, c2a={"seconds": 58})
    assert times(long, 135) == (
        "**Time:** 50 minutes to read, 58 seconds to run, 2 hours 15 minutes for the "
        "exercises."
    )
    assert times(notebook(text("# T")), 60) == (
        "**Time:** 5 minutes to read, 1 hour for the exercises."
    )


def test_prepared_folds_and_says_the_times_and_leaves_the_original() -> None:
    before = copy.deepcopy(CHAPTER)
    made = prepared(CHAPTER, 45)
    assert before == CHAPTER
    assert made["cells"][0]["source"].startswith(
        "# Title\n\n**Time:** 5 minutes to read, 61 seconds to run, 45 minutes for the "
        "exercises.\n\nSix words"
    )
    assert made["cells"][1] == CHAPTER["cells"][1]
    assert made["cells"][2]["metadata"] == {
        "tags": ["hide-input"],
        "jupyter": {"source_hidden": True},
    }


def test_a_notebook_of_exercises_gets_no_times() -> None:
    assert prepared(CHAPTER)["cells"][0] == CHAPTER["cells"][0]


def test_minutes_of_the_exercises_are_those_of_the_tasks(tmp_path: Path) -> None:
    path = tmp_path / "exercises.ipynb"
    assert exercise_minutes(path) == 0
    cells = [
        text("# Exercises\n\nAbout 100 minutes."),
        text("## 1. One\n\n*Easy, 10 minutes, 3 points.* Wait 5 minutes."),
        code("x = 20  # 20 minutes"),
        text("## 2. Two\n\nHard, 45 minutes, 6 points."),
    ]
    path.write_text(json.dumps(notebook(*cells)))
    assert exercise_minutes(path) == 55


def test_folded_cells_in_a_row_are_one_on_the_page() -> None:
    said = [{"output_type": "stream", "name": "stdout", "text": "3\n"}]
    first, second = code("a = 1", "hide-input"), code("b = 2", "hide-input", "export")
    third = code("print(a + b)", "hide-input") | {"outputs": said}
    fourth = code("c = 3", "hide-input")
    made = joined(
        prepared(notebook(first, second, third, fourth, text("x"), code("d = 4")))
    )
    sources = [cell["source"] for cell in made["cells"]]
    assert sources == ["a = 1\n\n\nb = 2\n\n\nprint(a + b)", "c = 3", "x", "d = 4"]
    assert made["cells"][0]["outputs"] == said
    assert made["cells"][0]["metadata"]["tags"] == ["hide-input", "export"]


def test_what_was_printed_in_pieces_is_whole_on_the_page() -> None:
    def said(text: str, name: str = "stdout") -> dict:
        return {"output_type": "stream", "name": name, "text": text}

    picture = {"output_type": "display_data", "data": {}, "metadata": {}}
    pieces = [said("a"), said("b\n"), said("oh\n", "stderr"), picture, said("c\n")]
    made = joined(notebook(code("print()") | {"outputs": pieces}))
    assert made["cells"][0]["outputs"] == [
        said("ab\n"),
        said("oh\n", "stderr"),
        picture,
        said("c\n"),
    ]
    assert pieces[0] == said("a")


def test_a_size_stays_on_one_line_of_the_page() -> None:
    made = joined(notebook(text("A 3 × 3 kernel, twice 10 × $n$.")))
    assert made["cells"][0]["source"] == "A 3\u00a0×\u00a03 kernel, twice 10 × $n$."
