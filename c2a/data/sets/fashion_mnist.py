"""Fashion-MNIST: small gray pictures of clothing in ten classes (Xiao et al., 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import SplitImages, read_npz
from c2a.data.idx import read_split

CLASS_NAMES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


@dataclass(frozen=True, eq=False, repr=False)
class FashionMNIST(SplitImages):
    """Clothing in ten balanced classes.

    train_images (N, 28, 28) and test_images (M, 28, 28): uint8, 0 background to 255.
    train_labels (N,) and test_labels (M,): int64, 0 to 9, indices into `class_names`.
    N = 12,000 and M = 5,000 in what ships; 60,000 and 10,000 in the full set.
    """


def _read_shipped(paths: Mapping[str, Path]) -> FashionMNIST:
    arrays = read_npz(paths["fashion-mnist.npz"])
    return FashionMNIST(**arrays, class_names=CLASS_NAMES)


def _read_full(paths: Mapping[str, Path]) -> FashionMNIST:
    return FashionMNIST(**read_split(paths), class_names=CLASS_NAMES)


_LICENSE = "MIT"
_CITATION = (
    "H. Xiao, K. Rasul, R. Vollgraf. Fashion-MNIST: a novel image dataset for "
    "benchmarking machine learning algorithms. arXiv:1708.07747, 2017."
)
_SOURCE = "https://github.com/zalandoresearch/fashion-mnist"


def _part(name: str, size: int, sha256: str) -> DataFile:
    """A file of the full set: from the Debian package if installed, else its home."""
    return DataFile(
        name=name,
        size=size,
        sha256=sha256,
        urls=(
            f"file:///usr/share/datasets/fashion-mnist/{name}.gz",
            f"{_SOURCE}/raw/master/data/fashion/{name}.gz",
            f"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/{name}.gz",
        ),
        compressed=True,
    )


SHIPPED = DataSet(
    name="fashion-mnist",
    title="Fashion-MNIST, 12,000 + 5,000",
    description=(
        "Gray 28x28 pictures of clothing in ten classes: of each class the first "
        "1,200 of the official training part and the first 500 of the test part."
    ),
    license=_LICENSE,
    license_file="fashion-mnist.txt",
    citation=_CITATION,
    source=_SOURCE,
    files=(
        DataFile(
            name="fashion-mnist.npz",
            size=7483751,
            sha256="6485f60022e28bc498e8ea12f5dbae41ad8a8241091603fc616874adb5ec722c",
        ),
    ),
    read=_read_shipped,
)

FULL = DataSet(
    name="fashion-mnist-full",
    title="Fashion-MNIST, 60,000 + 10,000",
    description="Gray 28x28 pictures of clothing in ten classes: the whole set.",
    license=_LICENSE,
    license_file="fashion-mnist.txt",
    citation=_CITATION,
    source=_SOURCE,
    files=(
        _part(
            "train-images-idx3-ubyte",
            47040016,
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        ),
        _part(
            "train-labels-idx1-ubyte",
            60008,
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        ),
        _part(
            "t10k-images-idx3-ubyte",
            7840016,
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        ),
        _part(
            "t10k-labels-idx1-ubyte",
            10008,
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    ),
    read=_read_full,
)
