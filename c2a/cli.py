"""The command line of the book, `c2a`.

Only the command that is called is imported, so that `c2a --help` answers at once.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from c2a import __version__
from c2a.errors import C2AError


class Command(NamedTuple):
    """Where a command lives, and what the list of commands says about it."""

    module: str
    help: str


def commands() -> dict[str, Command]:
    """The commands by name.

    Each is a file ``*command.py`` in a part of the package. Its first line says name
    and help, as in "`c2a grade`: Grade a folder of submissions to a chapter."; the
    function or Typer application that does it is assigned to ``COMMAND``.
    """
    found = {}
    for path in sorted(Path(__file__).parent.glob("*/*command.py")):
        opening = path.read_text("utf-8").partition("\n")[0].strip('"')
        name, _, help_ = opening.removeprefix("`c2a ").partition("`: ")
        found[name] = Command(f"c2a.{path.parent.name}.{path.stem}", help_)
    return found


def build(called: str = "") -> typer.Typer:
    """The application, with ``called`` loaded and the other commands only listed."""
    app = typer.Typer(
        help="Convolution to Attention: a book that runs.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_top)
    for name, command in commands().items():
        target = _load(command) if name == called else _listed(command)
        if isinstance(target, typer.Typer):
            app.add_typer(target, name=name)
        else:
            app.command(name)(target)
    return app


def _load(command: Command) -> Callable | typer.Typer:
    return importlib.import_module(command.module).COMMAND


def _listed(command: Command) -> Callable:
    def placeholder() -> None:
        """Stand in the list of commands; never called."""

    placeholder.__doc__ = command.help
    return placeholder


def _show_version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


def _top(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Print the version and leave.",
        ),
    ] = False,
) -> None:
    """Convolution to Attention: a book that runs."""


def main() -> None:
    """Run the command line; an error that a reader can mend shows as its one sentence.

    Exit codes: 1 for such an error, 2 for wrong usage, 130 after Ctrl-C, else what the
    command says.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal has no letters for must not end the command.
            stream.reconfigure(errors="replace")
    called = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    try:
        build(called)(prog_name="c2a")
    except C2AError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(130)
