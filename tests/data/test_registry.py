"""The registry, what ships, and what `load` promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from c2a.data import DATASETS, DataError, load
from c2a.data.extract.licenses_page import licenses_page
from c2a.data.locations import SHIPPED_FOLDER, cache_folder

SHIPPED = [data_set for data_set in DATASETS.values() if data_set.ships]


def test_import_is_light():
    code = "import sys, c2a.data; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = [
        "torch",
        "matplotlib",
        "PIL",
        "tqdm",
        "filelock",
        "typer",
        "urllib.request",
    ]
    done = subprocess.run(
        [sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_license_page_is_the_one_of_the_registry():
    page = (SHIPPED_FOLDER / "LICENSES.md").read_text(encoding="utf-8")
    assert page == licenses_page(), "run `python -m c2a.data.extract`"


def test_nothing_ships_that_the_registry_does_not_know():
    there = {
        str(path.relative_to(SHIPPED_FOLDER))
        for path in SHIPPED_FOLDER.rglob("*")
        if path.is_file()
    }
    known = {
        str(Path(data_set.name) / file.name)
        for data_set in SHIPPED
        for file in data_set.files
    }
    texts = {
        str(Path("licenses") / data_set.license_file)
        for data_set in SHIPPED
        if data_set.license_file
    }
    assert there == known | texts | {"LICENSES.md"}


def test_arrays_may_be_changed_freely():
    load("fashion-mnist").train_images[:] = 7
    assert load("fashion-mnist").train_images[0].max() == 255
    load("photographs")["china"][:] = 7
    assert load("photographs")["china"].max() > 7


def test_repr_shows_shapes():
    assert "train_images=uint8[12000, 28, 28]" in repr(load("fashion-mnist"))


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(DataError, match=r"Did you mean 'fashion-mnist'\?.*digits"):
        load("fashoin-mnist")


def test_damaged_shipped_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("c2a.data.locations.SHIPPED_FOLDER", tmp_path)
    with pytest.raises(DataError, match=r"missing or damaged.*Install"):
        load("digits")


def test_cache_folder_is_chosen_by_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("C2A_DATA", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("C2A_DATA")
    assert cache_folder().name == "c2a"


def test_load_downloads_into_the_chosen_folder(server, make_set, tmp_path, monkeypatch):
    monkeypatch.setenv("C2A_DATA", str(tmp_path))
    monkeypatch.setitem(DATASETS, "numbers", make_set())
    assert load("numbers") == server.content
    assert (tmp_path / "numbers" / "numbers.bin").exists()


SCRIPT = """
import c2a.data.sets, pathlib, sys
c2a.data.sets.__path__.append(sys.argv[1])
import importlib, c2a.data
importlib.reload(c2a.data)
print(c2a.data.load("mine"))
"""


def test_a_new_module_is_a_new_set(tmp_path, monkeypatch):
    """Nothing but a file in the folder of sets is needed."""
    module = Path(SHIPPED_FOLDER.parent / "sets/sunspots.py").read_text("utf-8")
    module = module.replace('name="sunspots",', 'name="mine",')
    module = module.replace("read=_read", "read=lambda paths: sorted(paths)")
    (tmp_path / "mine.py").write_text(module, encoding="utf-8")
    (tmp_path / "files/mine").mkdir(parents=True)
    shipped = SHIPPED_FOLDER / "sunspots/sunspots.npz"
    (tmp_path / "files/mine/sunspots.npz").write_bytes(shipped.read_bytes())
    script = SCRIPT.replace(
        "print(",
        "c2a.data.locations.SHIPPED_FOLDER = pathlib.Path(sys.argv[2])\nprint(",
    )
    command = [sys.executable, "-c", script, str(tmp_path), str(tmp_path / "files")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['sunspots.npz']"
