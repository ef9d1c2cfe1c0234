"""The command line answers at once, and with a sentence where something is wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

from c2a import __version__, cli
from c2a.errors import C2AError


def c2a(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from c2a.cli import main; main()", *words],
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.fixture
def call(monkeypatch, capsys):
    """A function that runs `main` in this process; gives status and standard error."""

    def called(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["c2a", *words])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        return caught.value.code or 0, capsys.readouterr().err

    return called


def test_help_lists_every_command_and_imports_none():
    code = (
        "import sys; from c2a.cli import main\n"
        "try: main()\n"
        "finally: print(*sorted(m for m in sys.modules if m.startswith('c2a.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert {"check", "data", "exercise", "grade"} <= set(cli.commands())
    for name, command in cli.commands().items():
        assert name in done.stdout
        assert command.help in done.stdout
    assert done.stdout.splitlines()[-1] == "c2a.cli c2a.errors"


def test_version():
    assert c2a("--version").stdout.strip() == __version__


@pytest.mark.parametrize("words", [*cli.commands(), "exercise check"])
def test_every_command_loads_and_has_help(words):
    done = c2a(*words.split(), "--help")
    assert done.returncode == 0, done.stderr
    assert f"c2a {words}" in done.stdout


def test_an_unknown_command_is_wrong_usage(call):
    status, said = call("grate")
    assert status == 2
    assert "grate" in said


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (C2AError("Turn it off and on again."), 1, "Turn it off and on again."),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_show_as_one_sentence(call, monkeypatch, error, status, said):
    def fail() -> None:
        raise error

    module = type(sys)("failing")
    module.COMMAND = fail
    monkeypatch.setitem(sys.modules, "failing", module)
    found = {"fail": cli.Command("failing", "Fail.")}
    monkeypatch.setattr(cli, "commands", lambda: found)
    got, printed = call("fail")
    assert got == status
    assert printed.strip() == said


def test_other_errors_keep_their_traceback(call, monkeypatch):
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "_load", lambda command: fail)
    monkeypatch.setattr(sys, "argv", ["c2a", "check"])
    with pytest.raises(ZeroDivisionError):
        cli.main()
