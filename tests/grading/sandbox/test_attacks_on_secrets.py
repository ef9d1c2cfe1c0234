"""Attempts to read what is not the student's: files, environment, memory, processes."""

import os
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from c2a.exercises.kit import exercise as core
from c2a.exercises.kit.cases import Reply
from c2a.grading.sandbox import Limits, SandboxPool, launch, places

Attack = Callable[..., Reply]
SECRET = "the-neighbor-knows-7b1c"

READ = """
def attack(paths):
    found = []
    for path in paths:
        try:
            with open(path) as file:
                file.read(1)
            found.append(path)
        except OSError:
            pass
    return found
"""
LIST = """
import os
def attack(paths):
    found = []
    for path in paths:
        try:
            if os.listdir(path): found.append(path)
        except OSError:
            pass
    return found
"""
ENVIRONMENTS = """
import os
def attack(pid):
    texts = [repr(dict(os.environ))]
    for path in (f"/proc/{pid}/environ", "/proc/self/environ", "/proc/1/environ"):
        try:
            texts.append(open(path).read())
        except OSError:
            pass
    return "".join(texts)
"""
MEMORY = """
def attack(pid, part):
    found = 0
    for line in open(f"/proc/{pid}/maps"):
        span, rights = line.split()[:2]
        if not rights.startswith("rw"): continue
        first, last = (int(end, 16) for end in span.split("-"))
        with open(f"/proc/{pid}/mem", "rb", 0) as memory:
            memory.seek(first)
            try: found += memory.read(last - first).count(part.encode() * 2)
            except OSError: pass
    return found
"""
MEMORY_CALL = """
import ctypes
def attack(pid, address):
    libc = ctypes.CDLL(None, use_errno=True)
    class Vector(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
    buffer = ctypes.create_string_buffer(4)
    mine = Vector(ctypes.addressof(buffer), 4)
    its = Vector(address, 4)
    pid = ctypes.c_int(pid)
    return libc.process_vm_readv(pid, ctypes.byref(mine), 1, ctypes.byref(its), 1, 0)
"""


@pytest.fixture
def secrets(tmp_path: Path) -> list[str]:
    """Files that a grading machine has and a student must not read."""
    own = {
        "solutions/02-convolution.ipynb": "{}",
        "submissions/neighbor.ipynb": "{}",
        "home/.netrc": "machine",
        "gradebook.sqlite": "SQLite",
    }
    for name, text in own.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    made = [str(tmp_path / name) for name in own]
    return [*made, core.__file__, __file__, "/etc/passwd"]


def test_files_are_out_of_reach(
    shut_pool: SandboxPool, open_pool: SandboxPool, attack: Attack, secrets: list[str]
) -> None:
    assert attack(open_pool, READ, secrets).value == secrets
    assert attack(shut_pool, READ, secrets).value == []


def test_folders_are_out_of_reach(
    shut_pool: SandboxPool, open_pool: SandboxPool, attack: Attack, secrets: list[str]
) -> None:
    folders = [os.path.dirname(path) for path in secrets if path != "/etc/passwd"]
    assert attack(open_pool, LIST, folders).value == folders
    assert attack(shut_pool, LIST, folders).value == []


def test_exercises_cannot_be_imported(shut_pool: SandboxPool, attack: Attack) -> None:
    """Neither the module nor its source: it holds references and hidden cases."""
    code = """
import c2a.exercises.kit.exercise, c2a.grading.sandbox, inspect, glob, sys
def attack():
    modules = [m for m in sys.modules if m.startswith(("c2a.exercises", "c2a.grading"))]
    files = [getattr(sys.modules[m], "__dict__", {}).get("__file__") for m in modules]
    places = [root + "/c2a/exercises/**/*.py" for root in sys.path]
    found = [p for place in places for p in glob.glob(place, recursive=True)]
    return [f for f in files if f], [p for p in found if open(p).read()]
"""
    assert attack(shut_pool, code).value == ([], [])


