"""Weekly carbon dioxide, from a table that ships with statsmodels."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from c2a.data.extract.packages import Packages
from c2a.data.extract.writing import write_arrays

STATSMODELS = "statsmodels==0.15.0"


def make(packages: Packages, folder: Path) -> None:
    """Write `co2.npz`: the day each week is named by, and ppm or NaN."""
    table = packages.wheel(STATSMODELS) / "statsmodels/datasets/co2/co2.csv"
    with open(table, newline="") as stream:
        rows = list(csv.DictReader(stream))
    days = [f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in (row["date"] for row in rows)]
    times = np.array(days, dtype="datetime64[D]")
    values = np.array([float(row["co2"] or "nan") for row in rows])
    write_arrays(folder / "co2.npz", {"times": times, "values": values})
