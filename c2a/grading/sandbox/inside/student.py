"""The loop in which a student's process runs cells and answers calls.

All of it shares its process with the student's code, which may well take it over; so it
decides nothing. It says what a function gave, and whether that is right is found out
elsewhere.
"""

import __future__

import ast
import asyncio
import gc
import inspect
import io
import linecache
import mmap
import os
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from . import isolation, stand_ins
from .values import Decoder, Encoder, UnsupportedValueError
from .wire import Channel, FrameLimits

MAX_REQUEST = FrameLimits(header=1 << 26, blocks=1 << 32, count=1 << 16)
MAX_ERROR = 4000  # characters
MAX_BASES = 20  # classes that an exception is derived from
_TORCH_MEMORY = "can't allocate memory"
# Annotations are not evaluated: a cell above may lack `from typing import List`.
_ANNOTATIONS = __future__.annotations.compiler_flag
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | _ANNOTATIONS


class Capped(io.RawIOBase):
    """Keeps the first bytes written to it and counts the rest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept, self._lost = bytearray(), 0

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Keep what still fits."""
        data = bytes(data)
        fits = data[: max(0, self._most - len(self._kept))]
        self._kept += fits
        self._lost += len(data) - len(fits)
        return len(data)

    def text(self) -> str:
        """What was written, as far as it was kept."""
        text = self._kept.decode(errors="replace")
        return text + (f"\n… and {self._lost:,} bytes more" if self._lost else "")


