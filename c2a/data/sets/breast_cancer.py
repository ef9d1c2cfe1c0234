"""Breast cancer: tell malignant from benign by measurements of cell nuclei."""

from __future__ import annotations

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import read_table

BREAST_CANCER = DataSet(
    name="breast-cancer",
    title="Breast cancer, 398 + 171",
    description=(
        "Thirty measurements of cell nuclei in 569 tissue samples, and whether the "
        "tumor was malignant."
    ),
    license="CC BY 4.0; as distributed with scikit-learn: BSD-3-Clause",
    license_file="scikit-learn.txt",
    citation=(
        "W. Wolberg, O. Mangasarian, N. Street, W. Street. Breast cancer Wisconsin "
        "(diagnostic). UCI Machine Learning Repository, 1993. doi:10.24432/C5DW2B."
    ),
    source="https://archive.ics.uci.edu/dataset/17",
    files=(
        DataFile(
            name="breast-cancer.npz",
            size=76886,
            sha256="e8c6af3b5ce378b9d8e1493ae3b6749d414f37778ff535e7af6f19375335078c",
        ),
    ),
    read=lambda paths: read_table(paths["breast-cancer.npz"]),
)
