"""`c2a check` tells what a machine lacks, each part of the book for itself."""

from __future__ import annotations

import pytest
import typer

from c2a import machine
from c2a.machine.command import check


@pytest.fixture
def only(monkeypatch):
    """A function that sets the looks which are taken."""
    return lambda *looks: monkeypatch.setattr(machine, "every_look", lambda: looks)


def test_every_part_is_asked():
    names = [look.__name__ for look in machine.every_look()]
    assert names[: len(machine.LOOKS)] == [look.__name__ for look in machine.LOOKS]
    assert {"sandbox", "browser", "node"} <= set(names)


def test_check_tells_about_this_machine(only, capsys):
    only(machine.python, machine.libraries, machine.space)
    check()
    said = capsys.readouterr().out
    assert "torch" in said
    assert "MISSING" not in said


def test_check_fails_where_something_needed_is_missing(only, capsys):
    lacking = machine.Finding("Torch", False, "run `pip install torch`", needed=True)
    spare = machine.Finding("GPU", False, "none", needed=False)
    only(lambda: lacking, lambda: spare)
    with pytest.raises(typer.Exit) as caught:
        check()
    assert caught.value.exit_code == 1
    said = capsys.readouterr().out
    assert "MISSING Torch" in said
    assert "without GPU" in said
