"""What holds for all tests: those that need a browser never pass without one."""

from __future__ import annotations

import contextlib
import functools
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from c2a.environment import chromium
from c2a.publishing.serve import Handler

IN_CI = os.environ.get("CI") == "true"
# Time limits would make tests fail because the machine is busy. At a desk every run
# draws new examples; in CI the same ones decide, however often it runs.
hypothesis.settings.register_profile(
    "book",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=IN_CI,
)
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
PATIENCE = 300_000  # milliseconds: only a hang takes so long, on any machine
WITHOUT = "NOT RUN: there is no Chromium; install it, or set C2A_CHROMIUM to its path"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out browser tests where there is no browser; in CI that is a failure."""
    if item.get_closest_marker("browser") and chromium() is None:
        if IN_CI:
            pytest.fail(WITHOUT, pytrace=False)
        pytest.skip(WITHOUT)
    _seed()


def _seed() -> None:
    """A test draws the same numbers in every run, whatever ran before it."""
    seed = 7_919_003  # one that no test takes for a generator of its own
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a display: one for all tests, as Playwright allows only one."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium(), args=BROWSER_FLAGS, timeout=PATIENCE
        )
        yield started
        started.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable]:
    """`new_page(color_scheme="dark")` is an empty page in a context of its own."""
    contexts = []

    def opened(**options: Any) -> Any:
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def in_proportion() -> Callable[[Callable[[], float], Callable[[], float]], bool]:
    """Whether eight or ten times the work takes its time, and not its square.

    `in_proportion(short, long)` asks each for the seconds of processor time of a run.
    The least of a few runs counts: what else the machine does can only add to them.
    """

    def told(short: Callable[[], float], long: Callable[[], float]) -> bool:
        quick, slow = short(), long()
        for _ in range(4):
            if slow < 20 * quick + 0.5:
                return True
            quick, slow = min(quick, short()), min(slow, long())
        return slow < 20 * quick + 0.5

    return told


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
