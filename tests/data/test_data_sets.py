"""The registry, what ships, and what `load` returns."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from c2a.data import DATASETS, DataError, cifar10, fashion_mnist, load, mnist
from c2a.data.extract import first_of_each_class, labeled_table
from c2a.data.idx import read_idx
from c2a.data.licenses import licenses_page
from c2a.data.store import SHIPPED_FOLDER, cache_folder, folder_of, is_sound

SHIPPED = [data_set for data_set in DATASETS.values() if data_set.ships]


def test_import_is_light():
    code = "import sys, c2a.data; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = ["torch", "matplotlib", "PIL", "tqdm", "filelock", "typer"]
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


@pytest.mark.parametrize("data_set", DATASETS.values(), ids=DATASETS)
def test_entry_is_complete(data_set):
    assert DATASETS[data_set.name] is data_set
    for text in (data_set.title, data_set.license, data_set.citation):
        assert text
    assert data_set.source.startswith("http")
    for file in data_set.files:
        assert len(file.sha256) == 64
        assert int(file.sha256, 16) >= 0
        assert bool(file.urls) != data_set.ships
        if data_set.ships:
            assert is_sound(folder_of(data_set) / file.name, file)


def test_every_photograph_is_credited():
    for file in DATASETS["photographs"].files:
        assert file.author
        assert file.license in {"CC BY 2.0", "CC0 1.0", "public domain"}
        assert file.source.startswith("https://")


@pytest.mark.parametrize(
    ("part", "size", "per_class"), [("train", 12000, 1200), ("test", 5000, 500)]
)
def test_fashion_mnist(part, size, per_class):
    data = load("fashion-mnist")
    images = getattr(data, f"{part}_images")
    labels = getattr(data, f"{part}_labels")
    assert images.shape == (size, 28, 28)
    assert images.dtype == np.uint8
    assert (images.min(), images.max()) == (0, 255)
    assert labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [per_class] * 10
    assert len(data.class_names) == 10


def test_fashion_mnist_parts_share_no_picture():
    data = load("fashion-mnist")
    train = {image.tobytes() for image in data.train_images}
    assert not any(image.tobytes() in train for image in data.test_images)


def test_fashion_mnist_begins_as_the_published_set_does():
    # The first five labels of both published parts.
    data = load("fashion-mnist")
    assert data.train_labels[:5].tolist() == [9, 0, 0, 3, 0]
    assert data.test_labels[:5].tolist() == [9, 2, 1, 1, 6]


def test_mnist_5k():
    data = load("mnist-5k")
    assert data.images.shape == (5000, 28, 28)
    assert data.images.dtype == np.uint8
    assert data.images.max() == 255
    assert data.labels.dtype == np.int64
    assert np.bincount(data.labels).tolist() == [500] * 10


def test_digits():
    data = load("digits")
    assert data.images.shape == (1797, 8, 8)
    assert data.images.max() == 16
    assert data.labels[:5].tolist() == [0, 1, 2, 3, 4]


def test_photographs():
    photographs = load("photographs")
    shapes = {name: pixels.shape for name, pixels in photographs.items()}
    assert shapes == {
        "china": (427, 640, 3),
        "flower": (427, 640, 3),
        "brick": (512, 512, 3),
        "camera": (512, 512, 3),
        "chelsea": (300, 451, 3),
        "coffee": (400, 600, 3),
        "rocket": (427, 640, 3),
    }
    assert all(pixels.dtype == np.uint8 for pixels in photographs.values())
    gray = photographs["camera"]
    assert np.array_equal(gray[..., 0], gray[..., 2])


def test_photographs_decode_to_the_same_pixels_everywhere():
    # Committed outputs depend on the pixels, so the decoder must be bit-exact.
    pixels = load("photographs")["china"]
    assert hashlib.sha256(pixels.tobytes()).hexdigest() == (
        "e701459344fd69797154c91add3bb5d70e5ed1a61d8bed889bab3a796104698d"
    )


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
    monkeypatch.setattr("c2a.data.store.SHIPPED_FOLDER", tmp_path)
    with pytest.raises(DataError, match=r"missing or damaged.*install"):
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


def idx(array: np.ndarray) -> bytes:
    shape = np.array(array.shape, dtype=">u4").tobytes()
    return bytes([0, 0, 8, array.ndim]) + shape + array.tobytes()


@pytest.mark.parametrize(
    ("data_set", "suffix"), [(fashion_mnist.FULL, ""), (mnist.FULL, ".gz")]
)
def test_full_sets_are_read_from_idx_files(tmp_path, data_set, suffix):
    rng = np.random.default_rng(0)
    arrays = {
        "train-images-idx3-ubyte": rng.integers(0, 256, (6, 28, 28), np.uint8),
        "train-labels-idx1-ubyte": rng.integers(0, 10, 6, np.uint8),
        "t10k-images-idx3-ubyte": rng.integers(0, 256, (4, 28, 28), np.uint8),
        "t10k-labels-idx1-ubyte": rng.integers(0, 10, 4, np.uint8),
    }
    assert {file.name for file in data_set.files} == {n + suffix for n in arrays}
    paths = {}
    for name, array in arrays.items():
        content = idx(array)
        paths[name + suffix] = tmp_path / (name + suffix)
        paths[name + suffix].write_bytes(gzip.compress(content) if suffix else content)
    data = data_set.read(paths)
    assert np.array_equal(data.train_images, arrays["train-images-idx3-ubyte"])
    assert np.array_equal(data.test_labels, arrays["t10k-labels-idx1-ubyte"])
    assert data.test_labels.dtype == np.int64
    assert data.train_images.flags.writeable


@pytest.mark.parametrize("content", [b"", b"\x00\x00\x0d\x01", idx(np.zeros(5))[:8]])
def test_idx_of_another_kind_is_refused(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"IDX|reshape"):
        read_idx(path)


def test_cifar_10_is_read_from_the_binary_archive(tmp_path):
    path = tmp_path / "cifar-10-binary.tar.gz"
    batches = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    red_corner = np.zeros((3, 32, 32), np.uint8)
    red_corner[0, 0, 31] = 200
    with tarfile.open(path, "w:gz") as archive:
        for label, batch in enumerate(batches):
            content = bytes([label]) + red_corner.tobytes()
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{batch}.bin")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    data = cifar10.FULL.read({path.name: path})
    assert data.train_images.shape == (5, 32, 32, 3)
    assert data.train_labels.tolist() == [0, 1, 2, 3, 4]
    assert data.test_labels.tolist() == [5]
    assert data.test_images[0, 0, 31].tolist() == [200, 0, 0]


def test_extract_takes_the_first_of_each_class_in_order():
    labels = np.array([1, 0, 1, 1, 0, 0])
    assert first_of_each_class(labels, 2).tolist() == [0, 1, 2, 4]


def test_extract_refuses_fractions(tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"1,2,3,4,0\n5,6,7,8,1\n"))
    assert labeled_table(path, side=2)["images"][1].tolist() == [[5, 6], [7, 8]]
    path.write_bytes(gzip.compress(b"1,2,3,0.5,0\n"))
    with pytest.raises(ValueError, match="not whole"):
        labeled_table(path, side=2)
