"""One submission in the sandbox: its cells, the calls of its functions, its end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar, get_args

import numpy as np

from c2a.exercises.kit.cases import Kind, Reply
from c2a.exercises.kit.driver import Driver
from c2a.exercises.kit.values import Tensor
from c2a.grading.sandbox.clock import Budget, Clock, Deadline
from c2a.grading.sandbox.inside.values import Decoder, Encoder, clean
from c2a.grading.sandbox.inside.wire import Channel, FrameLimits, ProtocolError
from c2a.grading.sandbox.limits import Limits

MAX_TEXT = 4000  # characters of an error
MOST_TEXT = 1 << 20  # characters that all cells print, or say of their errors
SHORT = 200  # characters of an error beyond that
MAX_BASES = 20  # classes that an exception is derived from
LATE_SECONDS = 1.0  # for a process to say which cells it had no time to run
NOT_RUN = "not run: the cells before took too long"
USED_UP = "not run: all of this submission together took more than {:g} seconds"
_FROM_INSIDE = tuple(kind for kind in get_args(Kind) if kind != "timeout")

T = TypeVar("T")
_Answer = tuple[dict[str, Any], list[np.ndarray]]


@dataclass(frozen=True)
class CellReport:
    """How one cell went. `error` is empty when it ran to its end."""

    index: int
    ok: bool
    error: str = ""
    printed: str = ""
    kind: Kind = "ok"


class Process(Protocol):
    """A confined process, as the pool gives it."""

    channel: Channel
    clock: Clock

    def end(self, died: bool = False) -> int:
        """Kill it; its exit code."""


@dataclass
class _Failure:
    """A request that got no proper reply; the process is gone."""

    kind: Kind
    error: str


class SandboxSession:
    """A `Session`: the student's functions, in a process that is shut in.

    The cells run at the first call, and again in every new process. A cell that hangs,
    dies or leaves no memory is left out from then on. Not for several threads at once.
    All times are those that the process uses, see `Deadline`.
    """

    def __init__(
        self,
        start: Callable[[Limits], Process],
        cells: Sequence[str],
        limits: Limits,
        budget: Budget | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> None:
        self._files = files or {}
        self._start, self._cells, self._limits = start, list(cells), limits
        self._budget = budget or Budget(limits.seconds)
        self._process: Process | None = None
        self._reports: dict[int, CellReport] = {}
        self._guilty: set[int] = set()
        self._request = 0

    def __enter__(self) -> "SandboxSession":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def cell_reports(self) -> list[CellReport]:
        """How each cell went; the cells run first if they have not."""
        if not self._reports and self._cells:
            self._ensure()
        return [self._reports[index] for index in sorted(self._reports)]

    def call(
        self,
        function: str,
        *args: Any,
        seconds: float,
        driver: Driver | None = None,
    ) -> Reply:
        """Call one of the student's functions with copies of `args`.

        With a driver, that runs beside the answers and is called instead. numpy arrays
        and torch tensors keep their kind, dtype and layout. Raises SandboxError when
        the sandbox itself fails.
        """
        process = self._ensure()
        if process is None:
            return Reply(None, "timeout", USED_UP.format(self._budget.seconds))
        channel = process.channel
        encoder = Encoder(_numbers_of)
        arguments = [encoder.encode(argument) for argument in args]
        sent = sum(array.nbytes for array in encoder.arrays)
        number = self._number()
        until = Deadline(min(seconds, self._budget.left), process.clock)
        request = {"do": "call", "id": number, "function": function}
        request |= {"arguments": arguments, "bytes": sent}
        if driver:
            request["driver"] = {
                "source": driver.source,
                "name": driver.name,
                "answers": driver.answers,
            }
        frame = self._limits.frame(sent, len(encoder.arrays))

        def ask() -> _Answer:
            channel.send(request, encoder.arrays, until)
            return _received(channel, number, frame, until)

        answer = self._tried(until, ask)
        if isinstance(answer, _Failure):
            return Reply(None, answer.kind, answer.error)
        return self._reply(*answer)

    def fresh(self) -> None:
        """Throw the process away; the next call starts a new one."""
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        self._end()

    def _ensure(self) -> Process | None:
        """Have a process in which all innocent cells have run; None: time is over."""
        left = self._limits.cells_seconds
        while self._process is None:
            if self._budget.left <= 0:
                for index in self._innocent():
                    self._blame(index, "timeout", USED_UP.format(self._budget.seconds))
                return None
            process = self._process = self._start(self._limits)
            together = Deadline(min(left, self._budget.left), process.clock)
            fine = self._run_cells(process, together)
            left -= self._spent(together)
            if not fine:
                self._end()
        return self._process

    def _innocent(self) -> list[int]:
        return [i for i in range(len(self._cells)) if i not in self._guilty]

    def _run_cells(self, process: Process, together: Deadline) -> bool:
        """Run the cells in a new process; false when one of them spoiled it."""
        wanted = self._innocent()
        if together.seconds <= 0:
            for index in wanted:
                self._blame(index, "timeout", NOT_RUN)
            return True
        # All at once, so that the process need not wait for us between two cells.
        cells = [(self._number(), index, self._cells[index]) for index in wanted]
        request = {"do": "cells", "seconds": together.seconds, "cells": cells}
        request["files"] = list(self._files)
        contents = [np.frombuffer(each, np.uint8) for each in self._files.values()]
        room = MOST_TEXT
        soon = Deadline(self._limits.cell_seconds, process.clock)
        failure = self._tried(
            soon, partial(process.channel.send, request, contents, soon), free=True
        )
        for number, index, _ in cells:
            answer = failure or self._cell_answer(process, number, together)
            if isinstance(answer, _Failure):
                self._blame(index, answer.kind, answer.error)
                return False
            header, _ = answer
            if header.get("late"):
                self._blame(index, "timeout", NOT_RUN)
                continue
            kind, error = header["kind"], _text(header.get("error"))
            printed = _text(header.get("printed"), self._limits.printed_bytes + 100)
            room -= len(error) + len(printed)
            if room < 0:
                error, printed = error[:SHORT], ""
            self._reports[index] = CellReport(index, kind == "ok", error, printed, kind)
            if header.get("exhausted"):
                self._guilty.add(index)
                return False
        return True

    def _cell_answer(
        self, process: Process, number: int, together: Deadline
    ) -> "_Answer | _Failure":
        """Wait for one cell, and not much beyond the time for all of them."""
        left = max(0.0, together()) + LATE_SECONDS
        until = Deadline(min(self._limits.cell_seconds, left), process.clock)
        ask = partial(_received, process.channel, number, self._limits.frame(), until)
        return self._tried(until, ask, free=True)

    def _blame(self, index: int, kind: Kind, error: str) -> None:
        self._guilty.add(index)
        self._reports[index] = CellReport(index, False, error, kind=kind)

    def _number(self) -> int:
        """The number of the next question."""
        self._request += 1
        return self._request

    def _tried(
        self, until: Deadline, talk: Callable[[], T], free: bool = False
    ) -> "T | _Failure":
        """Talk with the process for so long; end it if that goes wrong.

        free: the time is taken from the submission's budget elsewhere.
        """
        try:
            with self._counted(until, free):
                return talk()
        except TimeoutError:
            self._end()
            return _Failure("timeout", f"more than {until.seconds:g} seconds")
        except ProtocolError as error:
            self._end()
            return _Failure("died", f"no proper reply: {error}")
        except (EOFError, OSError):
            return _Failure("died", _cause(self._end(died=True)))

    @contextmanager
    def _counted(self, until: Deadline, free: bool) -> Iterator[None]:
        """Take what is used from the budget, while the process can be asked."""
        try:
            yield
        finally:
            if not free:
                self._spent(until)

    def _spent(self, until: Deadline) -> float:
        """Take from the submission's budget what a deadline has measured."""
        used = until.used()
        self._budget.spend(used)
        return used

    def _reply(self, header: dict[str, Any], arrays: list[np.ndarray]) -> Reply:
        """A `Reply` of plain values, whatever the header holds."""
        kind, error = header["kind"], _text(header.get("error"))
        printed = _text(header.get("printed"), self._limits.printed_bytes + 100)
        value, arguments = None, None
        if kind == "memory":
            self._end()
        if kind == "ok":
            decoder = Decoder(arrays, Tensor, lambda array: array)
            try:
                value = decoder.decode(header.get("value"))
                if type(header.get("arguments")) is list:
                    arguments = tuple(map(decoder.decode, header["arguments"]))
            except ValueError as problem:
                self._end()
                return Reply(None, "died", f"no proper reply: {problem}", printed)
        return Reply(value, kind, error, printed, arguments, _bases(header))

    def _end(self, died: bool = False) -> int:
        process, self._process = self._process, None
        return process.end(died) if process is not None else 0


