"""Notebooks that bring the book's package to a machine that has nothing of it."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import types
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from c2a.publishing import bare_machine

ROOT = Path(__file__).parents[2]
EDITION = "0.1.0+0123abcd"
WHEEL = f"c2a-{EDITION}-py3-none-any.whl"
SITE = "https://example.org/book"
# As pip says it: the reason as a warning, then that it has found nothing.
BROKEN = "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by '"
NONE = "\nERROR: No matching distribution found for torch>=2.4"
BARE = ["torch==2.13.0", "nbclient", "ipykernel"]


def _source(site: str = SITE) -> str:
    return "".join(bare_machine.set_up_cell(WHEEL, site)["source"])


def _run(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "set-up", "exec"), names)
    return names


def _fails(source: str) -> str:
    """The one sentence with which the set-up ends."""
    with pytest.raises(Exception, match=r"[:.]") as caught:
        _run(source)
    assert type(caught.value).__name__ == "SetUpError"
    assert caught.value._render_traceback_() == [str(caught.value)]
    return str(caught.value)


class Machine:
    """A machine as the set-up sees it: what is installed, what an installer answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.version: str | None = None
        self.editable = False
        self.pip = True
        self.error = ""
        self.asked: list[list[str]] = []
        self.folder = folder
        monkeypatch.chdir(folder)
        monkeypatch.delitem(sys.modules, "c2a", raising=False)
        monkeypatch.setattr(importlib.util, "find_spec", self._find)
        monkeypatch.setattr(importlib.metadata, "distribution", self._distribution)
        monkeypatch.setattr(subprocess, "run", self._install)

    def _find(self, name: str) -> object | None:
        return object() if (self.pip if name == "pip" else self.version) else None

    def _distribution(self, name: str) -> Any:
        if self.version == "on the path":
            raise importlib.metadata.PackageNotFoundError(name)
        origin = json.dumps({"dir_info": {"editable": self.editable}})
        return types.SimpleNamespace(
            version=self.version, read_text=lambda file: origin
        )

    def _install(self, command: list[str], **options: Any) -> Any:
        self.asked.append(command)
        if not self.error:
            self.version = EDITION
        code = int(bool(self.error))
        return subprocess.CompletedProcess(command, code, "", self.error)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    folder = tmp_path / "02-convolution" / "book"
    folder.mkdir(parents=True)
    return Machine(monkeypatch, folder)


@pytest.mark.parametrize(
    ("version", "editable"), [(EDITION, False), ("0.1.0", True), ("on the path", False)]
)
def test_where_the_package_is_set_up_does_nothing(
    machine: Machine, capsys: pytest.CaptureFixture, version: str, editable: bool
) -> None:
    machine.version, machine.editable = version, editable
    _run(_source())
    assert machine.asked == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("version", ["0.1.0", "0.1.0+fedcba98"])
def test_another_edition_is_replaced(
    machine: Machine, capsys: pytest.CaptureFixture, version: str
) -> None:
    machine.version = version
    _run(_source())
    assert machine.asked[0][-1] == f"{SITE}/notebooks/{WHEEL}"
    assert f"{version} was replaced" in capsys.readouterr().out


