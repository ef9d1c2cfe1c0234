"""Pools that the tests share: starting one takes seconds, a session milliseconds."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("pyseccomp", reason="needs c2a[grading], which is for Linux")

from c2a.exercises.core import Reply
from c2a.grading.sandbox import Limits, SandboxError, SandboxPool, SandboxSession

QUICK = Limits(cell_seconds=2.0, cells_seconds=10.0, memory_mb=512)
SECRET = "the-neighbor-knows-7b1c"


def _pool(protection: str) -> Iterator[SandboxPool]:
    try:
        pool = SandboxPool(4, QUICK, unsafe=True, protection=protection)
    except SandboxError as error:
        pytest.skip(f"this host has no {protection}: {error}")
    with pool:
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
