"""The compiled filters, run on a small BPF machine: both processors, every argument."""

import builtins
import struct
import sys
from collections.abc import Iterator

import pytest

from c2a.grading.sandbox import SandboxError, filters

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x00000000
UNKNOWN, NO_LOCKS = 0x00050026, 0x00050025  # ENOSYS, ENOLCK
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
#: Numbers of system calls, from the kernel's tables (asm/unistd_64.h, generic).
NUMBERS = {
    "x86_64": {
        "read": 0,
        "open": 2,
        "mmap": 9,
        "ioctl": 16,
        "socket": 41,
        "connect": 42,
        "sendto": 44,
        "bind": 49,
        "socketpair": 53,
        "clone": 56,
        "fork": 57,
        "vfork": 58,
        "execve": 59,
        "kill": 62,
        "chmod": 90,
        "ptrace": 101,
        "prctl": 157,
        "mount": 165,
        "futex": 202,
        "unlinkat": 263,
        "openat": 257,
        "unshare": 272,
        "prlimit64": 302,
        "bpf": 321,
        "execveat": 322,
        "io_uring_setup": 425,
        "clone3": 435,
        "sendmsg": 46,
        "process_vm_readv": 310,
        "memfd_create": 319,
        "keyctl": 250,
        "tgkill": 234,
        "setns": 308,
        "fcntl": 72,
        "flock": 73,
    },
    "aarch64": {
        "read": 63,
        "mmap": 222,
        "ioctl": 29,
        "socket": 198,
        "connect": 203,
        "sendto": 206,
        "bind": 200,
        "socketpair": 199,
        "clone": 220,
        "execve": 221,
        "kill": 129,
        "fchmodat": 53,
        "ptrace": 117,
        "prctl": 167,
        "mount": 40,
        "futex": 98,
        "unlinkat": 35,
        "openat": 56,
        "unshare": 97,
        "prlimit64": 261,
        "bpf": 280,
        "execveat": 281,
        "io_uring_setup": 425,
        "clone3": 435,
        "sendmsg": 211,
        "process_vm_readv": 270,
        "memfd_create": 279,
        "keyctl": 219,
        "tgkill": 131,
        "setns": 268,
        "fcntl": 25,
        "flock": 32,
    },
}
MACHINES = sorted(NUMBERS)


def verdict(program: bytes, machine: str, number: int, *arguments: int) -> int:
    """What a filter says to one call (Documentation/networking/filter.rst of Linux)."""
    given = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, ARCHITECTURES[machine], 0, *given)
    instructions = list(struct.iter_unpack("<HBBI", program))
    accumulator, at = 0, 0
    while True:
        code, yes, no, k = instructions[at]
        at += 1
        if code == 0x06:  # return
            return k
        if code == 0x20:  # load a word of the call
            (accumulator,) = struct.unpack_from("<I", data, k)
        elif code == 0x54:  # and
            accumulator &= k
        elif code == 0x05:  # jump
            at += k
        else:
            test = {
                0x15: accumulator == k,
                0x25: accumulator > k,
                0x35: accumulator >= k,
                0x45: bool(accumulator & k),
            }[code]
            at += yes if test else no


def _calls(machine: str, *names: str) -> Iterator[int]:
    return (NUMBERS[machine][n] for n in names if n in NUMBERS[machine])


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_allowed_and_refused(machine: str, writable: bool) -> None:
    program = filters.compiled(writable, machine)
    for number in _calls(machine, "read", "mmap", "futex"):
        assert verdict(program, machine, number) == ALLOW
    refused = "socket connect bind fork vfork execve execveat kill tgkill ptrace mount"
    for name in [*refused.split(), "unshare", "sendmsg", "process_vm_readv", "setns"]:
        for number in _calls(machine, name):
            assert verdict(program, machine, number) == REFUSE, name
    for name in ("bpf", "io_uring_setup", "clone3", "memfd_create", "keyctl"):
        for number in _calls(machine, name):
            assert verdict(program, machine, number) == UNKNOWN, name
    assert verdict(program, machine, 9999) == UNKNOWN


