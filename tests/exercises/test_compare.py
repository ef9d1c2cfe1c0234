"""Comparison of plain values: what counts as equal, and what a difference says."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from c2a.exercises.kit.compare import compare, differing
from c2a.exercises.kit.values import (
    Tensor,
    UnsupportedValueError,
    changed_argument,
    duplicate,
    plain,
    show,
)

NUMBERS = arrays.arrays(
    np.float64,
    arrays.array_shapes(max_dims=3, max_side=4),
    elements=st.floats(-(2**20), 2**20, width=32),
)


def test_the_elements_that_differ_are_marked():
    marked = differing(torch.tensor([1.0, 2.0]), np.array([1.0, 3.0]), 1e-5, 1e-5)
    assert marked.tolist() == [False, True]
    assert differing([1, 2], [1, 2, 3], 0, 0) is None
    assert differing("ab", "ac", 0, 0) is None


def test_of_a_text_the_first_difference_is_told():
    found = difference("abd", "abc")
    assert (found.index, found.problem) == ((2,), "value")
    assert "position 2: expected 'c', got 'd'" in found.message
    assert "'c'" not in found.private_message


def difference(got, expected):
    return compare(plain(got), plain(expected), 1e-5, 1e-5)


@given(NUMBERS)
def test_an_array_equals_its_copy_in_any_layout(array):
    assert difference(np.asfortranarray(array), array) is None
    assert difference(array.astype(np.float32), array) is None


@given(NUMBERS, st.data())
def test_one_wrong_element_is_found_at_its_index(array, data):
    index = data.draw(st.tuples(*(st.integers(0, n - 1) for n in array.shape)))
    wrong = array.copy()
    wrong[index] += 1 + np.abs(array).max()
    found = difference(wrong, array)
    assert found is not None
    assert found.problem == "value"
    assert found.index == index


@pytest.mark.parametrize(
    ("got", "expected", "problem", "said"),
    [
        (np.zeros((2, 3)), np.zeros((3, 2)), "shape", "expected (3, 2), got (2, 3)"),
        (np.zeros(2, int), np.zeros(2), "dtype", "kind float, got int64"),
        (np.zeros(2, bool), np.zeros(2, int), "dtype", "kind integer, got bool"),
        (np.array([0.0, np.nan]), np.zeros(2), "nan", "NaN at index [1]"),
        ([[1.0], [1.0, 2.0]], np.ones(1), "type", "a NumPy array, got a list"),
        (["a"], torch.ones(1), "type", "Expected a torch tensor, got a list"),
        ([1.0], np.ones((1, 1)), "shape", "expected (1, 1), got (1,)"),
        ([1], np.ones(1), "dtype", "kind float, got int64"),
        (np.ones(1, complex), np.ones(1), "dtype", "Take the real part, `.real`"),
        (torch.zeros(2), np.ones(2), "value", "expected 1, got 0"),
        (torch.zeros(2), np.ones(3), "shape", "expected (3,), got (2,)"),
        (torch.tensor(2.0), 3.0, "value", "Expected 3, got 2"),
        (None, np.ones(1), "type", "without `return`"),
        (None, 3, "type", "without `return`"),
        (2.0, 2, "type", "whole number"),
        (True, 1, "type", "Expected a whole number (int), got True or False"),
        (3, 2, "value", "Expected 2, got 3"),
        (1.1, 1.0, "value", "Expected 1"),
        ("a", "b", "value", "'b'"),
        ((1, 2), (1, 2, 3), "shape", "Expected 3 values, got 2"),
        ((1, (2, 4)), (1, (2, 3)), "value", "At [1][1] of what you return: expected 3"),
        ({"a": 1}, {"b": 1}, "shape", "keys ['b']"),
        ({"a": 2}, {"a": 1}, "value", "At ['a'] of what you return"),
        (1, (1, 2), "type", "Expected a tuple"),
    ],
)
def test_a_difference_says_what_is_wrong(got, expected, problem, said):
    found = difference(got, expected)
    assert found is not None
    assert found.problem == problem
    assert said in found.message


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (np.int64(3), 3),
        ([[1.0, 2.0]], np.array([[1.0, 2.0]])),
        ((1.0, 2.0), torch.tensor([1.0, 2.0])),
        ([], np.empty(0, int)),
        (np.array([1.0, 2.0], object), np.array([1.0, 2.0])),
        (np.ones(2, np.longdouble), np.ones(2)),
        (torch.eye(2).to_sparse(), np.eye(2)),
        (torch.ones(2, dtype=torch.bfloat16), np.ones(2)),
        (torch.tensor([1 + 0j]).conj().real, np.ones(1)),
        (3, 3.0),
        ([1, 2], (1, 2)),
        ((np.int32(1), 2), (1, 2)),
        (np.array([np.nan, 1.0]), np.array([np.nan, 1.0])),
        (np.array([np.inf]), np.array([np.inf])),
        (torch.ones(2), torch.ones(2)),
        (torch.ones(2), np.ones(2)),
        (np.ones(2), torch.ones(2)),
        (torch.tensor(3), 3),
        (torch.tensor(1.5), 1.5),
        (np.float32(1.5), torch.tensor(1.5)),
        (1.5, np.array(1.5)),
        (np.bool_(True), True),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_these_count_as_equal(got, expected):
    assert difference(got, expected) is None


def test_tolerance_scales_with_the_numbers():
    tiny = np.array([1e-12, 2e-12])
    assert difference(np.zeros(2), tiny) is not None
    assert difference(np.array([1e12, 1.0]), np.array([1e12, 0.0])) is None


def test_private_message_does_not_show_what_is_expected():
    found = difference([1, [2, 7]], [1, [2, 543]])
    assert found is not None
    assert "543" in found.message
    assert "543" not in found.private_message


def test_plain_asks_nothing_of_strange_objects():
    class Liar(np.ndarray):
        def __eq__(self, other):
            return True

    liar = np.zeros(2).view(Liar)
    assert type(plain(liar)) is np.ndarray
    for strange in (object(), {1: 2}, np.array([object()]), {1, 2}):
        with pytest.raises(UnsupportedValueError):
            plain(strange)


def test_plain_keeps_whether_it_was_a_tensor():
    tensor = plain(torch.arange(3, requires_grad=False))
    assert isinstance(tensor, Tensor)
    assert tensor.array.tolist() == [0, 1, 2]


def test_duplicate_keeps_layout_and_shares_nothing():
    strided = np.arange(8.0)[::2]
    copy = duplicate((strided, np.asfortranarray(np.ones((2, 3)))))
    assert not copy[0].flags.c_contiguous
    assert copy[1].flags.f_contiguous
    copy[0][:] = -1
    assert strided.tolist() == [0, 2, 4, 6]


def test_changed_argument_sees_every_bit():
    before = (np.array([1.0, np.nan]), [np.zeros(2)], torch.ones(2))
    assert changed_argument(duplicate(before), before) is None
    after = duplicate(before)
    after[1][0][1] = 1e-300
    assert changed_argument(after, before) == 1
    after = duplicate(before)
    after[2][0] = 0
    assert changed_argument(after, before) == 2


def test_show_is_short_and_names_shape_and_dtype():
    assert "shape (2, 2), float32" in show(np.zeros((2, 2), np.float32))
    assert "tensor of shape (3,)" in show(torch.zeros(3))
    assert "empty" in show(np.zeros((0, 2)))
    assert len(show(np.zeros((100, 100, 100)))) < 1000
    assert len(show("x" * 10_000)) < 500
