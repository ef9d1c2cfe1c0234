import json

import numpy as np
import pytest

from c2a.weights.storage import WeightsError, decode, encode, safetensors


def state():
    random = np.random.default_rng(0)
    return {
        "layer.weight": random.normal(size=(5, 3, 2)).astype(np.float32),
        "layer.bias": random.normal(size=5).astype(np.float32),
        "norm.num_batches_tracked": np.array(7),
    }


def test_float16_keeps_three_digits_and_all_that_is_small():
    stored = encode(state(), "float16")
    assert stored["layer.weight"].dtype == np.float16
    back = decode(stored)
    assert back["layer.weight"].dtype == np.float32
    np.testing.assert_allclose(back["layer.weight"], state()["layer.weight"], rtol=1e-3)
    for exact in ("layer.bias", "norm.num_batches_tracked"):
        np.testing.assert_array_equal(back[exact], state()[exact])


def test_int8_is_off_by_half_a_step_of_its_row_at_most():
    original = state()
    original["layer.weight"][1] *= 1000  # must not coarsen the other rows
    original["layer.weight"][2] = 0
    stored = encode(original, "int8")
    assert stored["layer.weight"].dtype == np.int8
    error = np.abs(decode(stored)["layer.weight"] - original["layer.weight"])
    largest = np.abs(original["layer.weight"]).max((1, 2))
    assert (error.max((1, 2)) <= largest / 127 / 2 * 1.0001).all()
    assert error.max() > 0


@pytest.mark.parametrize(
    ("value", "reason"), [(np.nan, "not finite"), (1e5, "too large for float16")]
)
def test_what_cannot_be_stored_is_refused(value, reason):
    weights = {"w": np.array([[value]], np.float32)}
    with pytest.raises(WeightsError, match=f"w .*{reason}"):
        encode(weights, "float16")


@pytest.mark.parametrize("precision", ["float16", "int8"])
def test_the_browsers_file_reads_by_its_public_description(precision):
    """Read as https://github.com/huggingface/safetensors says, by nothing of ours."""
    stored = encode(state(), precision)
    file = safetensors(stored, {"name": "nets"})
    begin = 8 + int.from_bytes(file[:8], "little")
    header = json.loads(file[8:begin])
    assert header.pop("__metadata__") == {"name": "nets"}
    assert begin % 8 == 0
    types = {"F32": "<f4", "F16": "<f2", "I8": "i1", "I64": "<i8"}
    spans = sorted(entry["data_offsets"] for entry in header.values())
    assert [0, *[end for _, end in spans]] == [
        *[start for start, _ in spans],
        len(file) - begin,
    ]
    assert header.keys() == stored.keys()
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        kind = np.dtype(types[entry["dtype"]])
        assert start % kind.itemsize == 0
        array = np.frombuffer(file[begin + start : begin + end], kind)
        np.testing.assert_array_equal(array.reshape(entry["shape"]), stored[name])
