"""Notebooks for machines that have nothing of the book, such as Colab.

The build publishes, beside the pages, the package as a wheel and a copy of every
notebook with a set-up cell in front that installs this wheel where it is missing.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.wheel import WheelBuilder
from sphinx.application import Sphinx
from sphinx.util import logging

from c2a.publishing.settings import Settings

LOGGER = logging.getLogger(__name__)
FOLDER = "notebooks"

# Runs where c2a may be missing, so it uses the standard library only. The error shows
# as one sentence: IPython asks the exception itself for its traceback.
SET_UP = """\
# Set-up: installs the book's package where it is missing; elsewhere it does nothing.
import importlib.util
import pathlib
import subprocess
import sys


class SetUpError(Exception):
    def _render_traceback_(self):
        return [str(self)]


if importlib.util.find_spec("c2a") is None:
    beside = sorted(pathlib.Path.cwd().glob("c2a-*.whl"))
    wheel = str(beside[-1]) if beside else "{address}"
    if not wheel:
        raise SetUpError(
            "Download notebooks/{name} from the book's site "
            "into the folder of this notebook and run this cell again."
        )
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--retries", "1"]
    done = subprocess.run([*command, wheel], capture_output=True, text=True)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        raise SetUpError(
            f"The book's package could not be installed from {{wheel}}: connect to the "
            "network and run this cell again."
        )
    importlib.invalidate_caches()

if "google.colab" in sys.modules:
    from google.colab import output

    output.enable_custom_widget_manager()
"""


def set_up_cell(wheel: str, site: str) -> dict[str, Any]:
    """The code cell that installs the package.

    Args:
        wheel: file name of the published wheel.
        site: address of the site; if empty, the wheel must lie beside the notebook.
    """
    address = f"{site}/{FOLDER}/{wheel}" if site else ""
    source = SET_UP.format(address=address, name=wheel)
    return {
        "cell_type": "code",
        "id": "set-up",
        "metadata": {"tags": ["set-up"]},
        "execution_count": None,
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def bare_copy(notebook: dict[str, Any], cell: dict[str, Any]) -> dict[str, Any]:
    """``notebook`` with ``cell`` before its first code cell."""
    cells = list(notebook["cells"])
    kinds = [old["cell_type"] for old in cells]
    place = kinds.index("code") if "code" in kinds else len(cells)
    cells.insert(place, cell)
    return {**notebook, "cells": cells}


def publish(root: Path, site_folder: Path, site: str) -> list[Path]:
    """Write the wheel and the copies below ``site_folder``; return the copies.

    Args:
        root: the project, with ``pyproject.toml``, ``book`` and ``exercises``.
        site_folder: where the site is written.
        site: address at which the site will be published, or empty.
    """
    folder = site_folder / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (wheel,) = WheelBuilder(str(root)).build(
        directory=str(folder), versions=["standard"]
    )
    cell = set_up_cell(Path(wheel).name, site)
    copies = []
    for part in ("book", "exercises"):
        for source in sorted((root / part).glob("*.ipynb")):
            target = folder / part / source.name
            target.parent.mkdir(exist_ok=True)
            copy = bare_copy(json.loads(source.read_text("utf-8")), cell)
            target.write_text(json.dumps(copy, indent=1, ensure_ascii=False) + "\n")
            copies.append(target)
    return copies


def _finish(app: Sphinx, exception: Exception | None) -> None:
    root = Path(app.srcdir).parent
    if exception is not None or app.builder.name != "html":
        return
    if not (root / "pyproject.toml").exists():  # a folder of pages, as in tests
        return
    copies = publish(root, Path(app.outdir), Settings.from_environment().site)
    LOGGER.info("wrote %d notebooks for bare machines", len(copies))


def setup(app: Sphinx) -> None:
    """Connect to the end of the build."""
    app.connect("build-finished", _finish)
