"""What a run of the grader shows on the terminal: a bar, then what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

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


@contextmanager
def progress_bar(console: Console) -> Iterator[Callable[[int, int], None]]:
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


def show(summary: Summary, out: Path, console: Console, compared: bool) -> None:
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
    for notice in statistics.notices:
        line = f"{notice.status}: {notice.file}: {notice.reason}"
        console.print(escape(line), style="yellow", soft_wrap=True)
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
