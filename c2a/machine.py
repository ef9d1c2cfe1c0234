"""`c2a check`: what this machine can do for the book, and what to do about the rest."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

from c2a.environment import OLDEST_PYTHON, chromium, dotted, output_of
from c2a.errors import C2AError

FREE_MEGABYTES = 500


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: the thing, in a word or two.
        fit: whether it is as the book needs it.
        note: what was found or, where it is not fit, what to do.
        needed: whether reading and working the book depends on it.
    """

    what: str
    fit: bool
    note: str
    needed: bool = False


def python() -> Finding:
    """The Python that runs this."""
    fit = sys.version_info >= OLDEST_PYTHON
    wanted = "" if fit else f"; install {dotted(OLDEST_PYTHON)} or newer"
    return Finding("Python", fit, platform.python_version() + wanted, needed=True)


def libraries() -> Finding:
    """The libraries that every chapter uses."""
    found, missing = [], []
    for name in ("torch", "numpy", "matplotlib", "ipywidgets", "anywidget"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        note = f"run `pip install {' '.join(missing)}`"
        return Finding("Libraries", False, note, needed=True)
    return Finding("Libraries", True, ", ".join(found), needed=True)


def space() -> Finding:
    """Room for data sets and checkpoints."""
    free = shutil.disk_usage(Path.home()).free // 10**6
    fit = free >= FREE_MEGABYTES
    note = f"{free:,} MB free" + ("" if fit else "; make room for data sets")
    return Finding("Disk", fit, note, needed=True)


def processors() -> Finding:
    """Where the notebooks run side by side."""
    return Finding("Processors", True, f"{os.cpu_count()}")


def graphics() -> Finding:
    """A GPU for the gpu scale."""
    try:
        import torch

        if torch.cuda.is_available():
            return Finding("GPU", True, torch.cuda.get_device_name())
    except ImportError:
        pass
    return Finding("GPU", False, 'none: the book runs with SCALE = "cpu", all of it')


def sandbox() -> Finding:
    """What the grader can shut strangers' code in with."""
    try:
        pool = importlib.import_module("c2a.grading.sandbox").SandboxPool(workers=1)
    except (C2AError, ImportError) as error:
        return Finding("Sandbox", False, f"no grading here: {error}")
    pool.close()
    return Finding("Sandbox", True, pool.protection)


def browser() -> Finding:
    """A browser for the tests of the site."""
    found = chromium()
    advice = "none: the browser tests do not run; install Chromium or set C2A_CHROMIUM"
    return Finding("Chromium", found is not None, found or advice)


def node() -> Finding:
    """The program that renders mathematics when the site is built."""
    from c2a.publishing.node import find_node

    try:
        program = find_node()
    except C2AError as error:
        return Finding("Node", False, str(error))
    return Finding("Node", True, f"{program}, {output_of([program, '-v']).strip()}")


LOOKS: tuple[Callable[[], Finding], ...] = (
    python,
    libraries,
    space,
    processors,
    graphics,
    sandbox,
    browser,
    node,
)


def check() -> None:
    """Tell what this machine can do for the book.

    Exit codes: 0 the book can be worked here, 1 something that it needs is missing.
    """
    console = Console(highlight=False)
    unfit = 0
    for look in LOOKS:
        finding = look()
        mark = "[green]ok[/]     " if finding.fit else "[yellow]without[/]"
        if finding.needed and not finding.fit:
            mark = "[red]MISSING[/]"
            unfit += 1
        line = f"{mark} {finding.what:<11}{escape(finding.note)}"
        console.print(line, soft_wrap=True)
    if unfit:
        raise typer.Exit(1)
