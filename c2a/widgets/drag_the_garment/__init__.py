"""Drag a garment over a canvas and see what three trained networks say."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import traitlets

from c2a.data import load
from c2a.weights import FOLDER
from c2a.weights.storage import decode
from c2a.widgets.toolkit import InteractiveFigure, Still, gray_image

WEIGHTS = "garment-nets"
NETS = ("dense", "flatten", "largest")
TITLES = ("dense", "convolution, flattened", "convolution, largest")
REACH = 4  # pixels that the garment can move without leaving the canvas
SIDE = 28 + 2 * REACH


class DragTheGarment(InteractiveFigure):
    """A garment on a black canvas of 36 x 36, and the answers of three networks.

    Args:
        traits: `garment` (0 to 9, the kind), `down` and `right` (pixels, -4 to 4).
    """

    garment = traitlets.Int(9, min=0, max=9).tag(sync=True)
    down = traitlets.Int(0, min=-REACH, max=REACH).tag(sync=True)
    right = traitlets.Int(0, min=-REACH, max=REACH).tag(sync=True)
    # One test picture of each kind, fixed once shown: gray values, kind by kind.
    pictures = traitlets.Bytes().tag(sync=True)
    kinds = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        garments = load("fashion-mnist")
        first = [np.flatnonzero(garments.test_labels == k)[0] for k in range(10)]
        self.garments = garments.test_images[first]
        super().__init__(
            pictures=self.garments.tobytes(), kinds=list(garments.class_names), **traits
        )

    @property
    def canvas(self) -> np.ndarray:
        """What the networks see (36, 36), uint8."""
        canvas = np.zeros((SIDE, SIDE), np.uint8)
        top, left = REACH + self.down, REACH + self.right
        canvas[top : top + 28, left : left + 28] = self.garments[self.garment]
        return canvas

    @property
    def scores(self) -> dict[str, np.ndarray]:
        """Ten scores of each network, before the softmax."""
        weights = _weights()
        x = self.canvas / 255.0
        return {net: _NETWORKS[net](x, weights) for net in NETS}

    @property
    def answers(self) -> dict[str, tuple[str, float]]:
        """The likeliest kind of each network, and its probability."""
        answers = {}
        for net, scores in self.scores.items():
            chances = np.exp(scores - scores.max())
            best = int(chances.argmax())
            answers[net] = (self.kinds[best], float(chances[best] / chances.sum()))
        return answers

    @property
    def alt(self) -> str:
        said = "; ".join(
            f"{title}: {self.answers[net][0]}, {self.answers[net][1]:.0%}"
            for title, net in zip(TITLES, NETS, strict=True)
        )
        return (
            f"A black canvas with a garment in gray ({self.kinds[self.garment]}), "
            f"{self.down} pixels down and {self.right} right of the middle. What three "
            f"networks say it is: {said}."
        )

    def still(self) -> Still:
        still = Still(520, 200)
        still.image(gray_image(self.canvas), 0, 0, 200)
        for i, (title, net) in enumerate(zip(TITLES, NETS, strict=True)):
            kind, chance = self.answers[net]
            top = 10 + 65 * i
            still.text(225, top + 12, title, anchor="start", color="faint")
            still.rectangle(225, top + 20, 290 * chance, 26, fill="accent", opacity=0.4)
            still.text(232, top + 38, f"{kind} {chance:.0%}", anchor="start")
        return still


@functools.cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{WEIGHTS}.npz") as file:
        return decode(dict(file))


def _layer(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    return weights[f"{name}.weight"] @ x + weights[f"{name}.bias"]


def _maps(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Rectified maps of 9 x 9 kernels, stride 2, padding 4: (C, 18, 18)."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, 4), (9, 9))[::2, ::2]
    kernels = weights[f"{name}.weight"][:, 0]
    responses = np.einsum("ijuv,cuv->cij", windows, kernels)
    return np.maximum(responses + weights[f"{name}.bias"][:, None, None], 0)


def _dense(x: np.ndarray, w: dict[str, np.ndarray]) -> np.ndarray:
    return _layer(np.maximum(_layer(x.ravel(), w, "dense.1"), 0), w, "dense.3")


def _flatten(x: np.ndarray, w: dict[str, np.ndarray]) -> np.ndarray:
    return _layer(_maps(x, w, "flatten.0").ravel(), w, "flatten.3")


def _largest(x: np.ndarray, w: dict[str, np.ndarray]) -> np.ndarray:
    return _layer(_maps(x, w, "largest.0").max((1, 2)), w, "largest.4")


_NETWORKS = {"dense": _dense, "flatten": _flatten, "largest": _largest}
