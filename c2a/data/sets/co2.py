"""Carbon dioxide over Mauna Loa: a weekly series with trend and season."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import Series, read_npz


def _read(paths: Mapping[str, Path]) -> Series:
    arrays = read_npz(paths["co2.npz"])
    # The future to be forecast: 1992 and later.
    return Series(**arrays, unit="ppm", test_start=1762)


CO2 = DataSet(
    name="co2",
    title="Carbon dioxide, weekly",
    description=(
        "Carbon dioxide in the air over Mauna Loa, Hawaii, each week from 1958 to "
        "2001; 59 weeks were not measured."
    ),
    license="public domain",
    citation=(
        "C. D. Keeling, T. P. Whorf. Atmospheric CO2 concentrations derived from flask "
        "air samples at sites in the SIO network. In Trends: a compendium of data on "
        "global change. CDIAC, Oak Ridge National Laboratory, 2004."
    ),
    source="https://www.statsmodels.org/stable/datasets/generated/co2.html",
    files=(
        DataFile(
            name="co2.npz",
            size=8072,
            sha256="2361e00852d4d23a6ca2625123ae2b64aa4aa029aa6d118d5135fca0d8af09a3",
        ),
    ),
    read=_read,
)
