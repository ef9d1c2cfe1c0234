"""The package is quick to import and honest about what it needs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import c2a

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pins(name: str) -> dict[str, str]:
    """Package versions of a requirements file, by canonical name."""
    lines = re.findall(r"^([\w.-]+)==([^;\s]+)", (ROOT / name).read_text(), re.M)
    return {canonicalize_name(package): version for package, version in lines}


@pytest.mark.parametrize("module", ["c2a", "c2a.book"])
def test_import_is_instant_and_loads_no_library(module):
    code = (
        f"import sys; before = set(sys.modules); import {module}; "
        "print(*set(sys.modules) - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    known = {*sys.stdlib_module_names, "c2a"}
    assert [name for name in loaded if name.partition(".")[0] not in known] == []
    assert len(loaded) < 100


@pytest.mark.parametrize("module", ["c2a.widgets", "c2a.publishing.site"])
def test_the_site_needs_no_torch(module):
    code = f"import sys; sys.modules['torch'] = None; import {module}"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("part", ["grading", "publishing"])
def test_nothing_else_imports(part):
    """Not even by name in a string: the rest of the package works without it."""
    package = ROOT / "c2a"
    others = [
        path for path in package.rglob("*.py") if package / part not in path.parents
    ]
    assert len(others) > 50
    named = re.compile(rf"\bc2a\.{part}\b|\bfrom c2a import .*\b{part}\b")
    code = {path: path.read_text("utf-8") for path in others}
    assert [path.name for path in others if named.search(code[path])] == []


def test_the_version_is_the_packages():
    assert PROJECT["version"] == c2a.__version__


@pytest.mark.parametrize(
    ("file", "extras"),
    [
        ("requirements-site.txt", ("site",)),
        ("requirements-node.txt", ("node",)),
        ("requirements.txt", ("", "site", "grading", "cluster", "lab", "test")),
    ],
)
def test_every_range_has_its_pin(file, extras):
    pinned = pins(file)
    if file == "requirements.txt":
        pinned |= pins("requirements-site.txt")
    for extra in extras:
        asked = (
            PROJECT["optional-dependencies"][extra]
            if extra
            else PROJECT["dependencies"]
        )
        others = [text for text in asked if not text.startswith("c2a[")]
        for requirement in map(Requirement, others):
            version = pinned[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"{requirement}: {version}"


def test_pins_install_under_the_very_first_python_that_is_supported():
    first = PROJECT["requires-python"].removeprefix(">=") + ".0"
    pinned = pins("requirements.txt") | pins("requirements-site.txt")
    wanted = {
        canonicalize_name(package.name): package.metadata.get("Requires-Python", "")
        for package in distributions()
        if str(pinned.get(canonicalize_name(package.name))) == package.version
    }
    if len(wanted) <= 100:
        pytest.skip("other versions are installed than those pinned")
    refused = {
        name: python
        for name, python in wanted.items()
        if not SpecifierSet(python).contains(first)
    }
    assert refused == {}


def test_the_site_installs_without_torch():
    assert "torch" not in pins("requirements-site.txt")
    assert not [name for name in pins("requirements.txt") if name.startswith("nvidia")]


def test_pins_name_no_machine():
    for file in ROOT.glob("requirements*.txt"):
        text = file.read_text()
        assert not re.search(r"file:|https?:|@|\+cpu", text), file.name