class Student:
    """One submission: its namespace, what it prints, and its answers."""

    def __init__(self, settings: dict[str, Any], namespace: dict[str, Any]) -> None:
        self._settings = settings
        self._namespace = namespace
        self._drivers: dict[str, Callable] = {}

    def run(self, index: int, source: str) -> dict[str, Any]:
        """Run one cell. The reply says "ok", or what went wrong."""
        name = f"<cell {index + 1}>"

        def execute() -> dict[str, Any]:
            code, python = _compiled(source, name)
            linecache.cache[name] = (len(python), None, python.splitlines(True), name)
            if code.co_flags & inspect.CO_COROUTINE:
                asyncio.run(eval(code, self._namespace))
            else:
                exec(code, self._namespace)
            return {"kind": "ok"}

        return self._guarded(execute)

    def call(
        self, request: dict[str, Any], arrays: list[np.ndarray]
    ) -> tuple[dict[str, Any], list[np.ndarray]]:
        """Call one function. The reply carries its value and the arguments after it.

        With a driver, that is called, with the answers that it asks for.
        """
        driver = request.get("driver")
        answers: list[Any] = []
        for name in driver["answers"] if driver else [request["function"]]:
            answers.append(self._namespace.get(name))
            if not callable(answers[-1]):
                found = "nothing" if answers[-1] is None else type(answers[-1]).__name__
                return {"kind": "missing", "error": f"`{name}`: found {found}"}, []
        decoder = Decoder(arrays, _tensor, lambda a: a[()], keep_layout=True)
        arguments = [decoder.decode(tree) for tree in request["arguments"]]
        most = (self._settings["reply_mb"] << 20) + request["bytes"]
        encoder = Encoder(_numbers_of, most, self._settings["reply_arrays"])

        def execute() -> dict[str, Any]:
            if driver:
                drive = self._driver(driver["source"], driver["name"])
                value = drive(*answers, *arguments)
            else:
                value = answers[0](*arguments)
            reply: dict[str, Any] = {"kind": "ok", "value": encoder.encode(value)}
            reply["arguments"] = _encoded(encoder, arguments)
            return reply

        reply = self._guarded(execute)
        return reply, encoder.arrays if reply["kind"] == "ok" else []

    def _driver(self, source: str, name: str) -> Callable:
        """The function `name` of a driver's source, in a namespace of its own."""
        if source not in self._drivers:
            space: dict[str, Any] = {"__name__": "driver"}
            exec(compile(source, "<driver>", "exec", _ANNOTATIONS, True), space)
            self._drivers[source] = space[name]
        return self._drivers[source]

    def _guarded(self, execute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Run with output captured; turn whatever is raised into a reply."""
        output = Capped(self._settings["printed_bytes"])
        sys.stdout = sys.stderr = io.TextIOWrapper(
            output, "utf-8", errors="backslashreplace", write_through=True
        )
        try:
            reply = execute()
        except BaseException as error:
            reply = self._told(error)
            error.__traceback__ = None
        if reply["kind"] == "memory":
            gc.collect()
            reply["exhausted"] = not self._has_room()
        return reply | {"printed": output.text()}

    def _told(self, error: BaseException) -> dict[str, Any]:
        text = _text_of(error)
        if isinstance(error, MemoryError) or _TORCH_MEMORY in text:
            isolation.allow_reserve()
            return {"kind": "memory", "error": text[:MAX_ERROR]}
        if isinstance(error, UnsupportedValueError):
            return {"kind": "unsupported", "error": str(error)[:MAX_ERROR]}
        if isinstance(error, SystemExit | GeneratorExit):
            return {"kind": "died", "error": text[:MAX_ERROR]}
        place = _place(error)
        bases = [base.__name__ for base in type(error).__mro__[1:]]
        reply = {"kind": "exception", "error": (text + place)[:MAX_ERROR]}
        return reply | {"bases": bases[:MAX_BASES]}

    def _has_room(self) -> bool:
        """Whether half of the memory is free again."""
        try:
            mmap.mmap(-1, self._settings["memory_mb"] << 19).close()
            return True
        except (OSError, MemoryError):
            return False


def namespace() -> dict[str, Any]:
    """The module `__main__` in which the cells will run, furnished as a notebook's."""
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    stand_ins.furnish(module.__dict__)
    return module.__dict__


def answer(
    sock: socket.socket, settings: dict[str, Any], namespace: dict[str, Any]
) -> None:
    """Answer requests until the grader closes its end of the socket."""
    channel = Channel(sock)
    student = Student(settings, namespace)
    channel.send({"id": 0, "kind": "ready"})
    while True:
        request, arrays = channel.receive(MAX_REQUEST)
        if request["do"] == "cells":
            _put(request["files"], arrays)
            # Processor time, as the grader counts it; sleep is counted there alone.
            until = time.process_time() + request["seconds"]
            for number, index, source in request["cells"]:
                if time.process_time() > until:
                    reply: dict[str, Any] = {"kind": "exception", "late": True}
                else:
                    reply = student.run(index, source)
                channel.send(reply | {"id": number})
            continue
        reply, results = student.call(request, arrays)
        del arrays
        channel.send(reply | {"id": request["id"]}, results)


def _put(files: Sequence[str], contents: Sequence[np.ndarray]) -> None:
    """Write files into the working folder, as far as there is room."""
    for name, content in zip(files, contents, strict=True):
        with suppress(OSError):
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
            with open(name, "xb") as file:
                file.write(content.data)


def _compiled(source: str, name: str) -> tuple[CodeType, str]:
    """The code of a cell, and its source without magics. Raises SyntaxError."""
    about: tuple[Any, ...] = (name, "exec", _FLAGS, True)
    try:
        return compile(source, *about), source
    except (SyntaxError, ValueError):
        source = stand_ins.as_python(source)
        return compile(source, *about), source


def _encoded(encoder: Encoder, arguments: list[Any]) -> list[Any] | None:
    """The arguments after the call, None when they can no longer be carried."""
    count = len(encoder.arrays)
    try:
        return [encoder.encode(argument) for argument in arguments]
    except UnsupportedValueError:
        del encoder.arrays[count:]
        return None


def _tensor(array: np.ndarray) -> Any:
    return sys.modules["torch"].from_numpy(array)


def _numbers_of(value: Any) -> np.ndarray | None:
    torch = sys.modules["torch"]
    if not isinstance(value, torch.Tensor):
        return None
    try:
        dense = value.detach().to_dense().cpu().resolve_conj().resolve_neg()
        return (dense.float() if dense.dtype == torch.bfloat16 else dense).numpy()
    except (RuntimeError, TypeError, NotImplementedError):
        raise UnsupportedValueError(f"tensor of {value.dtype}") from None


def _text_of(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except BaseException:
        return f"{type(error).__name__}: (its message cannot be shown)"


def _place(error: BaseException) -> str:
    """Where in the student's cells the error arose: cell, line, function, text."""
    if isinstance(error, SyntaxError):
        return ""
    frames = traceback.extract_tb(error.__traceback__, limit=-50)
    own = [frame for frame in frames if frame.filename.startswith("<cell ")]
    if not own:
        return ""
    frame = own[-1]
    where = f"{frame.filename.strip('<>')}, line {frame.lineno}"
    inside = "" if frame.name == "<module>" else f", in {frame.name}"
    return f"\n{where}{inside}: {frame.line}"
