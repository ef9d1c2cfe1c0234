"""The students' notebooks are handed out unrun, and a fresh kernel runs them.

That each of them stops at the stubs, and nowhere else, is tried without a kernel in
`tests/exercises/test_notebooks.py`; here one chapter stands for what a kernel adds.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
TO_DO = "raise NotImplementedError"


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def run(path, folder):
    """The notebook as run in a folder where nothing was solved before."""
    copy = shutil.copy(path, folder)
    notebook = nbformat.read(copy, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=1000,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return notebook


def shown(cell) -> str:
    return "\n".join(
        output.get("text", "") + output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )


def test_is_handed_out_unrun(exercise_notebook):
    for cell in code_cells(nbformat.read(exercise_notebook, as_version=4)):
        assert cell.outputs == []
        assert cell.execution_count is None


def test_stops_at_exactly_the_stubs(tmp_path):
    cells = code_cells(run(ROOT / "exercises/02-convolution.ipynb", tmp_path))
    errors = [
        (cell.source, output.evalue)
        for cell in cells
        for output in cell.outputs
        if output.output_type == "error"
    ]
    assert errors == []
    stubs = [cell for cell in cells if cell.source.startswith("# exercise: ")]
    assert stubs
    assert all(TO_DO in cell.source for cell in stubs)
    checks = [cell for cell in cells if cell.source.startswith("check(")]
    assert len(checks) == len(stubs)
    assert all("not written yet" in shown(cell) for cell in checks)
