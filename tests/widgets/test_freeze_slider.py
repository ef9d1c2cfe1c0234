"""The slider shows the study's numbers, and none before the reader has trained."""

import numpy as np
import pytest

from c2a.weights import record
from c2a.widgets import FreezeSlider
from c2a.widgets.freeze_slider import NUMBERS, TASKS


def test_the_table_is_the_studys():
    figure = FreezeSlider()
    metric = record("freeze-first")["metric"]
    for task in TASKS:
        means = np.array(figure.results[task]).mean((0, 1))
        names = [f"all, {task}, {name}" for name in ("accuracy", "source", "drift")]
        assert means == pytest.approx([metric[name] for name in names], abs=2e-3)


def test_a_frozen_body_keeps_the_old_task_and_does_not_drift():
    for task in TASKS:
        whole = FreezeSlider().summary(task, 5)
        assert whole["drift"][0] == 0
        assert whole["old task"][1] == 0
        assert whole["old task"][0] > FreezeSlider().summary(task, 0)["old task"][0]


def test_the_summary_is_pythons(javascript):
    figure = FreezeSlider()
    found = javascript("freeze_slider")("summary", figure.results["digits"][2])
    for name in NUMBERS:
        mean, spread = figure.summary("digits", 2)[name]
        assert found[name]["mean"] == pytest.approx(mean)
        assert found[name]["spread"] == pytest.approx(spread)


def test_tries_are_sorted_by_task(javascript):
    tried = ["digits 4", "garments 1", "digits 0"]
    assert javascript("freeze_slider")("triedOf", tried, "digits") == [0, 4]
    assert "covered" in FreezeSlider().alt
    assert "Old task" in FreezeSlider(tried=["garments 0"]).alt


@pytest.mark.browser
def test_training_uncovers_both_tasks(open_figure):
    page = open_figure(FreezeSlider(frozen=5))
    page.get_by_role("button", name="Train").click()
    page.get_by_text("Layers 1 to 5 frozen: new task").first.wait_for()
