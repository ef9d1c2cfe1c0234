"""Limits count what a student's process uses, not what the machine does besides."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from c2a.grading.sandbox import Limits, SandboxPool, clock
from c2a.grading.sandbox.clock import Budget, Clock, Deadline
from c2a.grading.sandbox.inside.wire import Channel

QUICK = Limits(cell_seconds=2.0, cells_seconds=10.0, memory_mb=512)
BUSY = """
import time
def busy(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return "done"
def sleeping(seconds):
    time.sleep(seconds)
    return "done"
"""


class Pretended(Clock):
    """A process that has computed and waited as the test says, and its clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(0)
        self.has_computed = self.has_waited = self.now = 0.0
        monkeypatch.setattr(clock, "time", self)

    def monotonic(self) -> float:
        return self.now

    def computed(self) -> float:
        return self.has_computed

    def waited(self) -> float:
        return self.has_waited


def _burn() -> None:
    while True:
        pass


@contextmanager
def burners(count: int) -> Iterator[None]:
    """Other processes that take every processor."""
    others = [multiprocessing.Process(target=_burn, daemon=True) for _ in range(count)]
    for other in others:
        other.start()
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.join()


def test_waiting_for_a_processor_is_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = Pretended(monkeypatch)
    deadline = Deadline(0.1, process)
    process.now = 0.15
    assert deadline() <= 0  # it slept
    process.has_waited = 0.12
    assert deadline() == pytest.approx(0.07)
    process.has_computed = 0.2  # in several threads
    assert deadline() <= 0


def test_the_wall_clock_bounds_all(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Pretended(monkeypatch)
    deadline = Deadline(0.1, process)
    process.has_waited = 1000.0
    process.now = 0.99
    assert deadline() > 0
    process.now = 1.01
    assert deadline() <= 0


def test_the_clock_is_that_of_the_process(shut_pool: SandboxPool) -> None:
    with shut_pool.session([BUSY], QUICK) as session:
        session.call("busy", 0.3, seconds=5)
        process = session._process
        assert process is not None
        before = process.clock.computed()
        assert 0.3 <= before < 5
        session.call("busy", 0.2, seconds=5)
        assert process.clock.computed() - before >= 0.2
        session.call("sleeping", 1.0, seconds=5)
        assert process.clock.computed() - before < 1.0


def test_a_busy_machine_costs_nothing(
    shut_pool: SandboxPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "WALL", 1000.0)
    others = burners(2 * (os.cpu_count() or 1))
    with others, shut_pool.session([BUSY], QUICK) as session:
        assert session.call("sleeping", 0, seconds=1).kind == "ok"
        started = time.monotonic()
        reply = session.call("busy", 0.6, seconds=1)
        took = time.monotonic() - started
    assert reply.value == "done", (reply, took)


def test_sleeping_counts(
    shut_pool: SandboxPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "WALL", 1000.0)
    with shut_pool.session([BUSY], QUICK) as session:
        session.call("busy", 0, seconds=5)
        started = time.monotonic()
        assert session.call("sleeping", 600, seconds=0.3).kind == "timeout"
        assert time.monotonic() - started < 120


def test_a_submission_has_one_budget_for_all_its_restarts(
    namespaces: SandboxPool,
) -> None:
    """Cells that sleep, and functions that end the process: again and again."""
    cells = ["import time; time.sleep(0.4)"] * 3
    cells.append("def f():\n    import os; os._exit(1)")
    budget = Budget(3.0)
    with namespaces.session(cells, QUICK, budget) as session:
        kinds = [session.call("f", seconds=1).kind for _ in range(30)]
    with namespaces.session(cells, QUICK, budget) as session:
        reply = session.call("f", seconds=1)
    assert kinds[0] == "died"
    assert kinds.count("died") <= 3  # each sleeps for 1.2 s
    assert kinds[-1] == reply.kind == "timeout"
    assert reply.error.startswith("not run: all of this submission")


def test_messages_wait_for_a_deadline_that_moves() -> None:
    import socket

    one, other = socket.socketpair()
    answers = iter([0.05, 0.05, 0.0])
    with one, other:
        try:
            Channel(one).receive(replace(QUICK).frame(), lambda: next(answers))
        except TimeoutError:
            assert next(answers, None) is None
        else:
            raise AssertionError("nothing was sent")
