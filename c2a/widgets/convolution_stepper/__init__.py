"""Step a kernel over a grid, with stride, padding and dilation."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from c2a.widgets.toolkit import InteractiveFigure, Still
from c2a.widgets.toolkit.windows import correlate2d, output_size

_CELL = 34.0


class ConvolutionStepper(InteractiveFigure):
    """A kernel that walks over a square input, and the arithmetic of each step.

    Args:
        image: the input's numbers (size, size) instead of the default ones.
        weights: the kernel's numbers (kernel_size, kernel_size), likewise.
        dials: whether the five settings and the formula of the output's size are
            shown; False for a first look at the arithmetic alone.
        traits: any of the traits below, as `stride=2, padding=1`.
    """

    size = traitlets.Int(8, min=1, max=10).tag(sync=True)
    kernel_size = traitlets.Int(3, min=1, max=5).tag(sync=True)
    stride = traitlets.Int(2, min=1, max=4).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=3).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=3).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    dials = traitlets.Bool(True).tag(sync=True)
    # Empty, or of another size than asked for: the default numbers.
    image = traitlets.List(traitlets.List(traitlets.CFloat())).tag(sync=True)
    weights = traitlets.List(traitlets.List(traitlets.CFloat())).tag(sync=True)

    def __init__(
        self,
        *,
        image: np.ndarray | None = None,
        weights: np.ndarray | None = None,
        **traits: Any,
    ) -> None:
        for name, size, given in (
            ("image", "size", image),
            ("weights", "kernel_size", weights),
        ):
            if given is not None:
                traits[name] = np.asarray(given).tolist()
                traits[size] = len(traits[name])
        super().__init__(**traits)

    def __repr__(self) -> str:
        return (
            f"ConvolutionStepper(size={self.size}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}, dilation={self.dilation})"
        )

    @property
    def output_size(self) -> int:
        """Side of the output; 0 where the kernel does not fit."""
        size = output_size(
            self.size, self.kernel_size, self.stride, self.padding, self.dilation
        )
        return max(size, 0)

    @property
    def input(self) -> np.ndarray:
        """The numbers under the kernel (size, size), without padding."""
        if len(self.image) == self.size:
            return np.array(self.image)
        row, column = np.indices((self.size, self.size))
        return np.where(2 * column >= self.size, 6.0, 1.0) + (2 * row + 3 * column) % 4

    @property
    def kernel(self) -> np.ndarray:
        """The weights (kernel_size, kernel_size)."""
        k = self.kernel_size
        if len(self.weights) == k:
            return np.array(self.weights)
        profile = np.sign(2.0 * np.arange(k) - (k - 1)) if k > 1 else np.ones(1)
        return np.tile(profile, (k, 1))

    @property
    def output(self) -> np.ndarray:
        """The output (output_size, output_size). Raises ValueError if there is none."""
        return correlate2d(
            self.input,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
        )

    @property
    def alt(self) -> str:
        settings = (
            f"A grid of {self.size} by {self.size} numbers, padded by {self.padding}, "
            f"under a {self.kernel_size} by {self.kernel_size} kernel with stride "
            f"{self.stride} and dilation {self.dilation}"
        )
        if not self.output_size:
            return f"{settings}: the kernel does not fit."
        side = self.output_size
        return f"{settings}; beside it the {side} by {side} output."

    def still(self) -> Still:
        gap, side = 46.0, self.size + 2 * self.padding
        kernel_x = side * _CELL + gap
        output_x = kernel_x + self.kernel_size * _CELL + gap
        bottom = max(side, self.kernel_size, self.output_size) * _CELL
        middle = bottom / 2 + 2

        def top(cells: int) -> float:
            return middle - cells * _CELL / 2

        still = Still(output_x + max(self.output_size, 2) * _CELL + 2, bottom + 28)
        padded = np.pad(self.input, self.padding)
        still.numbers(padded, 2, top(side), _CELL, tinted=False)
        still.numbers(self.kernel, kernel_x, top(self.kernel_size), _CELL)
        still.text(kernel_x - gap / 2, middle + 4, "\u22c6", size=22)
        still.text(output_x - gap / 2, middle + 4, "=", size=22)
        still.text(2, bottom + 20, "input", anchor="start")
        still.text(kernel_x, bottom + 20, "kernel", anchor="start")
        if self.output_size:
            reach = (self.dilation * (self.kernel_size - 1) + 1) * _CELL
            still.numbers(self.output, output_x, top(self.output_size), _CELL)
            still.rectangle(2, top(side), reach, reach, stroke="ink", line=3)
            still.text(output_x, bottom + 20, "output", anchor="start")
        return still
