"""The bench shows the long study's numbers, and none before it is asked."""

import numpy as np
import pytest

from c2a.weights import record
from c2a.widgets import TransferBench
from c2a.widgets.transfer_bench import NAMES, TARGETS


def test_the_table_is_the_studys():
    figure = TransferBench()
    for target, counts in TARGETS.items():
        metric = record(f"transfer-{target}")["metric"]
        for strategy, rows in figure.results[target].items():
            assert strategy in NAMES
            for count, row in zip(counts, rows, strict=False):
                assert np.mean(row) == pytest.approx(
                    metric[f"{strategy}, {count} a class"], abs=1e-3
                )


def test_mean_and_spread_are_numpys(javascript):
    values = [0.4, 0.5, 0.45, 0.61]
    found = javascript("transfer_bench")("summary", values)
    assert found["mean"] == pytest.approx(np.mean(values))
    assert found["spread"] == pytest.approx(np.std(values, ddof=1))


def test_only_what_was_uncovered_is_drawn(javascript):
    js = javascript("transfer_bench")
    uncovered = ["emoji probe 2", "digits cnn 0", "emoji probe 0", "emoji cnn 1"]
    assert js("uncoveredOf", uncovered, "emoji") == {"probe": [0, 2], "cnn": [1]}
    assert "Guess first" in TransferBench().still().svg("")
    assert "No result" in TransferBench().alt
    assert "borrowed, head only with 5 labels" in TransferBench(uncovered=uncovered).alt


def test_a_target_with_fewer_label_counts_takes_its_last(javascript):
    results = TransferBench().results
    index = javascript("transfer_bench")("labelIndex", results, "emoji", "probe", 3)
    assert index == 2


@pytest.mark.browser
def test_showing_uncovers_the_accuracy(open_figure):
    page = open_figure(TransferBench())
    page.get_by_role("button", name="Show").click()
    page.get_by_text("over 5 draws").first.wait_for()
