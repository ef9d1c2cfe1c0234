"""Time the checks of the whole book: `python bench/whole_book.py [CHECK ...]`.

Each check runs as `make` runs it, in a temporary copy of the repository in which
nothing differs from the main branch.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
# `PYTHON=true` leaves the environment as it is.
CHECKS = {
    "site": "make PYTHON=true site",
    "one page": "touch book/02-convolution.ipynb; make PYTHON=true site",
    "quick": "make PYTHON=true quick",
    "smoke": "make PYTHON=true smoke",
    "pages": "pytest -n 2 --dist loadfile tests/site",
    "tests": "make PYTHON=true tests",
    "notebooks": "make PYTHON=true notebooks",
}


def copy_repository(folder: Path) -> None:
    """Copy what git knows, with changes, as a repository; link the environment."""
    listed = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others"]
    names = subprocess.check_output([*listed, "--exclude-standard"], text=True)
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "."]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    command = ["git", *who, "commit", "-q", "-m", "The book as it is"]
    subprocess.run(command, cwd=folder, check=True)


def timed(check: str, folder: Path) -> str:
    """Run a check in the copy; one line on what it took."""
    path = f"{folder / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PYTHONPATH": str(folder), "PATH": path}
    start, spent = time.perf_counter(), os.times()
    log = Path(tempfile.gettempdir()) / f"whole-book-{check.split()[0]}.log"
    with log.open("w") as file:
        done = subprocess.run(
            CHECKS[check],
            shell=True,
            cwd=folder,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    seconds, now = time.perf_counter() - start, os.times()
    processor = now.children_user - spent.children_user
    processor += now.children_system - spent.children_system
    return (
        f"{check}: {seconds:.0f} s, {processor:.0f} s of processor time, "
        f"exit status {done.returncode}, see {log}"
    )


def main() -> None:
    """Copy, then time the checks that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checks", nargs="*", help=f"of {', '.join(CHECKS)}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="whole-book-") as name:
        copy_repository(Path(name))
        for check in options.checks or CHECKS:
            print(timed(check, Path(name)), flush=True)


if __name__ == "__main__":
    main()
