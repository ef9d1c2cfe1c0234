"""Bombs, and ends in every form. Each costs its own call and no one else's.

That a limit is what stops a bomb is shown by the same bomb under a higher limit.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from c2a.exercises.kit.cases import Reply
from c2a.grading.sandbox import Limits, SandboxPool

Attack = Callable[..., Reply]
QUICK = Limits(cell_seconds=2.0, cells_seconds=10.0, memory_mb=512)

NUMPY_MEMORY = "import numpy as np\ndef attack(mb): return np.ones(mb << 20, 'u1').size"
TORCH_MEMORY = """
import torch
def attack(mb): return torch.ones(mb << 20, dtype=torch.uint8).numel()
"""
OBJECTS = """
kept = []
def attack(mb):
    for _ in range(mb): kept.append(bytes(1 << 20))
    return len(kept)
"""
FILL = """
import os
def attack(folder, megabytes, each):
    written = 0
    try:
        for n in range(megabytes // each):
            with open(f"{folder}/{n}", "wb") as file:
                file.write(bytes(each << 20))
            written += each
    except OSError:
        pass
    return written
"""
INODES = """
def attack(count):
    made = 0
    try:
        for n in range(count):
            open(f"/tmp/{n}", "w").close(); made += 1
    except OSError:
        pass
    return made
"""
DESCRIPTORS = """
import os
def attack(count):
    kept = []
    try:
        for n in range(count): kept.append(os.dup(0))
    except OSError:
        pass
    for each in kept: os.close(each)
    return len(kept)
"""
THREADS = """
import threading, time
def attack(count):
    stop = threading.Event(); started = 0
    try:
        for n in range(count):
            threading.Thread(target=stop.wait, daemon=True).start(); started += 1
    except RuntimeError:
        pass
    stop.set()
    return started
"""
PRINT = "def attack(lines):\n    for _ in range(lines): print('x' * 99)"


def _value(pool: SandboxPool, code: str, limits: Limits, *args: object) -> Reply:
    with pool.session([code], limits) as session:
        return session.call("attack", *args, seconds=10)


@pytest.mark.parametrize("bomb", [NUMPY_MEMORY, TORCH_MEMORY, OBJECTS])
def test_memory(bomb: str, shut_pool: SandboxPool) -> None:
    small, large = replace(QUICK, memory_mb=128), replace(QUICK, memory_mb=1024)
    assert _value(shut_pool, bomb, small, 300).kind == "memory"
    assert _value(shut_pool, bomb, large, 300).kind == "ok"


def test_memory_comes_back_after_a_bomb(shut_pool: SandboxPool) -> None:
    """What a call has hoarded does not spoil the next one."""
    cells = [OBJECTS, "def room(): return len(bytes(100 << 20))"]
    with shut_pool.session(cells, replace(QUICK, memory_mb=128)) as session:
        assert session.call("attack", 300, seconds=5).kind == "memory"
        assert session.call("room", seconds=5).value == 100 << 20


def test_memory_hoarded_by_a_cell(shut_pool: SandboxPool) -> None:
    """A cell that leaves no memory is left out; one that fails is not."""
    hoard = "kept = []\nwhile True: kept.append(bytes(1 << 20))"
    greedy = "def first(): return 1\nimport numpy\nnumpy.ones(1 << 40)"
    cells = [greedy, hoard, "def room(): return len(bytes(100 << 20))"]
    with shut_pool.session(cells, replace(QUICK, memory_mb=128)) as session:
        assert session.call("room", seconds=5).value == 100 << 20
        assert session.call("first", seconds=5).value == 1
        assert [r.kind for r in session.cell_reports] == ["memory", "memory", "ok"]


def test_disk(namespaces: SandboxPool) -> None:
    assert _value(namespaces, FILL, QUICK, "/tmp", 100, 10).value <= 64
    larger = replace(QUICK, tmp_mb=128)
    assert _value(namespaces, FILL, larger, "/tmp", 100, 10).value == 100


def test_disk_cannot_be_written_at_all(
    landlock: SandboxPool, open_pool: SandboxPool, tmp_path: object
) -> None:
    """Landlock has no quota, so there nothing may be written."""
    assert _value(open_pool, FILL, QUICK, str(tmp_path), 2, 1).value == 2
    for folder in (str(tmp_path), "/tmp", "/dev/shm", "."):
        assert _value(landlock, FILL, QUICK, folder, 2, 1).value == 0


def test_size_of_a_file(namespaces: SandboxPool) -> None:
    assert _value(namespaces, FILL, QUICK, "/tmp", 20, 20).value == 0
    larger = replace(QUICK, file_mb=32)
    assert _value(namespaces, FILL, larger, "/tmp", 20, 20).value == 20


def test_inodes(namespaces: SandboxPool) -> None:
    few = replace(QUICK, tmp_files=100)
    assert _value(namespaces, INODES, few, 300).value < 100
    assert _value(namespaces, INODES, QUICK, 300).value == 300


def test_descriptors(shut_pool: SandboxPool) -> None:
    assert _value(shut_pool, DESCRIPTORS, QUICK, 100).value < 64
    more = replace(QUICK, open_files=200)
    assert _value(shut_pool, DESCRIPTORS, more, 100).value == 100


def test_threads(namespaces: SandboxPool) -> None:
    few = replace(QUICK, processes=8)
    assert _value(namespaces, THREADS, few, 20).value < 8
    assert _value(namespaces, THREADS, QUICK, 20).value == 20


def test_processor_time(shut_pool: SandboxPool) -> None:
    spin = "def attack():\n    while True: pass"
    with shut_pool.session([spin], replace(QUICK, cpu_seconds=1)) as session:
        assert session.call("attack", seconds=20).kind == "died"


def test_output(shut_pool: SandboxPool) -> None:
    reply = _value(shut_pool, PRINT, QUICK, 100_000)
    assert len(reply.printed) < QUICK.printed_bytes + 100
    assert reply.printed.endswith("bytes more")
    more = replace(QUICK, printed_bytes=100_000)
    assert len(_value(shut_pool, PRINT, more, 900).printed) == 90_000


RECURSION = {
    "exception": "def attack(): return attack()",
    "died": """
import sys
sys.setrecursionlimit(10 ** 8)
class Deep:
    def __getattr__(self, name): return getattr(self, name + "x")
def attack(): return eval("Deep().a")
""",
}


@pytest.mark.parametrize("kind", RECURSION)
def test_recursion(kind: str, shut_pool: SandboxPool) -> None:
    small = replace(QUICK, memory_mb=256)
    with shut_pool.session([RECURSION[kind], "def f(): return 7"], small) as session:
        reply = session.call("attack", seconds=10)
        assert reply.kind in (kind, "memory")
        assert session.call("f", seconds=5).value == 7


ENDS = {
    "sys.exit(0)": "died",
    "exit()": "died",
    "quit()": "died",
    "raise SystemExit": "died",
    "raise GeneratorExit": "died",
    "raise KeyboardInterrupt": "exception",
    "raise BaseException('odd')": "exception",
    "os._exit(0)": "died",
    "os.abort()": "died",
    "ctypes.string_at(0)": "died",
    "os.closerange(0, 60)": "died",
    "signal.setitimer(signal.ITIMER_REAL, 0.01); time.sleep(9)": "died",
    "time.sleep(60)": "timeout",
    "[None for _ in iter(int, 1)]": "timeout",
    "threading.Thread(target=spin, daemon=True).start(); spin()": "timeout",
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("pool", ["namespaces", "landlock"])
def test_every_end_costs_only_itself(
    end: str, pool: str, request: pytest.FixtureRequest
) -> None:
    """In a call, and in a cell between two good ones."""
    head = "import os, sys, ctypes, signal, time, threading\n"
    head += "def spin():\n    while True: pass\n"
    # Process 1 of a namespace gets no signal that it does not handle.
    deaf = "setitimer" in end and pool == "namespaces"
    kind = "timeout" if deaf else ENDS[end]
    cells = [head, f"def attack(): {end}", "def f(): return 7"]
    # What ends by itself gets time to do so.
    seconds = 0.5 if kind == "timeout" else 5.0
    limits = replace(QUICK, cell_seconds=2 * seconds)
    with request.getfixturevalue(pool).session(cells, limits) as session:
        assert session.call("attack", seconds=seconds).kind == kind
        assert session.call("f", seconds=5).value == 7
    with request.getfixturevalue(pool).session(
        [head, end, cells[2]], limits
    ) as session:
        assert session.call("f", seconds=5).value == 7
        assert [report.ok for report in session.cell_reports] == [True, False, True]


def test_stopped_clocks_stop_nothing(shut_pool: SandboxPool, attack: Attack) -> None:
    code = """
import time, signal
for name in ("time", "monotonic", "perf_counter"): setattr(time, name, lambda: 0.0)
def attack():
    while time.time() < 1: pass
"""
    assert attack(shut_pool, code, seconds=0.5).kind == "timeout"
    code = "import time\ndef attack(): time.clock_settime(time.CLOCK_REALTIME, 0)"
    assert attack(shut_pool, code).kind == "exception"


def test_neighbor_keeps_working_beside_bombs(namespaces: SandboxPool) -> None:
    bombs = [
        namespaces.session([OBJECTS], replace(QUICK, memory_mb=128)),
        namespaces.session([FILL]),
    ]
    arguments: list[tuple] = [(300,), ("/tmp", 100, 10)]
    with namespaces.session(["def f(x): return x + 1"]) as good:
        for round_ in range(3):
            for bomb, args in zip(bombs, arguments, strict=True):
                bomb.call("attack", *args, seconds=5)
            assert good.call("f", round_, seconds=5).value == round_ + 1
    for bomb in bombs:
        bomb.close()
