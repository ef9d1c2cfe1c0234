"""The workflows are valid, ask for no more rights than they need, and pin actions."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
BIN = Path(sys.executable).parent


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text("utf-8"))


def run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_they_have_the_shape_that_github_asks_for():
    schema = "vendor.github-workflows"
    run(BIN / "check-jsonschema", "--builtin-schema", schema, *WORKFLOWS)


def test_they_are_safe():
    run(BIN / "zizmor", "--offline", "--no-progress", ".github")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_rights_are_least(path):
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    rights = {
        name: job["permissions"]
        for name, job in workflow["jobs"].items()
        if "permissions" in job
    }
    allowed = {
        "publish": {"site": {"contents": "write", "pages": "read"}},
        "canary": {"report": {"issues": "write"}},
    }
    assert rights == allowed.get(path.stem, {})


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_jobs_end_and_actions_are_pinned_by_major_version(path):
    for name, job in read(path)["jobs"].items():
        assert name == "report" or 0 < job["timeout-minutes"] <= 360
        for step in job["steps"]:
            action, _, pin = step.get("uses", "a@v1").partition("@")
            assert pin.startswith("v"), action
            assert pin[1:].isdigit(), action


def test_every_verb_that_they_call_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    called = [
        verb
        for path in [*WORKFLOWS, ROOT / ".ci/run"]
        for verb in re.findall(r"(?:run: |exec )make (\w+)", path.read_text("utf-8"))
    ]
    assert {"test", "site", "gpu"} <= set(called)
    assert [verb for verb in called if f"\n{verb}:" not in makefile] == []
