"""Calls in the notebook's own process: time limits, errors, forgotten globals."""

import importlib
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from c2a.exercises.kit.session import LocalSession


def forever(x):
    while True:
        # What a beginner writes: it swallows an exception, so one alarm is not enough.
        try:
            x = x + 1
        except:  # noqa: E722
            x = 0


def call(function, *args, seconds=1.0):
    return LocalSession({"f": function}).call("f", *args, seconds=seconds)


def test_endless_loop_is_stopped_on_the_main_thread():
    start = time.monotonic()
    assert call(lambda: forever(0), seconds=0.1).kind == "timeout"
    assert time.monotonic() - start < 120


def test_endless_loop_is_stopped_in_another_thread():
    replies = []

    def loop():
        while True:
            pass

    def work():
        replies.append(call(loop, seconds=0.1))
        replies.append(call(lambda: 3))

    before = threading.active_count()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(120)
    assert [reply.kind for reply in replies] == ["timeout", "ok"]
    assert threading.active_count() == before


def test_a_timer_that_was_running_runs_on():
    rang = []
    previous = signal.signal(signal.SIGALRM, lambda *_: rang.append(True))
    outer = signal.setitimer(signal.ITIMER_REAL, 500)
    try:
        assert call(lambda: 1).kind == "ok"
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left <= 500
        signal.raise_signal(signal.SIGALRM)
        assert rang
    finally:
        signal.signal(signal.SIGALRM, previous)
        signal.setitimer(signal.ITIMER_REAL, *outer)


@pytest.mark.parametrize("on_main_thread", [True, False])
def test_an_import_is_not_interrupted(on_main_thread, tmp_path, monkeypatch):
    name = f"slow_{on_main_thread}"
    body = "import time\nend = time.monotonic() + 0.5\n"
    body += "while time.monotonic() < end:\n    pass\n"
    (tmp_path / f"{name}.py").write_text(body)
    monkeypatch.syspath_prepend(tmp_path)

    def imports():
        __import__(name)
        while True:
            pass

    replies = []
    work = threading.Thread(target=lambda: replies.append(call(imports, seconds=0.1)))
    if on_main_thread:
        work.run()
    else:
        work.start()
        work.join(120)
    assert [reply.kind for reply in replies] == ["timeout"]
    assert sys.modules.pop(name).end


def test_an_import_of_the_whole_script_puts_nothing_off(tmp_path, monkeypatch):
    (tmp_path / "imported_script.py").write_text(
        "from c2a.exercises.kit.session import LocalSession\n"
        "def forever():\n    while True:\n        pass\n"
        "reply = LocalSession({'f': forever}).call('f', seconds=0.1)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    script = importlib.import_module("imported_script")
    assert script.reply.kind == "timeout"


def test_files_pass_nothing_on():
    def write():
        Path("kept.txt").write_text("secret")

    def read():
        return Path("kept.txt").read_text()

    before = Path.cwd()
    session = LocalSession({"write": write, "read": read})
    assert session.call("write", seconds=1).kind == "ok"
    assert session.call("read", seconds=1).error.startswith("FileNotFoundError")
    assert Path.cwd() == before


def test_the_caller_s_arguments_are_safe_and_the_change_is_told():
    x = np.zeros(3)

    def fill(a):
        a += 1
        return a

    reply = call(fill, x)
    assert x.tolist() == [0, 0, 0]
    assert reply.arguments[0].tolist() == [1, 1, 1]


def test_every_ending_has_its_kind():
    def boom():
        return [][1]

    reply = call(boom)
    assert reply.kind == "exception"
    assert reply.error.startswith("IndexError: ")
    assert "return [][1]" in reply.error
    assert call(exit).kind == "died"
    assert call(object).kind == "unsupported"
    assert call(lambda: np.empty(10**15)).kind == "memory"
    assert LocalSession({}).call("f", seconds=1).kind == "missing"


def test_fresh_forgets_globals_that_a_call_has_set():
    names = {}
    exec(
        "known = 1\n"
        "def learn():\n  global known, secret\n  known, secret = 2, 3\n"
        "def recall():\n  return known, secret\n"
        "def known_only():\n  return known\n",
        names,
    )
    session = LocalSession({n: names[n] for n in ("learn", "recall", "known_only")})
    session.call("learn", seconds=1)
    assert session.call("recall", seconds=1).value == (2, 3)
    session.fresh()
    assert session.call("recall", seconds=1).error.startswith("NameError")
    assert session.call("known_only", seconds=1).value == 1


def test_waiting_is_not_counted_but_bounded():
    assert call(lambda: time.sleep(1), seconds=0.8).kind == "ok"
    started = time.monotonic()
    assert call(lambda: time.sleep(600), seconds=0.1).kind == "timeout"
    assert time.monotonic() - started < 120
