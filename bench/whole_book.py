"""Time the checks of the whole book: `python bench/whole_book.py [CHECK ...]`.

In a temporary copy of the repository, in which nothing differs from the main branch,
each check runs as `make` runs it. A row of `c2a/book.py` that has no notebook yet gets
a copy of chapter 2, with its solutions, exercises and exported code; what such a copy
can't pass, as its claims belong to chapter 2, counts as time all the same.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from c2a.book import CHAPTERS, Chapter

ROOT = Path(__file__).parents[1]
MODEL = "02-convolution"
# `PYTHON=true` leaves the environment as it is.
CHECKS = {
    "site": "make PYTHON=true site",
    "one page": "touch book/02-convolution.ipynb; make PYTHON=true site",
    "quick": "make PYTHON=true quick",  # nothing differs from the main branch
    "smoke": "make PYTHON=true smoke",
    "pages": "pytest -n 2 --dist loadfile tests/site",
    "tests": "make PYTHON=true tests",
    "notebooks": "make PYTHON=true notebooks",
}
LABEL = re.compile(r"^\(([\w-]+)\)=|\$\$ \(([\w-]+)\)", re.MULTILINE)


def copy_repository(folder: Path) -> None:
    """Copy what git knows, with changes, and link the environment."""
    listed = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others"]
    names = subprocess.check_output([*listed, "--exclude-standard"], text=True)
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")


def copy_chapter(folder: Path, chapter: Chapter, model: Chapter) -> None:
    """Make a chapter of the model: same work under names of its own."""
    text = (folder / f"book/{model.slug}.ipynb").read_text("utf-8")
    for label in {name for pair in LABEL.findall(plain(text)) for name in pair if name}:
        use = rf"(\(|#|\{{(?:eq|ref)\}}`(?:[^`<]*<)?){label}([)`>])"
        text = re.sub(use, rf"\g<1>{label}-{chapter.number}\g<2>", text)
    names = {model.slug: chapter.slug, model.module: chapter.module}
    (folder / f"book/{chapter.slug}.ipynb").write_text(renamed(text, names))
    for part in ("solutions", "exercises"):
        source = folder / part / f"{model.slug}.ipynb"
        target = folder / part / f"{chapter.slug}.ipynb"
        target.write_text(renamed(source.read_text("utf-8"), names))
    code = folder / f"c2a/chapters/{model.module}.py"
    shutil.copy(code, code.with_stem(chapter.module))
    package = folder / "c2a/exercises" / model.module
    target = shutil.copytree(package, package.with_name(chapter.module))
    for path in target.rglob("*.py"):
        path.write_text(renamed(path.read_text("utf-8"), names))


def commit(folder: Path) -> None:
    """Make a repository of the copy, in which nothing differs from the main branch."""
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "."]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    command = ["git", *who, "commit", "-q", "-m", "Nineteen chapters"]
    subprocess.run(command, cwd=folder, check=True)


def plain(text: str) -> str:
    """Lines of a notebook's sources as they read."""
    return re.sub(r'^ *"|\\n"?,?$', "", text, flags=re.MULTILINE).replace("\\n", "\n")


def renamed(text: str, names: dict[str, str]) -> str:
    """Text with each name replaced."""
    for old, new in names.items():
        text = text.replace(old, new)
    return text


def main() -> None:
    """Copy, then time the checks that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checks", nargs="*", help=f"of {', '.join(CHECKS)}")
    options = parser.parse_args()
    (model,) = [chapter for chapter in CHAPTERS if chapter.slug == MODEL]
    with tempfile.TemporaryDirectory(prefix="whole-book-") as name:
        folder = Path(name)
        copy_repository(folder)
        missing = [
            c for c in CHAPTERS if not (folder / f"book/{c.slug}.ipynb").exists()
        ]
        for chapter in missing:
            # What is there already of a chapter that is not written is in the way.
            shutil.rmtree(folder / "c2a/exercises" / chapter.module, ignore_errors=True)
            copy_chapter(folder, chapter, model)
        copies = ", ".join(chapter.number for chapter in missing) or "none"
        print(f"{len(CHAPTERS)} chapters; copies of chapter {model.number}: {copies}")
        commit(folder)
        path = f"{folder / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PYTHONPATH": name, "PATH": path}
        for check in options.checks or CHECKS:
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
            seconds = time.perf_counter() - start
            now = os.times()
            processor = now.children_user - spent.children_user
            processor += now.children_system - spent.children_system
            print(
                f"{check}: {seconds:.0f} s, {processor:.0f} s of processor time, "
                f"exit status {done.returncode}, see {log}",
                flush=True,
            )


if __name__ == "__main__":
    sys.exit(main())
