"""`c2a grade` and `c2a exercise check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

if TYPE_CHECKING:
    from c2a.grading.records import Change
    from c2a.grading.run import Summary

UNFINISHED = 3
INTERRUPTED = 130

_INPUT, _OUTPUT = "What is graded", "What comes out"
_HOW = "How it is graded"
_OTHERS = "To and from other systems"


def grade(
    submissions: Annotated[
        Path,
        typer.Argument(
            help="Folder of submissions: plain files or folders, or as exported by "
            "Canvas, Moodle, GitHub Classroom or nbgrader. Or one file."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for the gradebook and all reports.",
            rich_help_panel=_OUTPUT,
        ),
    ],
    chapter: Annotated[
        str | None,
        typer.Option(
            help="Chapter whose exercises are graded, as 02.", rich_help_panel=_INPUT
        ),
    ] = None,
    exercise: Annotated[
        list[Path] | None,
        typer.Option(
            help="File with an exercise of your own; may be repeated. Without "
            "--chapter, only these are graded.",
            rich_help_panel=_INPUT,
        ),
    ] = None,
    regrade: Annotated[
        str | None,
        typer.Option(
            metavar="EXERCISE",
            help="Mark only this exercise, again, and show who gained and who lost.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    seed_file: Annotated[
        Path | None,
        typer.Option(
            help="Private seed that hidden cases are drawn from. By default one is "
            "created beside the gradebook; keep it to yourself.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Submissions marked at once. Default: 2 a processor, 1 where answers "
            "train.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Mark on the workers of a dask.distributed scheduler, as "
            "tcp://host:8786.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe",
            help="Grade although this machine has no sandbox. Students' code can then "
            "do whatever you can; every report says so.",
            rich_help_panel=_HOW,
        ),
    ] = False,
    book: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Address of the published book; feedback then links into it.",
            rich_help_panel=_OUTPUT,
        ),
    ] = "",
    canvas: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Gradebook exported from Canvas; canvas.csv is written with the "
            "marks filled in.",
            rich_help_panel=_OTHERS,
        ),
    ] = None,
    moodle: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Grading worksheet exported from Moodle; moodle.csv is written with "
            "the marks filled in.",
            rich_help_panel=_OTHERS,
        ),
    ] = None,
    nbgrader_import: Annotated[
        Path | None,
        typer.Option(
            metavar="DB",
            help="Take over the marks in nbgrader's gradebook.db, to show who gains "
            "and who loses.",
            rich_help_panel=_OTHERS,
        ),
    ] = None,
    nbgrader_export: Annotated[
        Path | None,
        typer.Option(
            metavar="DB",
            help="Write the marks into nbgrader's gradebook.db.",
            rich_help_panel=_OTHERS,
        ),
    ] = None,
    nbgrader_assignment: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What nbgrader calls the assignment. Default: the chapter, as "
            "02-convolution.",
            rich_help_panel=_OTHERS,
        ),
    ] = "",
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print the scores as JSON instead of a summary.",
            rich_help_panel=_OUTPUT,
        ),
    ] = False,
) -> None:
    """Grade a folder of submissions, each in a sandbox.

    Writes into the folder --out: index.html (overview), feedback/ (one page a
    student), scores.csv, results.json, and gradebook.sqlite, which makes a rerun
    continue: nothing is marked twice, whatever stopped the run before.

    \b
    c2a grade submissions --chapter 02 --out results
    c2a grade submissions --exercise my_exercise.py --out results
    c2a grade submissions --chapter 02 --out results --regrade conv2d

    \b
    Exit codes:
      0  every submission has a mark
      1  an error; the message says what to do
      2  wrong usage
      3  finished, but some submissions are unreadable or could not be marked
    130  interrupted; the same command continues
    """
    # Comparing needs one thread; torch and NumPy read this when they are imported.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from c2a.grading.orders import Order, carry_out, hand_on

    order = Order(
        submissions=submissions,
        out=out,
        chapter=chapter,
        files=tuple(exercise or ()),
        regrade=regrade,
        seed_file=seed_file,
        workers=workers,
        cluster=cluster,
        unsafe=unsafe,
        book=book,
        canvas=canvas,
        moodle=moodle,
        nbgrader_import=nbgrader_import,
        nbgrader_export=nbgrader_export,
        nbgrader_assignment=nbgrader_assignment,
    )
    errors = Console(stderr=True)
    try:
        with _progress(errors) as progress:
            summary = carry_out(order, progress)
    except KeyboardInterrupt:
        errors.print("Interrupted. What is marked is safe; the same command goes on.")
        raise typer.Exit(INTERRUPTED) from None
    for line in hand_on(order, summary):
        errors.print(escape(line), soft_wrap=True, highlight=False)
    if json:
        sys.stdout.write((out / "results.json").read_text(encoding="utf-8") + "\n")
    else:
        _show(summary, out, Console(), bool(regrade or nbgrader_import))
    if len(summary.statistics.graded) < len(summary.statistics.rows):
        raise typer.Exit(UNFINISHED)


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[int, int], None]]:
    """Show a bar with an estimate on a terminal, nothing in a file."""
    columns = (
        TextColumn("Grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("grading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show(summary: Summary, out: Path, console: Console, compared: bool) -> None:
    """Print what a run did."""
    statistics = summary.statistics
    table = Table(title=None, header_style="bold")
    table.add_column("Exercise")
    for heading in ("Points", "Mean", "Attempted", "All points"):
        table.add_column(heading, justify="right")
    for each in statistics.exercises:
        total = each.exercise.total
        numbers = (f"{total:g}", f"{each.mean:.0%}", f"{each.attempted}")
        table.add_row(escape(each.exercise.title), *numbers, f"{each.full}")
    console.print(table)
    mean = statistics.mean
    average = "" if mean is None else f", mean {mean:.1f} of {statistics.possible:g}"
    rate = 60 * summary.marked / max(summary.seconds, 1e-9)
    sandbox = f", sandbox: {summary.protection}" if summary.protection else ""
    console.print(
        f"{len(statistics.rows)} submissions, {len(statistics.graded)} with a mark"
        f"{average}. Marked now: {summary.marked} in {summary.seconds:.1f} s "
        f"({rate:,.0f} a minute){sandbox}.",
        soft_wrap=True,
    )
    for row in statistics.rows:
        if row.status != "graded":
            line = f"{row.status}: {row.student}: {row.reason}"
            console.print(escape(line), style="red", soft_wrap=True)
    if compared and not summary.changes:
        console.print("No mark differs from the earlier one.")
    elif compared or summary.marked:
        _show_changes(summary.changes, console)
    console.print(f"Overview: {out / 'index.html'}", soft_wrap=True, highlight=False)


def _show_changes(changes: Sequence[Change], console: Console) -> None:
    gained = [change for change in changes if change.after > change.before]
    lost = [change for change in changes if change.after < change.before]
    for word, those in (("gained", gained), ("lost", lost)):
        if those:
            console.print(f"{len(those)} {word}:", style="bold")
        for change in those:
            console.print(
                escape(
                    f"  {change.student}: {change.exercise} "
                    f"{change.before:g} -> {change.after:g}"
                ),
                soft_wrap=True,
            )


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
    from c2a.grading.assignment import exercises_of
    from c2a.grading.proof import prove

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
