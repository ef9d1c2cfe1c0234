"""Diabetes: how far the disease goes within a year, from ten measurements."""

from __future__ import annotations

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import read_table

DIABETES = DataSet(
    name="diabetes",
    title="Diabetes, 309 + 133",
    description=(
        "Ten measurements of 442 patients, and a score of how far the disease had gone "
        "a year later."
    ),
    license="as distributed with scikit-learn: BSD-3-Clause",
    license_file="scikit-learn.txt",
    citation=(
        "B. Efron, T. Hastie, I. Johnstone, R. Tibshirani. Least angle regression. "
        "Annals of Statistics 32(2):407-499, 2004."
    ),
    source="https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html",
    files=(
        DataFile(
            name="diabetes.npz",
            size=12606,
            sha256="4aa0e2f093c64a74693669ed3101761cfcd3ed86c98d6271d6086be646d063d6",
        ),
    ),
    read=lambda paths: read_table(paths["diabetes.npz"]),
)
