"""Which parts of the host's file system student code may see, and which not."""

import functools
import os
import site
import sys
from collections.abc import Iterator
from pathlib import Path

import c2a
from c2a.grading.sandbox.inside.stand_ins import VISIBLE

#: Folder of the package itself, and of the code that runs in the sandbox.
PACKAGE = Path(c2a.__file__).resolve().parent
INSIDE = Path(__file__).resolve().parent / "inside"
DATA = "data/files"  # the data sets that ship, within the package
_SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
_SITES = ("site-packages", "dist-packages")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def interpreter() -> str:
    """The real file of this Python."""
    return os.path.realpath(sys.executable)


@functools.cache
def libraries() -> tuple[str, ...]:
    """Folders on the path that hold installed packages."""
    found = [*sys.path, *site.getsitepackages(), site.getusersitepackages()]
    real = [os.path.realpath(p) for p in found if Path(p).name in _SITES]
    return tuple(dict.fromkeys(path for path in real if os.path.isdir(path)))


@functools.cache
def readable() -> tuple[str, ...]:
    """Everything that Python, its packages and the C library need, outermost first."""
    own = os.path.realpath(sys.base_prefix)
    wanted = [*_SYSTEM, os.path.join(own, "lib"), interpreter(), *libraries()]
    chosen: list[str] = []
    for path in sorted(filter(os.path.exists, dict.fromkeys(wanted)), key=len):
        if os.path.islink(path) or not any(_below(path, outer) for outer in chosen):
            chosen.append(path)
    return tuple(chosen)


@functools.cache
def hidden() -> tuple[str, ...]:
    """Copies of this package within what is readable: they hold the hidden cases."""
    roots = [*libraries(), *_sites_below(readable())]
    copies = dict.fromkeys(os.path.join(root, "c2a") for root in roots)
    return tuple(path for path in copies if os.path.isdir(path))


def readable_without_hidden() -> list[str]:
    """As `readable`, split where a hidden folder lies within; for Landlock."""
    return [part for path in readable() for part in without(path, hidden())]


def visible_parts() -> list[Path]:
    """The files and folders of c2a that student code may import."""
    return [PACKAGE / name for name in VISIBLE if (PACKAGE / name).exists()]


def without(path: str, unwanted: tuple[str, ...]) -> Iterator[str]:
    """A path, or as much of what is in it as leaves the unwanted folders out."""
    if path in unwanted:
        return
    if not any(_below(each, path) for each in unwanted):
        yield path
        return
    for entry in os.scandir(path):
        yield from without(entry.path, unwanted)


def _sites_below(roots: tuple[str, ...]) -> Iterator[str]:
    for root in roots:
        for name in _SITES:
            for pattern in (f"python3*/{name}", f"python3/{name}"):
                yield from map(str, Path(root).glob(pattern))


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
