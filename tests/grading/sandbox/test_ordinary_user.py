"""The attacks once more, as a user without any privilege."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from c2a.grading.sandbox import launch, places

USER = 64200
FOLDER = Path(__file__).parent
DROP = f"""
import os, sys
os.setgroups([]); os.setresgid(*[{USER}] * 3); os.setresuid(*[{USER}] * 3)
os.execv(sys.argv[1], sys.argv[1:])
"""


def _opened(needed: list[Path]) -> Iterator[str]:
    """Options of bwrap that open a way to folders below a closed one, as /root is."""
    below = [
        (parent, folder)
        for folder in needed
        for parent in folder.parents
        if not parent.stat().st_mode & 0o001
    ]
    for closed in dict.fromkeys(parent for parent, _ in below):
        yield from ("--perms", "755", "--tmpfs", str(closed))
    for closed, folder in below:
        for between in reversed(folder.parents):
            if closed in between.parents:
                yield from ("--perms", "755", "--dir", str(between))
        yield from ("--ro-bind", str(folder), str(folder))


def _as_ordinary_user(command: list[str]) -> list[str]:
    needed = [Path(sys.base_prefix), Path(sys.prefix), FOLDER.parents[2]]
    options = ["--dev-bind", "/", "/", *_opened([path.resolve() for path in needed])]
    drop = [places.interpreter(), "-c", DROP]
    return [launch.bubblewrap_program(), *options, "--", *drop, *command]


@pytest.mark.slow
@pytest.mark.skipif(
    os.getuid() != 0, reason="all tests run as an ordinary user already"
)
def test_attacks_fail_as_an_ordinary_user(tmp_path: Path) -> None:
    options = ["-q", "-p", "no:cacheprovider", "-m", "not slow"]
    names = "attacks_by_force", "attacks_on_others", "attacks_on_secrets"
    tests = [f"{FOLDER}/test_{name}.py" for name in names]
    tests.append(f"{FOLDER}/test_pool.py::test_confined_process_seen_from_outside")
    done = subprocess.run(
        _as_ordinary_user([sys.executable, "-m", "pytest", *options, *tests]),
        env={"HOME": "/tmp", "PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"},
        cwd=FOLDER.parents[2],
        capture_output=True,
        text=True,
        timeout=1100,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 100, done.stdout[-2000:]
