"""Serve the built site on this machine and print its address."""

from __future__ import annotations

import argparse
import errno
import functools
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from c2a.errors import C2AError


class Handler(SimpleHTTPRequestHandler):
    """Serves files and says nothing about those that are there."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Only errors are worth a line."""

    def end_headers(self) -> None:
        """Ask browsers to look for a newer page: the site may just have been built."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


def server(folder: Path, port: int, *, fixed: bool = False) -> ThreadingHTTPServer:
    """A server of ``folder`` on this machine only.

    Args:
        folder: the built site.
        port: the port to use; if it is taken, any free one.
        fixed: whether only ``port`` will do.

    Raises:
        C2AError: there is no site, or the fixed port is taken.
    """
    if not (folder / "index.html").exists():
        raise C2AError(f"There is no site in {folder}: run `make site`.")
    handler = functools.partial(Handler, directory=str(folder))
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        if fixed:
            raise C2AError(
                f"Port {port} is taken: choose another with `make serve PORT=8123`."
            ) from None
    return ThreadingHTTPServer(("127.0.0.1", 0), handler)


def main(arguments: list[str] | None = None) -> int:
    """Serve until the reader presses Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, help="this port or none; 8000 if free")
    options = parser.parse_args(arguments)
    fixed = options.port is not None
    try:
        web = server(options.folder, options.port or 8000, fixed=fixed)
    except C2AError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"The book is at http://127.0.0.1:{web.server_port}/ (Ctrl-C stops)", flush=True
    )
    try:
        web.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        web.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
