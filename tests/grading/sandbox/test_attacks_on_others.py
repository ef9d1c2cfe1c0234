"""Attempts to reach others: network, processes, files that outlive the submission."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from c2a.exercises.kit.cases import Reply
from c2a.grading.sandbox import SandboxPool

Attack = Callable[..., Reply]

CONNECT = """
import socket
def attack(family, address):
    address = tuple(address) if isinstance(address, list) else address
    with socket.socket(getattr(socket, family)) as s:
        s.settimeout(2)
        s.connect(address)
        s.sendall(b"stolen")
    return "sent"
"""
SEND_FROM_PAIR = """
import socket
def attack(path):
    mine, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    mine.sendto(b"stolen", path)
    return "sent"
"""
FORK = """
import os, time
def attack(path):
    pid = os.fork()
    if pid == 0:
        os.setsid()
        for n in range(1000):
            with open(path, "a") as file: file.write("alive ")
            time.sleep(0.02)
        os._exit(0)
    return pid
"""
SIGNAL = """
import os, signal
def attack(pid):
    os.kill(pid, signal.SIGTERM)
"""
WRITE = """
import os
def attack(paths):
    written = []
    for path in paths:
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file: file.write("import os; os.abort()")
            written.append(path)
        except OSError:
            pass
    return written
"""
SEEN = """
import os
def attack(paths):
    return [path for path in paths if os.path.exists(path)]
"""


def _servers(folder: Path) -> Iterator[tuple[str, socket.socket, object]]:
    for family, address in (
        ("AF_INET", ("127.0.0.1", 0)),
        ("AF_UNIX", str(folder / "socket")),
        ("AF_UNIX", f"\0c2a-{os.getpid()}"),
    ):
        server = socket.socket(getattr(socket, family))
        server.bind(address)
        server.listen()
        server.settimeout(0.2)
        yield family, server, server.getsockname()


@pytest.mark.parametrize("which", [0, 1, 2], ids=["loopback", "path", "abstract"])
def test_network_is_out_of_reach(
    which: int,
    shut_pool: SandboxPool,
    open_pool: SandboxPool,
    attack: Attack,
    tmp_path: Path,
) -> None:
    servers = list(_servers(tmp_path))
    family, server, address = servers[which]
    if isinstance(address, bytes):
        address = address.decode()
    try:
        assert attack(open_pool, CONNECT, family, address).value == "sent"
        assert server.accept()[0].recv(10) == b"stolen"
        assert attack(shut_pool, CONNECT, family, address).kind == "exception"
        with pytest.raises(TimeoutError):
            server.accept()
    finally:
        for _, each, _ in servers:
            each.close()


def test_no_datagram_leaves_a_socket_pair(
    shut_pool: SandboxPool, open_pool: SandboxPool, attack: Attack, tmp_path: Path
) -> None:
    path = str(tmp_path / "datagrams")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(path)
        server.settimeout(0.2)
        assert attack(open_pool, SEND_FROM_PAIR, path).value == "sent"
        assert server.recv(10) == b"stolen"
        assert attack(shut_pool, SEND_FROM_PAIR, path).kind == "exception"
        with pytest.raises(TimeoutError):
            server.recv(10)


def test_event_loops_still_run(shut_pool: SandboxPool, attack: Attack) -> None:
    """asyncio needs a socket pair; an honest cell may use it."""
    code = """
import asyncio
async def later(): await asyncio.sleep(0.01); return 7
def attack(): return asyncio.run(later())
"""
    assert attack(shut_pool, code).value == 7


def test_no_process_survives(
    shut_pool: SandboxPool, open_pool: SandboxPool, attack: Attack, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    survivor = attack(open_pool, FORK, str(trace)).value
    try:
        while not (trace.exists() and trace.read_text()):
            time.sleep(0.02)
    finally:
        with suppress(ProcessLookupError):
            os.kill(survivor, 9)
    reply = attack(shut_pool, FORK, str(trace))
    assert reply.error.startswith("PermissionError")


@pytest.mark.parametrize(
    "call",
    [
        "os.system('true') == 0 or (_ for _ in ()).throw(OSError())",
        "os.execv('/usr/bin/true', ['true'])",
        "subprocess.run(['/usr/bin/true'], check=True)",
        "multiprocessing.get_context('fork').Process(target=print).start()",
        "os.posix_spawn('/usr/bin/true', ['true'], {})",
    ],
)
def test_no_program_can_be_started(
    call: str, shut_pool: SandboxPool, attack: Attack
) -> None:
    code = f"""
