"""How weights are kept: one or two bytes each in an .npz, and as browsers read them.

Tensors of two and more dimensions are float16, or int8 with one scale a row, ``NAME``
and ``NAME/scale``: value = int8 * scale of its row, the first axis. One-dimensional
tensors, biases and norms, weigh little and stay float32; integers stay integers.

Nothing here needs torch, so that the site is built without it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

import numpy as np

from c2a.errors import C2AError

Precision = Literal["float16", "int8"]
Arrays = dict[str, np.ndarray]

SCALE = "/scale"
SAFETENSORS_TYPES = {"float32": "F32", "float16": "F16", "int8": "I8", "int64": "I64"}


class WeightsError(C2AError):
    """Weights are missing or damaged, or cannot be stored."""


def encode(state: Mapping[str, np.ndarray], precision: Precision) -> Arrays:
    """Arrays to store for a state of float32 and integer arrays.

    Raises:
        WeightsError: a value is not finite, or too large for float16.
    """
    stored: Arrays = {}
    for name, array in state.items():
        if not np.isfinite(array).all():
            raise WeightsError(f"{name} holds values that are not finite.")
        if array.ndim < 2 or array.dtype.kind != "f":
            stored[name] = array
        elif precision == "int8":
            stored[name], stored[name + SCALE] = _quantized(array)
        else:
            if np.abs(array).max() > np.finfo(np.float16).max:
                raise WeightsError(
                    f"{name} is too large for float16: store it as int8."
                )
            stored[name] = array.astype(np.float16)
    return stored


def _quantized(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Int8 and the scale of each row: its largest size becomes 127."""
    rows = array.reshape(len(array), -1)
    scale = np.abs(rows).max(1).astype(np.float32) / 127
    scale[scale == 0] = 1
    values = np.rint(rows / scale[:, None]).astype(np.int8)
    return values.reshape(array.shape), scale


def decode(stored: Mapping[str, np.ndarray]) -> Arrays:
    """The state that was stored: float32, and integers as they were."""
    state: Arrays = {}
    for name, array in stored.items():
        if name.endswith(SCALE):
            continue
        if array.dtype == np.int8:
            scale = stored[name + SCALE]
            array = array * scale.reshape(-1, *[1] * (array.ndim - 1))
        state[name] = array.astype(np.float32) if array.dtype.kind == "f" else array
    return state


def safetensors(stored: Mapping[str, np.ndarray], about: Mapping[str, str]) -> bytes:
    """Stored arrays as one file in the safetensors layout, for JavaScript to read.

    The length of a JSON header (little-endian, 8 bytes), the header, the data. Larger
    items come first, so that each array starts where a typed array may.

    Args:
        stored: what `encode` gave.
        about: goes into the header as ``__metadata__``.
    """
    header: dict[str, object] = {"__metadata__": dict(about)}
    data = b""
    for name in sorted(stored, key=lambda name: -stored[name].itemsize):
        array = stored[name]
        part = array.astype(array.dtype.newbyteorder("<")).tobytes()
        header[name] = {
            "dtype": SAFETENSORS_TYPES[array.dtype.name],
            "shape": array.shape,
            "data_offsets": [len(data), len(data) + len(part)],
        }
        data += part
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data
