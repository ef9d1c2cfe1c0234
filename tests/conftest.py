"""What holds for all tests: those that need a browser never pass without one."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from c2a.environment import chromium
from c2a.publishing.serve import Handler

# A time limit per example would make tests fail because the machine is busy.
hypothesis.settings.register_profile("book", deadline=None)
hypothesis.settings.load_profile("book")

# A job in the background is started deaf to Ctrl-C, and so would be the programs that
# tests interrupt.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

BROWSER_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WITHOUT = "NOT RUN: there is no Chromium; install it, or set C2A_CHROMIUM to its path"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out browser tests where there is no browser; in CI that is a failure."""
    if item.get_closest_marker("browser") and chromium() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(WITHOUT, pytrace=False)
        pytest.skip(WITHOUT)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a display: one for all tests, as Playwright allows only one."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium(), args=BROWSER_FLAGS
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def serve() -> Callable:
    """`with serve(folder) as address:` serves a folder on this machine."""

    @contextlib.contextmanager
    def serving(folder: Path) -> Iterator[str]:
        handler = functools.partial(Handler, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            server.server_close()

    return serving


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end, where nobody overlooks it, that browser tests were left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = sum(WITHOUT in str(report.longrepr) for report in skipped)
    if left_out:
        terminalreporter.section("browser tests")
        terminalreporter.line(f"{left_out} browser tests {WITHOUT}", yellow=True)
