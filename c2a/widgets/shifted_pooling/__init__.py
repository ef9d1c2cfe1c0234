"""Pool a signal or a photograph, shift it by a pixel, and see which outputs change."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import traitlets

from c2a.data import load
from c2a.widgets.toolkit import InteractiveFigure, Still, format_number, gray_image

KINDS = ("max", "average", "stride", "blur")
NAMES = {
    "max": "the largest of each window",
    "average": "the mean of each window",
    "stride": "the first of each window",
    "blur": "a blur of each window",
}
SIGNAL = [0.0, 0, 4, 4, 0, 0, 4, 4, 1, 0, 2, 7]
SIDE = 96  # of the photograph: a multiple of every stride, as is the signal's length
_CELL = 30.0


def pool_line(x: np.ndarray, kind: str, window: int, stride: int) -> np.ndarray:
    """Pool the last axis, closed to a ring; its length is a multiple of the stride."""
    seen = np.stack([np.roll(x, -u, axis=-1) for u in range(window)])[..., ::stride]
    if kind == "max":
        return seen.max(0)
    if kind == "stride":
        return seen[0]
    binomial = [comb(window - 1, u) for u in range(window)]
    weights = np.array(binomial if kind == "blur" else [1] * window, float)
    return np.tensordot(weights / weights.sum(), seen, axes=1)


class ShiftedPooling(InteractiveFigure):
    """Twelve numbers or a photograph on a ring, pooled before and after a shift.

    Args:
        signal: twelve numbers.
        traits: `scene` ("signal" or "photograph"), `kind` (one of `KINDS`), `window`
            and `stride` (1 to 4), `shift` (pixels to the right, -4 to 4), `output`
            (the output of the signal whose window is framed).
    """

    scene = traitlets.Enum(["signal", "photograph"], "signal").tag(sync=True)
    signal = traitlets.List(traitlets.CFloat(), SIGNAL, minlen=12, maxlen=12).tag(
        sync=True
    )
    kind = traitlets.Enum(KINDS, "max").tag(sync=True)
    window = traitlets.Int(2, min=1, max=4).tag(sync=True)
    stride = traitlets.Int(2, min=1, max=4).tag(sync=True)
    shift = traitlets.Int(0, min=-4, max=4).tag(sync=True)
    output = traitlets.Int(0, min=0, max=11).tag(sync=True)
    # Gray values 0 to 255, row by row; fixed once shown.
    photograph = traitlets.Bytes().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        bricks = load("photographs")["brick"].mean(-1)[: 2 * SIDE, : 2 * SIDE]
        halves = bricks.reshape(SIDE, 2, SIDE, 2).mean((1, 3))
        self.pixels = np.rint(halves).astype(np.uint8)
        super().__init__(photograph=self.pixels.tobytes(), **traits)

    def pooled(self, shift: int) -> np.ndarray:
        """Outputs after a shift: (n',) of the signal, (n', n') of the photograph."""
        setting = (self.kind, self.window, self.stride)
        if self.scene == "signal":
            return pool_line(np.roll(np.array(self.signal), shift), *setting)
        moved = np.roll(self.pixels, shift, axis=1).astype(float)
        return pool_line(pool_line(moved, *setting).T, *setting).T

    @property
    def alt(self) -> str:
        now, rest = self.pooled(self.shift), self.pooled(0)
        what = f"{NAMES[self.kind]} of {self.window}, stride {self.stride}"
        if self.scene == "photograph":
            return (
                f"A photograph of bricks, shifted by {self.shift} pixels, and a "
                f"smaller picture: {what}. A third shows where it differs from the one "
                "at rest."
            )
        numbers = ", ".join(format_number(value) for value in now)
        return (
            f"Twelve numbers in a row, shifted by {self.shift}, and below them {what}: "
            f"{numbers}. {int((now != rest).sum())} of {len(now)} outputs differ from "
            "those at rest."
        )

    def still(self) -> Still:
        now, rest = self.pooled(self.shift), self.pooled(0)
        if self.scene == "photograph":
            still = Still(460, 240)
            bricks = np.roll(self.pixels, self.shift, axis=1)
            for x, pixels, name in ((0, bricks, "photograph"), (240, now, "pooled")):
                still.image(gray_image(np.rint(pixels).astype(np.uint8)), x, 20, 216)
                still.text(x, 13, name, size=12, anchor="start")
            return still
        still = Still(470, 190)
        moved = np.roll(np.array(self.signal), self.shift)
        rows = (("signal", moved), ("pooled", now), ("at rest", rest))
        for i, (name, values) in enumerate(rows):
            still.text(60, 32 + 60 * i, name, size=12, anchor="end")
            still.numbers(values[None], 70, 12 + 60 * i, _CELL)
        return still
