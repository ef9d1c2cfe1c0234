"""Build a stack of layers, guess its field, and see what one unit sees."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from c2a.data import load
from c2a.widgets.toolkit import InteractiveFigure, Still, gray_image
from c2a.widgets.toolkit.windows import output_size

SIDE = 144  # pixels of the photograph, which is square
MOST = 8  # layers
LIMITS = {"kernel": (1, 7), "stride": (1, 4), "padding": (0, 16), "dilation": (1, 16)}
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601: brightness of red, green and blue


def paths(layers: list[dict[str, int]], n: int = SIDE) -> np.ndarray:
    """On how many paths each of n pixels reaches each unit (n', n); no rows if none."""
    counts = np.eye(n)
    for layer in layers:
        k, s, p, d = (layer[name] for name in LIMITS)
        units = output_size(len(counts), k, s, p, d)
        if units < 1:
            return np.zeros((0, n))
        framed = np.pad(counts, ((p, p), (0, 0)))
        taps = [framed[u * d : u * d + (units - 1) * s + 1 : s] for u in range(k)]
        counts = np.sum(taps, axis=0)
    return counts


class BuildAStack(InteractiveFigure):
    """Layers to edit, the field to guess, and a photograph through one unit's window.

    Args:
        layers: up to eight; each a tuple (kernel, stride, padding, dilation) or a
            dictionary with these names.
        traits: `chosen` (the layer that is edited), `row` and `column` (the unit),
            `guess`, `answers` (shown at once, without a guess), `view` ("window" or
            "paths").
    """

    layers = traitlets.List(traitlets.Dict()).tag(sync=True)
    chosen = traitlets.Int(0, min=0, max=MOST - 1).tag(sync=True)
    row = traitlets.Int(0, min=0).tag(sync=True)
    column = traitlets.Int(0, min=0).tag(sync=True)
    guess = traitlets.Int(1, min=1, max=999).tag(sync=True)
    answers = traitlets.Bool(False).tag(sync=True)
    view = traitlets.Enum(["window", "paths"], "window").tag(sync=True)
    # Gray values 0 to 255, row by row; fixed once shown.
    photograph = traitlets.Bytes().tag(sync=True)

    def __init__(
        self, layers: Any = ((5, 2, 0, 1), (3, 1, 0, 1)), **traits: Any
    ) -> None:
        named = [
            dict(zip(LIMITS, layer, strict=True)) if isinstance(layer, tuple) else layer
            for layer in layers
        ]
        from PIL import Image

        cat = load("photographs")["chelsea"][:, 75:375] @ np.array(_LUMA)
        whole = Image.fromarray(np.rint(cat).astype(np.uint8))
        self.pixels = np.array(whole.resize((SIDE, SIDE), Image.Resampling.BOX))
        super().__init__(layers=named, photograph=self.pixels.tobytes(), **traits)
        middle = max(self.units - 1, 0) // 2
        self.row, self.column = traits.get("row", middle), traits.get("column", middle)

    @traitlets.validate("layers")
    def _check_layers(self, proposal: dict[str, Any]) -> list[dict[str, int]]:
        layers = proposal["value"]
        fits = all(
            low <= layer[name] <= high
            for layer in layers
            for name, (low, high) in LIMITS.items()
        )
        if not 1 <= len(layers) <= MOST or not fits:
            raise traitlets.TraitError(
                f"1 to {MOST} layers, each with numbers in these ranges: {LIMITS}."
            )
        return layers

    @property
    def field(self) -> tuple[int, int, int]:
        """Size of the last layer's fields, distance between two, start of the first."""
        size, jump, start = 1, 1, 0
        for layer in self.layers:
            size += layer["dilation"] * (layer["kernel"] - 1) * jump
            start -= layer["padding"] * jump
            jump *= layer["stride"]
        return size, jump, start

    @property
    def units(self) -> int:
        """Units of the last layer along one axis; 0 where a kernel does not fit."""
        return len(paths(self.layers))

    @property
    def cost(self) -> tuple[int, int]:
        """Parameters and multiply-adds, with 16 channels after the first layer."""
        parameters = operations = 0
        n, channels = SIDE, 1
        for layer in self.layers:
            k, s, p, d = (layer[name] for name in LIMITS)
            n = output_size(n, k, s, p, d)
            weights = k * k * channels * 16
            parameters, operations = (
                parameters + weights + 16,
                operations + weights * n * n,
            )
            channels = 16
        return parameters, operations

    @property
    def alt(self) -> str:
        listed = "; ".join(
            ", ".join(f"{name} {layer[name]}" for name in LIMITS)
            for layer in self.layers
        )
        return (
            f"A photograph of a cat, {SIDE} by {SIDE} pixels, and a stack of "
            f"{len(self.layers)} layers over it ({listed}), which leaves {self.units} "
            f"by {self.units} units. How many pixels one of them sees is to be guessed."
        )

    def still(self) -> Still:
        still = Still(490, max(240, 70 + 24 * len(self.layers)))
        still.image(gray_image(self.pixels), 0, 0, 216)
        still.text(0, 232, f"{SIDE} × {SIDE} pixels", size=12, anchor="start")
        for x, name in zip((300, 345, 395, 450), LIMITS, strict=True):
            still.text(x, 20, name, size=12, color="faint")
        for i, layer in enumerate(self.layers):
            y = 44 + 24 * i
            still.text(236, y, f"layer {i + 1}", size=13, anchor="start")
            for x, name in zip((300, 345, 395, 450), LIMITS, strict=True):
                still.text(x, y, str(layer[name]), size=13)
        y = 56 + 24 * len(self.layers)
        still.text(
            236, y, f"{self.units} × {self.units} units", size=13, anchor="start"
        )
        return still
