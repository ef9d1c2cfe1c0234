"""Pools that the tests share: starting one takes seconds, a session milliseconds."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("pyseccomp", reason="needs c2a[grading], which is for Linux")

from c2a.exercises.kit.cases import Reply
from c2a.grading.sandbox import Limits, SandboxPool, SandboxSession, launch
from c2a.grading.sandbox.inside import kernel
from c2a.grading.sandbox.inside.landlock import version as landlock_version
from c2a.grading.sandbox.launch import NOBODY

QUICK = Limits(cell_seconds=2.0, cells_seconds=10.0, memory_mb=512)
SECRET = "the-neighbor-knows-7b1c"


def _host_has(protection: str) -> bool:
    """Ask the kernel itself: a broken sandbox must fail, not be skipped."""
    if protection == "landlock":
        return landlock_version() > 0
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setresuid(NOBODY, NOBODY, NOBODY)
            kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS)
            kernel.mount(None, "/", kernel.MS_REC | kernel.MS_PRIVATE)
            kernel.mount("tmpfs", "/tmp", 0)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def _pool(protection: launch.Protection) -> Iterator[SandboxPool]:
    if protection != "none" and not _host_has(protection):
        pytest.skip(f"the kernel of this host allows no {protection}")
    with SandboxPool(4, QUICK, unsafe=True, protection=protection) as pool:
        yield pool


@pytest.fixture(scope="session")
def namespaces() -> Iterator[SandboxPool]:
    """A pool with the strongest protection."""
    yield from _pool("namespaces")


@pytest.fixture(scope="session")
def landlock() -> Iterator[SandboxPool]:
    """A pool with the second kind of protection."""
    yield from _pool("landlock")


@pytest.fixture(scope="session")
def open_pool() -> Iterator[SandboxPool]:
    """A pool without protection: here an attack must succeed, or it proves nothing."""
    yield from _pool("none")


@pytest.fixture(params=["namespaces", "landlock"])
def shut_pool(request: pytest.FixtureRequest) -> SandboxPool:
    """Each protected pool in turn."""
    return request.getfixturevalue(request.param)


Attack = Callable[..., Reply]


@pytest.fixture
def attack() -> Iterator[Attack]:
    """Run code that defines `attack` in a session of its own, and call it."""
    opened: list[SandboxSession] = []

    def run(pool: SandboxPool, code: str, *args: Any, seconds: float = 5.0) -> Reply:
        session = pool.session([code])
        opened.append(session)
        reply = session.call("attack", *args, seconds=seconds)
        assert all(report.ok for report in session.cell_reports), session.cell_reports
        return reply

    yield run
    for session in opened:
        session.close()


@pytest.fixture
def neighbor() -> Iterator[subprocess.Popen]:
    """Another process of the same user, with a secret in environment and memory."""
    code = f"secret = '{SECRET}' * 2; print('up', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"SECRET": SECRET},
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
