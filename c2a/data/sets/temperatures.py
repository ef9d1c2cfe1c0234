"""Temperatures in New York: an hourly series with days and seasons."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import Series, read_npz


def _read(paths: Mapping[str, Path]) -> Series:
    arrays = read_npz(paths["temperatures.npz"])
    # The future to be forecast: November and December.
    return Series(**arrays, unit="degrees Fahrenheit", test_start=7290)


TEMPERATURES = DataSet(
    name="temperatures",
    title="Temperatures, hourly",
    description=(
        "Temperature at LaGuardia Airport, New York, each hour of 2013 (UTC); 24 hours "
        "were not recorded."
    ),
    license="CC0 1.0",
    citation=(
        "Automated Surface Observing System, NOAA, as collected in H. Wickham. "
        "nycflights13: flights that departed NYC in 2013."
    ),
    source="https://github.com/hadley/nycflights13",
    files=(
        DataFile(
            name="temperatures.npz",
            size=21369,
            sha256="e3d765e6b5ab47d424cedd9e180bcbde5e489956230abe4e18ac1c3ac3e1e4e8",
        ),
    ),
    read=_read,
)
