"""`c2a exercise`: Try out an exercise of your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

app = typer.Typer(help="Try out an exercise of your own.", no_args_is_help=True)
app.callback()(lambda: None)  # keeps `check` a subcommand, though alone


@app.command("check")
def exercise_check(
    file: Annotated[
        Path,
        typer.Argument(help="Python file that assigns EXERCISE or EXERCISES."),
    ],
) -> None:
    """Prove that an exercise of your own tells right from wrong.

    Its reference and every alternative must pass all cases; every known mistake must
    fail and be named by its own diagnosis; doing nothing must earn nothing.

    \b
    Exit codes:
      0  proved, perhaps with advice
      1  something is to be mended
      2  wrong usage
    """
    from c2a.exercises.kit.proof import prove
    from c2a.grading.assignment import exercises_of

    console = Console()
    marks = {
        "pass": "[green]ok[/]  ",
        "warn": "[yellow]note[/]",
        "fail": "[red]FAIL[/]",
    }
    failed = False
    for exercise in exercises_of(file):
        console.print(f"[bold]{exercise.name}[/], {exercise.total:g} points")
        for finding in prove(exercise):
            failed |= finding.level == "fail"
            line = f"  {marks[finding.level]} {escape(finding.text)}"
            console.print(line, soft_wrap=True)
    if failed:
        raise typer.Exit(1)


COMMAND = app
