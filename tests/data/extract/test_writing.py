"""Files that are written again only when their content changed."""

from __future__ import annotations

import gzip
import os

import numpy as np
import pytest

from c2a.data.extract.fashion_mnist import first_of_each_class
from c2a.data.extract.writing import labeled_images, write_arrays, write_text


def test_equal_content_is_left_alone(tmp_path):
    """Another build of the compressor must not change a file and its digest."""
    arrays, text = tmp_path / "a/some.npz", tmp_path / "b/some.txt.xz"
    write_arrays(arrays, {"x": np.arange(5)})
    write_text(text, "words")
    before = {}
    for path in (arrays, text):
        os.utime(path, (0, 0))
        before[path] = path.read_bytes()
    write_arrays(arrays, {"x": np.arange(5)})
    write_text(text, "words")
    assert arrays.stat().st_mtime == text.stat().st_mtime == 0
    write_arrays(arrays, {"x": np.arange(5, dtype=np.int32)})
    write_text(text, "other words")
    assert arrays.read_bytes() != before[arrays]
    assert text.read_bytes() != before[text]


def test_table_of_images(tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"1,2,3,4,0\n5,6,7,8,1\n"))
    assert labeled_images(path, side=2)["images"][1].tolist() == [[5, 6], [7, 8]]
    path.write_bytes(gzip.compress(b"1,2,3,0.5,0\n"))
    with pytest.raises(ValueError, match="not whole"):
        labeled_images(path, side=2)


def test_first_of_each_class_in_order():
    labels = np.array([1, 0, 1, 1, 0, 0])
    assert first_of_each_class(labels, 2).tolist() == [0, 1, 2, 4]
