"""The figure pools as torch does, in Python and in JavaScript."""

from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from c2a.widgets import ShiftedPooling
from c2a.widgets.shifted_pooling import KINDS, SIGNAL, pool_line

SETTINGS = list(product(KINDS, (1, 2, 3, 4), (1, 2, 3, 4)))


def by_torch(x, kind, window, stride):
    """A line on a ring, by torch's layers."""
    around = F.pad(torch.tensor(x)[None, None].double(), (0, window - 1), "circular")
    if kind == "max":
        return F.max_pool1d(around, window, stride)[0, 0].numpy()
    if kind == "average":
        return F.avg_pool1d(around, window, stride)[0, 0].numpy()
    weights = torch.ones(1).double()
    if kind == "blur":
        for _ in range(window - 1):  # Pascal's triangle, row by row
            weights = F.pad(weights, (0, 1)) + F.pad(weights, (1, 0))
    else:
        weights = torch.eye(window)[0].double()
    weights = (weights / weights.sum())[None, None]
    return F.conv1d(around, weights, stride=stride)[0, 0].numpy()


@pytest.mark.parametrize("setting", SETTINGS)
def test_lines_are_torchs(javascript, setting):
    x = np.random.default_rng(0).integers(-9, 9, 12)
    kind, window, stride = setting
    right = by_torch(x, *setting)
    np.testing.assert_allclose(pool_line(x, *setting), right)
    how = {"kind": kind, "window": window, "stride": stride}
    np.testing.assert_allclose(
        javascript("shifted_pooling")("poolLine", x.tolist(), how), right
    )


@pytest.mark.parametrize("kind", KINDS)
def test_photographs_agree(javascript, kind):
    figure = ShiftedPooling(scene="photograph", kind=kind, window=3, stride=2, shift=1)
    how = {"kind": kind, "window": 3, "stride": 2}
    rows = np.roll(figure.pixels, 1, axis=1).tolist()
    pooled = javascript("shifted_pooling")("poolPicture", rows, how)
    np.testing.assert_allclose(pooled, figure.pooled(1))


def test_a_shift_by_the_stride_only_moves_the_outputs(javascript):
    js = javascript("shifted_pooling")
    for kind in KINDS:
        figure = ShiftedPooling(kind=kind, window=3, stride=2)
        now, rest = ([figure.pooled(shift).tolist()] for shift in (2, 0))
        assert js("bestMove", now, rest)["change"] == pytest.approx(0)
        assert js("change", now, rest, 1) == pytest.approx(0)


def test_a_shift_by_one_changes_the_largest():
    figure = ShiftedPooling(signal=[0, 0, 1, 1] * 3)
    assert figure.pooled(0).tolist() == [0, 1, 0, 1, 0, 1]
    assert figure.pooled(1).tolist() == [1, 1, 1, 1, 1, 1]


def test_the_alt_text_counts_what_changed():
    assert "0 of 6 outputs differ" in ShiftedPooling().alt
    moved = ShiftedPooling(shift=1)
    differ = int((moved.pooled(1) != moved.pooled(0)).sum())
    assert f"{differ} of 6 outputs differ" in moved.alt
    assert len(SIGNAL) == 12


@pytest.mark.browser
def test_the_slider_shifts_and_the_colored_outputs_are_counted(open_figure):
    page = open_figure(ShiftedPooling(signal=[0, 0, 1, 1] * 3))
    page.get_by_role("slider", name="shift to the right").fill("1")
    page.wait_for_function(
        "document.body.innerText.includes('differs from rest (3 of 6)')"
    )
    page.get_by_role("radio", name="photograph").check(force=True)
    page.wait_for_function("document.body.innerText.includes('48 × 48')")