def _received(
    channel: Channel, number: int, frame: FrameLimits, until: Deadline
) -> _Answer:
    """The answer to a question, with a known kind. Raises ProtocolError."""
    header, arrays = channel.receive(frame, until)
    if header.get("id") is True or header.get("id") != number:
        raise ProtocolError("it answers a question that was not asked")
    if header.get("kind") not in _FROM_INSIDE:
        raise ProtocolError("it has no known kind")
    return header, arrays


def _numbers_of(value: Any) -> np.ndarray | None:
    """The numbers of a tensor, given as torch's or as ours."""
    if isinstance(value, Tensor):
        return value.array
    if hasattr(value, "detach") and hasattr(value, "numpy"):
        return value.detach().cpu().numpy()
    return None


def _bases(header: dict[str, Any]) -> tuple[str, ...]:
    """Names of the classes that an exception is derived from, as far as they are."""
    names = header.get("bases")
    if header["kind"] != "exception" or type(names) is not list:
        return ()
    return tuple(_text(name, 100) for name in names[:MAX_BASES])


def _text(value: Any, most: int = MAX_TEXT) -> str:
    return clean(value[:most]) if type(value) is str else ""


def _cause(code: int) -> str:
    """What the exit code of a process says about its end."""
    if code > 128:
        return f"the process was ended by signal {code - 128}"
    return f"the process ended itself with exit code {code}"