def test_a_replaced_package_that_is_in_use_asks_for_a_restart(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.version = "0.1.0"
    monkeypatch.setitem(sys.modules, "c2a", types.ModuleType("c2a"))
    assert "restart the kernel" in _fails(_source())


def test_missing_package_is_installed_from_the_site(machine: Machine) -> None:
    _run(_source())
    (command,) = machine.asked
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert command[-1] == f"{SITE}/notebooks/{WHEEL}"


@pytest.mark.parametrize("up", [0, 1])
def test_wheel_beside_or_above_the_notebook_comes_first(
    machine: Machine, up: int
) -> None:
    place = [machine.folder, machine.folder.parent][up] / WHEEL
    place.touch()
    _run(_source())
    assert machine.asked[0][-1] == str(place)


def test_a_wheel_that_the_browser_renamed_gets_its_name_back(machine: Machine) -> None:
    (machine.folder / WHEEL.replace(".whl", " (1).whl")).write_text("wheel")
    _run(_source(site=""))
    used = Path(machine.asked[0][-1])
    assert used.name == WHEEL
    assert used.read_text() == "wheel"


def test_a_wheel_of_another_edition_is_no_use(machine: Machine) -> None:
    (machine.folder / WHEEL.replace("0123", "4567")).touch()
    assert f"Put {WHEEL}" in _fails(_source(site=""))
    assert machine.asked == []


def test_without_pip_uv_installs(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.pip = False
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    _run(_source())
    (command,) = machine.asked
    assert command[:3] == ["/bin/uv", "pip", "install"]
    assert command[command.index("--python") + 1] == sys.executable


def test_without_pip_and_uv_the_sentence_says_so(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.pip = False
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "-m ensurepip`" in _fails(_source())


def test_a_proxy_that_no_variable_names_is_one_of_pip(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in os.environ.keys() & {"https_proxy", "HTTPS_PROXY", "http_proxy"}:
        monkeypatch.delenv(name)
    for name in os.environ.keys() & {"all_proxy", "ALL_PROXY"}:
        monkeypatch.delenv(name)
    machine.error = "ProxyError('Cannot connect to proxy.')"
    assert "pip config list" in _fails(_source())


def test_the_set_up_can_be_read_by_a_python_that_is_too_old() -> None:
    tree = ast.parse(_source(), feature_version=(3, 6))
    modules = {a.name for n in tree.body if isinstance(n, ast.Import) for a in n.names}
    assert "importlib.metadata" not in modules  # since Python 3.8


def test_an_old_python_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert "Python 3.11 or newer, and this is 3.10" in _fails(_source())
    assert machine.asked == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("error: externally-managed-environment\n\n× This", "belongs to your system"),
        ("The interpreter at /usr is externally managed", "belongs to your system"),
        (f"Retrying {BROKEN}NewConnectionError('[Errno 111]')': /{NONE}", "network"),
        (f"{BROKEN}NameResolutionError: Failed to resolve 'pypi.org'{NONE}", "network"),
        (f"{BROKEN}ReadTimeoutError: Read timed out.{NONE}", "network"),
        ("client error (Connect)\n cause: dns error", "network"),
        ("client error (Connect)\n cause: tcp connect error", "network"),
        (
            f"{BROKEN}ProxyError('Cannot connect to proxy.', NewConn{NONE}",
            "HTTPS_PROXY",
        ),
        ("OSError('Tunnel connection failed: 407 Proxy Authentication", "HTTPS_PROXY"),
        ("client error (Connect)\n cause: tunnel error: failed to", "HTTPS_PROXY"),
        (f"{BROKEN}SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] c{NONE}", "PIP_CERT"),
        ("(Connect)\n cause: invalid peer certificate: UnknownIssuer", "PIP_CERT"),
        ("Could not find a suitable TLS CA certificate bundle, invalid", "PIP_CERT"),
        ("ERROR: Wheel 'c2a' located at /tmp/c2a.whl is invalid.", "damaged"),
        ("cause: Failed to read from zip file\n cause: unable to", "damaged"),
        ("ERROR: HTTP error 404 while getting https://example.org", "download this"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("OSError: [Errno 13] Permission denied: '/usr/lib'", "not yours"),
        (NONE, f"for Python {sys.version.split()[0]}"),
        ("error: No solution found when resolving dependencies", "for Python"),
        ("Segmentation fault", "see above"),
    ],
)
def test_the_true_cause_is_named(
    machine: Machine,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    error: str,
    sentence: str,
) -> None:
    for name in ("https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    machine.error = error
    assert sentence in _fails(_source())
    assert error in capsys.readouterr().err


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
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    on_disk = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "c2a").rglob("*")
        if path.is_file() and path.suffix in {".py", ".js", ".css", ".gz", ".npz"}
    }
    assert on_disk
    assert on_disk <= names


def test_the_version_of_the_wheel_follows_its_content(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "c2a").mkdir()
    module = tmp_path / "c2a/__init__.py"

    def version(code: str) -> str:
        module.write_text(code)
        wheel = bare_machine.build_wheel(tmp_path, tmp_path / "out")
        with zipfile.ZipFile(wheel) as archive:
            (name,) = [n for n in archive.namelist() if n.endswith("/METADATA")]
            (line,) = [
                line
                for line in archive.read(name).decode().splitlines()
                if line.startswith("Version: ")
            ]
        found = line.removeprefix("Version: ")
        assert wheel.name == f"c2a-{found}-py3-none-any.whl"
        return found

    assert version("x = 1") == version("x = 1") != version("x = 2")


def test_every_notebook_gets_a_copy(published: tuple[str, Path]) -> None:
    import nbformat

    _, folder = published
    for part in ("book", "exercises"):
        for source in (ROOT / part).glob("*.ipynb"):
            copy = nbformat.read(folder / "notebooks" / part / source.name, 4)
            nbformat.validate(copy)
            (cell,) = [c for c in copy.cells if "set-up" in c.metadata.get("tags", ())]
            assert cell.id == "set-up"
            assert ("**Time:**" in copy.cells[0].source) == (part == "book")
    copy = nbformat.read(folder / "notebooks/book/02-convolution.ipynb", 4)
    assert copy.metadata.c2a.sections["output-size"] == "How large is the output?"


def test_every_chapter_gets_a_zip(published: tuple[str, Path]) -> None:
    _, folder = published
    chapters = sorted((ROOT / "book").glob("*.ipynb"))
    zips = sorted((folder / "notebooks").glob("*.zip"))
    assert [path.stem for path in zips] == [path.stem for path in chapters]
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            names = {name.partition("/")[2] for name in archive.namelist()}
        assert f"book/{path.stem}.ipynb" in names
        has_exercises = (ROOT / "exercises" / f"{path.stem}.ipynb").exists()
        assert (f"exercises/{path.stem}.ipynb" in names) == has_exercises
        assert sum(name.endswith(".whl") for name in names) == 1


ANSWER = """steps = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0 or steps < 0:
        raise ValueError("impossible")
    return steps // stride + 1"""

# Run on the machine, in the folder of a zip that a reader has unpacked: the chapter up
# to its imports, then the exercises with one of them solved.
WORK = """
import os, nbclient, nbformat

def run(path, change):
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    folder = {"metadata": {"path": os.path.dirname(path)}}
    nbclient.NotebookClient(notebook, timeout=1000, resources=folder).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return cells[-1].outputs[-1].text.strip()

def shortened(notebook):
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    last = next(n for n, c in enumerate(cells) if "set_scale(" in c.source)
    notebook.cells = cells[: last + 1]
    notebook.cells[0].outputs = []
    notebook.cells.append(nbformat.v4.new_code_cell("print('IMPORTED')"))

def solved(notebook):
    stub, = [c for c in notebook.cells if "def output_size(" in c.source
             and c.cell_type == "code"]
    assert "raise NotImplementedError" in stub.source
    stub.source = stub.source.replace("raise NotImplementedError", ANSWER)
    place = notebook.cells.index(stub)
    ask = "print(check.__self__.report(output_size).passed)"
    notebook.cells = [c for c in notebook.cells[: place + 1] if c.cell_type == "code"
                      and ("NotImplementedError" not in c.source
                           and not c.source.startswith("check("))]
    notebook.cells.append(nbformat.v4.new_code_cell(ask))

print(run("book/02-convolution.ipynb", shortened))
print(run("exercises/02-convolution.ipynb", solved))
"""


def _work(python: Path, zipped: Path, folder: Path, **environment: str) -> None:
    """Unpack a chapter into an empty folder and work in it."""
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(folder)
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    missing = subprocess.run(
        [python, "-c", "import c2a"], cwd=folder, capture_output=True, env=kept
    )
    assert b"No module named 'c2a'" in missing.stderr
    done = subprocess.run(
        [python, "-c", f"ANSWER = {ANSWER!r}\n{WORK}"],
        cwd=folder / zipped.stem,
        capture_output=True,
        text=True,
        env={**kept, "OMP_NUM_THREADS": "1", **environment},
        timeout=1000,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split() == ["IMPORTED", "True"], done.stdout[-3000:]


def _machine(folder: Path, *without: str) -> Path:
    """Python of an environment that has what the book builds on, but not the book."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    place = Path(subprocess.check_output([python, "-c", ask], text=True).strip())
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        name = path.name.lower()
        if name.startswith(("c2a", "_c2a", "_editable_impl_c2a", *without)):
            continue
        if path.suffix == ".dist-info":  # uv does not count a link as a package
            shutil.copytree(path, place / path.name)
        else:
            (place / path.name).symlink_to(path)
    return python


OFFLINE = {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
@pytest.mark.parametrize("by", ["pip", "uv"])
def test_a_chapter_works_without_a_network(
    published: tuple[str, Path], tmp_path: Path, by: str
) -> None:
    _, folder = published
    without = ("pip",) if by == "uv" else ("uv",)
    python = _machine(tmp_path / "machine", *without)
    tools = Path(sys.executable).parent if by == "uv" else Path("/nowhere")
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    zipped = folder / "notebooks/02-convolution.zip"
    _work(python, zipped, tmp_path / "empty", PATH=path, **OFFLINE)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_a_chapter_works_on_a_bare_machine(
    published: tuple[str, Path], tmp_path: Path
) -> None:
    _, folder = published
    machine = tmp_path / "machine"
    subprocess.run([sys.executable, "-m", "venv", machine], check=True, timeout=600)
    python = machine / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-qq", "--no-compile", *BARE],
        check=True,
        timeout=1800,
    )
    _work(python, folder / "notebooks/02-convolution.zip", tmp_path / "empty")
