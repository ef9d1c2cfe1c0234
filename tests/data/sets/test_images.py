"""Pictures that ship, and the readers of the full sets on small files."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile

import numpy as np
import pytest

from c2a.data import DATASETS, load
from c2a.data.idx import read_idx
from c2a.data.sets import cifar10, fashion_mnist, mnist


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


def test_fashion_mnist_begins_as_the_published_set_does():
    # The first five labels of both published parts.
    data = load("fashion-mnist")
    assert data.train_labels[:5].tolist() == [9, 0, 0, 3, 0]
    assert data.test_labels[:5].tolist() == [9, 2, 1, 1, 6]


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
