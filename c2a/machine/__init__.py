"""What this machine can do for the book, and what to do about the rest."""

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

from c2a.environment import OLDEST_PYTHON, dotted

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


Look = Callable[[], Finding]


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


LOOKS: tuple[Look, ...] = (python, libraries, space, processors, graphics)


def every_look() -> list[Look]:
    """The looks of this module, then those of each part of the book that has its own.

    A part has looks in its module ``looks.py``, as a tuple ``LOOKS``.
    """
    looks = list(LOOKS)
    for path in sorted(Path(__file__).parents[1].glob("*/looks.py")):
        looks += importlib.import_module(f"c2a.{path.parent.name}.looks").LOOKS
    return looks
