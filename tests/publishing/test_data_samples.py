"""What the page about the data shows of each set."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from c2a.data import DATASETS, load
from c2a.data.forms import Series, Table
from c2a.publishing.data_credits import credit, look
from c2a.publishing.data_samples import sample

SHIPPED = [data_set for data_set in DATASETS.values() if data_set.ships]


@pytest.mark.parametrize("data_set", SHIPPED, ids=lambda data_set: data_set.name)
def test_every_shipped_set_shows_a_sample_and_what_load_returns(data_set):
    page = look(data_set)
    shown = re.search(r"<(img|table|svg|pre)\b", page) or "first edges" in page
    assert shown, "add a sample for its form to c2a/publishing/data_samples.py"
    assert page.count("<p>") >= 2
    assert len(page) < 25_000
    for tag in re.findall("<img[^>]*>", page):
        assert re.search('alt="[^"]{10,}"', tag)
    for tag in re.findall("<svg[^>]*>", page):
        assert re.search('role="img" aria-label="[^"]{10,}"', tag)


def test_what_does_not_ship_is_described_without_being_read(monkeypatch):
    monkeypatch.setattr("c2a.data.load", lambda name: pytest.fail("was read"))
    for name in ("cifar-10", "efficientnet-lite0"):
        assert DATASETS[name].description in look(DATASETS[name])
    assert "Downloaded when first used" in credit(DATASETS["cifar-10"])
    assert "which c2a installs" in credit(DATASETS["efficientnet-lite0"])


def test_pictures_are_those_of_the_set():
    page = look(DATASETS["emoji"])
    encoded = re.search('base64,([^"]+)"', page)[1]
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
        shown = np.asarray(image.convert("RGB"))
    assert shown.shape == (64, 640, 3)
    emoji = load("emoji")
    assert emoji.train_names[9] in page
    opaque = emoji.train_images[0, 16, 16]
    assert opaque[3] == 255
    assert np.abs(shown[32, 32].astype(int) - opaque[:3]).max() < 60


def test_table_names_classes_and_is_escaped():
    one = np.ones((1, 2))
    table = Table(one, np.array([1]), one, np.array([0]), ("<x>", "y"), ("no", "yes"))
    assert "<td>1</td><td>1</td><td>yes</td>" in sample(table)
    assert "&lt;x&gt;" in sample(table)


def test_curve_leaves_out_what_is_missing():
    times = np.arange(4).astype("datetime64[D]")
    series = Series(times, np.array([1.0, np.nan, 3.0, 2.0]), "units", test_start=2)
    learned, future = re.findall('points="([^"]*)"', sample(series))
    assert learned == "0,105.0"
    assert future == "400,5.0 600,55.0"
