"""A process shuts itself in before it meets a stranger's code.

`confine` runs in a fresh fork of the zygote. It either finishes, and then the process
can reach nothing but its one socket, or raises, and then no student code may run.
"""

import os
import platform
import re
import resource
import signal
import socket
import sys
from typing import Any

from . import kernel, landlock

#: Since this version the limit on processes counts within one user namespace.
OWN_PROCESS_COUNT = (5, 14)
OWN_NAMESPACES = (
    kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
)
KERNEL = tuple(map(int, re.findall(r"\d+", platform.release())[:2]))
REPLY_RESERVE = 64 << 20  # address space kept back to tell of a MemoryError


def confine(
    protection: str, settings: dict[str, Any], used: int, program: bytes
) -> None:
    """Shut this process in, by "namespaces", "landlock" or "none" but the limits.

    `settings` holds the fields of `Limits`, for Landlock "readable" paths, for
    namespaces perhaps the path of a folder to make "empty"; `used` is the address space
    that the libraries take, in bytes; `program` is the seccomp filter. Raises OSError
    when a defense cannot be had.
    """
    if protection == "namespaces":
        _unshare_with_user(OWN_NAMESPACES)
        _mount_over(settings)
        socket.sethostname("sandbox")
    elif protection == "landlock":
        landlock.restrict(settings["readable"])
    _set_limits(settings, used, protection)
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


def settle(user: int) -> None:
    """Give the zygote a user and a pid namespace in which it may make others.

    user: whom to become first, 0 for no one else. Returns in a new process; the one
    that called waits for it and ends with it. Raises OSError.
    """
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        # Else the kernel gives /proc/self to root, and no user could be mapped.
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
    _unshare_with_user(kernel.CLONE_NEWPID)
    child = os.fork()
    if child:
        os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        os.waitpid(child, 0)
        os._exit(0)


def fork_as_first() -> int:
    """Fork a child that is process 1 of a new pid namespace.

    When it ends, the kernel ends whatever it has started. One fork instead of two: with
    torch loaded each costs several milliseconds.
    """
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    kernel.unshare(kernel.CLONE_NEWPID)
    pid = -1
    try:
        pid = kernel.fork()
    finally:
        if pid:  # the parent, or no child at all
            kernel.setns(own, kernel.CLONE_NEWPID)
        os.close(own)
    return pid


def _unshare_with_user(flags: int) -> None:
    """A new user namespace with the same user in it, and others owned by it."""
    user, group = os.getuid(), os.getgid()
    kernel.unshare(kernel.CLONE_NEWUSER | flags)
    for name, text in (
        ("setgroups", b"deny"),
        ("uid_map", b"%d %d 1" % (user, user)),
        ("gid_map", b"%d %d 1" % (group, group)),
    ):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, text)
        os.close(descriptor)


def _mount_over(settings: dict[str, Any]) -> None:
    """A small /tmp of its own, an empty /proc, perhaps another empty folder."""
    kernel.mount(None, "/", kernel.MS_REC | kernel.MS_PRIVATE)
    safe = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    size = f"size={settings['tmp_mb']}m,nr_inodes={settings['tmp_files']},mode=700"
    kernel.mount("tmpfs", "/tmp", safe, size)
    for path in ("/proc", settings.get("empty")):
        if path:
            kernel.mount("tmpfs", path, safe | kernel.MS_RDONLY, "size=4k")
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
    if protection == "namespaces" and KERNEL >= OWN_PROCESS_COUNT:
        hard[resource.RLIMIT_NPROC] = settings["processes"]
    for kind, most in hard.items():
        _, before = resource.getrlimit(kind)
        most = most if before == resource.RLIM_INFINITY else min(most, before)
        resource.setrlimit(kind, (most, most))
    if used:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory + REPLY_RESERVE))


def address_space() -> int:
    """Bytes of address space in use by this process, 0 where the host does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except FileNotFoundError:
        return 0


def clear_environment() -> None:
    """Leave nothing in the environment but what libraries ask for."""
    os.environ.clear()
    os.environ.update(
        HOME="/tmp", PATH="/nonexistent", OMP_NUM_THREADS="1", MPLBACKEND="Agg"
    )
