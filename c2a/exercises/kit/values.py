"""Values that answers are made of: make them plain, copy, measure and show them.

Only plain values are compared. `plain` turns what a student's function returned into
numbers of our own before anything is asked of it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

KINDS = {"b": "bool", "i": "integer", "u": "integer", "f": "float", "c": "complex"}
SHOWN_ELEMENTS = 64
#: Says that there is no value, where None would be one.
ABSENT = object()


class UnsupportedValueError(Exception):
    """A value that cannot be compared; the message names its type."""


@dataclass(frozen=True, eq=False)
class Tensor:
    """The numbers of a torch tensor; torch itself need not be imported to judge."""

    array: np.ndarray


@dataclass(frozen=True)
class Raises:
    """Expected instead of a value: an exception of this class name."""

    name: str


def _array(value: Any, copy: bool | None) -> np.ndarray:
    """An array of `value`. NumPy 1 does not know copy=None, "only where needed"."""
    return np.array(value) if copy else np.asarray(value)


def plain(value: Any, copy: bool | None = True) -> Any:
    """A copy of `value` made of plain types only; if `copy` is None, only where needed.

    Raises UnsupportedValueError for anything that is not a number, text, None, array,
    tensor, or a list, tuple or dict (with str keys) of these.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Tensor):
        return Tensor(_array(value.array, copy))
    if isinstance(value, np.ndarray | np.generic):
        array = _usual(_array(value, copy))
        if array.dtype.kind not in KINDS:
            raise UnsupportedValueError(f"array of dtype {array.dtype}")
        return array
    if _is_tensor(value):
        return Tensor(_array(_numbers_of(value), copy))
    if isinstance(value, list | tuple):
        kind = list if isinstance(value, list) else tuple
        return kind(plain(part, copy) for part in value)
    if isinstance(value, dict) and all(type(key) is str for key in value):
        return {key: plain(part, copy) for key, part in value.items()}
    raise UnsupportedValueError(type(value).__name__)


def duplicate(value: Any) -> Any:
    """A deep copy that keeps strides and memory order; `Tensor` becomes torch's.

    A function under test gets its own copy, as non-contiguous as the original.
    """
    if isinstance(value, np.ndarray):
        return _duplicate_array(value)
    if isinstance(value, Tensor):
        return _as_torch(_duplicate_array(value.array))
    if isinstance(value, list | tuple):
        return type(value)(map(duplicate, value))
    if isinstance(value, dict):
        return {key: duplicate(part) for key, part in value.items()}
    if _is_tensor(value):
        return value.detach().clone()
    return value


def changed_argument(after: tuple, before: tuple) -> int | None:
    """Position of the first argument that differs, or None."""
    for position, (new, old) in enumerate(zip(after, before, strict=False)):
        if not _identical(plain(new, copy=None), plain(old, copy=None)):
            return position
    return None


def size(value: Any) -> int:
    """How much a value holds, in numbers, letters or tokens, and how large ints are.

    It is the measure of the smallest failing case.
    """
    if isinstance(value, Tensor):
        return int(value.array.size)
    if isinstance(value, np.ndarray):
        return int(value.size)
    if _is_tensor(value):
        return int(value.numel())
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(size, value.values()))
    if isinstance(value, list | tuple):
        return len(value) + sum(map(size, value))
    return abs(value) if type(value) is int else 1


def holds(value: Any) -> int:
    """How many numbers, letters and other parts a plain value holds."""
    if isinstance(value, dict):
        return len(value) + sum(map(holds, value.values()))
    if isinstance(value, list | tuple):
        return len(value) + sum(map(holds, value))
    return 1 if isinstance(value, int) else size(value)


def parts(value: Any) -> int:
    """How many values lie in the lists, tuples and dicts of a plain value."""
    if isinstance(value, dict):
        return len(value) + sum(map(parts, value.values()))
    if isinstance(value, list | tuple):
        return len(value) + sum(map(parts, value))
    return 0


def numbers(value: Any) -> Any:
    """A plain value in which arrays stand for tensors."""
    if isinstance(value, Tensor):
        return value.array
    if isinstance(value, list | tuple):
        return type(value)(map(numbers, value))
    if isinstance(value, dict):
        return {key: numbers(part) for key, part in value.items()}
    return value


def show(value: Any) -> str:
    """A short text for a value, with the shape and dtype of arrays."""
    if _is_tensor(value):
        value = plain(value)
    if isinstance(value, Tensor):
        return "tensor " + show(value.array).removeprefix("array ")
    if isinstance(value, np.ndarray):
        about = f"array of shape {value.shape}, {value.dtype}"
        if value.size == 0:
            return f"{about} (empty)"
        text = np.array2string(
            value,
            threshold=SHOWN_ELEMENTS,
            precision=5,
            edgeitems=2,
            suppress_small=False,
        )
        return f"{about}:\n{text}"
    text = value.name if isinstance(value, Raises) else repr(value)
    return text if len(text) <= 400 else text[:400] + " …"


def _identical(one: Any, other: Any) -> bool:
    """Whether two plain values are equal bit for bit (NaN equals NaN)."""
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        one, other = one.array, other.array
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.shape != other.shape or one.dtype != other.dtype:
            return False
        # The first question is the quicker one, and usually enough.
        return one.tobytes() == other.tobytes() or np.array_equal(
            one, other, equal_nan=one.dtype.kind in "fc"
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _identical(one[key], other[key]) for key in one
        )
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_identical, one, other))
    return type(one) is type(other) and one == other


def _is_tensor(value: Any) -> bool:
    """Whether this is a torch tensor, without importing torch."""
    return any(
        cls.__module__ == "torch" and cls.__name__ == "Tensor"
        for cls in type(value).__mro__
    )


def _usual(array: np.ndarray) -> np.ndarray:
    """Numbers held as Python objects, or with more digits than others, as usual ones.

    The sandbox does the same on its side.
    """
    if array.dtype.char in "gG":
        return array.astype(np.float64 if array.dtype.char == "g" else np.complex128)
    if array.dtype.kind != "O":
        return array
    try:
        made = np.array(array.tolist())
    except ValueError:
        return array
    return made if made.shape == array.shape else array


def _numbers_of(tensor: Any) -> np.ndarray:
    """The numbers of a torch tensor, be it sparse, lazy or of torch's own dtype."""
    try:
        dense = tensor.detach().to_dense().cpu().resolve_conj().resolve_neg()
        if str(dense.dtype) == "torch.bfloat16":
            dense = dense.float()
        return dense.numpy()
    except (RuntimeError, TypeError, NotImplementedError):
        raise UnsupportedValueError(f"tensor of {tensor.dtype}") from None


def _as_torch(array: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(array)


def _duplicate_array(array: np.ndarray) -> np.ndarray:
    """Copy an array; a strided view stays a strided view."""
    if array.flags.c_contiguous:
        return array.copy()
    if array.flags.f_contiguous:
        return array.copy(order="F")
    padded = np.empty((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    view = padded[..., ::2]
    view[...] = array
    return view
