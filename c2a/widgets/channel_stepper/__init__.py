"""Step two filters over an image of three channels, and see what is summed."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from c2a.widgets.toolkit import InteractiveFigure, Still
from c2a.widgets.toolkit.windows import correlate2d

# A small scene: red is bright on the right, green at the foot, blue in the middle.
IMAGE = [
    [
        [0, 1, 2, 3, 3],
        [1, 1, 2, 3, 2],
        [0, 1, 2, 3, 3],
        [1, 0, 2, 2, 3],
        [0, 1, 2, 3, 3],
    ],
    [
        [1, 0, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [1, 1, 2, 1, 1],
        [2, 2, 2, 3, 2],
        [3, 2, 3, 2, 3],
    ],
    [
        [1, 0, 1, 0, 1],
        [0, 1, 2, 1, 0],
        [1, 2, 3, 2, 1],
        [0, 1, 2, 1, 0],
        [1, 0, 0, 1, 1],
    ],
]
# The first filter asks for red that grows to the right and green that grows downward;
# the second for a blue spot where there is little red.
WEIGHTS = [
    [
        [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
        [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
        [[0, 0, 0], [0, -1, 0], [0, 0, 0]],
    ],
    [
        [[0, 0, 0], [-1, -1, -1], [0, 0, 0]],
        [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        [[0, 1, 0], [1, 2, 1], [0, 1, 0]],
    ],
]
CHANNELS = ["red", "green", "blue"]
_CELL = 26.0


class ChannelStepper(InteractiveFigure):
    """Two filters over three channels: products, their sum in each channel, one number.

    Args:
        image: the input's numbers (3, n, n), n from 3 to 8.
        weights: the filters (2, 3, k, k), k from 1 to 3.
        bias: one number a filter (2,).
        traits: `step` (output position, row by row) and `filter` (0 or 1).
    """

    image = traitlets.List(trait=traitlets.List(), default_value=IMAGE).tag(sync=True)
    weights = traitlets.List(trait=traitlets.List(), default_value=WEIGHTS).tag(
        sync=True
    )
    bias = traitlets.List(traitlets.CFloat(), [1.0, 0.0]).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    filter = traitlets.Int(0, min=0, max=1).tag(sync=True)
    channels = traitlets.List(traitlets.Unicode(), CHANNELS).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        for name in {"image", "weights", "bias"} & traits.keys():
            traits[name] = np.asarray(traits[name]).tolist()
        super().__init__(**traits)
        image, weights = np.shape(self.image), np.shape(self.weights)
        if image[:1] != (3,) or weights[:2] != (2, 3) or weights[-1] > image[-1]:
            raise ValueError(
                "This figure shows an image (3, n, n) under filters (2, 3, k, k), not "
                f"{image} under {weights}."
            )

    @property
    def output(self) -> np.ndarray:
        """One map a filter (2, n', n'): channels summed, bias added."""
        image, weights = np.array(self.image), np.array(self.weights)
        sums = [
            sum(correlate2d(x, w) for x, w in zip(image, filters, strict=True))
            for filters in weights
        ]
        return np.stack(sums) + np.array(self.bias)[:, None, None]

    @property
    def alt(self) -> str:
        side = self.output.shape[-1]
        row, column = divmod(min(self.step, side * side - 1), side)
        value = self.output[self.filter, row, column]
        return (
            f"Three channels of {len(self.image[0])} by {len(self.image[0])} numbers, "
            f"each under its own slice of filter {self.filter + 1}; the products of "
            f"all three and the bias sum to {value:g}, at row {row}, column {column} "
            "of that filter's output map."
        )

    def still(self) -> Still:
        image, weights = np.array(self.image), np.array(self.weights)[self.filter]
        n, k, side = image.shape[-1], weights.shape[-1], self.output.shape[-1]
        row, column = divmod(min(self.step, side * side - 1), side)
        kernel_x, output_x = (n + 1.5) * _CELL, (n + k + 3.5) * _CELL
        block = (n + 1) * _CELL
        still = Still(output_x + side * _CELL + 60, 3 * block + 2)
        for c, name in enumerate(self.channels):
            top = c * block + 18
            still.text(2, top - 5, name, size=12, anchor="start")
            still.numbers(image[c], 2, top, _CELL, tinted=False)
            window = (2 + column * _CELL, top + row * _CELL, k * _CELL, k * _CELL)
            still.rectangle(*window, stroke="ink", line=3)
            middle = top + (n - k) / 2 * _CELL
            still.numbers(weights[c], kernel_x, middle, _CELL)
            still.text(kernel_x - 0.75 * _CELL, top + n / 2 * _CELL + 5, "\u22c6")
            arrow = kernel_x + (k + 1) * _CELL
            still.text(arrow, top + n / 2 * _CELL + 5, "\u2192", size=18)
        for f, values in enumerate(self.output):
            top = f * (side + 1.5) * _CELL + block / 2
            still.text(output_x, top - 6, f"filter {f + 1}", size=12, anchor="start")
            still.numbers(values, output_x, top, _CELL)
        return still
