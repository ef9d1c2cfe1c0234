"""An answer is not wrong for the digits that rounding took from it."""

import numpy as np
import pytest

from c2a.exercises.kit.cases import Case, Reply
from c2a.exercises.kit.exercise import Exercise
from c2a.exercises.kit.judge import evaluate


def exercise(reference):
    return Exercise(
        name="f",
        title="A function",
        points={"all": 1.0},
        reference=reference,
        visible=list,
        hidden=lambda rng: [],
        mistakes=(),
        alternatives=(),
        hints=(),
        section="",
    )


def passes(reference, answer, *args):
    reply = evaluate(answer, args)
    (outcome,) = exercise(reference).outcomes([Case(args, "all")], [reply])
    return outcome.passed


def mean(x):
    return np.array([np.mean(x, dtype=np.float64)])


#: Their mean is a hundred thousandth of their size.
CANCELING = np.array([0.7, -0.4, 0.1, -0.39999], dtype=np.float32)


def test_digits_lost_by_cancellation_cost_nothing():
    single = mean(CANCELING) + 1e-8
    assert abs(single / mean(CANCELING) - 1) > 1e-3  # far beyond the usual tolerance
    assert passes(mean, lambda x: single, CANCELING)
    assert passes(lambda x: [{"m": mean(x)}], lambda x: [{"m": single}], CANCELING)
    assert passes(lambda x: float(mean(x)[0]), lambda x: float(single[0]), CANCELING)


@pytest.mark.parametrize("wrong", [0.0, 1e-6, 1e-5])
def test_more_than_rounding_is_wrong(wrong):
    assert not passes(mean, lambda x: mean(x) + 1e-6 + wrong, CANCELING)


def test_a_small_number_that_is_well_known_must_be_right():
    """A product has all of its digits, however small it is."""
    x = np.array([1e-3, 1e-4, 2e-4])
    product = np.prod(x)
    assert passes(np.prod, lambda x: product * (1 + 1e-6), x)
    assert not passes(np.prod, lambda x: 0.0, x)
    assert not passes(np.prod, lambda x: 2 * product, x)


def test_a_tie_excuses_nothing():
    def first(x):
        return (np.arange(len(x)) == np.argmax(x)) * 0.1

    tied = np.array([1.0, 3.0, 3.0])
    assert passes(first, first, tied)
    assert not passes(first, lambda x: np.roll(first(x), 1), tied)


def test_whole_numbers_must_be_equal():
    def ranks(x):
        return np.argsort(x)

    x = np.array([1.0, 1.0 + 1e-9, 2e5])
    assert not passes(ranks, lambda x: ranks(x)[[1, 0, 2]], x)


def test_what_the_reference_refuses_is_no_rounding():
    def fussy(x):
        if x[0] != 0.5:
            raise ValueError("only one half")
        return mean(x)

    x = np.array([0.5, -0.5 + 1e-6])
    assert not passes(fussy, lambda x: mean(x) + 1e-7, x)
    reply = Reply(mean(x) + 1e-7)
    (outcome,) = exercise(fussy).outcomes([Case((x,), "all")], [reply])
    assert outcome.detail["problem"] == "value"
