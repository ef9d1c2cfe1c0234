"""Find an emoji by your words: a small model of pictures and words, searched live."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import Any

import numpy as np
import traitlets
from PIL import Image

from c2a.data import load
from c2a.weights import FOLDER
from c2a.weights.storage import decode
from c2a.widgets.patch_attention import attention_block, dense, norm
from c2a.widgets.toolkit import InteractiveFigure, Still

WEIGHTS = "emoji-words"
ALL = -1  # this choice of category: search among all
LONGEST = 12  # words, as in training
TRIES = ["sad crying face", "flag country", "hand", "red fruit", "house"]


class EmojiSearch(InteractiveFigure):
    """The held-out pictures that suit a query best.

    Args:
        traits: `query` (words), `category` (-1 for all, or a number from 0 to 8),
            `named` (whether the results show their names).
    """

    query = traitlets.Unicode(TRIES[0]).tag(sync=True)
    category = traitlets.Int(ALL, min=ALL, max=8).tag(sync=True)
    named = traitlets.Bool(False).tag(sync=True)
    tries = traitlets.List(traitlets.Unicode(), TRIES).tag(sync=True)
    vocabulary = traitlets.List(traitlets.Unicode()).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    labels = traitlets.List(traitlets.Int()).tag(sync=True)
    categories = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        emoji = load("emoji")
        counts = Counter(w for text in emoji.train_keywords for w in set(text.split()))
        super().__init__(
            vocabulary=sorted(word for word, count in counts.items() if count > 1),
            names=emoji.test_names.tolist(),
            labels=emoji.test_category_labels.tolist(),
            categories=list(emoji.category_names),
            **traits,
        )

    @property
    def numbers(self) -> list[int]:
        """The query's known words, numbered from 1 as the model numbers them."""
        words = re.findall("[a-z0-9-]+", self.query.lower())
        known = {word: number for number, word in enumerate(self.vocabulary, 1)}
        return [known[word] for word in words if word in known]

    @property
    def cosines(self) -> np.ndarray:
        """How well each of the 229 pictures suits the query, from -1 to 1."""
        w = _weights()
        words = w["text.embedding.weight"][self.numbers[:LONGEST]]
        x, _ = attention_block(
            np.concatenate([w["text.cls"][0], words]), w, "text.block"
        )
        vector = dense(norm(x, w, "text.norm")[0], w, "text.head")
        return w["vectors"] @ (vector / np.linalg.norm(vector))

    def results(self, count: int) -> list[int]:
        """The numbers of the best pictures, best first."""
        order = np.argsort(-self.cosines, kind="stable")
        chosen = [n for n in order if self.category in (ALL, self.labels[n])]
        return [int(n) for n in chosen[:count]]

    @property
    def alt(self) -> str:
        first = ", ".join(self.names[n] for n in self.results(6))
        return (
            f"A field with the words “{self.query}”, and the pictures that a model of "
            f"pictures and words puts first: {first}."
        )

    def still(self) -> Still:
        still = Still(560, 130)
        still.text(0, 20, f"words: {self.query}", anchor="start")
        pictures = _weights()["pictures"].reshape(-1, 3, 32, 32)
        cosines = self.cosines
        for place, n in enumerate(self.results(6)):
            pixels = np.clip(127.5 * (pictures[n] + 1), 0, 255).astype(np.uint8)
            still.image(Image.fromarray(pixels.transpose(1, 2, 0)), 92 * place, 34, 64)
            label = f"{cosines[n]:.2f}"
            still.text(92 * place + 32, 120, label)
        return still


@functools.cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{WEIGHTS}.npz") as file:
        return decode(dict(file))
