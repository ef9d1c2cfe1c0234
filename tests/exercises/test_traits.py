"""The kind of input that fails, told without its numbers."""

import numpy as np

from c2a.exercises.kit.cases import Case
from c2a.exercises.kit.traits import telling_traits


def kinds(cases, failing, parameters=("x", "stride")):
    return telling_traits(parameters, cases, set(failing))


def test_what_only_the_failing_cases_have_is_told():
    square, wide = np.ones((2, 2)), np.ones((2, 3))
    cases = [Case((x, s), "g") for x in (square, wide) for s in (1, 2)]
    assert kinds(cases, [1, 3]) == {"g": ["`stride` is above 1"]}
    assert kinds(cases, [2, 3]) == {"g": ["`x` is not square"]}
    single = [Case((x, 1), "g") for x in (square, square.astype(np.float32))]
    assert kinds(single, [1]) == {"g": ["`x` holds float32 numbers"]}


def test_a_group_that_fails_whole_is_held_against_the_others():
    cases = [Case((np.ones(2), 1), "a"), Case((np.ones(2), 0), "b")]
    assert kinds(cases, [1]) == {"b": ["`stride` is 0"]}
    assert kinds(cases, [0, 1]) == {"a": [], "b": []}
    assert kinds(cases, []) == {}


def test_every_kind_has_words_and_no_number_of_the_input():
    inputs = [
        np.full(3, 7.25e9), np.full(3, 7.25e-9), np.ones((4, 3)).T, np.ones((2, 3, 3)),
        np.ones(1), np.ones(0), np.array(["a"]), np.ones(3) > 0, (7, 8), -7, 0, 1, 7,
        True, None, "question",
    ]  # fmt: skip
    told = []
    for value in inputs:
        cases = [Case((np.ones(2, np.int8),), "g"), Case((value,), "g")]
        told += kinds(cases, [1], ("value",))["g"]
    text = " ".join(told)
    for part in ("huge", "tiny", "not contiguous", "longer than 1 along axis 0",
                 "one number", "empty", "different numbers", "negative"):  # fmt: skip
        assert part in text
    assert "7" not in text
    assert "question" not in text
