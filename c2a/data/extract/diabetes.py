"""Diabetes, from two tables that ship with scikit-learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from c2a.data.extract.packages import Packages
from c2a.data.extract.scikit_learn import datasets_folder, license_text
from c2a.data.extract.writing import write_table

__all__ = ["license_text", "make"]

QUANTITIES = ["age", "sex", "body mass index", "blood pressure"]
QUANTITIES += ["total cholesterol", "LDL", "HDL", "total cholesterol / HDL"]
QUANTITIES += ["log of triglycerides", "glucose"]


def make(packages: Packages, folder: Path) -> None:
    """Write `diabetes.npz`, in the units in which the patients were measured."""
    data = datasets_folder(packages) / "data"
    features = np.loadtxt(data / "diabetes_data_raw.csv.gz")
    targets = np.loadtxt(data / "diabetes_target.csv.gz")
    write_table(folder / "diabetes.npz", features, targets, QUANTITIES, [])
