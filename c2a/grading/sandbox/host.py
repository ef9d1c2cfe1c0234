"""Keep a zygote running and give it orders."""

import array
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from typing import Any

from c2a.grading.sandbox import launch
from c2a.grading.sandbox.clock import name_senders
from c2a.grading.sandbox.launch import Protection
from c2a.grading.sandbox.limits import Limits, SandboxError

WARM_SECONDS = 180.0  # importing torch on a busy machine with a cold disk
END_SECONDS = 10.0
MAX_ANSWER = 1 << 20


class ZygoteHandle:
    """A running zygote. Its methods may be called from several threads."""

    def __init__(self, protection: Protection, limits: Limits, training: bool) -> None:
        """Start it and wait until it is warm. Raises SandboxError."""
        self.protection = protection
        kind = getattr(socket, "SOCK_SEQPACKET", socket.SOCK_STREAM)
        if sys.platform == "darwin":
            kind = socket.SOCK_STREAM
        self._control, its = socket.socketpair(socket.AF_UNIX, kind)
        self._lock = threading.Lock()
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115
        # Matplotlib keeps a list of fonts; inside namespaces /tmp is the zygote's own.
        shut_in = protection == "namespaces"
        self._scratch = "" if shut_in else tempfile.mkdtemp(prefix="c2a-")
        with its:
            settings = launch.settings(protection, limits, training, its.fileno())
            self._process = subprocess.Popen(
                launch.command(protection),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._noise,
                env=launch.environment(self._scratch or "/tmp"),
                cwd="/",
                pass_fds=[its.fileno()],
                start_new_session=True,
            )
        try:
            self._begin(settings)
        except BaseException:
            self.close()
            raise

    def start(self, limits: Limits) -> tuple[int, socket.socket]:
        """Fork one confined process: its number and a socket to it.

        Raises SandboxError when the zygote is gone.
        """
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        name_senders(mine)
        with its:
            order = {"do": "start", "limits": _as_dict(limits)}
            try:
                return self._order(order, its.fileno())["pid"], mine
            except BaseException:
                mine.close()
                raise

    def end(self, pid: int, died: bool = False) -> int:
        """Kill a process and all it started; its exit code, 128 + n for signal n.

        died: it seems to have ended already, so wait a moment for its own code.
        """
        return self._order({"do": "end", "pid": pid, "died": died})["status"]

    def close(self) -> None:
        """End the zygote and every process below it."""
        self._control.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._noise.close()
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _begin(self, settings: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(settings).encode())
            self._process.stdin.close()
        self._control.settimeout(WARM_SECONDS)
        try:
            answer = json.loads(self._control.recv(MAX_ANSWER) or b"{}")
        except TimeoutError:
            answer = {"error": f"it was not ready after {WARM_SECONDS:.0f} s"}
        if "ready" not in answer:
            self._noise.seek(0)
            noise = self._noise.read().decode(errors="replace").strip()
            reason = (
                answer.get("error") or noise.rpartition("\n")[2] or "it ended at once"
            )
            raise SandboxError(f"The sandbox could not be started: {reason}")

    def _order(self, order: dict[str, Any], *descriptors: int) -> dict[str, Any]:
        passed = array.array("i", descriptors)
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)] if passed else []
        try:
            with self._lock:
                self._control.sendmsg([json.dumps(order).encode()], ancillary)
                answer = json.loads(self._control.recv(MAX_ANSWER))
        except (OSError, ValueError) as error:
            raise SandboxError(
                f"The sandbox has ended: {error}. Start again."
            ) from None
        if "error" in answer:
            raise SandboxError(
                f"The sandbox could not start a process: {answer['error']}."
            )
        return answer


@cache
def _as_dict(limits: Limits) -> dict[str, Any]:
    return asdict(limits)
