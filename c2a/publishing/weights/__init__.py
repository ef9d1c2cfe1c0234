"""Weights that ship: their recipes, their making, and their place on the site.

As a part of the Sphinx extension it puts them beside the scripts that fetch them:
``_static/weights/NAME.safetensors``. A page itself holds none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from c2a import weights

if TYPE_CHECKING:  # a machine that trains needs no Sphinx
    from sphinx.application import Sphinx

PLACE = "_static/weights"


def write(site: Path) -> None:
    """Write all weights as files that figures fetch when they are played with."""
    folder = site / PLACE
    folder.mkdir(parents=True, exist_ok=True)
    for name in weights.names():
        (folder / f"{name}.safetensors").write_bytes(weights.browser_file(name))


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.name == "html":
        write(Path(app.outdir))


def setup(app: Sphinx) -> None:
    """Connect to the end of the build, after unused files are pruned."""
    app.connect("build-finished", _write, priority=960)
