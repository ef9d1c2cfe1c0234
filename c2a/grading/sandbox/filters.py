"""The list of system calls that student code may make, compiled by libseccomp.

A list of what is allowed, because new kernels bring new calls. All that is not on it
fails: with "operation not permitted" where a program should be told so, otherwise as if
the kernel did not know it, so that the C library uses an older way.
"""

import errno
import functools
import tempfile
from contextlib import suppress
from types import ModuleType
from typing import Any

from c2a.grading.sandbox.limits import SandboxError

_MEMORY = "brk madvise membarrier mincore mmap mprotect mremap munmap"
_FILES = """
access chdir close close_range dup dup2 dup3 faccessat faccessat2 fadvise64 fallocate
fchdir fdatasync fstat fstatfs fsync ftruncate getcwd getdents getdents64
lseek lstat newfstatat pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read
readlink readlinkat readv sendfile stat statfs statx write writev
"""
_CHANGES = """
chmod copy_file_range fchmod fchmodat link linkat mkdir mkdirat open openat rename
renameat renameat2 rmdir symlink symlinkat truncate umask unlink unlinkat utime
utimensat utimes
"""
_WAITING = """
alarm clock_getres clock_gettime clock_nanosleep epoll_create epoll_create1 epoll_ctl
epoll_pwait epoll_wait eventfd2 futex getitimer gettimeofday nanosleep pause poll ppoll
pselect6 restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn
rt_sigsuspend rt_sigtimedwait select setitimer sigaltstack time times
"""
_SELF = """
arch_prctl exit exit_group get_robust_list getcpu getegid geteuid getgid getgroups
getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit
getrusage getsid gettid getuid rseq sched_get_priority_max sched_get_priority_min
sched_getaffinity sched_getparam sched_getscheduler sched_yield set_robust_list
set_tid_address setrlimit sysinfo uname
"""
_OWN_SOCKET = "getpeername getsockname getsockopt recvfrom recvmsg shutdown"
_REFUSED = """
accept accept4 bind connect execve execveat fork kill listen mknod mknodat mount
pidfd_open pidfd_send_signal process_vm_readv process_vm_writev ptrace rt_sigqueueinfo
sendmmsg sendmsg setns socket tgkill tkill umount2 unshare vfork
"""

_CLONE_THREAD = 0x00010000
_PR_SET_NAME, _PR_GET_NAME = 15, 16
_TERMINAL_QUESTIONS = (0x5401, 0x5413)  # TCGETS, TIOCGWINSZ: isatty and its size
_DESCRIPTOR_FLAGS = (0x541B, 0x5421, 0x5450, 0x5451)  # FIONREAD FIONBIO FIO(N)CLEX
_AF_UNIX, _SOCK_STREAM, _SOCK_KIND = 1, 1, 0xF
_TREE = 2  # a tree of questions: the kernel goes through all calls at each start
_WRITING = (0o1, 0o2, 0o100, 0o1000)  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC
# F_DUPFD F_GETFD F_SETFD F_GETFL F_DUPFD_CLOEXEC F_SETPIPE_SZ F_GETPIPE_SZ
_DESCRIPTOR_COMMANDS = (0, 1, 2, 3, 1030, 1031, 1032)
_F_SETFL, _O_ASYNC = 4, 0o20000


@functools.cache
def compiled(writable: bool, machine: str | None = None) -> bytes:
    """The filter as a program for the kernel's BPF machine.

    writable: whether files may be changed, as they may where all that can be reached is
    the process's own /tmp. machine: "x86_64" or "aarch64", by default this one.
    Raises SandboxError when libseccomp is missing.
    """
    seccomp = _libseccomp()
    program = seccomp.SyscallFilter(seccomp.ERRNO(errno.ENOSYS))
    with suppress(OSError):  # libseccomp before 2.5 writes a list instead
        program.set_attr(seccomp.Attr.CTL_OPTIMIZE, _TREE)
    if machine:
        arch = getattr(seccomp.Arch, machine.upper())
        if not program.exist_arch(arch):
            program.add_arch(arch)
            program.remove_arch(seccomp.Arch.NATIVE)
    rules = _Rules(seccomp, program)
    groups = [_MEMORY, _FILES, _WAITING, _SELF, _OWN_SOCKET]
    groups += [_CHANGES] if writable else []
    for name in " ".join(groups).split():
        rules.add(seccomp.ALLOW, name)
    for name in _REFUSED.split():
        rules.add(seccomp.ERRNO(errno.EPERM), name)
    rules.add_conditional()
    if not writable:
        rules.add_read_only()
    with tempfile.TemporaryFile() as file:
        program.export_bpf(file)
        file.seek(0)
        return file.read()


