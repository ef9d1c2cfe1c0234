"""The documents at the door: short, true to the Makefile, and pointing at files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import c2a

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "CONTRIBUTING.md")


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_the_two_commands_come_first():
    code = re.search(r"```\n(.*?)```", text("README.md"), re.S)
    assert code is not None
    assert re.findall(r"^make (\w+)", code[1], re.M) == ["serve", "test"]
    assert text("README.md").index(code[0]) < 500


def test_the_readme_fits_a_screen():
    assert len(text("README.md").splitlines()) <= 60


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#]+)\)", text(name))
    local = [link for link in links if "://" not in link]
    assert local or name == "CONTRIBUTING.md"
    assert [link for link in local if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_verb_exists(name):
    verbs = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text(name), re.M))
    makefile = text("Makefile")
    assert verbs
    assert [verb for verb in sorted(verbs) if f"\n{verb}:" not in makefile] == []


def test_both_licenses_are_there():
    terms = text("LICENSE")
    assert "The Convolution to Attention authors" in terms
    assert "BSD 3-Clause" in terms
    assert "creativecommons.org/licenses/by/4.0" in terms


def test_the_citation_is_valid():
    command = [Path(sys.executable).parent / "check-jsonschema", "--builtin-schema"]
    schema = "vendor.citation-file-format"
    done = subprocess.run(
        [*command, schema, ROOT / "CITATION.cff"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_citation_is_of_this_version_and_names_no_person():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert {"cff-version", "title", "message", "authors"} <= set(citation)
    assert citation["version"] == c2a.__version__
    assert citation["authors"] == [{"name": "The Convolution to Attention authors"}]
    assert citation["license"] == ["BSD-3-Clause", "CC-BY-4.0"]
