"""The environment is made once, mended after a kill, and refused in one sentence.

A stand-in for pip is put where the installation would download: what is tested is when
it is called, what it leaves when it is killed, and what is said when it fails.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from c2a import environment

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "c2a/environment.py"
FILES = (
    "pyproject.toml",
    "requirements.txt",
    "requirements-site.txt",
    "requirements-node.txt",
)
PIP = """\
import os, sys, time
with open(os.environ["CALLS"], "a") as calls:
    print(*sys.argv[1:], file=calls)
print("Collecting numpy", flush=True)
time.sleep(float(os.environ.get("COLLECTING", 0)))
if "FAILURE" in os.environ:
    print(os.environ["FAILURE"])
    sys.exit(1)
print("Installing collected packages: numpy", flush=True)
time.sleep(float(os.environ.get("UNPACKING", 0)))
"""


@pytest.fixture
def project(tmp_path):
    """A copy of the files that the environment is made from."""
    folder = tmp_path / "project"
    (folder / "c2a").mkdir(parents=True)
    shutil.copy(SCRIPT, folder / "c2a")
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def machine(project, tmp_path):
    """Variables under which `python -m venv` and pip do next to nothing.

    A Python that is put first on the PATH makes environments without pip, and puts the
    stand-in into them.
    """
    calls = tmp_path / "calls"
    calls.touch()
    tools = tmp_path / "tools"
    tools.mkdir()
    (tmp_path / "pip.py").write_text(PIP)
    node = tools / "node"
    node.write_text("#!/bin/sh\necho v20.1.0\n")
    node.chmod(0o755)
    return {"CALLS": str(calls), "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}


WRAPPER = """\
import runpy, subprocess, sys
from pathlib import Path
real = subprocess.call
_, pip, script, kind = sys.argv
def call(command, **options):
    if command[1:3] != ["-m", "venv"]:
        return real(command, **options)
    status = real([*command, "--without-pip"], **options)
    for site in Path(command[3]).glob("lib/python*/site-packages"):
        (site / "pip").mkdir()
        (site / "pip/__main__.py").write_text(Path(pip).read_text())
        (site / "pip/__init__.py").touch()
    return status
