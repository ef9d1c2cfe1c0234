"""The sandbox as the grader uses it: a pool from which sessions are drawn."""

import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from c2a.grading.sandbox.clock import Budget, Clock, peer
from c2a.grading.sandbox.host import ZygoteHandle
from c2a.grading.sandbox.inside.wire import Channel, ProtocolError
from c2a.grading.sandbox.launch import Protection
from c2a.grading.sandbox.limits import Limits, SandboxError
from c2a.grading.sandbox.session import SandboxSession

_STRONGEST_FIRST: tuple[Protection, ...] = ("namespaces", "landlock")


class SandboxPool:
    """Sessions that share one zygote; `workers` of them may have a process at a time.

    A further session waits at its first call until another is closed, so a thread must
    not hold more sessions than its share. Sessions may be used from several threads.

        with SandboxPool(workers=2) as pool, pool.session(cells) as session:
            reply = session.call("conv2d", image, kernel, seconds=5)
    """

    def __init__(
        self,
        workers: int = 2,
        limits: Limits | None = None,
        *,
        unsafe: bool = False,
        protection: Protection | None = None,
        training: bool = True,
    ) -> None:
        """Start the sandbox; a few seconds, most of them importing torch.

        limits: for sessions that bring none of their own. unsafe: where the host can
        protect nothing, go on without protection. protection: this kind and no other.
        training: load optimizers beforehand, 70 MB and a second that each session which
        trains would otherwise take by itself.
        Raises SandboxError, which says what to do.
        """
        self._limits = limits or Limits()
        self._training = training
        self._slots = threading.BoundedSemaphore(workers)
        self._restarting = threading.Lock()
        self._closed = False
        # bwrap dies with the thread that started it; so that thread must last.
        self._spawner = ThreadPoolExecutor(1, "sandbox")
        try:
            self._zygote = self._first_that_works(_choices(unsafe, protection))
        except BaseException:
            self._spawner.shutdown()
            raise
        self.protection: Protection = self._zygote.protection

    def __enter__(self) -> "SandboxPool":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def session(
        self,
        cells: Sequence[str],
        limits: Limits | None = None,
        budget: Budget | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> SandboxSession:
        """A session for one submission; nothing is started before it is used.

        budget: what sessions of the same submission share. files: what lies in the
            working folder, by relative path; only where that is the process's own.
        """
        if self.protection != "namespaces":
            files = None
        limits = limits or self._limits
        return SandboxSession(self._start, cells, limits, budget, files)

    def close(self) -> None:
        """End every process of the sandbox; sessions in use end with an error."""
        with self._restarting:
            self._closed = True
            self._zygote.close()
        self._spawner.shutdown()

    def _first_that_works(self, choices: Sequence[Protection]) -> ZygoteHandle:
        reasons = []
        for choice in choices:
            try:
                return self._spawn(choice)
            except SandboxError as error:
                reasons.append(f"{choice}: {error}")
        raise SandboxError(
            "This machine cannot run strangers' code safely; allow user namespaces, or "
            "use Linux 5.13 or newer with Landlock, or say unsafe to grade only code "
            "that you trust. " + " ".join(reasons)
        )

    def _spawn(self, protection: Protection) -> ZygoteHandle:
        about = protection, self._limits, self._training
        return self._spawner.submit(ZygoteHandle, *about).result()

    def _start(self, limits: Limits) -> "ConfinedProcess":
        self._slots.acquire()
        try:
            zygote = self._zygote
            try:
                return ConfinedProcess(zygote, limits, self._slots.release)
            except SandboxError:
                self._restart(zygote)
            return ConfinedProcess(self._zygote, limits, self._slots.release)
        except BaseException:
            self._slots.release()
            raise

    def _restart(self, broken: ZygoteHandle) -> None:
        """Replace a zygote that failed, once for all threads that noticed."""
        with self._restarting:
            if self._closed:
                raise SandboxError("The sandbox was closed; make a new pool.")
            if self._zygote is broken:
                broken.close()
                self._zygote = self._spawn(self.protection)


class ConfinedProcess:
    """One confined process of one submission."""

    def __init__(
        self, zygote: ZygoteHandle, limits: Limits, on_end: Callable[[], None]
    ) -> None:
        """Start it and wait until it is shut in. Raises SandboxError."""
        self._zygote, self._on_end = zygote, on_end
        self._pid, sock = zygote.start(limits)
        self.channel = Channel(sock)
        try:
            until = time.monotonic() + limits.start_seconds
            self.clock = Clock(peer(sock, limits.start_seconds))
            header, _ = self.channel.receive(limits.frame(), until)
        except (EOFError, OSError, ProtocolError) as error:
            self._close(died=True)
            raise SandboxError(f"A confined process did not start: {error}.") from None
        if header.get("kind") != "ready":
            self._close(died=True)
            raise SandboxError("A confined process did not start.")

    def end(self, died: bool = False) -> int:
        """Kill it and all it started, and give its place to others; its exit code."""
        try:
            return self._close(died)
        finally:
            self._on_end()

    def _close(self, died: bool) -> int:
        self.channel.close()
        with suppress(SandboxError):
            return self._zygote.end(self._pid, died)
        return 0


def _choices(unsafe: bool, protection: Protection | None) -> tuple[Protection, ...]:
    """The kinds of protection to try, the best first. Raises SandboxError."""
    if sys.platform != "linux" and not unsafe:
        raise SandboxError(
            "Strangers' code can be shut in on Linux only; grade on a Linux machine or "
            "in a virtual one, or say unsafe to grade only code that you trust."
        )
    if protection == "none" and not unsafe:
        raise SandboxError("Running without protection must be asked for with unsafe.")
    if protection:
        return (protection,)
    found = _STRONGEST_FIRST if sys.platform == "linux" else ()
    return (*found, "none") if unsafe else found
