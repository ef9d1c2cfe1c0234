"""Series, tables, utterances and the graph, against facts known from elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from c2a.data import load


@pytest.mark.parametrize(
    ("name", "length", "missing", "first", "test_from"),
    [
        ("co2", 2284, 59, 316.1, "1992"),
        ("sunspots", 309, 0, 5.0, "1945"),
        ("temperatures", 8730, 24, 39.92, "2013-11-01T00"),
    ],
)
def test_series(name, length, missing, first, test_from):
    series = load(name)
    assert series.values.shape == series.times.shape == (length,)
    assert series.values.dtype == np.float64
    assert np.isnan(series.values).sum() == missing
    assert series.values[0] == first
    assert len(np.unique(np.diff(series.times))) == 1
    before, after = series.times[series.test_start - 1 : series.test_start + 1]
    assert before < np.datetime64(test_from) <= after


def test_co2_rises_and_sunspots_come_every_eleven_years():
    co2 = load("co2")
    assert np.nanmean(co2.values[-52:]) - np.nanmean(co2.values[:52]) > 50
    spots = load("sunspots").values
    spectrum = np.abs(np.fft.rfft(spots - spots.mean()))
    assert len(spots) / spectrum.argmax() == pytest.approx(11, abs=0.3)


def test_temperatures_are_readings_and_no_averages_over_years():
    values = load("temperatures").values
    day_to_day = np.nanmean(np.abs(values[24:] - values[:-24]))
    assert day_to_day > 4


@pytest.mark.parametrize(
    ("name", "train", "test", "features", "classes"),
    [
        ("breast-cancer", 398, 171, 30, [212, 357]),
        ("wine", 125, 53, 13, [59, 71, 48]),
        ("diabetes", 309, 133, 10, None),
    ],
)
def test_tables(name, train, test, features, classes):
    table = load(name)
    assert table.train_features.shape == (train, features)
    assert table.test_features.shape == (test, features)
    assert len(table.feature_names) == features
    assert table.train_features.dtype == np.float64
    targets = np.concatenate([table.train_targets, table.test_targets])
    if classes is None:
        assert table.class_names == ()
        assert targets.dtype == np.float64
        assert targets.mean() == pytest.approx(152.13, abs=0.01)
    else:
        assert targets.dtype == np.int64
        assert np.bincount(targets).tolist() == classes
        assert len(table.class_names) == len(classes)


def test_breast_cancer_columns_have_the_right_names():
    table = load("breast-cancer")
    column = dict(zip(table.feature_names, table.train_features.T, strict=True))
    # Area grows with the square of the radius; a wrong name would not fit.
    ratio = column["mean area"] / (np.pi * column["mean radius"] ** 2)
    assert np.allclose(ratio, 1, atol=0.15)
    assert (column["worst radius"] >= column["mean radius"]).all()
    malignant = table.train_targets == table.class_names.index("malignant")
    assert (
        column["mean area"][malignant].mean() > column["mean area"][~malignant].mean()
    )


def test_japanese_vowels():
    vowels = load("japanese-vowels")
    assert (len(vowels.train_series), len(vowels.test_series)) == (270, 370)
    lengths = [len(one) for one in (*vowels.train_series, *vowels.test_series)]
    assert (min(lengths), max(lengths)) == (7, 29)
    assert all(one.shape[1:] == (12,) for one in vowels.test_series)
    assert vowels.train_series[0].dtype == np.float32
    assert vowels.train_series[0][0, 0] == pytest.approx(1.860936)
    assert np.bincount(vowels.train_labels).tolist() == [30] * 9
    assert np.bincount(vowels.test_labels).tolist() == [
        31,
        35,
        88,
        44,
        29,
        24,
        40,
        50,
        29,
    ]


def test_karate_club():
    club = load("karate-club")
    assert club.edges.shape == (78, 2)
    assert (club.edges[:, 0] < club.edges[:, 1]).all()
    assert len({tuple(edge) for edge in club.edges.tolist()}) == 78
    assert np.bincount(club.labels).tolist() == [17, 17]
    # The instructor (0) and the officer (33) knew most members, and parted.
    degree = np.bincount(club.edges.ravel())
    assert degree[[0, 33]].tolist() == [16, 17]
    assert club.class_names[club.labels[0]] == "Mr. Hi"
    assert club.labels[33] != club.labels[0]


def test_small_digits_and_mnist():
    digits, mnist = load("digits"), load("mnist-5k")
    assert digits.train_images.shape == (1200, 8, 8)
    assert digits.train_images.max() == 16
    assert digits.train_labels[:5].tolist() == [0, 1, 2, 3, 4]
    assert mnist.train_images.shape == (4000, 28, 28)
    assert mnist.train_images.max() == 255
    assert np.bincount(mnist.test_labels).tolist() == [100] * 10
    assert mnist.train_labels[:12].tolist() == [*range(10), 0, 1]