subprocess.call = call
sys.argv[:] = [script, kind]
runpy.run_path(script, run_name="__main__")
"""


@pytest.fixture
def start(project, machine, tmp_path):
    """A function that starts an installation, with more variables if given."""

    def started(kind: str, **variables: object) -> subprocess.Popen[str]:
        environ = {name: str(value) for name, value in variables.items()}
        script = str(project / "c2a/environment.py")
        return subprocess.Popen(
            [sys.executable, "-c", WRAPPER, str(tmp_path / "pip.py"), script, kind],
            env={**os.environ, **machine, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return started


@pytest.fixture
def install(start):
    """A function that installs to the end; gives status, output and error."""

    def installed(kind: str, **variables: object) -> tuple[int, str, str]:
        process = start(kind, **variables)
        out, err = process.communicate(timeout=900)
        return process.returncode, out, err

    return installed


@pytest.fixture
def calls(machine):
    """A function that tells how pip was called since it was last asked."""

    def told() -> list[str]:
        path = Path(machine["CALLS"])
        lines = path.read_text().splitlines()
        path.write_text("")
        return lines

    return told


def state(project: Path) -> dict:
    return json.loads((project / ".venv/c2a.json").read_text())


def wait_for(happened) -> None:
    end = time.monotonic() + 600
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_file_can_be_read_by_an_old_python():
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_an_old_python_is_told_which_one_to_install(project, monkeypatch):
    monkeypatch.setattr(environment.sys, "version_info", (3, 9, 1, "final", 0))
    monkeypatch.setattr(environment, "newer_python", lambda: None)
    with pytest.raises(environment.MachineError, match=r"3\.9 is too old.*3\.11 or"):
        environment.use_fitting_python()


def test_an_old_python_looks_for_a_newer_one_that_really_runs(tmp_path, monkeypatch):
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\necho 'not switched on' >&2; exit 127\n")
    good = tmp_path / "python3.12"
    good.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    for program in (shim, good):
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment.newer_python() == str(good)


def test_the_site_installs_once(project, install, calls):
    status, _, err = install("site")
    assert (status, err) == (0, "")
    first, second = calls()
    assert first.endswith("-r requirements-site.txt")
    assert second.endswith("-e .")
    assert state(project)["root"] == str(project)
    assert install("site") == (0, "", "")
    assert calls() == []


def test_changed_pins_are_installed_into_what_is_there(project, install, calls):
    install("site")
    calls()
    with open(project / "requirements-site.txt", "a") as file:
        file.write("# changed\n")
    (project / ".venv/mine").touch()
    assert install("site")[0] == 0
    assert [line.split()[-1] for line in calls()] == ["requirements-site.txt"]
    assert (project / ".venv/mine").exists()


@pytest.mark.parametrize("moment", ["COLLECTING", "UNPACKING"])
def test_a_killed_installation_can_be_run_again(project, start, install, calls, moment):
    process = start("site", **{moment: 600})
    log = project / ".venv/install.log"
    words = "Collecting" if moment == "COLLECTING" else "Installing collected"
    wait_for(lambda: log.exists() and words in log.read_text())
    wait_for(lambda: moment == "COLLECTING" or (project / ".venv/unfinished").exists())
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (project / ".venv/c2a.json").exists()
    (project / ".venv/half").touch()
    calls()
    status, _, err = install("site")
    assert (status, err) == (0, "")
    assert len(calls()) == 2
    # What was half unpacked is thrown away; what had only been fetched is kept.
    assert (project / ".venv/half").exists() == (moment == "COLLECTING")
    assert not (project / ".venv/unfinished").exists()


def test_ctrl_c_leaves_one_sentence(project, start):
    process = start("site", COLLECTING=600)
    log = project / ".venv/install.log"
    wait_for(lambda: log.exists() and "Collecting" in log.read_text())
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=900)
    assert process.returncode == 130
    assert "run the same command again" in err
    assert "Traceback" not in err


def test_a_second_run_waits_for_the_first(project, start, calls):
    first = start("site", COLLECTING=5)
    wait_for(lambda: (project / ".venv/install.log").exists())
    second = start("site")
    out, _ = second.communicate(timeout=900)
    first.communicate()
    assert (first.returncode, second.returncode) == (0, 0)
    assert "Waiting" in out
    assert len(calls()) == 2


def test_a_moved_tree_gets_a_new_environment(project, install, calls, tmp_path):
    install("site")
    kept = state(project) | {"root": "/elsewhere"}
    (project / ".venv/c2a.json").write_text(json.dumps(kept))
    calls()
    (project / ".venv/old").touch()
    install("site")
    assert len(calls()) == 2
    assert not (project / ".venv/old").exists()


def test_node_is_installed_where_there_is_none_new_enough(install, calls, tmp_path):
    (tmp_path / "tools/node").write_text("#!/bin/sh\necho v16.20.0\n")
    assert install("site")[0] == 0
    assert [line.split()[-1] for line in calls()] == [
        "requirements-site.txt",
        "requirements-node.txt",
        ".",
    ]


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (
            "NewConnectionError: Failed to establish a new connection\n"
            "ERROR: No matching distribution found for numpy",
            "connect to the network",
        ),
        ("ERROR: [Errno 28] No space left on device", "disk is full"),
        (
            "ERROR: No matching distribution found for torch==9",
            "no torch==9 for Python",
        ),
        ("ERROR: something else", "install.log"),
    ],
)
def test_a_failed_installation_says_why_in_one_sentence(install, printed, said):
    status, _, err = install("site", FAILURE=printed)
    assert status == 1
    assert said in err
    assert len(err.splitlines()) == 1


def test_too_small_a_disk_is_refused_before_anything_is_fetched(monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=10**8)
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(environment.MachineError, match=r"100 MB free.*needs 4000 MB"):
        environment.require_space("all")


def test_another_folder_is_refused(project, install):
    (project / "requirements-site.txt").unlink()
    status, _, err = install("site")
    assert status == 1
    assert "is not the book's folder" in err


def test_a_python_without_venv_names_the_package(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "VENV", tmp_path / "venv")
    monkeypatch.setattr(environment, "UNFINISHED", tmp_path / "venv/unfinished")
    monkeypatch.setattr(environment.subprocess, "call", lambda *a, **k: 1)
    monkeypatch.setattr(environment, "apt_install", lambda *packages: False)
    with pytest.raises(
        environment.MachineError, match=r"install the package python3\.1"
    ):
        environment.make_venv()


def test_chromium_can_be_named(tmp_path, monkeypatch):
    chrome = tmp_path / "my-chrome"
    chrome.write_text("#!/bin/sh\n")
    chrome.chmod(0o755)
    monkeypatch.setenv("C2A_CHROMIUM", str(chrome))
    assert environment.chromium() == str(chrome)
    monkeypatch.setenv("C2A_CHROMIUM", str(tmp_path / "absent"))
    assert environment.chromium() is None


@pytest.mark.slow
def test_without_chromium_tests_are_not_run_or_fail_in_ci(tmp_path):
    test = tmp_path / "test_page.py"
    test.write_text(
        "import pytest\n@pytest.mark.browser\ndef test_page():\n    assert True\n"
    )
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    without = {**os.environ, "C2A_CHROMIUM": "/absent"}

    def outcome(ci: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(test)]
        done = subprocess.run(
            command,
            env={**without, "CI": ci},
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout

    status, said = outcome("")
    assert status == 0
    assert "1 skipped" in said
    assert "1 browser tests NOT RUN" in said
    status, said = outcome("true")
    assert status == 1
    assert "1 failed" in said or "1 error" in said
