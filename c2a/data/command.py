"""`c2a data`: List, describe and fetch the data sets of the book."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from c2a.data import DATASETS, DataError, DataSet, find
from c2a.data.locations import folder_of, is_sound
from c2a.data.obtain import paths_of

app = typer.Typer(
    help="List, describe and fetch the data sets of the book.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Name of a data set, as `list` shows it.")]


def _whereabouts(data_set: DataSet) -> str:
    """Whether a data set is at hand; files are hashed only when they are used."""
    if data_set.ships:
        return "ships"
    try:
        folder = folder_of(data_set)
    except DataError:
        return "to install"
    if data_set.package:
        return "installed"
    there = all((folder / file.name).exists() for file in data_set.files)
    return "fetched" if there else "to fetch"


@app.command("list")
def list_data_sets() -> None:
    """Show all data sets: size, whether they are at hand, license."""
    table = Table()
    table.add_column("Name", no_wrap=True)
    table.add_column("What")
    table.add_column("Size", justify="right", no_wrap=True)
    table.add_column("Where", no_wrap=True)
    table.add_column("License")
    for data_set in DATASETS.values():
        table.add_row(
            data_set.name,
            data_set.title,
            decimal(data_set.size),
            _whereabouts(data_set),
            data_set.license,
        )
    Console().print(table)


@app.command()
def show(name: Name) -> None:
    """Describe one data set: origin, license, citation, files and their digests."""
    data_set = find(name)
    folder = folder_of(data_set)
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    facts.add_column(overflow="fold")
    facts.add_row("What", data_set.description)
    facts.add_row("Where", f"{_whereabouts(data_set)}: {folder}")
    facts.add_row("Source", data_set.source)
    facts.add_row("License", data_set.license)
    facts.add_row("Cite", data_set.citation)
    for file in data_set.files:
        sound = is_sound(folder / file.name, file)
        state = "present and intact" if sound else "not here, or damaged"
        lines = [f"{file.name}, {file.size:,} bytes, {state}", f"SHA-256 {file.sha256}"]
        if file.author:
            lines.append(f"{file.author}, {file.license}, {file.source}")
        lines.extend(file.urls)
        facts.add_row("File", "\n".join(lines))
    console = Console()
    console.print(f"[bold]{data_set.title}[/bold] ({data_set.name})")
    console.print(facts)


@app.command()
def fetch(name: Name) -> None:
    """Download a data set, unless it is at hand, and check every file of it."""
    data_set = find(name)
    paths_of(data_set)
    print(f"{data_set.title} is in {folder_of(data_set)}, every file intact.")


COMMAND = app
