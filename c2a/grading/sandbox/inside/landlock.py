"""Landlock: a process gives up the file system, all but what it may read.

The second line of defense, for hosts that refuse user namespaces. Landlock can also
forbid network connections, abstract sockets and signals to others, where the kernel is
new enough; the seccomp filter forbids these on every kernel.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

from . import kernel

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on all machines
VERSION_FLAG, PATH_BENEATH = 1, 1
READ_FILE, READ_DIRECTORY = 1 << 2, 1 << 3
# How many file system rights each version of the interface knows (Documentation/
# userspace-api/landlock.rst of Linux); later versions have as many as version 5.
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
ALL_RIGHTS = 16
NETWORK_SINCE, SCOPES_SINCE = 4, 6


def version() -> int:
    """The version of the interface that the kernel has; 0 for none."""
    try:
        return kernel.syscall(CREATE_RULESET, None, 0, VERSION_FLAG)
    except OSError:
        return 0


def restrict(readable: Iterable[str]) -> None:
    """From here on nothing can be written, and only what lies in `readable` be read.

    Raises OSError if the kernel has no Landlock.
    """
    known = version()
    handled = (1 << RIGHTS.get(known, ALL_RIGHTS)) - 1
    network = 0b11 if known >= NETWORK_SINCE else 0
    scopes = 0b11 if known >= SCOPES_SINCE else 0
    attributes = struct.pack("=QQQ", handled, network, scopes)
    size = 24 if known >= SCOPES_SINCE else 16 if known >= NETWORK_SINCE else 8
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = kernel.syscall(CREATE_RULESET, buffer, size, 0)
    for path in readable:
        _allow(ruleset, path)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.syscall(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str) -> None:
    rights = READ_FILE | (READ_DIRECTORY if os.path.isdir(path) else 0)
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor))
        kernel.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
