"""A local server that can be told to misbehave, and data sets that live on it."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import re
import socket
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from c2a.data import DataFile, DataSet
from c2a.data.download import Patience


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.ranges.append(self.headers.get("Range"))
        answer = self.server.plan.pop(0) if self.server.plan else self.server.usual
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            answer(self)

    def log_message(self, *args: object) -> None:
        pass

    def start(self, status: int, length: int | None, **headers: str) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def asked_from(self) -> int:
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(match[1]) if match else 0


class Server(ThreadingHTTPServer):
    """Serves `content` by the answers in `plan`, one a request, then by `usual`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = b""
        self.plan: list[Callable[[Handler], None]] = []
        self.usual: Callable[[Handler], None] = self.whole
        self.ranges: list[str | None] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/file"

    def whole(self, request: Handler) -> None:
        """Everything, with no idea of Range."""
        request.start(200, len(self.content))
        request.wfile.write(self.content)

    def part(self, request: Handler) -> None:
        """What was asked for, as a server that knows Range."""
        start, size = request.asked_from(), len(self.content)
        if not start:
            return self.whole(request)
        if start >= size:
            return request.start(416, 0, Content_Range=f"bytes */{size}")
        stated = f"bytes {start}-{size - 1}/{size}"
        request.start(206, size - start, Content_Range=stated)
        request.wfile.write(self.content[start:])
        return None

    def wrong_part(self, request: Handler) -> None:
        """Another part than the one asked for."""
        size = len(self.content)
        request.start(206, size, Content_Range=f"bytes 0-{size - 1}/{size}")
        request.wfile.write(self.content)

    def truncated(self, request: Handler) -> None:
        """Half of what was promised, then the end."""
        start = request.asked_from() if self.usual == self.part else 0
        rest = self.content[start:]
        end = len(self.content)
        stated = f"bytes {start}-{end - 1}/{end}"
        request.start(206 if start else 200, len(rest), Content_Range=stated)
        request.wfile.write(rest[: len(rest) // 2])

    def truncated_silently(self, request: Handler) -> None:
        """Half of the file without saying how long it is."""
        request.start(200, None)
        request.wfile.write(self.content[: len(self.content) // 2])

    def corrupted(self, request: Handler) -> None:
        """The right length with one bit turned over."""
        wrong = bytearray(self.content)
        wrong[len(wrong) // 2] ^= 1
        request.start(200, len(wrong))
        request.wfile.write(wrong)

    def too_long(self, request: Handler) -> None:
        request.start(200, 3 * len(self.content))
        request.wfile.write(3 * self.content)

    def login_page(self, request: Handler) -> None:
        """What the network of a hotel answers to everything."""
        page = b"<html>Please log in</html>"
        request.start(200, len(page))
        request.wfile.write(page)

    def stalled(self, request: Handler) -> None:
        """Half of the file, then silence on an open connection."""
        request.start(200, len(self.content))
        request.wfile.write(self.content[: len(self.content) // 2])
        request.wfile.flush()
        self.closing.wait(600)

    def reset(self, request: Handler) -> None:
        """Half of the file, then the connection is torn down."""
        request.start(200, len(self.content))
        request.wfile.write(self.content[: len(self.content) // 2])
        request.wfile.flush()
        linger = struct.pack("ii", 1, 0)
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        request.connection.close()

    def busy(self, request: Handler) -> None:
        request.start(503, 0)

    def missing(self, request: Handler) -> None:
        request.start(404, 0)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """A proxy of the surroundings must not stand between test and local server."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


@pytest.fixture
def server():
    server = Server()
    server.content = bytes(range(256)) * 4000
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> Patience:
    """Too short for people where the server falls silent, else long enough for all."""
    stall = 1.5 if "stalled" in request.node.name else 300
    return Patience(stall_seconds=stall, attempts=3, backoff_seconds=0.01)


@pytest.fixture
def make_set(server) -> Callable[..., DataSet]:
    """A data set of one file with the given content, `urls` or else the server."""

    def make(
        content: bytes | None = None, compressed: bool = False, urls: tuple = ()
    ) -> DataSet:
        if content is None:
            content = server.content
        if compressed:
            server.content = gzip.compress(content)
        file = DataFile(
            name="numbers.bin",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            urls=urls or (server.url,),
            compressed=compressed,
        )
        return DataSet(
            name="numbers",
            title="The numbers",
            description="Numbers.",
            license="CC0 1.0",
            citation="None.",
            source="https://numbers.example",
            files=(file,),
            read=lambda paths: paths["numbers.bin"].read_bytes(),
        )

    return make
