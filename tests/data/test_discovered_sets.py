"""What holds for every data set, those included that are added later."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache

import numpy as np
import pytest

from c2a.data import DATASETS, load
from c2a.data.locations import SHIPPED_FOLDER, folder_of, is_sound

AT_HAND = [name for name, entry in DATASETS.items() if not entry.downloads]

once = cache(load)


def columns(data: object, part: str) -> dict[str, object]:
    """The fields `train_*` or `test_*` that hold one value an example."""
    names = [field.name for field in fields(data) if field.name.startswith(f"{part}_")]
    values = {name.removeprefix(f"{part}_"): getattr(data, name) for name in names}
    return {name: value for name, value in values.items() if _is_column(name, value)}


def _is_column(name: str, value: object) -> bool:
    return isinstance(value, tuple | np.ndarray) and name != "titles"


def split_sets() -> list[tuple[str, object]]:
    """Name and content of every set that has both parts."""
    sets = ((name, once(name)) for name in AT_HAND)
    return [
        (n, data) for n, data in sets if is_dataclass(data) and columns(data, "test")
    ]


def examples(column: object) -> list[bytes]:
    """One value an example that is equal for equal examples only."""
    return [np.asarray(row).tobytes() for row in column]


@pytest.mark.parametrize("data_set", DATASETS.values(), ids=DATASETS)
def test_entry_is_complete(data_set):
    for text in (data_set.title, data_set.description, data_set.citation):
        assert text
    assert data_set.license
    assert data_set.source.startswith("http")
    for file in data_set.files:
        assert len(file.sha256) == 64
        assert bool(file.urls) == data_set.downloads
        if not data_set.downloads:
            assert is_sound(folder_of(data_set) / file.name, file)
    if data_set.license_file:
        text = SHIPPED_FOLDER / "licenses" / data_set.license_file
        assert "opyright" in text.read_text("utf-8")


@pytest.mark.parametrize("name", AT_HAND)
def test_loads_and_says_what_it_is(name):
    data = once(name)
    if is_dataclass(data):
        assert len(repr(data)) < 1500
        assert type(data).__doc__


def test_both_parts_have_the_same_form():
    for name, data in split_sets():
        train, test = columns(data, "train"), columns(data, "test")
        assert set(train) == set(test), name
        for column, values in train.items():
            others = test[column]
            assert type(values) is type(others), (name, column)
            if isinstance(values, np.ndarray):
                assert values.dtype.kind == others.dtype.kind, (name, column)
                assert values.shape[1:] == others.shape[1:], (name, column)
                assert values.flags.writeable, (name, column)
            if column.endswith("images"):
                assert values.dtype == np.uint8, name


def test_labels_are_indices_and_all_are_in_both_parts():
    for name, data in split_sets():
        train, test = columns(data, "train"), columns(data, "test")
        for column in (column for column in train if column.endswith("labels")):
            kind = column.removesuffix("labels") or "class_"
            names = getattr(data, f"{kind}names")
            for labels in (train[column], test[column]):
                assert labels.dtype == np.int64, (name, column)
                assert set(labels.tolist()) <= set(range(len(names))), (name, column)
            # Nothing is asked in the test part that was never seen before.
            assert set(test[column].tolist()) <= set(train[column].tolist()), name


def test_no_example_is_in_both_parts():
    for name, data in split_sets():
        test = columns(data, "test")
        for column, values in columns(data, "train").items():
            if column.rsplit("_", 1)[-1] not in {"labels", "targets", "phones"}:
                shared = set(examples(values)) & set(examples(test[column]))
                assert not shared, (name, column)


def test_most_sets_are_split():
    names = {name for name, _ in split_sets()}
    assert {"fashion-mnist", "emoji", "cmudict", "names", "wine"} <= names


def test_files_are_small():
    total = sum(entry.size for entry in DATASETS.values() if entry.ships)
    assert total < 15_000_000
