"""The data sets of the book.

`load("fashion-mnist")` returns arrays with documented shapes, types and units. Small
sets ship with the package; bigger ones are downloaded once from their public home,
checked and cached. `DATASETS` says of each what it is, whose, and from where.
"""

from __future__ import annotations

import difflib
from typing import Any, Literal, overload

import numpy as np

from c2a.data import (
    cifar10,
    digits,
    fashion_mnist,
    mnist,
    photographs,
    tiny_shakespeare,
)
from c2a.data.cifar10 import CIFAR10
from c2a.data.dataset import DataError, DataFile, DataSet, LabeledImages, SplitImages
from c2a.data.digits import Digits
from c2a.data.fashion_mnist import FashionMNIST
from c2a.data.mnist import MNIST, MNIST5k
from c2a.data.store import paths_of

__all__ = [
    "CIFAR10",
    "DATASETS",
    "MNIST",
    "DataError",
    "DataFile",
    "DataSet",
    "Digits",
    "FashionMNIST",
    "LabeledImages",
    "MNIST5k",
    "SplitImages",
    "find",
    "load",
]

DATASETS: dict[str, DataSet] = {
    data_set.name: data_set
    for data_set in (
        fashion_mnist.SHIPPED,
        photographs.SHIPPED,
        mnist.SHIPPED,
        digits.SHIPPED,
        fashion_mnist.FULL,
        mnist.FULL,
        cifar10.FULL,
        tiny_shakespeare.FULL,
    )
}


def find(name: str) -> DataSet:
    """The registry's entry called `name`. Raises DataError when there is none."""
    if name in DATASETS:
        return DATASETS[name]
    near = difflib.get_close_matches(name, DATASETS, n=1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    known = ", ".join(DATASETS)
    raise DataError(f"There is no data set called {name!r}.{guess} There are: {known}.")


@overload
def load(name: Literal["fashion-mnist", "fashion-mnist-full"]) -> FashionMNIST: ...
@overload
def load(name: Literal["photographs"]) -> dict[str, np.ndarray]: ...
@overload
def load(name: Literal["mnist-5k"]) -> MNIST5k: ...
@overload
def load(name: Literal["mnist-full"]) -> MNIST: ...
@overload
def load(name: Literal["digits"]) -> Digits: ...
@overload
def load(name: Literal["cifar-10"]) -> CIFAR10: ...
@overload
def load(name: Literal["tiny-shakespeare"]) -> str: ...
@overload
def load(name: str) -> Any: ...


def load(name: str) -> Any:
    """Read the data set called `name`, downloading it first where it does not ship.

    Every call reads anew, so arrays may be changed freely. The SHA-256 of every file is
    checked first. What comes back is described by the class of each set: FashionMNIST,
    MNIST5k, MNIST, Digits, CIFAR10; "photographs" is a dictionary from name to uint8
    (H, W, 3), 0 to 255; "tiny-shakespeare" is one string.

    Raises DataError when there is no such set or its files cannot be had.
    """
    data_set = find(name)
    return data_set.read(paths_of(data_set))
