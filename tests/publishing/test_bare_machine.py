"""Notebooks that bring the book's package to a machine that has nothing of it."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import types
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from c2a.publishing import bare_machine

ROOT = Path(__file__).parents[2]
WHEEL = "c2a-0.1.0-py3-none-any.whl"
SITE = "https://example.org/book"
BARE = ["torch==2.13.0", "numpy", "matplotlib", "ipywidgets", "nbclient", "ipykernel"]


def _source(site: str = SITE) -> str:
    return "".join(bare_machine.set_up_cell(WHEEL, site)["source"])


def _run(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "set-up", "exec"), names)
    return names


@pytest.fixture
def without_c2a(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The package is missing; what is asked of pip is written down and succeeds."""
    asked: list[list[str]] = []

    def pip(command: list[str], **options: Any) -> subprocess.CompletedProcess:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "run", pip)
    return asked


def test_where_the_package_is_set_up_does_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise AssertionError("set-up ran a program")

    monkeypatch.setattr(subprocess, "run", refuse)
    _run(_source())
    assert capsys.readouterr() == ("", "")


def test_missing_package_is_installed_from_the_site(
    without_c2a: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _run(_source())
    (command,) = without_c2a
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert command[-1] == f"{SITE}/notebooks/{WHEEL}"


def test_wheel_beside_the_notebook_comes_first(
    without_c2a: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / WHEEL).touch()
    _run(_source())
    assert without_c2a[0][-1] == str(tmp_path / WHEEL)


def test_without_an_address_the_sentence_names_the_file(
    without_c2a: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception, match=f"Download notebooks/{WHEEL}") as caught:
        _run(_source(site=""))
    assert without_c2a == []
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_offline_one_sentence_says_what_to_do(
    without_c2a: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    failed = subprocess.CompletedProcess([], 1, "", "no route")
    monkeypatch.setattr(subprocess, "run", lambda command, **options: failed)
    with pytest.raises(Exception, match="connect to the network") as caught:
        _run(_source())
    assert f"{SITE}/notebooks/{WHEEL}" in str(caught.value)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_colab_is_told_to_show_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    output = types.ModuleType("google.colab.output")
    output.enable_custom_widget_manager = lambda: called.append(True)
    colab = types.ModuleType("google.colab")
    colab.output = output
    for name, module in {
        "google": types.ModuleType("google"),
        "google.colab": colab,
        "google.colab.output": output,
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    _run(_source())
    assert called == [True]


def test_copy_starts_its_code_with_the_set_up() -> None:
    text = {"cell_type": "markdown", "source": "# Title"}
    code = {"cell_type": "code", "source": "import c2a"}
    cell = bare_machine.set_up_cell(WHEEL, SITE)
    notebook = {"cells": [text, code, code], "nbformat": 4}
    copy = bare_machine.bare_copy(notebook, cell)
    assert copy["cells"] == [text, cell, code, code]
    assert notebook["cells"] == [text, code, code]
    assert bare_machine.bare_copy({"cells": [text]}, cell)["cells"] == [text, cell]


@pytest.fixture(scope="module")
def published(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable
) -> Iterator[tuple[str, Path]]:
    """Address and folder of a served site that has the wheel and the notebooks."""
    folder = tmp_path_factory.mktemp("site")

    with serve(folder) as address:
        bare_machine.publish(ROOT, folder, address.rstrip("/"))
        yield address.rstrip("/"), folder


def test_wheel_holds_code_data_and_figures(published: tuple[str, Path]) -> None:
    _, folder = published
    (wheel,) = (folder / "notebooks").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    on_disk = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "c2a").rglob("*")
        if path.is_file() and path.suffix in {".py", ".js", ".css", ".gz", ".npz"}
    }
    assert on_disk
    assert on_disk <= names


def test_every_notebook_gets_a_copy(published: tuple[str, Path]) -> None:
    import nbformat

    _, folder = published
    for part in ("book", "exercises"):
        for source in (ROOT / part).glob("*.ipynb"):
            copy = nbformat.read(folder / "notebooks" / part / source.name, 4)
            nbformat.validate(copy)
            (cell,) = [c for c in copy.cells if "set-up" in c.metadata.get("tags", ())]
            assert cell.id == "set-up"


ANSWER = """steps = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0 or steps < 0:
        raise ValueError("impossible")
    return steps // stride + 1"""

# Runs on the bare machine, in an empty folder, with the notebook as a reader gets it.
SOLVE = """
import nbclient, nbformat

notebook = nbformat.read("02-convolution.ipynb", as_version=4)
(stub,) = [
    cell
    for cell in notebook.cells
    if cell.cell_type == "code" and "def output_size(" in cell.source
]
assert "raise NotImplementedError" in stub.source
stub.source = stub.source.replace("raise NotImplementedError", ANSWER)
ask = "print('PASSED' if check.__self__.report(output_size).passed else 'FAILED')"
notebook.cells.append(nbformat.v4.new_code_cell(ask))
nbclient.NotebookClient(notebook, timeout=120, allow_errors=True).execute()
set_up = next(cell for cell in notebook.cells if cell.get("id") == "set-up")
print(*[output.get("text", output) for output in set_up.outputs])
print(*[output.get("text", output) for output in notebook.cells[-1].outputs])
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_an_exercise_is_solved_on_a_bare_machine(
    published: tuple[str, Path], tmp_path: Path
) -> None:
    _, folder = published
    machine = tmp_path / "machine"
    subprocess.run([sys.executable, "-m", "venv", machine], check=True, timeout=120)
    python = machine / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-qq", *BARE], check=True, timeout=600
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    bare = subprocess.run(
        [python, "-c", "import c2a"], cwd=empty, capture_output=True, timeout=60
    )
    assert b"No module named 'c2a'" in bare.stderr
    shutil.copy(folder / "notebooks" / "exercises" / "02-convolution.ipynb", empty)
    done = subprocess.run(
        [python, "-c", f"ANSWER = {ANSWER!r}\n{SOLVE}"],
        cwd=empty,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split() == ["PASSED"], done.stdout[-3000:]
