"""A site built from the book and one chapter that has every kind of cell, served."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
CHAPTER = "90-fixture"
NO_TORCH = (
    "import sys\n"
    "class Refuse:\n"
    "    def find_spec(self, name, path=None, target=None):\n"
    "        if name.partition('.')[0] == 'torch':\n"
    "            raise ImportError('the site must build without torch')\n"
    "sys.meta_path.insert(0, Refuse())\n"
)
BUILD = """
import pathlib, sys
from c2a.publishing.build import build
sys.exit(build(pathlib.Path(sys.argv[1]), everything=True))
"""


def _build(
    block: Path, project: Path, **settings: str
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("C2A_")}
    paths = os.pathsep.join([str(block), str(ROOT)])
    environment |= {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", **settings}
    command = [sys.executable, "-c", BUILD, str(project)]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=1000
    )


@pytest.fixture(scope="session")
def build_site(tmp_path_factory: pytest.TempPathFactory) -> Callable:
    """A function that builds a project's site as `make site` does, torch out of reach.

    `build_site(project, C2A_SITE="https://...")` returns the finished process.
    """
    block = tmp_path_factory.mktemp("block")
    (block / "sitecustomize.py").write_text(NO_TORCH)
    return functools.partial(_build, block)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all processes of this test run; they take turns in filling it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    return folder


@pytest.fixture(scope="session")
def project(shared: Path) -> Path:
    """A copy of the book with the chapter for testing in its contents."""
    folder = shared / "project"
    with FileLock(shared / "project.lock"):
        if not folder.exists():
            _copy_project(folder)
    return folder


def _copy_project(folder: Path) -> None:
    ignore = shutil.ignore_patterns(".ipynb_checkpoints")
    for part in ("book", "examples"):
        shutil.copytree(ROOT / part, folder / part, ignore=ignore)
    shutil.copy(FIXTURES / f"{CHAPTER}.ipynb", folder / "book")
    shutil.copy(ROOT / "_config.yml", folder)
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    toc["parts"].append({"caption": "Test", "chapters": [{"file": CHAPTER}]})
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc))


@pytest.fixture(scope="session")
def site(project: Path, shared: Path, build_site: Callable) -> Path:
    """The folder of the built site, one for all tests."""
    folder = project / "_build" / "html"
    with FileLock(shared / "site.lock"):
        if not (shared / "site.complete").exists():
            done = build_site(project)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
            (shared / "site.complete").touch()
    return folder


@pytest.fixture(scope="session")
def address(site: Path, serve: Callable) -> Iterator[str]:
    """Where the built site is served."""
    with serve(site) as url:
        yield url


@pytest.fixture
def open_page(new_page: Callable, address: str) -> Iterator[Callable]:
    """A function that opens a page and fails the test on any error or foreign request.

    `open_page("index.html", color_scheme="dark", viewport=...)` takes the options of
    a browser context.
    """
    faults: list[str] = []

    def route(route) -> None:
        url = route.request.url
        if url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            faults.append(f"asked another host: {url}")
            route.abort()

    def opened(path: str, **options):
        page = new_page(**options)
        page.context.route("**/*", route)
        page.on("pageerror", lambda error: faults.append(f"{path}: {error}"))
        page.on(
            "console",
            lambda message: (
                faults.append(f"{path}: {message.text}")
                if message.type == "error"
                else None
            ),
        )
        page.goto(address + path, wait_until="networkidle")
        return page

    yield opened
    assert not faults, "\n".join(faults)
