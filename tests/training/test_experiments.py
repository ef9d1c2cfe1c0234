import math
import time
import warnings

import numpy as np
import pytest
from scipy import stats

from c2a.scale import set_scale
from c2a.training import Result, TrainingError, calibrate, repeat, tune

VALUES = [0.878, 0.884, 0.881, 0.879]


def test_repeat_runs_every_seed_and_prints_stably():
    result = repeat(lambda seed: VALUES[seed], seeds=range(4))
    assert result.values.tolist() == VALUES
    assert str(result) == "0.880 ± 0.003"
    assert f"{result:.1%}" == "88.0% ± 0.3%"
    assert repr(result) == str(result)


def test_mean_spread_and_interval_are_the_textbook_ones():
    result = Result(np.array(VALUES))
    assert result.mean == pytest.approx(np.mean(VALUES))
    assert result.std == pytest.approx(np.std(VALUES, ddof=1))
    expected = stats.ttest_1samp(VALUES, 0).confidence_interval(0.95)
    assert result.interval == pytest.approx((expected.low, expected.high))


def test_a_difference_is_paired_by_seed():
    a = Result(np.array([0.8, 0.7, 0.9]))
    b = Result(np.array([0.79, 0.69, 0.889]))
    low, high = (a - b).interval
    expected = stats.ttest_rel(a.values, b.values).confidence_interval(0.95)
    assert (low, high) == pytest.approx((expected.low, expected.high))
    assert low > 0  # though the two overlap widely


def test_one_run_shows_no_spread():
    result = repeat(lambda seed: 0.5, seeds=[0])
    assert str(result) == "0.500 (one run)"
    assert math.isnan(result.std)


def test_runs_may_give_arrays():
    result = repeat(lambda seed: np.array([seed, 2.0 * seed]), seeds=[1, 2, 3])
    assert result.mean.tolist() == [2, 4]
    assert result.std.tolist() == [1, 2]
    assert result.interval[0].shape == (2,)


def score(rate):
    return 1 - abs(math.log10(rate) + 2)  # best at 0.01


def test_tune_finds_the_best_rate_in_any_order_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = tune(score, [0.1, 0.001, 0.01])
        assert (
            tune(lambda rate: -score(rate), [0.1, 0.01, 0.001], best=min).rate == 0.01
        )
    assert found.rate == 0.01
    assert str(found) == "0.001: 0.000, 0.01: 1.000 (best), 0.1: 0.000"


def test_tune_warns_at_the_edge_of_the_grid():
    with pytest.warns(UserWarning, match=r"0\.01, is at the edge"):
        tune(score, [0.0001, 0.001, 0.01])


def test_tune_does_not_judge_at_the_smoke_scale():
    set_scale("smoke")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tune(score, [0.01])
    finally:
        set_scale("cpu")


def test_a_rate_that_diverges_loses():
    def run(rate):
        if rate > 0.05:
            raise TrainingError("diverged")
        return score(rate)

    found = tune(run, [0.001, 0.01, 0.1])
    assert found.rate == 0.01
    assert math.isnan(found.scores[0.1])
    with pytest.raises(TrainingError, match="Every run diverged"):
        tune(run, [0.1, 0.2])


def test_seconds_become_steps_however_busy_the_machine_is(monkeypatch, capsys):
    # A clock on which a step takes 7 ms of the processor, and other programs as long.
    processor = wall = 0.0

    def train(steps):
        nonlocal processor, wall
        processor += 0.007 * steps
        wall += 0.014 * steps

    monkeypatch.setattr(time, "process_time", lambda: processor)
    monkeypatch.setattr(time, "perf_counter", lambda: wall)
    assert calibrate(train, seconds=60) == 8500  # 8571, rounded down
    assert "60 s of one thread: steps=8500" in capsys.readouterr().out
    assert calibrate(train, seconds=0.05) == 7
