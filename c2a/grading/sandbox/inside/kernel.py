"""The few calls to the kernel that Python's standard library does not have."""

import ctypes
import os
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REC, MS_PRIVATE = 0x4000, 0x40000

MADV_COLLAPSE = 25

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION_3 = 0x20080522
_THIS_PROCESS = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION_3, 0))
_NO_CAPABILITIES = ctypes.create_string_buffer(24)

_libc = ctypes.CDLL(None, use_errno=True)
# Unlike the other, it keeps the interpreter's lock during a call.
_python = ctypes.PyDLL(None, use_errno=True)
_libc.malloc.argtypes, _libc.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
if hasattr(_libc, "prctl"):  # Linux only
    _libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]


def syscall(number: int, *arguments: int | ctypes.Array | None) -> int:
    """A system call by number. Raises OSError."""
    values = [ctypes.c_long(a) if type(a) is int else a for a in arguments]
    result = _libc.syscall(ctypes.c_long(number), *values)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"system call {number}: {os.strerror(code)}")
    return result


def malloc(size: int) -> int:
    """The address of so many bytes, which nobody will free; 0 if there are none."""
    return _libc.malloc(size) or 0


def fork() -> int:
    """Fork a process of one thread, as `os.fork` but for Python's own preparations.

    They renew locks that other threads may hold, and write to hundreds of pages, each
    of which the child must copy. Raises OSError.
    """
    pid = _python.fork()
    _check(min(pid, 0), "fork")
    return pid


def prctl(option: int, *arguments: int) -> None:
    """Operations on the process. Raises OSError."""
    _check(_libc.prctl(option, *(*arguments, 0, 0, 0, 0)[:4]), f"prctl {option}")


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones. Raises OSError."""
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace that the descriptor stands for. Raises OSError."""
    _check(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(kind)), "setns")


def mount(kind: str | None, target: str, flags: int, options: str = "") -> None:
    """Mount a file system that has no source. Raises OSError."""
    kind_bytes = kind.encode() if kind else None
    code = _libc.mount(
        b"none", target.encode(), kind_bytes, ctypes.c_ulong(flags), options.encode()
    )
    _check(code, f"mount {target}")


def collapse(start: int, end: int) -> None:
    """Gather the pages between two addresses into huge ones. Raises OSError."""
    given = ctypes.c_void_p(start), ctypes.c_size_t(end - start)
    _check(_libc.madvise(*given, ctypes.c_int(MADV_COLLAPSE)), "madvise")


def drop_capabilities() -> None:
    """Give up every capability, now and for good. Raises OSError."""
    capability = 0
    while _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1
    _check(_libc.capset(_THIS_PROCESS, _NO_CAPABILITIES), "capset")


def install_filter(program: bytes) -> None:
    """Let a compiled seccomp program judge every system call from here on."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    code = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(
        struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    )
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(head))


def _check(code: int, what: str) -> None:
    if code != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
