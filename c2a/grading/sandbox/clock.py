"""How much of its time a student's process has used, whatever else the machine does.

A process uses time when it computes and when it sleeps, but not while it waits for a
processor that others have. So a mark does not depend on how busy the machine is. The
wall clock bounds it all the same, several times later.
"""

import select
import socket
import struct
import time
from contextlib import suppress
from pathlib import Path

_SENDER = struct.Struct("3i")  # process, user, group
_SHORT = 0.05  # seconds for which a look at the process is not worth it
WALL = 10.0  # times as long as the time allowed, whatever the process did


class Clock:
    """The time used by one process of this machine.

    pid: its number here, 0 if unknown; then the wall clock stands for it.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        # Linux: the clock of the processor time of all threads of a process.
        self._clock = (~pid << 3) | 2

    def computed(self) -> float:
        """Processor time of all its threads, in seconds; 0 if that cannot be told."""
        with suppress(OSError):
            return time.clock_gettime(self._clock) if self._pid else 0.0
        return 0.0

    def waited(self) -> float:
        """Seconds for which a thread was ready, but others had the processor."""
        longest = 0.0
        with suppress(OSError, ValueError, IndexError):
            for thread in Path(f"/proc/{self._pid}/task").iterdir():
                longest = max(longest, int(_read(thread / "schedstat")[1]) / 1e9)
        return longest


class Deadline:
    """When a process has used a number of seconds: the time that is left, by calling.

    The common question, soon after the start, costs no look at the process.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.seconds = max(seconds, 0.0)
        self._clock = clock
        self._started = time.monotonic()
        self._computed = clock.computed()

    def __call__(self) -> float:
        """Seconds that may pass before it is worth asking again; 0 or less: over."""
        elapsed = time.monotonic() - self._started
        if elapsed < self.seconds:
            return self.seconds - elapsed
        return min(self.seconds - self.used(), WALL * self.seconds - elapsed)

    def used(self) -> float:
        """Seconds that the process has computed or slept since the start."""
        elapsed = time.monotonic() - self._started
        if elapsed < _SHORT:
            return elapsed
        computed = self._clock.computed() - self._computed
        # It waited before, too; in doubt for the student.
        return max(computed, elapsed - self._clock.waited())


class Budget:
    """The time of one submission, restarts of its process included."""

    def __init__(self, seconds: float) -> None:
        self.seconds = self.left = seconds

    def spend(self, seconds: float) -> None:
        """Take away what was used."""
        self.left -= max(seconds, 0.0)


def _read(path: Path) -> list[bytes]:
    with open(path, "rb", buffering=0) as file:
        return file.read(100).split()


def name_senders(sock: socket.socket) -> None:
    """Let the kernel say with each message who sent it, where it can."""
    if hasattr(socket, "SO_PASSCRED"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)


def peer(sock: socket.socket, seconds: float) -> int:
    """The number, here, of the process that sends the first message; 0 if unknown.

    It may have another number where it lives, in a namespace of its own.
    """
    if not hasattr(socket, "SO_PASSCRED"):
        return 0
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    if not poll.poll(1000 * seconds):
        return 0
    space = socket.CMSG_SPACE(_SENDER.size)
    _, told, _, _ = sock.recvmsg(1, space, socket.MSG_PEEK)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    for level, kind, data in told:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            return _SENDER.unpack(data[: _SENDER.size])[0]
    return 0