import os, subprocess, multiprocessing
def attack():
    {call}
    return "started"
"""
    assert attack(shut_pool, code).kind == "exception"


def test_signals_reach_no_one(
    shut_pool: SandboxPool,
    open_pool: SandboxPool,
    attack: Attack,
    neighbor: subprocess.Popen,
) -> None:
    assert attack(shut_pool, SIGNAL, neighbor.pid).kind == "exception"
    time.sleep(0.05)
    assert neighbor.poll() is None
    assert attack(open_pool, SIGNAL, neighbor.pid).kind == "ok"
    assert neighbor.wait(120) != 0


def test_parent_cannot_be_killed(shut_pool: SandboxPool, attack: Attack) -> None:
    code = "import os\ndef attack():\n    os.kill(os.getppid() or 1, 9)"
    attack(shut_pool, code)
    assert attack(shut_pool, "def attack(): return 'next'").value == "next"


def test_limits_of_others_cannot_be_changed(
    landlock: SandboxPool,
    open_pool: SandboxPool,
    attack: Attack,
    neighbor: subprocess.Popen,
) -> None:
    code = """
import resource
def attack(pid):
    return resource.prlimit(pid, resource.RLIMIT_NOFILE, (9, 9))
"""
    assert attack(landlock, code, neighbor.pid).error.startswith("PermissionError")
    assert attack(open_pool, code, neighbor.pid).kind == "ok"


def test_start_up_files_cannot_be_planted(
    shut_pool: SandboxPool, open_pool: SandboxPool, attack: Attack, tmp_path: Path
) -> None:
    """Neither where Python, IPython and matplotlib look, nor anywhere else."""
    planted = [str(tmp_path / ".ipython" / "profile_default" / "startup" / "00.py")]
    assert attack(open_pool, WRITE, planted).value == planted
    assert attack(open_pool, SEEN, planted).value == planted
    os.remove(planted[0])
    # Only the process's own, which ends with it, may be written to at all.
    looked_at = [
        *planted,
        "/tmp/usercustomize.py",
        "/tmp/.ipython/profile_default/startup/00.py",
        "/tmp/.config/matplotlib/matplotlibrc",
        f"{os.path.dirname(os.path.dirname(pytest.__file__))}/planted.pth",
        "/dev/shm/planted",
        "/sandbox/c2a/planted.py",
    ]
    attack(shut_pool, WRITE, looked_at)
    assert attack(shut_pool, SEEN, looked_at).value == []
    assert not any(os.path.exists(path) for path in looked_at)


def test_neighbors_share_no_temporary_files(
    namespaces: SandboxPool, attack: Attack
) -> None:
    """Each has a /tmp of its own, in which it may write."""
    kept = ["/tmp/for-my-friend"]
    with namespaces.session([WRITE]) as writer:
        assert writer.call("attack", kept, seconds=5).value == kept
        assert attack(namespaces, SEEN, kept).value == []


def test_attributes_of_files_cannot_be_changed(
    landlock: SandboxPool, open_pool: SandboxPool, attack: Attack, tmp_path: Path
) -> None:
    """Landlock knows nothing of modes and times; the filter does."""
    path = tmp_path / "gradebook.sqlite"
    path.write_text("marks")
    path.chmod(0o600)
    code = """
import os
def attack(path):
    done = []
    for change in (lambda: os.chmod(path, 0o777), lambda: os.utime(path, (1, 1)),
                   lambda: os.truncate(path, 0), lambda: os.unlink(path),
                   lambda: os.rename(path, path + "2"), lambda: open(path, "r+"),
                   lambda: os.open(path, os.O_RDONLY | os.O_TRUNC)):
        try:
            change(); done.append(1)
        except OSError:
            pass
    return len(done)
"""
    assert attack(landlock, code, str(path)).value == 0
    assert path.read_text() == "marks"
    assert attack(open_pool, code, str(path)).value > 3