class _Rules:
    """Adds rules by name; names that this machine does not have are left out."""

    def __init__(self, seccomp: ModuleType, program: Any) -> None:
        self._seccomp, self._program = seccomp, program

    def add(self, action: int, name: str, *conditions: Any) -> None:
        """Add one rule; all conditions on the arguments must hold."""
        try:
            native = self._seccomp.Arch.NATIVE
            number = self._seccomp.resolve_syscall(native, name)
        except ValueError:
            return
        self._program.add_rule(action, number, *conditions)

    def add_conditional(self) -> None:
        """Calls that are harmless with some arguments only."""
        seccomp, arg = self._seccomp, self._seccomp.Arg
        allow, refuse = seccomp.ALLOW, seccomp.ERRNO(errno.EPERM)
        equal, unequal, masked = seccomp.EQ, seccomp.NE, seccomp.MASKED_EQ
        self.add(allow, "clone", arg(0, masked, _CLONE_THREAD, _CLONE_THREAD))
        self.add(refuse, "clone", arg(0, masked, _CLONE_THREAD, 0))
        for option in (_PR_SET_NAME, _PR_GET_NAME):
            self.add(allow, "prctl", arg(0, equal, option))
        for request in _TERMINAL_QUESTIONS + _DESCRIPTOR_FLAGS:
            self.add(allow, "ioctl", arg(1, equal, request))
        # Locks and leases on files that others see too would carry messages, and so
        # would signals when a descriptor is ready; `fcntl` does all of these.
        for command in _DESCRIPTOR_COMMANDS:
            self.add(allow, "fcntl", arg(1, equal, command))
        quiet = arg(1, equal, _F_SETFL), arg(2, masked, _O_ASYNC, 0)
        self.add(allow, "fcntl", *quiet)
        loud = arg(1, equal, _F_SETFL), arg(2, masked, _O_ASYNC, _O_ASYNC)
        self.add(refuse, "fcntl", *loud)
        self.add(seccomp.ERRNO(errno.ENOLCK), "flock")
        # Of another process of the same user, limits could be set and not only read.
        self.add(allow, "prlimit64", arg(0, equal, 0))
        self.add(refuse, "prlimit64", arg(0, unequal, 0))
        # A datagram socket could send to addresses, and so could `sendto` with one.
        pair = arg(0, equal, _AF_UNIX), arg(1, masked, _SOCK_KIND, _SOCK_STREAM)
        self.add(allow, "socketpair", *pair)
        self.add(allow, "sendto", arg(4, equal, 0))
        self.add(refuse, "sendto", arg(4, unequal, 0))

    def add_read_only(self) -> None:
        """Opening files, but not to change or make them."""
        seccomp, arg = self._seccomp, self._seccomp.Arg
        masked, refuse = seccomp.MASKED_EQ, seccomp.ERRNO(errno.EPERM)
        for name, flags in (("open", 1), ("openat", 2)):
            self.add(seccomp.ALLOW, name, arg(flags, masked, sum(_WRITING), 0))
            for bit in _WRITING:
                self.add(refuse, name, arg(flags, masked, bit, bit))


def _libseccomp() -> ModuleType:
    try:
        import pyseccomp  # type: ignore[import-untyped]
    except ImportError:
        raise SandboxError(
            "The sandbox needs the Python package pyseccomp; install c2a[grading]."
        ) from None
    except RuntimeError:
        raise SandboxError(
            "The sandbox needs the library libseccomp; install your system's package "
            "(libseccomp2 on Debian and Ubuntu, libseccomp elsewhere)."
        ) from None
    return pyseccomp
