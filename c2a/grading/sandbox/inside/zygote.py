"""The process from which every submission's process is forked.

It holds the libraries, warmed, and nothing else: no tests, no secrets, no network. It
never runs a student's code. It obeys the grader over one socket and ends with it.
"""

import array
import base64
import gc
import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Any

from . import isolation, kernel

MAX_ORDER = 1 << 20
DEATH_SECONDS = 0.2  # how long a child that closed its socket may take to end


def main() -> None:
    """Read the settings from standard input, get warm, then serve to the end."""
    settings = json.load(sys.stdin)
    control = socket.socket(fileno=settings["control"])
    try:
        zygote = Zygote(control, settings)
        zygote.try_out()
        zygote.get_warm()
    except Exception as error:
        control.sendall(json.dumps({"error": f"{error!r}"[:MAX_ORDER]}).encode())
        return
    _be_silent()
    control.sendall(b'{"ready": true}')
    zygote.serve()


class Zygote:
    """Forks, confines and ends processes."""

    def __init__(self, control: socket.socket, settings: dict[str, Any]) -> None:
        self._control = control
        self._protection: str = settings["protection"]
        self._package: str = settings["package"]
        self._program = base64.b64decode(settings["filter"])
        self._training: bool = settings["training"]
        self._trial: dict[str, Any] = settings["limits"]
        self._data: str = settings["data"]
        self._readable: list[str] = settings["readable"]
        self._children: set[int] = set()
        self._dying: set[int] = set()
        self._used = 0
        sys.path[:] = [*sys.path, *settings["path"]]
        # In a session of its own, Ctrl-C does not reach it. This is for the children.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._new_process = kernel.fork
        if self._protection == "namespaces":
            isolation.settle(settings["user"])
            self._new_process = isolation.fork_as_first
        if sys.platform == "linux":
            kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)

    def try_out(self) -> None:
        """Confine one child, to learn before the libraries load whether that works."""
        mine, its = socket.socketpair()
        pid = self._fork(its, self._trial, trial=True)
        its.close()
        answer = mine.recv(MAX_ORDER)
        mine.close()
        self._end(pid, died=True)
        if answer != b"confined":
            raise RuntimeError(answer.decode() or "a confined process cannot live")

    def get_warm(self) -> None:
        """Load the libraries and keep their memory out of the garbage collector."""
        from . import stand_ins, student, warm

        self._answer = student.answer
        stand_ins.install(self._package)
        warm.warm(self._training)
        self._namespace = student.namespace()
        isolation.clear_environment()
        gc.collect()
        gc.freeze()
        if sys.platform == "linux":
            self._filling = warm.fill_holes()
            warm.gather_memory()
        self._used = isolation.address_space()

    def serve(self) -> None:
        """Obey orders until the grader is gone."""
        while True:
            text, passed, _, _ = self._control.recvmsg(MAX_ORDER, socket.CMSG_LEN(4))
            if not text:
                break
            order = json.loads(text)
            reply: dict[str, Any]
            try:
                if order["do"] == "start":
                    reply = self._start(order["limits"], passed)
                else:
                    reply = {"status": self._end(order["pid"], order["died"])}
            except OSError as error:
                reply = {"error": str(error)}
            self._control.sendall(json.dumps(reply).encode())
        for pid in self._children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _start(
        self, limits: dict[str, Any], passed: list[tuple[int, int, bytes]]
    ) -> dict[str, int]:
        descriptor = array.array("i", passed[0][2])[0]
        with socket.socket(fileno=descriptor) as its:
            return {"pid": self._fork(its, limits)}

    def _fork(
        self, its: socket.socket, limits: dict[str, Any], trial: bool = False
    ) -> int:
        pid = self._new_process()
        if pid:
            self._children.add(pid)
            return pid
        try:
            self._control.close()
            self._live(its, limits, trial)
        finally:
            os._exit(0)

    def _live(self, its: socket.socket, limits: dict[str, Any], trial: bool) -> None:
        """The child's whole life. Student code runs only if `confine` has returned."""
        readable = self._readable + ([self._data] if limits["data"] else [])
        settings = limits | {"readable": readable}
        if not limits["data"]:
            settings["empty"] = self._data
        try:
            os.setsid()  # the kernel shares the processors fairly among sessions
            isolation.confine(self._protection, settings, self._used, self._program)
        except OSError as error:
            its.sendall(str(error).encode())
            return
        if trial:
            its.sendall(b"confined")
            return
        self._answer(its, limits, self._namespace)

    def _end(self, pid: int, died: bool) -> int:
        """Kill a child and all it has started.

        If it has died by itself, its exit code, 128 + n for signal n; otherwise nobody
        waits for its end.
        """
        until = time.monotonic() + (DEATH_SECONDS if died else 0)
        while pid in self._children and time.monotonic() < until:
            code = self._reap(pid)
            if pid not in self._children:
                return code
            time.sleep(0.001)
        if pid in self._children:
            os.kill(pid, signal.SIGKILL)
            self._dying.add(pid)
        for other in tuple(self._dying):
            self._reap(other)
        return 0

    def _reap(self, pid: int) -> int:
        """The exit code of a child that has ended; 0 if it lives."""
        ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended:
            return 0
        self._children.discard(pid)
        self._dying.discard(pid)
        code = os.waitstatus_to_exitcode(status)
        return code if code >= 0 else 128 - code


def _be_silent() -> None:
    """Whatever the libraries or a dying child may write goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
