"""Yearly sunspots, from a table that ships with statsmodels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from c2a.data.extract.co2 import STATSMODELS
from c2a.data.extract.packages import Packages
from c2a.data.extract.writing import write_arrays


def make(packages: Packages, folder: Path) -> None:
    """Write `sunspots.npz`: years and numbers."""
    table = packages.wheel(STATSMODELS) / "statsmodels/datasets/sunspots/sunspots.csv"
    years, values = np.loadtxt(table, delimiter=",", skiprows=1, unpack=True)
    times = (years.astype(np.int64) - 1970).astype("datetime64[Y]")
    write_arrays(folder / "sunspots.npz", {"times": times, "values": values})
