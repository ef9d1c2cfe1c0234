"""Small models that the book has trained itself, for chapters and figures.

Each is two files here: ``NAME.npz`` holds the weights, ``NAME.json`` the record of how
they came about. A cell tagged ``weights-NAME`` in a chapter is the recipe; ``make
weights NAME=...`` runs it and writes both.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from c2a.weights.storage import Arrays, WeightsError, decode, safetensors

if TYPE_CHECKING:
    from torch import Tensor, nn

    Model = TypeVar("Model", bound=nn.Module)

__all__ = [
    "WeightsError",
    "browser_file",
    "load_into",
    "load_weights",
    "names",
    "record",
]

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The models that ship, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.npz"))


def record(name: str) -> dict[str, Any]:
    """How a model came about.

    Returns:
        ``recipe`` (source), ``data`` (names), ``seed``, ``steps``, ``seconds`` (of one
        thread, or of a GPU), ``machine``, ``torch``, ``metric`` and the ``untrained``
        model's (both measured on held-out data), ``parameters``, ``precision``,
        ``bytes`` and ``sha256`` of the weights, and more.

    Raises:
        WeightsError: there is no such model.
    """
    try:
        return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    except FileNotFoundError:
        raise WeightsError(
            f"There are no weights {name!r}; there are: {', '.join(names()) or 'none'}."
        ) from None


def _stored(name: str) -> Arrays:
    """The arrays of the file, after a look at its hash."""
    expected, path = record(name)["sha256"], FOLDER / f"{name}.npz"
    if not path.exists() or sha256(path) != expected:
        raise WeightsError(
            f"The weights {path} are missing or damaged: install the c2a package "
            f"again, or in a clone run `git checkout -- c2a/weights/{path.name}`."
        )
    return read(path)


def read(path: Path) -> Arrays:
    """The arrays of an .npz."""
    with np.load(path) as file:
        return dict(file)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_weights(name: str) -> dict[str, Tensor]:
    """The state dict of a model that ships: float32, on the CPU.

    Raises:
        WeightsError: there is no such model, or its file is damaged.
    """
    import torch

    return {key: torch.tensor(a) for key, a in decode(_stored(name)).items()}


def load_into(model: Model, name: str) -> Model:
    """Give a model the weights that ship, and put it in evaluation mode.

    Args:
        model: built as the recipe builds it; changed in place.
        name: of the weights.

    Returns:
        The model.
    """
    model.load_state_dict(load_weights(name))
    return model.eval()


def browser_file(name: str) -> bytes:
    """The weights as figures read them, in the safetensors layout."""
    about = {"name": name, "sha256": record(name)["sha256"]}
    return safetensors(_stored(name), about)
