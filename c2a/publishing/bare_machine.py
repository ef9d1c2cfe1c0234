"""Chapters for machines that have nothing of the book: a zip each, and bare notebooks.

The build publishes, beside the pages, the package as a wheel, a copy of every notebook
with a set-up cell in front that installs this wheel where it is missing, and for every
chapter one zip with its notebook, its exercises and the wheel. The wheel's version
follows its content, so that no installer takes an older one for it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.wheel import WheelBuilder
from sphinx.application import Sphinx
from sphinx.util import logging

from c2a.publishing.chapter import exercise_minutes, prepared
from c2a.publishing.plain import Library, plain
from c2a.publishing.settings import Settings

LOGGER = logging.getLogger(__name__)
FOLDER = "notebooks"
PARTS = ("book", "exercises")
SET_UP = Path(__file__).parent / "templates/set_up_cell.py"
_NAME = re.compile(r"\d\d[a-z]?-[a-z0-9-]+")
_VERSION = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)


def set_up_cell(wheel: str, site: str) -> dict[str, Any]:
    """The code cell that installs the package; its code is folded.

    Args:
        wheel: file name of the published wheel.
        site: address of the site; if empty, the wheel must lie beside the notebook.
    """
    address = f"{site}/{FOLDER}/{wheel}" if site else ""
    source = SET_UP.read_text("utf-8").replace("@wheel@", wheel)
    return {
        "cell_type": "code",
        "id": "set-up",
        "metadata": {"tags": ["set-up"], "jupyter": {"source_hidden": True}},
        "execution_count": None,
        "outputs": [],
        "source": source.replace("@address@", address).splitlines(keepends=True),
    }


def bare_copy(notebook: dict[str, Any], cell: dict[str, Any]) -> dict[str, Any]:
    """``notebook`` with ``cell`` before its first code cell."""
    cells = list(notebook["cells"])
    kinds = [old["cell_type"] for old in cells]
    place = kinds.index("code") if "code" in kinds else len(cells)
    cells.insert(place, cell)
    return {**notebook, "cells": cells}


def build_wheel(root: Path, folder: Path) -> Path:
    """Build the package's wheel with a version that follows its content.

    Args:
        root: the project, with ``pyproject.toml`` and ``c2a``.
        folder: where the wheel is written.
    """
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(root / "c2a", copy / "c2a", ignore=ignore)
        for each in ("README.md", "LICENSE"):
            shutil.copy(root / each, copy)
        project = (root / "pyproject.toml").read_text("utf-8")
        digest = hashlib.sha256(project.encode())
        for path in sorted(copy.rglob("*")):
            if path.is_file():
                digest.update(str(path.relative_to(copy)).encode() + path.read_bytes())
        version = rf'version = "\1+{digest.hexdigest()[:8]}"'
        (copy / "pyproject.toml").write_text(_VERSION.sub(version, project, count=1))
        (built,) = WheelBuilder(name).build(
            directory=str(folder), versions=["standard"]
        )
    return Path(built)


def copies(root: Path, cell: dict[str, Any], site: str) -> Iterator[tuple[Path, str]]:
    """The notebooks for bare machines: paths as in the project, and what they hold."""
    paths = [
        path
        for part in PARTS
        for path in sorted((root / part).glob("*.ipynb"))
        if _NAME.fullmatch(path.stem)  # not "02-convolution (1)", somebody's copy
    ]
    read = {path: json.loads(path.read_text("utf-8")) for path in paths}
    book = [(path.stem, nb) for path, nb in read.items() if path.parent.name == "book"]
    library = Library.of(root / "book", book, site)
    for path, notebook in read.items():
        minutes = None
        if path.parent.name == "book":
            minutes = exercise_minutes(root / "exercises" / path.name)
        copy = plain(prepared(notebook, minutes), path.stem, library)
        if path.parent.name == "book":  # `check` says where to read again
            about = copy["metadata"].get("c2a", {})
            titles = {"sections": library.headings[path.stem]}
            copy["metadata"] = {**copy["metadata"], "c2a": about | titles}
        text = json.dumps(bare_copy(copy, cell), indent=1, ensure_ascii=False)
        yield path.relative_to(root), text + "\n"


def pack(chapter: Path, folder: Path, wheel: Path) -> Path:
    """Write the zip of a chapter: notebook, exercises where there are any, wheel.

    Args:
        chapter: the copy of its notebook, below ``folder``.
        folder: where the zip is written and the copies are.
        wheel: the package; it is compressed already.
    """
    target = folder / f"{chapter.stem}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in PARTS:
            path = folder / part / chapter.name
            if path.exists():
                archive.write(path, f"{chapter.stem}/{part}/{chapter.name}")
        archive.write(wheel, f"{chapter.stem}/{wheel.name}", zipfile.ZIP_STORED)
    return target


def publish(root: Path, site_folder: Path, site: str) -> list[Path]:
    """Write wheel, copies and zips below ``site_folder``; return the zips.

    Args:
        root: the project, with ``pyproject.toml``, ``book`` and ``exercises``.
        site_folder: where the site is written.
        site: address at which the site will be published, or empty.
    """
    folder = site_folder / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wheel = build_wheel(root, folder)
    for path, text in copies(root, set_up_cell(wheel.name, site), site):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return [pack(path, folder, wheel) for path in sorted(folder.glob("book/*.ipynb"))]


def _finish(app: Sphinx, exception: Exception | None) -> None:
    root = Path(app.srcdir).parent
    if exception is not None or app.builder.name != "html":
        return
    if not (root / "pyproject.toml").exists():  # a folder of pages, as in tests
        return
    zips = publish(root, Path(app.outdir), Settings.from_environment().site)
    LOGGER.info("packed %d chapters for bare machines", len(zips))


def setup(app: Sphinx) -> None:
    """Connect to the end of the build."""
    app.connect("build-finished", _finish)
