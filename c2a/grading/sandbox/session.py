"""One submission in the sandbox: its cells, the calls of its functions, its end."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, get_args

import numpy as np

from c2a.exercises.cases import Kind, Reply
from c2a.exercises.comparing import Tensor
from c2a.grading.sandbox.inside.values import Decoder, Encoder, clean
from c2a.grading.sandbox.inside.wire import Channel, ProtocolError
from c2a.grading.sandbox.limits import Limits

MAX_TEXT = 4000  # characters of an error
_FROM_INSIDE = tuple(kind for kind in get_args(Kind) if kind != "timeout")


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
    """

    def __init__(
        self, start: Callable[[Limits], Process], cells: Sequence[str], limits: Limits
    ) -> None:
        self._start, self._cells, self._limits = start, list(cells), limits
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

    def call(self, function: str, *args: Any, seconds: float) -> Reply:
        """Call one of the student's functions with copies of `args`.

        numpy arrays and torch tensors keep their kind, dtype and layout. Raises
        SandboxError when the sandbox itself fails.
        """
        self._ensure()
        encoder = Encoder(_numbers_of)
        request = {
            "do": "call",
            "function": function,
            "arguments": [encoder.encode(argument) for argument in args],
            "bytes": sum(array.nbytes for array in encoder.arrays),
        }
        answer = self._ask(request, encoder.arrays, seconds)
        if isinstance(answer, _Failure):
            return Reply(None, answer.kind, answer.error)
        return self._reply(*answer)

    def fresh(self) -> None:
        """Throw the process away; the next call starts a new one."""
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        self._end()

    def _ensure(self) -> None:
        """Have a process in which all innocent cells have run."""
        until = time.monotonic() + self._limits.cells_seconds
        while self._process is None:
            if not self._run_cells(until):
                self._end()

    def _run_cells(self, until: float) -> bool:
        """Start a process and run the cells; false when one of them spoiled it."""
        self._process = self._start(self._limits)
        for index, source in enumerate(self._cells):
            if index in self._guilty:
                continue
            seconds = min(self._limits.cell_seconds, until - time.monotonic())
            if seconds <= 0:
                self._blame(index, "timeout", "not run: the cells before took too long")
                continue
            request = {"do": "cell", "index": index, "source": source}
            answer = self._ask(request, [], seconds)
            if isinstance(answer, _Failure):
                self._blame(index, answer.kind, answer.error)
                return False
            header, _ = answer
            report = CellReport(
                index,
                header["kind"] == "ok",
                _text(header.get("error")),
                _text(header.get("printed"), self._limits.printed_bytes + 100),
                header["kind"],
            )
            self._reports[index] = report
            if header.get("exhausted"):
                self._guilty.add(index)
                return False
        return True

    def _blame(self, index: int, kind: Kind, error: str) -> None:
        self._guilty.add(index)
        self._reports[index] = CellReport(index, False, error, kind=kind)

    def _ask(
        self, request: dict[str, Any], arrays: list[np.ndarray], seconds: float
    ) -> tuple[dict[str, Any], list[np.ndarray]] | _Failure:
        """Send one request and receive its reply, within `seconds` in all."""
        assert self._process is not None
        channel, until = self._process.channel, time.monotonic() + seconds
        self._request += 1
        extra = sum(array.nbytes for array in arrays)
        frame = self._limits.frame(extra, len(arrays))
        try:
            channel.send(request | {"id": self._request}, arrays, until)
            header, results = channel.receive(frame, until)
            if header.get("id") is True or header.get("id") != self._request:
                raise ProtocolError("it answers a question that was not asked")
            if header.get("kind") not in _FROM_INSIDE:
                raise ProtocolError("it has no known kind")
            return header, results
        except TimeoutError:
            self._end()
            return _Failure("timeout", f"more than {seconds:g} seconds")
        except ProtocolError as error:
            self._end()
            return _Failure("died", f"no proper reply: {error}")
        except (EOFError, OSError):
            return _Failure("died", _cause(self._end(died=True)))

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
        return Reply(value, kind, error, printed, arguments)

    def _end(self, died: bool = False) -> int:
        process, self._process = self._process, None
        return process.end(died) if process is not None else 0


def _numbers_of(value: Any) -> np.ndarray | None:
    """The numbers of a tensor, given as torch's or as ours."""
    if isinstance(value, Tensor):
        return value.array
    if hasattr(value, "detach") and hasattr(value, "numpy"):
        return value.detach().cpu().numpy()
    return None


def _text(value: Any, most: int = MAX_TEXT) -> str:
    return clean(value[:most]) if type(value) is str else ""


def _cause(code: int) -> str:
    """What the exit code of a process says about its end."""
    if code > 128:
        return f"the process was ended by signal {code - 128}"
    return f"the process ended itself with exit code {code}"
