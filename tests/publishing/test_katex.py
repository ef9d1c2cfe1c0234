"""The renderer of mathematics starts on a busy machine, and never stays behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from c2a.errors import C2AError
from c2a.publishing import katex

SLOW = """
import socket, sys, time
time.sleep(0.2)
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
time.sleep(0.4)  # bound, but not listening: connections are refused
server.listen()
server.accept()[0].sendall(b"ready")
time.sleep(30)
"""


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("k") / "s"  # short: a socket's path is limited


def test_connects_once_the_server_listens(address: Path) -> None:
    command = [sys.executable, "-c", SLOW, str(address)]
    server, client = katex.connect(command, address.parent, address, 20)
    try:
        assert client.recv(5) == b"ready"
    finally:
        client.close()
        server.kill()
        server.communicate()


def test_server_that_ends_is_an_error(address: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    with pytest.raises(C2AError, match="did not start"):
        katex.connect(command, address.parent, address, 20)


def test_server_that_never_listens_is_stopped(
    address: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    real = katex.subprocess.Popen

    def remember(*args, **options):
        started.append(real(*args, **options))
        return started[-1]

    monkeypatch.setattr(katex.subprocess, "Popen", remember)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(C2AError, match="did not start"):
        katex.connect(command, address.parent, address, 0.3)
    assert started[0].returncode is not None
