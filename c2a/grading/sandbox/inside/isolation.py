"""A process shuts itself in before it meets a stranger's code.

`confine` runs in a fresh fork of the zygote. It either finishes, and then the process
can reach nothing but its one socket, or raises, and then no student code may run.
"""

import os
import platform
import resource
import signal
import socket
import sys
from typing import Any

from . import kernel, landlock

#: Since this version the limit on processes counts within one user namespace.
OWN_PROCESS_COUNT = (5, 14)
REPLY_RESERVE = 64 << 20  # address space kept back to tell of a MemoryError


def confine(protection: str, settings: dict[str, Any], program: bytes) -> None:
    """Shut this process in, by "namespaces", "landlock" or "none" but the limits.

    `settings` holds the fields of `Limits` and, for Landlock, "readable" paths;
    `program` is the seccomp filter. Raises OSError when a defence cannot be had.
    """
    used = _address_space()
    if protection == "namespaces":
        _enter_namespaces()
        _mount_over(settings)
        socket.sethostname("sandbox")
    elif protection == "landlock":
        landlock.restrict(settings["readable"])
    _set_limits(settings, used, protection)
    _clear_environment()
    if protection != "none":
        kernel.drop_capabilities()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if protection != "none":
        kernel.install_filter(program)


def allow_reserve() -> None:
    """Use the address space kept back, once a MemoryError has to be told."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _enter_namespaces() -> None:
    """New user, pid, mount, network, ipc and host name namespaces.

    The process that called waits for the one inside and passes on how it ended.
    """
    user, group = os.getuid(), os.getgid()
    kernel.unshare(
        kernel.CLONE_NEWUSER
        | kernel.CLONE_NEWPID
        | kernel.CLONE_NEWNS
        | kernel.CLONE_NEWNET
        | kernel.CLONE_NEWIPC
        | kernel.CLONE_NEWUTS
    )
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    child = os.fork()
    if child:
        # Keep no end of the student's socket: the grader must see it close.
        os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 128 - code)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def _mount_over(settings: dict[str, Any]) -> None:
    """A small /tmp of its own, and an empty /proc."""
    kernel.mount(None, "/", kernel.MS_REC | kernel.MS_PRIVATE)
    safe = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    size = f"size={settings['tmp_mb']}m,nr_inodes={settings['tmp_files']},mode=700"
    kernel.mount("tmpfs", "/tmp", safe, size)
    kernel.mount("tmpfs", "/proc", safe | kernel.MS_RDONLY, "size=4k")
    os.chdir("/tmp")


def _set_limits(settings: dict[str, Any], used: int, protection: str) -> None:
    memory = used + (settings["memory_mb"] << 20)
    hard = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: settings["cpu_seconds"],
        resource.RLIMIT_FSIZE: settings["file_mb"] << 20,
        resource.RLIMIT_NOFILE: settings["open_files"],
        resource.RLIMIT_MEMLOCK: 0,
    }
    if protection == "namespaces" and _kernel_version() >= OWN_PROCESS_COUNT:
        hard[resource.RLIMIT_NPROC] = settings["processes"]
    for kind, most in hard.items():
        _, before = resource.getrlimit(kind)
        most = most if before == resource.RLIM_INFINITY else min(most, before)
        resource.setrlimit(kind, (most, most))
    if used:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory + REPLY_RESERVE))


def _address_space() -> int:
    """Bytes of address space in use, 0 where the host does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except FileNotFoundError:
        return 0


def _kernel_version() -> tuple[int, int]:
    major, minor = platform.release().split(".")[:2]
    return int(major), int("".join(filter(str.isdigit, minor)))


def _clear_environment() -> None:
    os.environ.clear()
    os.environ.update(
        HOME="/tmp", PATH="/nonexistent", OMP_NUM_THREADS="1", MPLBACKEND="Agg"
    )
