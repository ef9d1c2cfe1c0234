"""`c2a check`: Tell what this machine can do for the book."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.markup import escape

from c2a import machine


def check() -> None:
    """Tell what this machine can do for the book.

    Exit codes: 0 the book can be worked here, 1 something that it needs is missing.
    """
    console = Console(highlight=False)
    unfit = 0
    for look in machine.every_look():
        finding = look()
        mark = "[green]ok[/]     " if finding.fit else "[yellow]without[/]"
        if finding.needed and not finding.fit:
            mark = "[red]MISSING[/]"
            unfit += 1
        line = f"{mark} {finding.what:<11}{escape(finding.note)}"
        console.print(line, soft_wrap=True)
    if unfit:
        raise typer.Exit(1)


COMMAND = check
