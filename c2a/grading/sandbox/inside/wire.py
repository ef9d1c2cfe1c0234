"""Messages between the grader and a student's process.

A message is a header length (4 bytes), a JSON header, and raw blocks of numbers. The
header says how many blocks follow and how large each is; all of that is checked before
a byte of them is read. One deadline holds for a whole message, however slowly it drips.
"""

import json
import math
import select
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: The only dtypes that cross, in numpy's short form without byte order.
DTYPES = frozenset(
    "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()  # noqa: SIM905
)
MAX_DIMENSIONS = 16
_LENGTH = struct.Struct("<I")
_AT_ONCE = 1 << 15  # bytes that are sent, or read ahead, in one call of the kernel


#: An instant of `time.monotonic`, or what tells the seconds that are left.
Until = float | Callable[[], float]


class ProtocolError(Exception):
    """The other side sent something that is not a message."""


@dataclass(frozen=True)
class FrameLimits:
    """The largest message to accept: header and blocks in bytes, and their count."""

    header: int
    blocks: int
    count: int


class Channel:
    """Sends and receives whole messages over a connected stream socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._ahead = b""  # received, but not yet asked for

    def close(self) -> None:
        """Close the socket; the other side sees the end of the stream."""
        self._socket.close()

    def send(
        self,
        header: dict[str, Any],
        arrays: Sequence[np.ndarray] = (),
        until: Until | None = None,
    ) -> None:
        """Send one message.

        Raises TimeoutError when `until` passes and OSError when nobody listens.
        """
        described = header | {"arrays": [describe(array) for array in arrays]}
        text = json.dumps(described).encode()
        parts: list[bytes | memoryview] = [_LENGTH.pack(len(text)), text]
        parts += [array.reshape(-1).view(np.uint8).data for array in arrays]
        if sum(map(len, parts)) <= _AT_ONCE:
            parts = [b"".join(parts)]
        for part in parts:
            self._send_bytes(part, until)

    def receive(
        self, limits: FrameLimits, until: Until | None = None
    ) -> tuple[dict[str, Any], list[np.ndarray]]:
        """Receive one message: the header and its arrays, which own their memory.

        Raises ProtocolError for anything malformed or larger than `limits`, EOFError
        when the other side is gone, TimeoutError when `until` passes.
        """
        (length,) = _LENGTH.unpack(self._receive_bytes(_LENGTH.size, until).data)
        if length > limits.header:
            raise ProtocolError("the header is too long")
        header = _parse(self._receive_bytes(length, until).tobytes())
        arrays = []
        for dtype, shape in _checked(header.pop("arrays", []), limits):
            block = self._receive_bytes(math.prod(shape) * dtype.itemsize, until)
            arrays.append(block.view(dtype).reshape(shape))
        return header, arrays

    def _send_bytes(self, data: bytes | memoryview, until: Until | None) -> None:
        if until is None:
            self._socket.sendall(data)
            return
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, until)

    def _receive_bytes(self, count: int, until: Until | None) -> np.ndarray:
        block = np.empty(count, np.uint8)
        rest = block.data
        while rest:
            if not self._ahead:
                if until is not None:
                    self._wait(select.POLLIN, until)
                self._ahead = self._socket.recv(_AT_ONCE)
                if not self._ahead:
                    raise EOFError("the other side is gone")
            fits = min(len(self._ahead), len(rest))
            rest[:fits] = self._ahead[:fits]
            self._ahead, rest = self._ahead[fits:], rest[fits:]
        return block

    def _wait(self, event: int, until: Until) -> None:
        """Wait until the socket can be read, or written to. Raises TimeoutError."""
        poll = select.poll()
        poll.register(self._socket, event)
        while not poll.poll(max(1.0, 1000 * _remaining(until))):
            pass  # there may be more time by now


def describe(array: np.ndarray) -> dict[str, Any]:
    """The dtype and shape of an array, as the header says them."""
    return {"dtype": array.dtype.str.lstrip("<>|="), "shape": list(array.shape)}


def _remaining(until: Until) -> float:
    left = until() if callable(until) else until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time for this message is over")
    return left


def _parse(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"the header is not JSON: {error}") from None
    if type(header) is not dict:
        raise ProtocolError("the header is not an object")
    return header


def _checked(
    described: Any, limits: FrameLimits
) -> list[tuple[np.dtype, tuple[int, ...]]]:
    """Dtypes and shapes of the blocks to come, none of which has been read yet."""
    if type(described) is not list or len(described) > limits.count:
        raise ProtocolError("too many arrays")
    total, found = 0, []
    for item in described:
        if type(item) is not dict:
            raise ProtocolError("an array is not described")
        dtype, shape = item.get("dtype"), item.get("shape")
        if type(dtype) is not str or dtype not in DTYPES:
            raise ProtocolError("an array has a dtype that is not on the list")
        if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
            raise ProtocolError("an array has no proper shape")
        if not all(type(n) is int and 0 <= n <= limits.blocks for n in shape):
            raise ProtocolError("an array has an impossible shape")
        total += math.prod(shape) * np.dtype(dtype).itemsize
        if total > limits.blocks:
            raise ProtocolError("the arrays are too large")
        found.append((np.dtype(dtype), tuple(shape)))
    return found
