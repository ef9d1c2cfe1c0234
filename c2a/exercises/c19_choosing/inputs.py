"""The three data sets of the last task: each a chapter's own, under another name."""

from __future__ import annotations

from functools import cache

import numpy as np

Part = tuple[np.ndarray, np.ndarray]

#: Examples to learn from and to judge with, of each set.
SIZES = ((1_500, 600), (4_000, 800), (60, 200))


def scattered(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Garments (N, 28, 28) at half size, anywhere on (N, 20, 20), 0 to 1, float32."""
    small = images.reshape(-1, 14, 2, 14, 2).mean((2, 4)) / 255
    canvas = np.zeros((len(images), 20, 20), np.float32)
    places = rng.integers(0, 7, (len(images), 2))
    for picture, garment, (top, left) in zip(canvas, small, places, strict=True):
        picture[top : top + 14, left : left + 14] = garment
    return canvas


@cache
def spelled(part: str) -> np.ndarray:
    """Words of 4 to 12 letters as numbers from 1, the end on the right: (N, 12)."""
    from c2a.data import load

    words = [w for w in getattr(load("cmudict"), f"{part}_words") if 4 <= len(w) <= 12]
    rows = [[0] * (12 - len(w)) + [ord(letter) - 96 for letter in w] for w in words]
    return np.array(rows[:8_000], dtype=np.int64)


def both_ways(words: np.ndarray, rng: np.random.Generator) -> Part:
    """Words (N, 12), half of them turned round within their length; 1: as spelled."""
    right = rng.integers(0, 2, len(words))
    turned = np.zeros_like(words)
    for row, word in zip(turned, words, strict=True):
        letters = word[word > 0]
        row[12 - len(letters) :] = letters[::-1]
    return np.where(right[:, None] == 1, words, turned), right


def three_sets(rng: np.random.Generator, hidden: bool) -> tuple[list[Part], list[Part]]:
    """What is learned from, and what is judged with, of each of the three sets.

    hidden: judge with examples of the test parts; else with kept-back training ones.
    """
    from c2a.data import load

    learned, asked = [], []
    for place, (many, few) in enumerate(SIZES):
        if place == 2:
            table = load("breast-cancer")
            x = np.concatenate([table.train_features, table.test_features])
            y = np.concatenate([table.train_targets, table.test_targets])
            order = rng.permutation(len(y))[: many + few]
            x, y = x[order], y[order]
            x = ((x - x[:many].mean(0)) / x[:many].std(0)).astype(np.float32)
            learned.append((x[:many], y[:many]))
            asked.append((x[many:], y[many:]))
            continue
        for rows, count, part in (
            (learned, many, "train"),
            (asked, few, "test" if hidden else "train"),
        ):
            if place == 0:
                data = load("fashion-mnist")
                images = getattr(data, f"{part}_images")
                chosen = rng.permutation(len(images) // 2)[:count]
                chosen += len(images) // 2 * (rows is asked)
                labels = getattr(data, f"{part}_labels")[chosen]
                rows.append((scattered(images[chosen], rng), labels))
            else:
                words = spelled(part)
                chosen = rng.permutation(len(words) // 2)[:count]
                chosen += len(words) // 2 * (rows is asked)
                rows.append(both_ways(words[chosen], rng))
    return learned, asked


def show_three() -> None:
    """Print the shapes of the three sets and some rows of each."""
    learned, _ = three_sets(np.random.default_rng(3), hidden=False)
    for number, (x, y) in enumerate(learned, 1):
        print(f"x{number} {x.shape} {x.dtype}, labels {np.unique(y).tolist()}")
    (first, labels), (second, ways), (third, _) = learned
    alike = first[labels == labels[0]][:4, ::2, ::2]  # four pictures of one label
    print(f"\nx1, four of label {labels[0]}:")
    for rows in alike.transpose(1, 0, 2):
        print(
            "   ", " | ".join("".join(" .:*#"[int(4.99 * v)] for v in r) for r in rows)
        )
    print("\nx2, and its labels:")
    for row, way in zip(second[:6], ways, strict=False):
        print("   ", " ".join(f"{value:2d}" for value in row), "  ", way)
    print("\nx3, a row, and the deviation of each column:")
    for row in (third[0], third.std(0)):
        print("   ", " ".join(f"{value:.1f}" for value in row))
