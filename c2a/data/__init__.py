"""The data sets of the book.

`load("fashion-mnist")` returns arrays with documented shapes, types and units. Small
sets ship with the package; bigger ones are downloaded once from their public home,
checked and cached. `DATASETS` says of each what it is, whose, and from where. It holds
every `DataSet` that a module of `c2a.data.sets` defines.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from typing import Any

from c2a.data import sets
from c2a.data.dataset import DataError, DataFile, DataSet
from c2a.data.forms import over_background
from c2a.data.obtain import paths_of

__all__ = [
    "DATASETS",
    "DataError",
    "DataFile",
    "DataSet",
    "find",
    "load",
    "over_background",
]


def _discovered() -> dict[str, DataSet]:
    """All data sets by name, those first that need no network."""
    modules = (
        importlib.import_module(f"{sets.__name__}.{module.name}")
        for module in pkgutil.iter_modules(sets.__path__)
    )
    found = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, DataSet)
    ]
    found.sort(key=lambda data_set: (data_set.downloads, data_set.name))
    return {data_set.name: data_set for data_set in found}


DATASETS = _discovered()


def find(name: str) -> DataSet:
    """The registry's entry called `name`. Raises DataError when there is none."""
    if name in DATASETS:
        return DATASETS[name]
    near = difflib.get_close_matches(name, DATASETS, n=1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    known = ", ".join(DATASETS)
    raise DataError(f"There is no data set called {name!r}.{guess} There are: {known}.")


def load(name: str) -> Any:
    """Read the data set called `name`, downloading it first where it does not ship.

    Every call reads anew, so arrays may be changed freely. The SHA-256 of every file is
    checked first. What comes back is described by the class that the set's module in
    `c2a.data.sets` defines or names. Parts called `train_*` and `test_*` are fixed and
    share nothing.

    Raises DataError when there is no such set or its files cannot be had.
    """
    data_set = find(name)
    return data_set.read(paths_of(data_set))
