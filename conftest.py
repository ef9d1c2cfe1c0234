"""Two workers end at about the same time: the files that take longest come first."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order files; the tests of a file stay as they are."""
    slow, browser = (
        {item.path for item in items if item.get_closest_marker(name)}
        for name in ("slow", "browser")
    )
    items.sort(
        key=lambda item: (
            item.path not in slow,
            item.path not in browser,
            -_seconds(item.path),
        )
    )


@functools.cache
def _seconds(path: Path) -> float:
    """How long a notebook took when its outputs were stored; 0 for other files."""
    if path.suffix != ".ipynb":
        return 0.0
    metadata = json.loads(path.read_text("utf-8"))["metadata"]
    return metadata.get("c2a", {}).get("seconds", 0.0)
