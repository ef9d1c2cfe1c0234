"""Families and parts that share none of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2a.data.extract.splitting import Families, split_by_family


def test_families_grow_together():
    families = Families("abcde")
    families.join("a", "b")
    families.join("c", "d")
    assert families["a"] == families["b"] != families["c"]
    families.join("b", "d")
    assert len({families[thing] for thing in "abcd"}) == 1
    assert families["e"] == "e"
    assert "f" not in families


@given(st.lists(st.integers(0, 30), min_size=20, max_size=200), st.floats(0.05, 0.5))
def test_parts_share_no_family_and_miss_nobody(families, share):
    train, test = split_by_family(families, share)
    assert sorted([*train, *test]) == list(range(len(families)))
    of = np.array(families)
    assert not set(of[train]) & set(of[test])
    assert len(test) >= share * len(families)


def test_split_is_the_same_every_time_and_near_the_share():
    families = [number // 3 for number in range(3000)]
    train, test = split_by_family(families, 0.1)
    again, _ = split_by_family(families, 0.1)
    assert train.tolist() == again.tolist()
    assert len(test) == pytest.approx(300, abs=3)
    assert train.tolist() != sorted(train)
