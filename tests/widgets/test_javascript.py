"""The figures' JavaScript against NumPy, SciPy and PyTorch, on random inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.signal import convolve2d

from c2a.widgets import ConvolutionStepper, convolution
from c2a.widgets.kernel_playground.presets import PRESETS
from c2a.widgets.still import format_number, signed_rgba

side = st.integers(1, 9)
seeds = st.integers(0, 2**32 - 1)
# What the formula's letters may be: i, k, s, p, d.
geometry = st.tuples(
    st.integers(1, 12),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(1, 3),
)


def to_grid(array: np.ndarray) -> dict[str, Any]:
    """A matrix as the JavaScript takes it."""
    rows, cols = array.shape
    return {"rows": rows, "cols": cols, "data": array.ravel().tolist()}


def from_grid(grid: dict[str, Any]) -> np.ndarray:
    """A matrix as the JavaScript gives it."""
    return np.array(grid["data"]).reshape(grid["rows"], grid["cols"])


def matrix(rows: int, cols: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, cols))


def torch_correlation(x: np.ndarray, kernel: np.ndarray, **options: int) -> np.ndarray:
    y = torch.nn.functional.conv2d(
        torch.from_numpy(x)[None, None], torch.from_numpy(kernel)[None, None], **options
    )
    return y[0, 0].numpy()


@given(
    side, side, st.integers(0, 20), st.sampled_from(list(convolution.PAD_MODES)), seeds
)
def test_padding_is_numpys(playground, rows, cols, pad, mode, seed):
    x = matrix(rows, cols, seed)
    found = from_grid(playground("pad2d", to_grid(x), pad, mode))
    expected = np.pad(x, pad, convolution.PAD_MODES[mode])
    np.testing.assert_array_equal(found, expected)


def test_an_unknown_padding_is_refused(playground):
    with pytest.raises(RuntimeError, match="unknown padding mode: wrap"):
        playground("pad2d", to_grid(np.ones((2, 2))), 1, "wrap")


@given(side, side, side, side, geometry, seeds)
def test_correlation_is_pytorchs(playground, rows, cols, m, n, letters, seed):
    _, _, stride, padding, dilation = letters
    x, kernel = matrix(rows, cols, seed), matrix(m, n, seed + 1)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    try:
        expected = torch_correlation(x, kernel, **options)
    except RuntimeError:
        with pytest.raises(RuntimeError, match="larger than the input"):
            playground("correlate2d", to_grid(x), to_grid(kernel), options)
        with pytest.raises(ValueError, match="larger than the padded input"):
            convolution.correlate2d(x, kernel, **options)
        return
    found = playground("correlate2d", to_grid(x), to_grid(kernel), options)
    np.testing.assert_allclose(from_grid(found), expected, atol=1e-12)
    in_python = convolution.correlate2d(x, kernel, **options)
    np.testing.assert_allclose(in_python, expected, atol=1e-12)


@given(side, side, st.sampled_from([3, 5]), seeds)
def test_convolution_flips_the_kernel(playground, rows, cols, k, seed):
    x, kernel = matrix(rows, cols, seed), matrix(k, k, seed + 1)
    applied = playground("appliedKernel", kernel.tolist(), "convolution")
    found = playground("respond", to_grid(x), applied, 1, "zero")
    expected = convolve2d(x, kernel, mode="same" if min(x.shape) >= k else "full")
    if min(x.shape) < k:  # SciPy's "same" swaps its arguments for small inputs
        r = k // 2
        expected = expected[r : r + rows, r : r + cols]
    np.testing.assert_allclose(from_grid(found), expected, atol=1e-12)


@given(st.sampled_from(list(convolution.PAD_MODES)), st.floats(0.1, 300), seeds)
def test_response_is_pythons_in_every_padding(playground, mode, divisor, seed):
    x, kernel = matrix(7, 9, seed), matrix(5, 5, seed + 1)
    found = playground("respond", to_grid(x), to_grid(kernel), divisor, mode)
    expected = convolution.correlate2d(x, kernel, padding=2, mode=mode) / divisor
    np.testing.assert_allclose(from_grid(found), expected, atol=1e-12)


@given(geometry)
def test_output_size_and_problem_agree_with_pytorch(stepper, letters):
    i, k, s, p, d = letters
    names = ("size", "kernel_size", "stride", "padding", "dilation")
    settings_ = dict(zip(names, letters, strict=True))
    said = stepper("problem", settings_)
    assert stepper("outputSize", *letters) == convolution.output_size(*letters)
    try:
        y = torch_correlation(
            np.ones((i, i)), np.ones((k, k)), stride=s, padding=p, dilation=d
        )
    except RuntimeError:
        missing = d * (k - 1) + 1 - i - 2 * p
        assert f" {missing} more " in said
        assert stepper("outputSide", settings_) == 0
    else:
        assert said == ""
        assert stepper("outputSide", settings_) == y.shape[0]


@given(geometry)
def test_unread_indices_are_those_without_gradient(stepper, letters):
    i, k, s, p, d = letters
    assume(convolution.output_size(*letters) > 0)
    x = torch.ones(1, 1, i, dtype=torch.float64, requires_grad=True)
    weight = torch.ones(1, 1, k, dtype=torch.float64)
    torch.nn.functional.conv1d(
        x, weight, stride=s, padding=p, dilation=d
    ).sum().backward()
    without = torch.nonzero(x.grad[0, 0] == 0).ravel().tolist()
    found = stepper("unread", *letters)
    assert sorted(found["between"] + found["beyond"]) == without
    last = max(stepper("taps", convolution.output_size(*letters) - 1, k, s, p, d))
    assert all(index > last for index in found["beyond"])
    assert all(index < last for index in found["between"])


@given(geometry, seeds, st.sampled_from(list(convolution.PAD_MODES)))
def test_arithmetic_of_a_cell_sums_to_the_output(stepper, letters, seed, mode):
    i, k, s, p, d = letters
    size = convolution.output_size(*letters)
    assume(size > 0)
    x, kernel = matrix(i, i, seed), matrix(k, k, seed + 1)
    row, col = np.random.default_rng(seed).integers(size, size=2).tolist()
    options = {"stride": s, "padding": p, "dilation": d, "mode": mode}
    terms = stepper("arithmetic", to_grid(x), to_grid(kernel), row, col, options)
    y = convolution.correlate2d(x, kernel, **options)
    running = np.cumsum([term["product"] for term in terms])
    np.testing.assert_allclose([t["running"] for t in terms], running, atol=1e-12)
    np.testing.assert_allclose(running[-1], y[row, col], atol=1e-12)
    inside = [0 <= t["row"] < i and 0 <= t["col"] < i for t in terms]
    assert [not term["padded"] for term in terms] == inside


@given(geometry)
def test_remarks_fit_the_settings(stepper, letters):
    i, k, s, p, d = letters
    size = convolution.output_size(*letters)
    assume(size > 0)
    names = ("size", "kernel_size", "stride", "padding", "dilation")
    said = " ".join(stepper("remarks", dict(zip(names, letters, strict=True))))
    remainder = (i + 2 * p - d * (k - 1) - 1) % s
    assert ("The floor drops" in said) == (remainder > 0)
    assert ("as large as the input" in said) == (size == i)
    if remainder:  # as many cells more as it says, and there is one step more
        longer = convolution.output_size(i + s - remainder, k, s, p, d)
        assert f"One more step would need {s - remainder} cell" in said
        assert longer == size + 1


@given(st.integers(1, 10), st.integers(1, 5))
def test_default_numbers_are_pythons(stepper, size, kernel_size):
    figure = ConvolutionStepper(size=size, kernel_size=kernel_size)
    np.testing.assert_array_equal(stepper("defaultImage", size), figure.input)
    np.testing.assert_array_equal(stepper("defaultKernel", kernel_size), figure.kernel)
    figure.close()


@given(seeds, st.floats(0.1, 500))
def test_colors_are_pythons(playground, seed, scale):
    values = 200 * matrix(4, 4, seed)
    found = playground("paint", values.ravel().tolist(), "signed", scale)
    expected = signed_rgba(values, scale)
    np.testing.assert_array_equal(np.reshape(found, (4, 4, 4)), expected)


@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_numbers_are_written_as_in_python(playground, value, digits):
    # Where the decimal is a tie in binary, the two languages may round differently.
    scaled = abs(value) * 10**digits
    assume(abs(scaled % 1 - 0.5) > 1e-6)
    found = playground("formatNumber", value, digits)
    assert found == format_number(value, digits)


@given(st.sampled_from(PRESETS))
def test_presets_are_recognized_and_explained(playground, preset):
    args = (PRESETS, preset["kernel"], preset["divisor"])
    assert playground("presetName", *args) == preset["name"]
    assert playground("presetName", *args[:2], preset["divisor"] + 1) == "custom"
    kernel = np.array(preset["kernel"], dtype=float)
    said = playground("explainSum", to_grid(kernel), preset["divisor"])
    gain = kernel.sum() / preset["divisor"]
    assert ("only differences remain" in said) == (gain == 0)
    assert ("keeps its brightness" in said) == (gain == 1)
    flipped = playground("explainFlip", to_grid(kernel))
    rotated = kernel[::-1, ::-1]
    assert ("looks the same" in flipped) == bool((rotated == kernel).all())
    assert ("changes every sign" in flipped) == bool((rotated == -kernel).all())


@given(st.sampled_from([3, 5]), st.sampled_from([3, 5]), seeds)
def test_resizing_keeps_the_center(playground, before, after, seed):
    kernel = matrix(before, before, seed)
    found = np.array(playground("resizeKernel", kernel.tolist(), after))
    if after >= before:
        expected = np.pad(kernel, (after - before) // 2)
    else:
        expected = kernel[1:-1, 1:-1]
    np.testing.assert_array_equal(found, expected)


KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from([1, 10])), max_size=8))
def test_the_cursor_stays_on_the_picture(playground, presses):
    at = [5, 5]
    for key, step in presses:
        at = playground("moveCursor", at, key, step, 8, 12)
        assert 0 <= at[0] < 8
        assert 0 <= at[1] < 12
    assert playground("moveCursor", at, "a", 1, 8, 12) is None


@given(st.integers(1, 6), st.sampled_from(KEYS), st.data())
def test_keys_move_by_a_cell_or_a_row(stepper, n, key, data):
    step = data.draw(st.integers(0, n * n - 1))
    found = stepper("nextStep", step, key, n)
    moves = {"ArrowLeft": -1, "ArrowRight": 1, "ArrowUp": -n, "ArrowDown": n}
    wanted = {"Home": 0, "End": n * n - 1}.get(key, step + moves.get(key, 0))
    assert found == (wanted if 0 <= wanted < n * n else step)
    assert stepper("nextStep", step, "Enter", n) is None
