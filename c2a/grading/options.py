"""The options of `c2a grade`, as Typer reads them: what each takes, and its help."""

from pathlib import Path
from typing import Annotated

import typer

_INPUT, _OUTPUT = "What is graded", "What comes out"
_HOW = "How it is graded"
_OTHERS = "To and from other systems"

Submissions = Annotated[
    Path,
    typer.Argument(
        help="Folder of submissions: plain files or folders, or as exported by "
        "Canvas, Moodle, GitHub Classroom or nbgrader. Or one file."
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        help="Folder for the gradebook and all reports.",
        rich_help_panel=_OUTPUT,
    ),
]
Chapter = Annotated[
    str | None,
    typer.Option(
        help="Chapter whose exercises are graded, as 02.", rich_help_panel=_INPUT
    ),
]
OwnExercises = Annotated[
    list[Path] | None,
    typer.Option(
        help="File with an exercise of your own; may be repeated. Without "
        "--chapter, only these are graded.",
        rich_help_panel=_INPUT,
    ),
]
Regrade = Annotated[
    str | None,
    typer.Option(
        metavar="EXERCISE",
        help="Mark only this exercise, again, and show who gained and who lost.",
        rich_help_panel=_HOW,
    ),
]
SeedFile = Annotated[
    Path | None,
    typer.Option(
        help="Private seed that hidden cases are drawn from. By default one is "
        "created beside the gradebook; keep it to yourself.",
        rich_help_panel=_HOW,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Submissions marked at once. Default: 2 a processor, 1 where answers "
        "train.",
        rich_help_panel=_HOW,
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Mark on the workers of a dask.distributed scheduler, as tcp://host:8786.",
        rich_help_panel=_HOW,
    ),
]
Unsafe = Annotated[
    bool,
    typer.Option(
        "--unsafe",
        help="Grade although this machine has no sandbox. Students' code can then "
        "do whatever you can; every report says so.",
        rich_help_panel=_HOW,
    ),
]
Book = Annotated[
    str,
    typer.Option(
        metavar="URL",
        help="Address of the published book; feedback then links into it.",
        rich_help_panel=_OUTPUT,
    ),
]
Canvas = Annotated[
    Path | None,
    typer.Option(
        metavar="CSV",
        help="Gradebook exported from Canvas; canvas.csv is written with the "
        "marks filled in.",
        rich_help_panel=_OTHERS,
    ),
]
Moodle = Annotated[
    Path | None,
    typer.Option(
        metavar="CSV",
        help="Grading worksheet exported from Moodle; moodle.csv is written with "
        "the marks filled in.",
        rich_help_panel=_OTHERS,
    ),
]
NbgraderImport = Annotated[
    Path | None,
    typer.Option(
        metavar="DB",
        help="Take over the marks in nbgrader's gradebook.db, to show who gains "
        "and who loses.",
        rich_help_panel=_OTHERS,
    ),
]
NbgraderExport = Annotated[
    Path | None,
    typer.Option(
        metavar="DB",
        help="Write the marks into nbgrader's gradebook.db.",
        rich_help_panel=_OTHERS,
    ),
]
NbgraderAssignment = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="What nbgrader calls the assignment. Default: the chapter, as "
        "02-convolution.",
        rich_help_panel=_OTHERS,
    ),
]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print the scores as JSON instead of a summary.",
        rich_help_panel=_OUTPUT,
    ),
]
