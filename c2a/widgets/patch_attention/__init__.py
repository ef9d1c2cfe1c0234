"""Click a patch of a garment and see where a vision transformer looks from there."""

from __future__ import annotations

import functools
from math import erf
from typing import Any

import numpy as np
import traitlets

from c2a.data import load
from c2a.weights import FOLDER
from c2a.weights.storage import decode
from c2a.widgets.toolkit import InteractiveFigure, Still, gray_image

WEIGHTS = "vit-garments"
SIDE, PATCH, GRID, HEADS, BLOCKS = 28, 4, 7, 4, 3
MEAN, ROLLOUT = HEADS, BLOCKS
SHOWN = (9, 2, 1, 5, 8, 3)  # classes: one garment of each


class PatchAttention(InteractiveFigure):
    """Attention of chapter 14's trained and untrained ViT, patch by patch.

    Args:
        traits: `garment` (0 to 5), `patch` (0 to 48, row by row), `from_class` (the
            class token looks instead), `block` (0 to 2; 3 for the rollout of all),
            `head` (0 to 3; 4 for their mean), `untrained` (show that net, too).
    """

    garment = traitlets.Int(0, min=0, max=len(SHOWN) - 1).tag(sync=True)
    patch = traitlets.Int(24, min=0, max=GRID**2 - 1).tag(sync=True)
    from_class = traitlets.Bool(False).tag(sync=True)
    block = traitlets.Int(0, min=0, max=ROLLOUT).tag(sync=True)
    head = traitlets.Int(MEAN, min=0, max=MEAN).tag(sync=True)
    untrained = traitlets.Bool(False).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    # One test picture of each class of SHOWN: gray values, picture by picture.
    pictures = traitlets.Bytes().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        garments = load("fashion-mnist")
        first = [np.flatnonzero(garments.test_labels == k)[0] for k in SHOWN]
        names = [garments.class_names[k] for k in SHOWN]
        pictures = garments.test_images[first].tobytes()
        super().__init__(pictures=pictures, names=names, **traits)

    def maps(self, net: str) -> list[np.ndarray]:
        """Attention of each block of the net `trained` or `untrained`: (4, 50, 50)."""
        size = SIDE * SIDE
        pixels = np.frombuffer(self.pictures, np.uint8)[self.garment * size :][:size]
        prefix = f"{net}."
        own = {
            name.removeprefix(prefix): values
            for name, values in _weights().items()
            if name.startswith(prefix)
        }
        image = (pixels.reshape(SIDE, SIDE) / 255 - 0.286) / 0.353
        cut = image.reshape(GRID, PATCH, GRID, PATCH).swapaxes(1, 2)
        kernel = own["patches.weight"].reshape(-1, PATCH**2)
        tokens = cut.reshape(-1, PATCH**2) @ kernel.T + own["patches.bias"]
        x = np.concatenate([own["cls"][0], tokens]) + own["positions"][0]
        found = []
        for number in range(BLOCKS):
            x, weights = attention_block(x, own, f"blocks.{number}")
            found.append(weights)
        return found

    def looks(self, net: str) -> np.ndarray:
        """How much of the chosen token's attention each patch gets: (7, 7)."""
        maps = self.maps(net)
        if self.block == ROLLOUT:
            table = np.eye(len(maps[0][0]))
            for weights in maps:
                table = (weights.mean(0) + np.eye(len(table))) / 2 @ table
        else:
            weights = maps[self.block]
            table = weights.mean(0) if self.head == MEAN else weights[self.head]
        return table[0 if self.from_class else self.patch + 1, 1:].reshape(GRID, GRID)

    @property
    def alt(self) -> str:
        asker = "the class token"
        if not self.from_class:
            row, column = divmod(self.patch, GRID)
            asker = f"the patch in row {row + 1}, column {column + 1}"
        where = (
            "Rollout of all blocks"
            if self.block == ROLLOUT
            else f"Block {self.block + 1}"
        )
        row, column = divmod(int(self.looks("trained").argmax()), GRID)
        return (
            f"A garment of the class {self.names[self.garment]}, and a map of seven by "
            f"seven patches that says where {asker} looks. {where}: most at row "
            f"{row + 1}, column {column + 1}."
        )

    def still(self) -> Still:
        still = Still(560, 210)
        size = SIDE * SIDE
        pixels = np.frombuffer(self.pictures, np.uint8)[self.garment * size :][:size]
        still.image(gray_image(pixels.reshape(SIDE, SIDE)), 0, 4, 170)
        row, column = divmod(self.patch, GRID)
        side = 170 / GRID
        if not self.from_class:
            still.rectangle(column * side, 4 + row * side, side, side, stroke="accent")
        still.text(85, 194, self.names[self.garment])
        nets = ("trained", "untrained") if self.untrained else ("trained",)
        for place, net in enumerate(nets, 1):
            shares = self.looks(net)
            for (i, j), share in np.ndenumerate(shares / shares.max()):
                x, y = 195 * place + j * side, 4 + i * side
                still.rectangle(
                    x, y, side, side, fill="accent", stroke=None, opacity=float(share)
                )
            still.rectangle(195 * place, 4, 170, 170, stroke="faint")
            still.text(195 * place + 85, 194, f"{net} net looks")
        return still


@functools.cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{WEIGHTS}.npz") as file:
        return decode(dict(file))


def norm(x: np.ndarray, w: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Layer norm of each row, with the weights of that name."""
    unit = x - x.mean(-1, keepdims=True)
    unit /= np.sqrt(x.var(-1, keepdims=True) + 1e-5)
    return unit * w[f"{name}.weight"] + w[f"{name}.bias"]


def dense(x: np.ndarray, w: dict[str, np.ndarray], name: str) -> np.ndarray:
    """A dense layer on each row, with the weights of that name."""
    return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]


def attention_block(
    x: np.ndarray, w: dict[str, np.ndarray], name: str
) -> tuple[np.ndarray, np.ndarray]:
    """A block's output (T, d) and its attention (heads, T, T)."""
    y = norm(x, w, f"{name}.norm1")
    q, k, v = (
        dense(y, w, f"{name}.attention.{part}")
        .reshape(len(x), HEADS, -1)
        .swapaxes(0, 1)
        for part in "qkv"
    )
    scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1])
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    read = (weights @ v).swapaxes(0, 1).reshape(len(x), -1)
    x = x + dense(read, w, f"{name}.attention.out")
    hidden = dense(norm(x, w, f"{name}.norm2"), w, f"{name}.mlp.0")
    hidden = hidden * (1 + np.vectorize(erf)(hidden / np.sqrt(2))) / 2  # GELU
    return x + dense(hidden, w, f"{name}.mlp.2"), weights
