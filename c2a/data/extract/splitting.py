"""Parts to learn from and to be tested on that share nothing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np


class Families:
    """Groups that grow by being told that two things belong together."""

    def __init__(self, things: Iterable[Hashable]) -> None:
        self._parent = {thing: thing for thing in things}

    def __contains__(self, thing: Hashable) -> bool:
        return thing in self._parent

    def __getitem__(self, thing: Hashable) -> Hashable:
        """The member that stands for the family of `thing`."""
        while self._parent[thing] != thing:
            # Halving the path on the way keeps later searches short.
            self._parent[thing] = self._parent[self._parent[thing]]
            thing = self._parent[thing]
        return thing

    def join(self, one: Hashable, other: Hashable) -> None:
        """Make one family of the families of two things."""
        self._parent[self[one]] = self[other]


def split_by_family(
    families: Sequence[Hashable], test_share: float, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Indices of a training and a test part, each in shuffled order.

    families: of each example the family; all of a family come into one part. Whole
    families, drawn at random, make up at least `test_share` of the examples.
    """
    rng = np.random.default_rng(seed)
    number = {family: i for i, family in enumerate(dict.fromkeys(families))}
    of_example = np.array([number[family] for family in families])
    sizes = np.bincount(of_example)
    drawn = rng.permutation(len(sizes))
    before = np.cumsum(sizes[drawn]) - sizes[drawn]
    chosen = drawn[before < test_share * len(of_example)]
    order = rng.permutation(len(of_example))
    in_test = np.isin(of_example[order], chosen)
    return order[~in_test], order[in_test]
