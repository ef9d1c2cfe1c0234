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


SPLIT = [
    name for name in AT_HAND if is_dataclass(once(name)) and columns(once(name), "test")
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


@pytest.mark.parametrize("name", SPLIT)
def test_both_parts_have_the_same_form(name):
    data = once(name)
    train, test = columns(data, "train"), columns(data, "test")
    assert set(train) == set(test)
    for column, values in train.items():
        assert type(values) is type(test[column])
        if isinstance(values, np.ndarray):
            assert values.dtype.kind == test[column].dtype.kind
            assert values.shape[1:] == test[column].shape[1:]
            assert values.flags.writeable
        if column.endswith("images"):
            assert values.dtype == np.uint8
        if column.endswith("labels"):
            assert values.dtype == np.int64
            names = getattr(data, f"{column.removesuffix('labels')}names", None)
            names = names if isinstance(names, tuple) else data.class_names
            for labels in (values, test[column]):
                assert set(labels.tolist()) <= set(range(len(names)))
            # Nothing is asked in the test part that was never seen before.
            assert set(test[column].tolist()) <= set(values.tolist())


@pytest.mark.parametrize("name", SPLIT)
def test_no_example_is_in_both_parts(name):
    data = once(name)
    train, test = columns(data, "train"), columns(data, "test")
    for column, values in train.items():
        if column.rsplit("_", 1)[-1] in {"labels", "targets", "phones", "keywords"}:
            continue
        shared = set(examples(values)) & set(examples(test[column]))
        assert not shared, column


def test_most_sets_are_split():
    assert {"fashion-mnist", "emoji", "cmudict", "names", "wine"} <= set(SPLIT)


def test_files_are_small():
    total = sum(entry.size for entry in DATASETS.values() if entry.ships)
    assert total < 15_000_000
