"""Build the site where something has changed: ``python -m c2a.publishing.build``.

Pages whose notebook changed are built again; a change of what all pages are made with
builds all of them.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

from c2a.environment import ROOT

EVERYWHERE = ("_config.yml", "_toc.yml", "pyproject.toml", "requirements-site.txt")
FOLDERS = ("c2a", "exercises", "examples")
PASSED_OVER = {"__pycache__", ".ipynb_checkpoints"}


def changed(root: Path, names: tuple[str, ...], since: float) -> bool:
    """Whether a file below ``root`` is younger than ``since``, in seconds.

    Args:
        root: the project.
        names: files and folders of it.
        since: a time as ``stat`` gives it.
    """
    paths = [root / name for name in names]
    files = [file for path in paths for file in (path, *path.rglob("*"))]
    return any(
        file.stat().st_mtime > since
        for file in files
        if PASSED_OVER.isdisjoint(file.parts) and file.is_file()
    )


def build(root: Path, *, everything: bool) -> int:
    """Run Jupyter Book; return its exit status."""
    # The grammars of addresses, which take jsonschema seconds to load; none is checked.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from jupyter_book.cli.main import main

    log = root / "_build/site.log"
    log.parent.mkdir(exist_ok=True)
    options = ["--all"] if everything else []
    options += ["-W", "--keep-going", "-n", "--quiet"]
    options += ["--config", str(root / "_config.yml"), "--toc", str(root / "_toc.yml")]
    options += ["--path-output", str(root)]
    try:
        with log.open("w") as file, contextlib.redirect_stdout(file):
            main(["build", str(root / "book"), *options])
    except SystemExit as end:
        return int(end.code or 0)
    except RuntimeError:  # what is wrong stands on stderr already
        return 1
    return 0


def run(root: Path) -> int:
    """Build what has changed since the last time that a build succeeded."""
    done = root / "_build/html/.complete"
    since = done.stat().st_mtime if done.exists() else 0.0
    everything = changed(root, (*EVERYWHERE, *FOLDERS), since)
    if not everything and not changed(root, ("book",), since):
        return 0
    print("Building the site", flush=True)
    start = time.time()
    status = build(root, everything=everything)
    if status == 0:
        done.touch()
        os.utime(done, (start, start))
    return status


if __name__ == "__main__":
    sys.exit(run(ROOT))