def test_labels_cannot_be_looked_up(shut_pool: SandboxPool) -> None:
    """Where an answer is judged on data that ships, that data is not there."""
    code = """
import c2a, glob, os
def attack():
    folder = os.path.dirname(c2a.__file__) + "/data/files"
    names = glob.glob(folder + "/**", recursive=True)
    return sum(len(open(name, "rb").read(9)) for name in names if os.path.isfile(name))
"""
    with shut_pool.session([code]) as session:
        assert session.call("attack", seconds=5).value > 0
    with shut_pool.session([code], Limits(data=False)) as session:
        assert not session.call("attack", seconds=5).value


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A site-packages in which c2a lies beside another package."""
    sites = tmp_path / "lib" / "python3.11" / "site-packages"
    for name in ("c2a/exercises", "numpy"):
        (sites / name).mkdir(parents=True)
    monkeypatch.setattr(places, "libraries", lambda: (str(sites),))
    monkeypatch.setattr(places, "readable", lambda: (str(tmp_path / "lib"),))
    places.hidden.cache_clear()
    yield sites
    places.hidden.cache_clear()


def test_copies_of_the_package_are_hidden(installed: Path) -> None:
    """Where c2a lies in site-packages, all but that folder may be read."""
    assert places.hidden() == (str(installed / "c2a"),)
    assert places.readable_without_hidden() == [str(installed / "numpy")]


def test_copies_of_the_package_are_covered(installed: Path) -> None:
    """In namespaces, where whole folders are mounted, by an empty one."""
    options = launch.command("namespaces")
    shown, covered = (
        f"/host{folder}" if str(folder).startswith("/tmp/") else str(folder)
        for folder in (installed.parents[1], installed / "c2a")
    )
    after = options[options.index(shown) + 1 :]
    assert after[after.index(covered) - 1] == "--tmpfs"


def test_environments_are_out_of_reach(
    shut_pool: SandboxPool,
    open_pool: SandboxPool,
    attack: Attack,
    neighbor: subprocess.Popen,
) -> None:
    assert SECRET in attack(open_pool, ENVIRONMENTS, neighbor.pid).value
    assert SECRET not in attack(shut_pool, ENVIRONMENTS, neighbor.pid).value


def test_memory_of_others_is_out_of_reach(
    shut_pool: SandboxPool,
    open_pool: SandboxPool,
    attack: Attack,
    neighbor: subprocess.Popen,
) -> None:
    reply = attack(open_pool, MEMORY, neighbor.pid, SECRET)
    if reply.kind == "exception" and os.getuid():
        pytest.skip("this host lets only root read memory, sandbox or not")
    assert reply.value > 0
    assert attack(shut_pool, MEMORY, neighbor.pid, SECRET).kind == "exception"


def test_memory_cannot_be_read_by_a_system_call(
    shut_pool: SandboxPool,
    open_pool: SandboxPool,
    attack: Attack,
    neighbor: subprocess.Popen,
) -> None:
    with open(f"/proc/{neighbor.pid}/maps") as maps:
        line = next(line for line in maps if "[heap]" in line)
    address = int(line.split("-")[0], 16)
    arguments = neighbor.pid, address
    if os.getuid() == 0:
        assert attack(open_pool, MEMORY_CALL, *arguments).value == 4
    assert attack(shut_pool, MEMORY_CALL, *arguments).value == -1


def test_process_list_is_empty(
    shut_pool: SandboxPool, open_pool: SandboxPool, attack: Attack
) -> None:
    assert attack(open_pool, LIST, ["/proc"]).value == ["/proc"]
    assert attack(shut_pool, LIST, ["/proc"]).value == []


def test_expected_values_are_nowhere_in_the_process(
    shut_pool: SandboxPool, attack: Attack
) -> None:
    """All objects, searched for a number that the grader holds; it was never sent."""
    expected = 0.8414709848078965
    code = """
import gc, sys, struct
def attack(bits, mask):
    number = bytes(b ^ mask for b in bits)
    wanted, = struct.unpack("<d", number)
    for thing in gc.get_objects():
        parts = list(thing.values()) if type(thing) is dict else thing
        if type(parts) in (list, tuple):
            for part in parts:
                if type(part) is float and part == wanted: return True
    return False
"""
    disguised = [byte ^ 0x5A for byte in struct.pack("<d", expected)]
    with shut_pool.session([code]) as session:
        assert session.call("attack", disguised, 0x5A, seconds=10).value is False
    with shut_pool.session([f"kept = [{expected!r}]\n{code}"]) as session:
        assert session.call("attack", disguised, 0x5A, seconds=10).value is True


def test_host_is_not_named(
    namespaces: SandboxPool, open_pool: SandboxPool, attack: Attack
) -> None:
    code = "import os\ndef attack(): return os.uname().nodename"
    assert attack(open_pool, code).value == socket.gethostname()
    assert attack(namespaces, code).value == "sandbox"
