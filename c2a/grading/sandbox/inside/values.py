"""Python values as JSON and blocks of numbers, and back, without pickle.

bool, int, float, str and None are themselves in JSON. Everything else is an object with
one key that says what it is: {"l": list}, {"t": tuple}, {"d": dict}, {"a": number of an
array}, {"s": number of a scalar}, {"T": number of a tensor}.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .wire import DTYPES, MAX_DIMENSIONS

MAX_DEPTH = 32
MAX_BITS = 64
MOST_OBJECTS = 1_000_000  # of an array that is made one of numbers
_PLAIN = (bool, int, float, str)


class UnsupportedValueError(Exception):
    """A value that cannot cross; the message names its type."""


class Encoder:
    """Collects the arrays of the values it encodes, within a number of bytes.

    `numbers_of` gives the array behind a tensor, and None for all that is no tensor.
    """

    def __init__(
        self,
        numbers_of: Callable[[Any], np.ndarray | None],
        most_bytes: float = float("inf"),
        most_arrays: float = float("inf"),
    ) -> None:
        self.arrays: list[np.ndarray] = []
        self._numbers_of = numbers_of
        self._bytes = 0
        self._most_bytes, self._most_arrays = most_bytes, most_arrays

    def encode(self, value: Any, depth: int = 0) -> Any:
        """The JSON of one value.

        Raises UnsupportedValueError for a type that is not on the list, and for too
        much of it.
        """
        if type(value) is int and abs(value) >> MAX_BITS:
            raise UnsupportedValueError(f"int of more than {MAX_BITS} bits")
        if value is None or type(value) in _PLAIN:
            return value
        if depth > MAX_DEPTH:
            raise UnsupportedValueError(f"more than {MAX_DEPTH} lists in one another")
        if isinstance(value, np.ndarray | np.generic):
            array = _usual(np.asarray(value))
            key = "a" if isinstance(value, np.ndarray) else "s"
            return {key: self._add(array)} | _layout(array)
        tensor = self._numbers_of(value)
        if tensor is not None:
            return {"T": self._add(tensor)} | _layout(tensor)
        if isinstance(value, list | tuple):
            key = "l" if isinstance(value, list) else "t"
            return {key: [self.encode(part, depth + 1) for part in value]}
        if isinstance(value, dict) and all(type(key) is str for key in value):
            return {"d": {k: self.encode(v, depth + 1) for k, v in value.items()}}
        if isinstance(value, _PLAIN):  # subclasses: enumerations, strings of libraries
            kind = next(kind for kind in _PLAIN[1:] if isinstance(value, kind))
            return self.encode(kind(value), depth + 1)
        raise UnsupportedValueError(type(value).__name__)

    def _add(self, array: np.ndarray) -> int:
        native = np.dtype(array.dtype.newbyteorder("="))
        if native.str.lstrip("<>|=") not in DTYPES or array.ndim > MAX_DIMENSIONS:
            raise UnsupportedValueError(f"array of dtype {array.dtype}")
        self._bytes += array.nbytes
        if self._bytes > self._most_bytes:
            raise UnsupportedValueError(
                f"more than {self._most_bytes / 2**20:.0f} MB of numbers"
            )
        if len(self.arrays) >= self._most_arrays:
            raise UnsupportedValueError(f"more than {self._most_arrays} arrays")
        self.arrays.append(np.array(array, native, order="C", subok=False))
        return len(self.arrays) - 1


class Decoder:
    """Builds values from JSON and arrays.

    `tensor_of` makes a tensor of an array, `scalar_of` a scalar of an array of no
    dimensions; each side has its own idea of these. `keep_layout`: give arrays the
    steps that they had, contiguous or not.
    """

    def __init__(
        self,
        arrays: Sequence[np.ndarray],
        tensor_of: Callable[[np.ndarray], Any],
        scalar_of: Callable[[np.ndarray], Any],
        keep_layout: bool = False,
    ) -> None:
        self._arrays = arrays
        self._tensor_of, self._scalar_of = tensor_of, scalar_of
        self._keep_layout = keep_layout

    def decode(self, tree: Any, depth: int = 0) -> Any:
        """The value of one JSON tree. Raises ValueError if it is none of ours."""
        if type(tree) is str:
            return clean(tree)
        if type(tree) is int and abs(tree) >> MAX_BITS:
            raise ValueError("too large an int")
        if tree is None or type(tree) in _PLAIN:
            return tree
        if type(tree) is not dict or depth > MAX_DEPTH:
            raise ValueError("not a value")
        if "l" in tree or "t" in tree:
            kind = list if "l" in tree else tuple
            parts = tree["l" if "l" in tree else "t"]
            if type(parts) is not list:
                raise ValueError("not a list")
            return kind(self.decode(part, depth + 1) for part in parts)
        if "d" in tree:
            if type(tree["d"]) is not dict:
                raise ValueError("not a dict")
            return {
                clean(key): self.decode(part, depth + 1)
                for key, part in tree["d"].items()
            }
        return self._numbers(tree)

    def _numbers(self, tree: dict[str, Any]) -> Any:
        key = next((key for key in "asT" if key in tree), None)
        index = tree.get(key) if key else None
        if type(index) is not int or not 0 <= index < len(self._arrays):
            raise ValueError("no such array")
        array = self._arrays[index]
        if key == "s":
            if array.shape != ():
                raise ValueError("not a scalar")
            return self._scalar_of(array)
        if self._keep_layout and "strides" in tree:
            array = _laid_out(array, tree["strides"])
        return array if key == "a" else self._tensor_of(array)


def clean(text: str) -> str:
    """Text that can be written anywhere: halves of surrogate pairs are replaced."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def _usual(array: np.ndarray) -> np.ndarray:
    """Numbers held as Python objects, or with more digits than others, as others."""
    if array.dtype.char in "gG":
        return array.astype(np.float64 if array.dtype.char == "g" else np.complex128)
    if array.dtype.kind != "O" or array.size > MOST_OBJECTS:
        return array
    try:
        made = np.array(array.tolist())
    except ValueError:
        return array
    return made if made.shape == array.shape else array


def _layout(array: np.ndarray) -> dict[str, Any]:
    """The steps of an array that is not contiguous, in elements."""
    if array.flags.c_contiguous or array.size == 0:
        return {}
    size = array.dtype.itemsize
    if any(step % size for step in array.strides):
        return {}
    return {"strides": [step // size for step in array.strides]}


def _laid_out(array: np.ndarray, strides: Any) -> np.ndarray:
    """A copy with these steps, so that a function meets the layout that was meant."""
    if (
        type(strides) is not list
        or len(strides) != array.ndim
        or not all(type(step) is int for step in strides)
    ):
        raise ValueError("not a layout")
    ends = [(n - 1) * step for n, step in zip(array.shape, strides, strict=True)]
    first, last = sum(min(0, end) for end in ends), sum(max(0, end) for end in ends)
    if array.size == 0 or last - first > 16 * array.size + 64:
        return array
    memory = np.zeros(last - first + 1, array.dtype)
    steps = [step * array.itemsize for step in strides]
    view = as_strided(memory[-first:], array.shape, steps)
    view[...] = array
    return view
