"""The figure answers with the bench's numbers, and not before it is asked."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from c2a.weights import record
from c2a.widgets import RankTheFour
from c2a.widgets.rank_the_four import KINDS, RUNS


def test_the_tables_are_the_benchs():
    results = RankTheFour().results
    for (examples, budget), (name, rows) in RUNS.items():
        metric = record(name)["metric"]
        for row in rows:
            for kind, runs in zip(
                KINDS, results[f"{examples} {budget}"][row], strict=True
            ):
                assert np.mean(runs) == pytest.approx(
                    metric[f"{row}, {kind}"], abs=1e-3
                )


def test_intervals_are_scipys(javascript):
    a, b = [0.82, 0.84, 0.83], [0.81, 0.82, 0.80]
    found = javascript("rank_the_four")("difference", a, b)
    right = ttest_rel(a, b).confidence_interval(0.95)
    assert [found["low"], found["high"]] == pytest.approx([right.low, right.high])


def test_a_pair_is_confirmed_contradicted_or_left_open(javascript):
    runs = [[0.8, 0.81, 0.82], [0.7, 0.71, 0.72], [0.81, 0.80, 0.82], [0.9, 0.91, 0.92]]
    pairs = javascript("rank_the_four")(
        "judgePairs", ["MLP", "CNN", "RNN", "transformer"], runs
    )
    verdicts = {(p["a"], p["b"]): p["verdict"] for p in pairs}
    assert verdicts["MLP", "CNN"] == "yes"
    assert verdicts["MLP", "RNN"] == "no difference"
    assert verdicts["RNN", "transformer"] == "no"


def test_an_order_stays_an_order(javascript):
    order = ["RNN", "CNN", "RNN", "transformer"]  # RNN has just been put first
    found = javascript("rank_the_four")("placed", order, 0)
    assert found == ["RNN", "CNN", "MLP", "transformer"]


def test_the_still_covers_what_was_not_asked():
    assert "covered" in RankTheFour().alt
    assert "Measured: MLP" in RankTheFour(uncovered=True).alt


@pytest.mark.browser
def test_the_evidence_comes_when_asked(open_figure):
    page = open_figure(RankTheFour())
    page.get_by_label("first").select_option("transformer")
    last = page.get_by_label("fourth")
    assert last.evaluate("list => list.options[list.selectedIndex].text") == "MLP"
    page.get_by_role("button", name="Show the evidence").click()
    page.get_by_text("no difference in").first.wait_for()
