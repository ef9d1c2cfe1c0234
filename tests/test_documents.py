"""The documents at the door: short, true to the Makefile, and pointing at files."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import pytest
import yaml

import c2a
from c2a.exercises.kit.proof import prove
from c2a.grading.assignment import exercises_of
from c2a.publishing.node import find_node
from c2a.widgets.toolkit.bundle import bundle

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


def example(path: str) -> str:
    """The file that CONTRIBUTING shows under a path, from its first line on."""
    blocks = re.findall(r"```\w*\n(.*?)```", text("CONTRIBUTING.md"), re.S)
    (found,) = [block for block in blocks if block.splitlines()[0].endswith(path)]
    return found


@pytest.fixture
def written(tmp_path):
    """A function that writes an example of CONTRIBUTING to a file of its own."""

    def write(path: str) -> Path:
        file = tmp_path / Path(path).name
        file.write_text(example(path), "utf-8")
        return file

    return write


def test_the_exercise_shown_is_sound(written):
    (shown,) = exercises_of(written("c2a/exercises/c03_pooling/max_pool2d.py"))
    assert shown.name == "max_pool2d"
    assert [each.text for each in prove(shown) if each.level == "fail"] == []


def test_the_figure_shown_computes_the_same_in_both_languages(tmp_path):
    folder = tmp_path / "softmax_bars"
    folder.mkdir()
    (tmp_path / "toolkit").symlink_to(ROOT / "c2a/widgets/toolkit")
    for name in ("__init__.py", "widget.js"):
        shown = example(f"c2a/widgets/softmax_bars/{name}")
        (folder / name).write_text(shown, "utf-8")
    figure = run_path(str(folder / "__init__.py"))["SoftmaxBars"](temperature=2.0)
    assert "0.51, 0.31, 0.19" in figure.alt
    assert "<rect" in figure.still().svg(figure.alt)
    script = tmp_path / "shown.mjs"
    call = "console.log(JSON.stringify(probabilities([2, 1, 0], 2)))"
    script.write_text(f"{bundle(folder / 'widget.js')}\n{call}\n", "utf-8")
    done = subprocess.run([find_node(), script], capture_output=True, text=True)
    assert json.loads(done.stdout) == pytest.approx(list(figure.probabilities))


def test_the_data_set_shown_is_read(written):
    shown = run_path(str(written("c2a/data/sets/letters.py")))["LETTERS"]
    assert shown.downloads
    (file,) = shown.files
    path = written("c2a/data/sets/letters.py").with_name(file.name)
    path.write_bytes(b"Dear editor\n")
    assert len(path.read_bytes()) == file.size
    assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    assert shown.read({file.name: path}) == "Dear editor\n"


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
