"""Every model that ships is what its record says, and what its recipe gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from c2a import weights
from c2a.publishing.weights.__main__ import measured
from c2a.publishing.weights.recipe import find, recipes, same_code

ROOT = Path(__file__).parents[2]
NAMES = weights.names()
MEGABYTES = 12


def test_every_recipe_has_weights_and_the_reverse():
    missing = sorted(recipes(ROOT).keys() - set(NAMES))
    assert not missing, f"Run `make weights NAME=...` for {missing}."
    assert sorted(set(NAMES) - recipes(ROOT).keys()) == []


def test_all_weights_together_are_small():
    total = sum(path.stat().st_size for path in weights.FOLDER.glob("*.npz"))
    assert total < MEGABYTES * 10**6


@pytest.mark.parametrize("name", NAMES)
def test_the_recipe_is_still_the_one_that_was_run(name):
    recipe, record = find(name, ROOT), weights.record(name)
    assert same_code(recipe.source, record["recipe"]), (
        f"Run `make weights NAME={name}`."
    )
    assert recipe.precision == record["precision"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_weights_measure_what_the_record_says_and_the_untrained_net_does_not(name):
    record = weights.record(name)
    untrained, metric = measured(find(name, ROOT), weights.FOLDER / f"{name}.npz")
    assert metric == pytest.approx(record["metric"], rel=2e-3, abs=2e-3)
    for key, value in metric.items():
        assert untrained[key] != pytest.approx(value, rel=0.1)
