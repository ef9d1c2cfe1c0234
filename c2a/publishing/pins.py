"""Pin the ranges of pyproject.toml to the newest versions that work together.

``make pins`` writes requirements-site.txt, requirements-node.txt and requirements.txt.
pip resolves; nothing is installed. torch stays as it is unless ``TORCH=`` names a
version: the numbers that the book publishes come from one.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from c2a.environment import OLDEST_PYTHON, ROOT, dotted
from c2a.errors import C2AError

HEADER = """\
# Written by `make pins` from the ranges in pyproject.toml: do not edit.
"""
# The very first 3.11: what a distribution ships is often years behind the latest patch.
FOR_OLDEST_PYTHON = (
    f"--python-version={dotted(OLDEST_PYTHON)}.0",
    "--only-binary=:all:",
    "--target=_build/never-written",  # pip asks for one
)
# torch brings these on machines where it is built for a GPU, and pins them itself.
TORCH_ITSELF = ("nvidia-", "cuda-", "triton")


def resolve(requirements: list[str], known: dict[str, str]) -> dict[str, str]:
    """Versions, by canonical name, of everything that ``requirements`` ask for.

    Args:
        requirements: as written in pyproject.toml.
        known: versions that are settled already.

    Raises:
        C2AError: pip finds no versions that work together.
    """
    settled = [f"{name}=={version}" for name, version in known.items()]
    command = [sys.executable, "-m", "pip", "install", "--quiet", *FOR_OLDEST_PYTHON]
    command += ["--dry-run", "--ignore-installed", "--report", "-"]
    done = subprocess.run(
        [*command, *requirements, *settled], capture_output=True, text=True
    )
    if done.returncode:
        raise C2AError(f"pip finds no versions that fit:\n{done.stderr[-2000:]}")
    found: list[dict[str, Any]] = json.loads(done.stdout)["install"]
    versions = {
        canonicalize_name(item["metadata"]["name"]): item["metadata"]["version"]
        for item in found
    }
    return {
        name: version.partition("+")[0]
        for name, version in sorted(versions.items())
        if not name.startswith(TORCH_ITSELF)
    }


def write(path: Path, first: str, pins: dict[str, str], markers: dict) -> None:
    """Write one requirements file."""
    lines = [f"{name}=={pins[name]}{markers.get(name, '')}" for name in pins]
    path.write_text(HEADER + first + "\n".join(lines) + "\n")


def pinned_torch() -> str:
    """The version of torch in requirements.txt."""
    text = (ROOT / "requirements.txt").read_text()
    match = re.search(r"^torch==(\S+)$", text, re.M)
    if match is None:
        raise C2AError("requirements.txt pins no torch: run `make pins TORCH=2.13.0`.")
    return match.group(1)


def main() -> None:
    """Resolve the three sets, each on top of what the one before it settled."""
    torch = sys.argv[1] if len(sys.argv) > 1 else pinned_torch()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    everything = [f"torch=={torch}", *project["dependencies"]]
    for extra in ("grading", "cluster", "lab", "test"):
        everything += [text for text in extras[extra] if not text.startswith("c2a[")]
    markers = {
        canonicalize_name(asked.name): f"; {asked.marker}"
        for asked in map(Requirement, everything)
        if asked.marker
    }
    site = resolve(extras["site"], {})
    every = resolve(everything, site)
    rest = {name: every[name] for name in every if name not in site}
    node = resolve(extras["node"], {})
    write(ROOT / "requirements-site.txt", "", site, {})
    write(ROOT / "requirements-node.txt", "", node, {})
    write(ROOT / "requirements.txt", "-r requirements-site.txt\n", rest, markers)


if __name__ == "__main__":
    main()
