"""Exported code is whole, tidy, and what the chapters say."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from c2a.publishing.export import ExportError, drifted, exported

ROOT = Path(__file__).parents[2]


@pytest.fixture
def chapter(tmp_path):
    """A function that writes a chapter of tagged cells and untagged ones."""

    def written(*tagged: str, untagged: str = "") -> Path:
        cells = [nbformat.v4.new_code_cell(source) for source in tagged]
        for cell in cells:
            cell.metadata["tags"] = ["export"]
        cells.append(nbformat.v4.new_code_cell(untagged))
        path = tmp_path / "book" / "03-pooling.ipynb"
        path.parent.mkdir(exist_ok=True)
        (tmp_path / "c2a/chapters").mkdir(parents=True, exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    return written


def test_the_committed_modules_are_what_the_chapters_say():
    assert drifted(ROOT) == {}


def test_imports_come_first_once_and_only_where_used(chapter):
    text = exported(
        chapter(
            "import os\nimport math\n\ndef area(r):\n    return math.pi * r**2  # r: m",
            "import math\n\ndef root(x):\n    # x >= 0\n    return math.sqrt(x)",
        )
    )
    assert "import os" not in text
    assert text.count("import math") == 1
    assert text.index("import math") < text.index("def area")
    assert "# r: m" in text
    assert "# x >= 0" in text
    namespace: dict = {}
    exec(compile(text, "module", "exec"), namespace)
    assert namespace["root"](9) == 3


def test_untagged_cells_stay_out(chapter):
    assert "secret" not in exported(chapter("x = 1", untagged="secret = 2"))


def test_a_chapter_without_tags_makes_no_module(chapter):
    assert exported(chapter(untagged="x = 1")) == ""


def test_a_name_that_only_an_untagged_cell_defines_is_refused(chapter):
    path = chapter("def double():\n    return 2 * width", untagged="width = 3")
    with pytest.raises(ExportError, match=r"(?s)03-pooling.*width"):
        exported(path)


def test_magic_commands_are_refused(chapter):
    with pytest.raises(ExportError, match=r"no plain Python.*%matplotlib"):
        exported(chapter("%matplotlib inline\nx = 1"))


def test_drift_shows_changes_and_leftovers(chapter, tmp_path):
    path = chapter("x = 1")
    module = tmp_path / "c2a/chapters/c03_pooling.py"
    assert drifted(tmp_path) == {module: exported(path)}
    module.write_text(exported(path), "utf-8")
    assert drifted(tmp_path) == {}
    module.write_text("x = 2\n", "utf-8")
    assert set(drifted(tmp_path)) == {module}
    path.unlink()
    assert drifted(tmp_path) == {module: ""}
