"""Emoji: what the pictures and words are, and that no variant crosses the parts."""

from __future__ import annotations

import numpy as np
import pytest

from c2a.data import load, over_background


@pytest.fixture(scope="module")
def emoji():
    return load("emoji")


def test_sizes(emoji):
    assert emoji.train_images.shape == (1677, 32, 32, 4)
    assert emoji.test_images.shape == (229, 32, 32, 4)
    for part in ("train", "test"):
        names = getattr(emoji, f"{part}_names")
        assert len(set(names.tolist())) == len(names)
    assert len(emoji.category_names) == 9
    assert len(emoji.group_names) == 98


def test_no_family_is_in_both_parts(emoji):
    assert not set(emoji.train_families) & set(emoji.test_families)


@pytest.mark.parametrize(
    "variants",
    [
        ["man running", "woman running", "person running facing right"],
        ["red heart", "blue heart", "pink heart"],
        ["one o clock", "six thirty"],
        ["flag norway", "flag bouvet island"],
        ["family man boy", "family adult child"],
    ],
)
def test_variants_are_one_family(emoji, variants):
    names = [*emoji.train_names.tolist(), *emoji.test_names.tolist()]
    families = [*emoji.train_families.tolist(), *emoji.test_families.tolist()]
    family = dict(zip([n.replace(",", "") for n in names], families, strict=True))
    assert len({family[name] for name in variants}) == 1
    assert family["red heart"] != family["pizza"]


def test_no_test_picture_looks_like_a_training_picture(emoji):
    def ink(images):
        both = [over_background(images, ground) for ground in (0, 255)]
        return np.concatenate(both, axis=-1).reshape(len(images), -1).astype(np.float32)

    train = ink(np.concatenate([emoji.train_images, emoji.train_images[:, :, ::-1]]))
    test = ink(emoji.test_images)
    square = (test**2).sum(1)[:, None] + (train**2).sum(1)[None] - 2 * test @ train.T
    nearest = np.sqrt(np.maximum(square, 0) / test.shape[1]).min(axis=1)
    assert nearest.min() > 8


def test_words_fit_the_picture(emoji):
    names = emoji.train_names.tolist() + emoji.test_names.tolist()
    keywords = emoji.train_keywords.tolist() + emoji.test_keywords.tolist()
    images = np.concatenate([emoji.train_images, emoji.test_images])
    i = names.index("red heart")
    assert "love" in keywords[i].split()
    assert "rescue worker's helmet" in names
    red, green, blue, opacity = images[i, 16, 16]
    assert opacity == 255
    assert red > 2 * max(int(green), int(blue))
    assert images[i, 0, 0].tolist() == [0, 0, 0, 0]


def test_over_background():
    pixels = np.array([[200, 0, 0, 255], [200, 0, 0, 0], [200, 0, 0, 51]], np.uint8)
    white = over_background(pixels)
    assert white.tolist() == [[200, 0, 0], [255, 255, 255], [244, 204, 204]]
    assert over_background(pixels, background=0)[2].tolist() == [40, 0, 0]
