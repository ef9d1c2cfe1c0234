"""Walk a drawn digit through a trained LeNet, layer by layer."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import traitlets
from PIL.Image import Image

from c2a.data import load
from c2a.weights import FOLDER
from c2a.weights.storage import decode
from c2a.widgets.toolkit import InteractiveFigure, Still, gray_image

WEIGHTS = "lenet-digits"
SIDE = 28  # of the drawing; the network gets it with a border of two pixels
LAYERS = ("input", "C1", "S2", "C3", "S4", "C5", "F6", "answer")


class LenetWalk(InteractiveFigure):
    """A digit, chosen or drawn, and what each layer of LeNet makes of it.

    Args:
        traits: `digit` (0 to 9), or `drawing` (784 numbers from 0 to 1); `layer`
            (0 to 7), `map`, and `place` (row and column of a unit of that map).
    """

    digit = traitlets.Int(5, min=0, max=9).tag(sync=True)
    drawing = traitlets.List(traitlets.CFloat()).tag(sync=True)
    layer = traitlets.Int(0, min=0, max=7).tag(sync=True)
    map = traitlets.Int(0, min=0, max=15).tag(sync=True)
    place = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)
    # One test picture of each digit, fixed once shown: gray values, digit by digit.
    pictures = traitlets.Bytes().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        digits = load("mnist-5k")
        first = [np.flatnonzero(digits.test_labels == k)[0] for k in range(10)]
        images = digits.test_images[first]
        chosen = images[traits.get("digit", 5)].ravel() / 255
        traits.setdefault("drawing", np.round(chosen, 2).tolist())
        super().__init__(pictures=images.tobytes(), **traits)

    @property
    def activations(self) -> dict[str, np.ndarray]:
        """What each layer answers, by name; `answer` holds ten scores."""
        w = _weights()
        x = np.pad(np.reshape(self.drawing, (1, SIDE, SIDE)), ((0, 0), (2, 2), (2, 2)))
        c1 = _maps(x, w["today.0.weight"], w["today.0.bias"])
        s2 = _largest(c1)
        c3 = _maps(s2, w["today.3.weight"], w["today.3.bias"])
        s4 = _largest(c3)
        c5 = np.maximum(w["today.7.weight"] @ s4.ravel() + w["today.7.bias"], 0)
        f6 = np.maximum(w["today.9.weight"] @ c5 + w["today.9.bias"], 0)
        scores = w["today.11.weight"] @ f6 + w["today.11.bias"]
        return dict(zip(LAYERS, (x, c1, s2, c3, s4, c5, f6, scores), strict=True))

    @property
    def answer(self) -> tuple[int, float]:
        """The likeliest digit, and its probability."""
        chances = np.exp(self.activations["answer"] - self.activations["answer"].max())
        return int(chances.argmax()), float(chances.max() / chances.sum())

    @property
    def alt(self) -> str:
        digit, chance = self.answer
        return (
            "A hand-drawn digit, and rows of small gray maps that LeNet makes of it: "
            "six of 28 by 28 that look like outlines, six of 14 by 14, sixteen of 10 "
            "by 10, sixteen of 5 by 5 that no longer look like a digit. The answer is "
            f"{digit}, {chance:.0%}."
        )

    def still(self) -> Still:
        still = Still(560, 290)
        shown = self.activations
        still.image(_gray(shown["input"][0], 1.0), 0, 20, 96)
        still.text(48, 134, "input", color="faint")
        for row, (name, side) in enumerate(
            {"C1": 56, "S2": 42, "C3": 26, "S4": 22}.items()
        ):
            top = (8, 76, 130, 168)[row]
            still.text(120, top + side / 2 + 5, name, anchor="start", color="faint")
            scale = shown[name].max() or 1.0
            for c, values in enumerate(shown[name]):
                image = _gray(values, scale)
                still.image(image, 150 + (side + 3 if side > 26 else 25) * c, top, side)
        digit, chance = self.answer
        still.text(120, 222, "answer", anchor="start", color="faint")
        still.rectangle(120, 232, 430 * chance, 30, fill="accent", opacity=0.4)
        still.text(130, 253, f"{digit}: {chance:.0%}", anchor="start")
        return still


def _gray(values: np.ndarray, top: float) -> Image:
    return gray_image((255 * values / top).round().astype(np.uint8))


@functools.cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{WEIGHTS}.npz") as file:
        return decode(dict(file))


def _maps(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Rectified responses (O, H - 4, W - 4) of 5 x 5 filters to x (C, H, W)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(1, 2))
    responses = np.einsum("cijuv,ocuv->oij", windows, weight)
    return np.maximum(responses + bias[:, None, None], 0)


def _largest(x: np.ndarray) -> np.ndarray:
    """The largest of each 2 x 2 window: (C, H / 2, W / 2)."""
    c, h, w = x.shape
    return x.reshape(c, h // 2, 2, w // 2, 2).max((2, 4))
