"""Sunspots: a yearly series with a cycle of about eleven years."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import Series, read_npz


def _read(paths: Mapping[str, Path]) -> Series:
    arrays = read_npz(paths["sunspots.npz"])
    # The future to be forecast: 1945 and later.
    return Series(**arrays, unit="sunspots", test_start=245)


SUNSPOTS = DataSet(
    name="sunspots",
    title="Sunspots, yearly",
    description=("Number of sunspots in each year from 1700 to 2008."),
    license="public domain",
    citation=("National Geophysical Data Center, NOAA. Yearly sunspot numbers."),
    source="https://www.statsmodels.org/stable/datasets/generated/sunspots.html",
    files=(
        DataFile(
            name="sunspots.npz",
            size=1758,
            sha256="384739ed1b2471474d30e3f1f9f1074e2058ba947072a9ae5cc9ad0f4c5c4972",
        ),
    ),
    read=_read,
)
