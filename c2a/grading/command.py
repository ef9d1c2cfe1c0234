"""`c2a grade`: Grade a folder of submissions to a chapter."""

from __future__ import annotations

import os
import sys

import typer
from rich.console import Console
from rich.markup import escape

from c2a.grading import options
from c2a.grading.console import progress_bar, show

UNFINISHED = 3
INTERRUPTED = 130


def grade(
    submissions: options.Submissions,
    out: options.Out,
    chapter: options.Chapter = None,
    exercise: options.OwnExercises = None,
    regrade: options.Regrade = None,
    seed_file: options.SeedFile = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    unsafe: options.Unsafe = False,
    book: options.Book = "",
    canvas: options.Canvas = None,
    moodle: options.Moodle = None,
    nbgrader_import: options.NbgraderImport = None,
    nbgrader_export: options.NbgraderExport = None,
    nbgrader_assignment: options.NbgraderAssignment = "",
    json: options.AsJson = False,
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
        with progress_bar(errors) as progress:
            summary = carry_out(order, progress)
    except KeyboardInterrupt:
        errors.print("Interrupted. What is marked is safe; the same command goes on.")
        raise typer.Exit(INTERRUPTED) from None
    for line in hand_on(order, summary):
        errors.print(escape(line), soft_wrap=True, highlight=False)
    if json:
        sys.stdout.write((out / "results.json").read_text(encoding="utf-8") + "\n")
    else:
        show(summary, out, Console(), bool(regrade or nbgrader_import))
    if len(summary.statistics.graded) < len(summary.statistics.rows):
        raise typer.Exit(UNFINISHED)


COMMAND = grade
