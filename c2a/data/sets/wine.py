"""Wine: three growers told apart by chemical measurements."""

from __future__ import annotations

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import read_table

WINE = DataSet(
    name="wine",
    title="Wine, 125 + 53",
    description=("Thirteen chemical measurements of 178 wines from three growers."),
    license="CC BY 4.0; as distributed with scikit-learn: BSD-3-Clause",
    license_file="scikit-learn.txt",
    citation=(
        "S. Aeberhard, M. Forina. Wine. UCI Machine Learning Repository, 1992. "
        "doi:10.24432/C5PC7J."
    ),
    source="https://archive.ics.uci.edu/dataset/109",
    files=(
        DataFile(
            name="wine.npz",
            size=7578,
            sha256="5d1eb87054da71880d5ff97bcd8de5db6805401623b23b006f0c7cf526ff2a08",
        ),
    ),
    read=lambda paths: read_table(paths["wine.npz"]),
)
