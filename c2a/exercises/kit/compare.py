"""Compare what an answer returned with what is expected."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from c2a.exercises.kit.values import ABSENT, KINDS, Tensor, numbers, show


@dataclass(frozen=True)
class Difference:
    """How a value differs from the expected one.

    `expected` and `got` are the whole values, put into words only when asked: that is
    slow, and most differences are never shown.
    """

    problem: str
    message: str
    expected: Any = ABSENT
    got: Any = ABSENT
    index: tuple[int, ...] | None = None
    hidden_message: str = ""
    path: tuple[int | str, ...] = ()

    @property
    def private_message(self) -> str:
        """The message without the expected value."""
        return self.hidden_message or self.message

    def as_dict(self) -> dict[str, Any]:
        """The parts that are there, as strings and lists."""
        parts: dict[str, Any] = {"problem": self.problem, "message": self.message}
        for name, value in (("expected", self.expected), ("got", self.got)):
            if value is not ABSENT:
                parts[name] = show(value)
        if self.index is not None:
            parts["index"] = [int(i) for i in self.index]
        return parts


class Tolerance(NamedTuple):
    """An element may differ by relative * its own size + largest * the largest + floor.

    The sizes are those of the expected numbers.
    """

    relative: float
    largest: float
    floor: float = 0.0


def compare(
    got: Any, expected: Any, rtol: float, atol: float, floor: float = 0.0
) -> Difference | None:
    """The first difference between a plain value and the expected one, or None.

    Numbers count, not what holds them: a tensor may stand for an array, an array for a
    tensor, lists of numbers for either, either for a single number. Types and shapes
    come first, then the kind of dtype, then NaN, then numbers.
    An element may differ by rtol*|expected| + atol*max|expected| + floor.
    """
    difference = _compare(got, expected, Tolerance(rtol, atol, floor))
    if difference is None or not difference.path:
        return difference
    where = "".join(f"[{part!r}]" for part in difference.path)
    inside = [part for part in difference.path if isinstance(part, int)]
    place = f"At {where} of what you return: "
    return replace(
        difference,
        message=place + _lowered(difference.message),
        hidden_message=place + _lowered(difference.private_message),
        expected=expected,
        got=got,
        index=(*inside, *(difference.index or ())),
    )


def _compare(got: Any, expected: Any, tolerance: Tolerance) -> Difference | None:
    """The same; of a part of a sequence it tells the path to it."""
    if isinstance(expected, np.ndarray | Tensor):
        return _compare_arrays(got, expected, tolerance)
    if isinstance(expected, list | tuple):
        return _compare_sequences(got, expected, tolerance)
    if isinstance(expected, dict):
        return _compare_dicts(got, expected, tolerance)
    if type(expected) in (int, float):
        return _compare_numbers(got, expected, tolerance)
    got = _unwrapped(got)
    if type(got) is not type(expected):
        return _type_difference(got, expected)
    if got == expected:
        return None
    if isinstance(expected, str) and len(expected) > 1:
        return _text_difference(got, expected)
    return _value_difference(got, expected)


def differing(got: Any, expected: Any, rtol: float, atol: float) -> np.ndarray | None:
    """Which elements of an array differ; None where that cannot be asked."""
    one, other = np.asarray(numbers(got)), np.asarray(numbers(expected))
    if one.shape != other.shape or not {one.dtype.kind, other.dtype.kind} <= set(KINDS):
        return None
    return ~_close(one, other, Tolerance(rtol, atol))


def _compare_numbers(
    got: Any, expected: float, tolerance: Tolerance
) -> Difference | None:
    got = _unwrapped(got)
    whole = type(expected) is int
    if type(got) is not int and (whole or type(got) is not float):
        if whole and type(got) is float:
            return Difference(
                "type",
                f"Expected a whole number (int), got the float {got!r}.",
                expected,
                got,
                hidden_message=f"Expected a whole number (int), got {got!r}.",
            )
        return _type_difference(got, expected)
    if whole:
        return None if got == expected else _value_difference(got, expected)
    return _compare_arrays(
        np.array(float(got)), np.array(float(expected)), tolerance, (got, expected)
    )


def _unwrapped(value: Any) -> Any:
    """The number in an array or tensor without axes; other values as they are."""
    array = value.array if isinstance(value, Tensor) else value
    return array.item() if isinstance(array, np.ndarray) and not array.ndim else value


def _compare_sequences(
    got: Any, expected: list | tuple, tolerance: Tolerance
) -> Difference | None:
    if not isinstance(got, list | tuple):
        return _type_difference(got, expected)
    if len(got) != len(expected):
        return Difference(
            "shape",
            f"Expected {len(expected)} values, got {len(got)}.",
            expected,
            got,
        )
    for position, (one, other) in enumerate(zip(got, expected, strict=True)):
        difference = _compare(one, other, tolerance)
        if difference:
            return replace(difference, path=(position, *difference.path))
    return None


def _compare_dicts(got: Any, expected: dict, tolerance: Tolerance) -> Difference | None:
    if not isinstance(got, dict):
        return _type_difference(got, expected)
    if set(got) != set(expected):
        return Difference(
            "shape", f"Expected the keys {sorted(expected)}, got {sorted(got)}."
        )
    for key, other in expected.items():
        difference = _compare(got[key], other, tolerance)
        if difference:
            return replace(difference, path=(key, *difference.path))
    return None


def _compare_arrays(
    got: Any,
    expected: np.ndarray | Tensor,
    tolerance: Tolerance,
    shown: tuple[Any, Any] | None = None,
) -> Difference | None:
    other = expected.array if isinstance(expected, Tensor) else expected
    if type(got) in (int, float) and not other.ndim:
        got = np.array(got)
    if isinstance(got, list | tuple):
        got = _as_array(got, other)
    if not isinstance(got, np.ndarray | Tensor):
        return _type_difference(got, expected)
    one = got.array if isinstance(got, Tensor) else got
    shown_got, shown_expected = shown or (got, expected)
    whole = shown_expected, shown_got
    if one.shape != other.shape:
        return Difference(
            "shape",
            f"Wrong shape: expected {other.shape}, got {one.shape}.",
            *whole,
            hidden_message=f"Wrong shape: got {one.shape}.",
        )
    if KINDS[one.dtype.kind] != KINDS[other.dtype.kind]:
        kinds = KINDS[other.dtype.kind], one.dtype
        message = "Wrong dtype: expected numbers of kind {}, got {}.".format(*kinds)
        if one.dtype.kind == "c":
            message += " Take the real part, `.real`."
        return Difference("dtype", message, *whole)
    unexpected = np.isnan(one) & ~np.isnan(other)
    if unexpected.any():
        index = _first(unexpected)
        where = f" at index {list(index)}" if index else ""
        return Difference("nan", f"There is a NaN{where}.", *whole, index=index)
    wrong = ~_close(one, other, tolerance)
    if not wrong.any():
        return None
    index = _first(wrong)
    there = f"at index {list(index)}" if index else "here"
    count = f"{wrong.sum()} of {wrong.size} numbers are wrong. " if index else ""
    got_there = f"got {one[index]:.6g}"
    return Difference(
        "value",
        f"{count}First {there}: expected {other[index]:.6g}, {got_there}."
        if index
        else f"Expected {other[index]:.6g}, {got_there}.",
        *whole,
        index=index,
        hidden_message=f"{count}First {there}: {got_there}, which is not right.",
    )


def _as_array(got: list | tuple, other: np.ndarray) -> Any:
    """Lists of numbers as the array that they stand for; anything else as it is."""
    try:
        array = np.asarray(numbers(got))
    except ValueError:  # rows of different lengths
        return got
    if array.dtype.kind not in KINDS:
        return got
    return array if array.size else array.astype(other.dtype)


def _close(one: np.ndarray, other: np.ndarray, tolerance: Tolerance) -> np.ndarray:
    """Which elements agree. The absolute part scales with the largest number."""
    if one.dtype.kind in "biu" and other.dtype.kind in "biu":
        return one == other
    kind = np.complex128 if other.dtype.kind == "c" else np.float64
    one, other = one.astype(kind), other.astype(kind)
    finite = np.isfinite(other)
    largest = np.abs(other[finite]).max(initial=0.0) or 1.0
    with np.errstate(invalid="ignore", over="ignore"):  # np.isclose is slower
        allowed = tolerance.relative * np.abs(other) + tolerance.largest * largest
        near = np.abs(one - other) <= allowed + tolerance.floor
    return (near & finite) | (one == other) | (np.isnan(one) & np.isnan(other))


def _type_difference(got: Any, expected: Any) -> Difference:
    missing = " Does the function end without `return`?" if got is None else ""
    message = f"Expected {_type_name(expected)}, got {_type_name(got)}.{missing}"
    return Difference("type", message, expected, got)


def _value_difference(got: Any, expected: Any) -> Difference:
    message = f"Expected {show(expected)}, got {show(got)}."
    hidden = f"{show(got)} is not right."
    if _is_letter(expected) and not _is_letter(got):
        hidden = f"Expected one capital letter, got {show(got)}."
    return Difference("value", message, expected, got, hidden_message=hidden)


def _text_difference(got: str, expected: str) -> Difference:
    pairs = zip(got, expected, strict=False)
    shared = min(len(got), len(expected))
    index = next((i for i, (a, b) in enumerate(pairs) if a != b), shared)
    where = f"First difference at position {index}"
    return Difference(
        "value",
        f"{where}: expected {expected[index : index + 1]!r}, "
        f"got {got[index : index + 1]!r}.",
        expected,
        got,
        (index,),
        f"{where}: {got[index : index + 1]!r} is not right.",
    )


def _lowered(sentence: str) -> str:
    """A sentence as it goes on after a colon."""
    return sentence[:1].lower() + sentence[1:]


def _is_letter(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 1 and value.isupper()


def _type_name(value: Any) -> str:
    if isinstance(value, Tensor):
        return "a torch tensor"
    if isinstance(value, np.ndarray):
        return "a NumPy array"
    names = {
        int: "a whole number (int)",
        float: "a number (float)",
        bool: "True or False",
        str: "text (str)",
        list: "a list",
        tuple: "a tuple",
        dict: "a dictionary",
    }
    return names.get(type(value), repr(value) if value is None else str(type(value)))


def _first(mask: np.ndarray) -> tuple[int, ...]:
    """Index of the first true element."""
    return tuple(int(i) for i in np.argwhere(mask)[0])
