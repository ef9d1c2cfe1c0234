"""What replies may hold, all of an exercise together."""

from functools import partial

import numpy as np
import pytest

from c2a.exercises.kit.cases import Reply
from c2a.exercises.kit.kept import Keeper

ARGS = (np.zeros(3), [1, 2])


def kept(value, right, times=40, arguments=ARGS):
    """How many of equal replies are kept, and what the last one says."""
    keeper = Keeper()
    reply = Reply(value, arguments=arguments)
    bounded = partial(keeper.bounded, reply, ARGS, lambda: Reply(right))
    replies = [bounded() for _ in range(times)]
    return sum(each.kind == "ok" for each in replies), replies[-1].error


@pytest.mark.parametrize("part", [[], {}, "", (), None, 1.5])
@pytest.mark.parametrize("holder", [list, tuple, lambda p: dict(enumerate(p))])
def test_needless_parts_of_lists_count_over_all_replies(part, holder):
    count, error = kept(holder([part] * 40_000), 1.0, times=4)
    assert count == 2
    assert "where 1 are right" in error


@pytest.mark.parametrize("value", [np.zeros(200_000), "a" * 200_000])
def test_a_value_far_too_large_is_never_kept(value):
    count, error = kept(value, 1.0, times=2)
    assert count == 0
    assert "200,000 numbers or letters, where 1 are right" in error


def test_arguments_that_have_grown_are_not_kept():
    count, error = kept(1.0, 1.0, arguments=(np.zeros(50_000), []))
    assert count == 0
    assert "became 50,002" in error


@pytest.mark.parametrize("make", [list, np.array, lambda n: [[each] for each in n]])
def test_what_is_as_large_as_the_right_value_is_always_kept(make):
    value = make(range(30_000))
    assert kept(value, np.zeros(30_000), times=5)[0] == 5


def test_a_small_wrong_value_is_always_kept():
    assert kept([1.0] * 500, 1.0, times=400)[0] == 400
    assert kept(np.zeros(50_000), 1.0)[0] == 40


def test_what_did_not_return_is_as_it_was():
    reply = Reply(kind="timeout", error="too slow", arguments=(np.zeros(10**6),))
    assert Keeper().bounded(reply, ARGS, lambda: Reply(1.0)) is reply
