"""A map of codes of two numbers: the decoder draws, the reader guesses first."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import traitlets

from c2a.data import load
from c2a.weights import FOLDER
from c2a.weights.storage import decode
from c2a.widgets.toolkit import InteractiveFigure, Still, gray_image

WEIGHTS = "code-maps"
NETS = ("autoencoder", "vae")
SIDE = 61  # cells of the map along one side
UNIT = 10  # cells that one standard deviation of the codes takes
SHOWN = 300  # garments on the map, of the test set


class CodeMap(InteractiveFigure):
    """Where unseen garments lie in a code of two numbers, and what lies between.

    Args:
        traits: `net` ("autoencoder" or "vae"), `place` (row and column of the map,
            0 to 60), `covered` (whether the drawn picture waits for a guess).
    """

    net = traitlets.Enum(NETS, "autoencoder").tag(sync=True)
    place = traitlets.List(traitlets.Int(), [15, 30]).tag(sync=True)
    covered = traitlets.Bool(True).tag(sync=True)
    guess = traitlets.Enum(["", "garment", "mush"], "").tag(sync=True)
    # Center and scale of the codes of each net, two numbers each.
    frames = traitlets.Dict().tag(sync=True)
    # Row and column of each dot, a byte each: all of one net, then of the other.
    dots = traitlets.Bytes().tag(sync=True)
    classes = traitlets.Bytes().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        data = load("fashion-mnist")
        images = data.test_images[:SHOWN].reshape(SHOWN, -1) / 255
        frames, dots = {}, b""
        for net in NETS:
            codes = encoded(net, images)
            frames[net] = {"center": codes.mean(0), "scale": codes.std(0)}
            units = (codes - frames[net]["center"]) / frames[net]["scale"]
            dots += placed(units).astype(np.uint8).tobytes()
        super().__init__(
            frames={net: _lists(frame) for net, frame in frames.items()},
            dots=dots,
            classes=data.test_labels[:SHOWN].astype(np.uint8).tobytes(),
            names=list(data.class_names),
            **traits,
        )

    @property
    def code(self) -> np.ndarray:
        """The two numbers at the chosen place."""
        row, col = self.place
        middle = SIDE // 2
        frame = self.frames[self.net]
        unit = np.array([col - middle, middle - row]) / UNIT
        return frame["center"] + unit * frame["scale"]

    @property
    def picture(self) -> np.ndarray:
        """What the decoder draws there: (784,), 0 black to 1 white."""
        return decoded(self.net, self.code)

    @property
    def alt(self) -> str:
        net = {"autoencoder": "an autoencoder", "vae": "a VAE"}[self.net]
        seen = "covered until you guess" if self.covered else "drawn beside it"
        return (
            f"A square map of the codes of {SHOWN} garments by {net}, a dot for each, "
            "colored by class: shoes, trousers and shirts lie in regions of their own, "
            f"with empty places between. The picture at the chosen place is {seen}."
        )

    def still(self) -> Still:
        still, cell = Still(470, 305), 5
        still.rectangle(0, 0, SIDE * cell, SIDE * cell, stroke="faint")
        first = NETS.index(self.net) * 2 * SHOWN
        where = np.frombuffer(self.dots, np.uint8)[first : first + 2 * SHOWN]
        for (row, col), kind in zip(where.reshape(-1, 2), self.classes, strict=True):
            x, y = (col + 0.5) * cell, (row + 0.5) * cell
            still.circle(float(x), float(y), 2.2, fill=COLORS[kind], stroke=None)
        row, col = self.place
        still.circle((col + 0.5) * cell, (row + 0.5) * cell, 8, stroke="ink")
        if self.covered:
            still.rectangle(345, 70, 112, 112, stroke="faint")
            still.text(401, 132, "?", size=28)
        else:
            pixels = (255 * self.picture.reshape(28, 28)).round().astype(np.uint8)
            still.image(gray_image(pixels), 345, 70, 112)
        still.text(401, 205, "garment or mush?", color="faint")
        return still


# One color a class, told apart by lightness as well; the same in the script.
COLORS = (
    "#2f7fc1", "#8f507f", "#59a22e", "#c9761a", "#139bcd",
    "#d43385", "#8b6fd6", "#e1350e", "#808080", "#36746f",
)  # fmt: skip


def placed(units: np.ndarray) -> np.ndarray:
    """Row and column of units (N, 2); what lies outside is put on the border."""
    middle = SIDE // 2
    cells = np.stack([middle - UNIT * units[:, 1], middle + UNIT * units[:, 0]], axis=1)
    return np.clip(np.rint(cells), 0, SIDE - 1)


def encoded(net: str, images: np.ndarray) -> np.ndarray:
    """Codes (N, 2) of images (N, 784); of the VAE, the means."""
    return _dense(net, "encoder", images)[:, :2]


def decoded(net: str, codes: np.ndarray) -> np.ndarray:
    """Pictures (..., 784) of codes (..., 2), 0 to 1."""
    return 1 / (1 + np.exp(-_dense(net, "decoder", codes)))


def _lists(frame: dict[str, np.ndarray]) -> dict[str, list[float]]:
    return {name: values.tolist() for name, values in frame.items()}


@functools.cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{WEIGHTS}.npz") as file:
        return decode(dict(file))


def _dense(net: str, half: str, x: np.ndarray) -> np.ndarray:
    """Three dense layers with a ReLU between them."""
    w = _weights()
    for n in (0, 2, 4):
        x = x @ w[f"{net}.{half}.{n}.weight"].T + w[f"{net}.{half}.{n}.bias"]
        x = np.maximum(x, 0) if n < 4 else x
    return x
