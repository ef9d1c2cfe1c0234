"""The command line of the book, `c2a`.

Only the command that is called is imported, so that `c2a --help` answers at once.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Annotated, NamedTuple

import typer

from c2a import __version__
from c2a.errors import C2AError


class Command(NamedTuple):
    """Where a command lives, and what the list of commands says about it."""

    module: str
    attribute: str
    help: str


COMMANDS = {
    "check": Command(
        "c2a.machine", "check", "Tell what this machine can do for the book."
    ),
    "data": Command(
        "c2a.data.command", "app", "List, describe and fetch the data sets of the book."
    ),
    "grade": Command(
        "c2a.grading.command", "grade", "Grade a folder of submissions to a chapter."
    ),
    "exercise check": Command(
        "c2a.grading.command",
        "exercise_check",
        "Prove that an exercise of your own tells right from wrong.",
    ),
}


def build(called: str = "") -> typer.Typer:
    """The application, with ``called`` loaded and the other commands only listed."""
    app = typer.Typer(
        help="Convolution to Attention: a book that runs.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_top)
    exercise = typer.Typer(help="Try out an exercise of your own.")
    exercise.callback()(lambda: None)  # keeps `check` a subcommand, though alone
    app.add_typer(exercise, name="exercise")
    for words, command in COMMANDS.items():
        first, _, second = words.partition(" ")
        target = _load(command) if first == called else _listed(command)
        group = exercise if second else app
        if isinstance(target, typer.Typer):
            group.add_typer(target, name=first)
        else:
            group.command(second or first)(target)
    return app


def _load(command: Command) -> Callable | typer.Typer:
    return getattr(importlib.import_module(command.module), command.attribute)


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
    called = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    try:
        build(called)(prog_name="c2a")
    except C2AError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(130)