@pytest.mark.parametrize("machine", MACHINES)
def test_arguments_decide(machine: str) -> None:
    program = filters.compiled(True, machine)
    number = NUMBERS[machine]
    thread, process = 0x3D0F00, 0x11
    new_namespace = 0x10000000 | 0x11
    cases = [
        ("clone", (thread,), ALLOW),
        ("clone", (process,), REFUSE),
        ("clone", (new_namespace,), REFUSE),
        ("prctl", (15,), ALLOW),  # name of a thread
        ("prctl", (1,), UNKNOWN),  # signal on the parent's death
        ("prctl", (22,), UNKNOWN),  # seccomp
        ("ioctl", (0, 0x5401), ALLOW),  # is it a terminal
        ("ioctl", (0, 0x5412), UNKNOWN),  # type on the terminal
        ("prlimit64", (0,), ALLOW),
        ("prlimit64", (1234,), REFUSE),
        ("fcntl", (3, 1), ALLOW),  # flags of a descriptor
        ("fcntl", (3, 4, 0o4000), ALLOW),  # do not block
        ("fcntl", (3, 4, 0o20000), REFUSE),  # a signal when it is ready
        ("fcntl", (3, 6), UNKNOWN),  # a lock
        ("fcntl", (3, 37), UNKNOWN),  # a lock of an open file
        ("fcntl", (3, 8), UNKNOWN),  # who gets the signal
        ("fcntl", (3, 10), UNKNOWN),  # which signal
        ("fcntl", (3, 1024), UNKNOWN),  # a lease
        ("flock", (3, 2), NO_LOCKS),
        ("socketpair", (1, 1), ALLOW),
        ("socketpair", (1, 0x80001), ALLOW),  # close on exec
        ("socketpair", (1, 2), UNKNOWN),  # datagrams
        ("sendto", (3, 0, 0, 0, 0), ALLOW),
        ("sendto", (3, 0, 0, 0, 0x7FFF_0000_0000), REFUSE),  # an address
    ]
    for name, arguments, expected in cases:
        got = verdict(program, machine, number[name], *arguments)
        assert got == expected, (name, arguments)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("flags", [0o1, 0o2, 0o100, 0o1000, 0o1102])
def test_read_only_filter_opens_nothing_for_change(machine: str, flags: int) -> None:
    number = NUMBERS[machine]["openat"]
    read_only = filters.compiled(False, machine)
    assert verdict(read_only, machine, number, 0, 0, flags) == REFUSE
    assert verdict(read_only, machine, number, 0, 0, 0o2000000) == ALLOW
    assert (
        verdict(filters.compiled(True, machine), machine, number, 0, 0, flags) == ALLOW
    )
    for name in _calls(machine, "chmod", "fchmodat", "unlinkat"):
        assert verdict(read_only, machine, name) == UNKNOWN


def test_calls_of_another_processor_are_fatal() -> None:
    """A 32-bit or x32 call has other numbers and would slip through."""
    program = filters.compiled(True, "x86_64")
    assert verdict(program, "aarch64", NUMBERS["aarch64"]["read"]) == KILL
    assert verdict(program, "x86_64", 0x40000000 | NUMBERS["x86_64"]["read"]) == KILL


@pytest.mark.parametrize(
    ("error", "advice"), [(ImportError, "c2a[grading]"), (RuntimeError, "libseccomp2")]
)
def test_missing_library_is_named(
    error: type, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *args: object) -> object:
        if name == "pyseccomp":
            raise error
        return real(name, *args)

    monkeypatch.delitem(sys.modules, "pyseccomp", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    filters.compiled.cache_clear()
    with pytest.raises(SandboxError, match=advice.replace("[", r"\[")):
        filters.compiled(True)
