"""Start the program that renders mathematics, also on a busy machine.

sphinxcontrib-katex connects as soon as the socket file exists, which is before the
server listens on it: on a busy machine the connection is now and then refused, the
build fails, and the server is left running. Here the connection is tried until it
succeeds, and a server that does not come up is stopped.
"""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

from sphinx.application import Sphinx
from sphinxcontrib import katex

from c2a.errors import C2AError
from c2a.publishing.node import find_node

PATIENCE = 60.0  # seconds, for the start and for each formula
PAUSE = 0.01  # seconds between two tries


def connect(
    command: list[str], folder: Path, address: Path, patience: float
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a server and connect to its Unix socket.

    Args:
        command: the server with its arguments.
        folder: where it runs.
        address: the socket it will listen on.
        patience: seconds to wait for it.

    Raises:
        C2AError: the server ended, or did not listen in time; it is stopped then.
    """
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
    )
    end = time.monotonic() + patience
    while server.poll() is None and time.monotonic() < end:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            client.connect(str(address))
        except (FileNotFoundError, ConnectionRefusedError):
            client.close()
            time.sleep(PAUSE)
        else:
            return server, client
    server.kill()
    server.communicate()
    raise C2AError(
        f"The renderer of mathematics did not start: try `{' '.join(command)}`."
    )


def _start(
    cls: type[katex.KaTeXServer], rundir: Path, timeout: float
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    address = rundir / "katex.sock"
    return connect(cls.build_command(socket=address), rundir, address, timeout)


def _prepare(app: Sphinx) -> None:
    katex.NODEJS_BINARY = find_node()
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = PATIENCE
    katex.KaTeXServer.start_server_process = classmethod(_start)


def setup(app: Sphinx) -> None:
    """Take the place of the package's own start."""
    app.connect("builder-inited", _prepare, priority=100)
