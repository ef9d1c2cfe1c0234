"""Send a signal through a deep stack and a gradient back: do they survive?"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import traitlets

from c2a.widgets.toolkit import InteractiveFigure, Still

UNITS = 64
BATCH = 32
DEEPEST = 50
FLOOR = 1e-30  # what is smaller, or not a number at all, counts as gone

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-np.clip(z, -700, 700))),
    "none": lambda z: z,
}
SLOPES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "relu": lambda z, a: (z > 0).astype(float),
    "tanh": lambda z, a: 1 - a**2,
    "sigmoid": lambda z, a: a * (1 - a),
    "none": lambda z, a: np.ones_like(z),
}
NORMS = {"none": None, "batch": 0, "layer": 1}  # the axis whose statistics are taken
NAMES = {"relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid", "none": "no activation"}
_LOW, _HIGH = -12.0, 6.0  # powers of ten that the still picture shows


def random_numbers(seed: int, count: int) -> np.ndarray:
    """What the browser draws, too: mulberry32, in [0, 1), shape (count,)."""
    with np.errstate(over="ignore"):
        steps = np.arange(1, count + 1, dtype=np.uint32)
        state = np.uint32(seed) + steps * np.uint32(0x6D2B79F5)
        t = (state ^ (state >> np.uint32(15))) * (state | np.uint32(1))
        t ^= t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))
        return (t ^ (t >> np.uint32(14))) / 2.0**32


def normals(seed: int, count: int) -> np.ndarray:
    """Standard normal numbers by Box and Muller, shape (count,)."""
    pairs = random_numbers(seed, 2 * count).reshape(count, 2)
    radius = np.sqrt(-2 * np.log(1 - pairs[:, 0]))
    return radius * np.cos(2 * np.pi * pairs[:, 1])


@functools.cache
def _random_stack(depth: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Input and upstream gradient (BATCH, UNITS), and matrices of variance 1."""
    x = normals(1, BATCH * UNITS).reshape(BATCH, UNITS)
    g = normals(2, BATCH * UNITS).reshape(BATCH, UNITS)
    w = [normals(3 + i, UNITS * UNITS).reshape(UNITS, UNITS) for i in range(depth)]
    return x, g, np.stack(w)


def propagate(
    x: np.ndarray, g: np.ndarray, weights: np.ndarray, activation: str, norm: str
) -> tuple[np.ndarray, np.ndarray]:
    """Root mean squares through layers act(norm(x @ w)), forward and backward.

    Args:
        x: the input (N, units).
        g: the loss's gradient with respect to the last output (N, units).
        weights: (depth, units, units).
        activation, norm: keys of `ACTIVATIONS` and `NORMS`.

    Returns:
        Sizes of the layers' outputs and of the gradient at them, each (depth,).
    """
    axis, kept, signal = NORMS[norm], [], []
    with np.errstate(all="ignore"):
        for w in weights:
            z = x @ w
            std = np.ones(1)
            if axis is not None:
                std = np.sqrt(z.var(axis, keepdims=True) + 1e-5)
                z = (z - z.mean(axis, keepdims=True)) / std
            x = ACTIVATIONS[activation](z)
            kept.append((z, std, x))
            signal.append(np.sqrt((x**2).mean()))
        gradient = []
        for w, (z, std, a) in zip(weights[::-1], kept[::-1], strict=True):
            gradient.append(np.sqrt((g**2).mean()))
            g = g * SLOPES[activation](z, a)
            if axis is not None:
                along = (g * z).mean(axis, keepdims=True)
                g = (g - g.mean(axis, keepdims=True) - z * along) / std
            g = g @ w.T
    return np.array(signal), np.array(gradient[::-1])


class SignalDepth(InteractiveFigure):
    """Sizes of signal and gradient, layer by layer, in a random dense stack.

    Args:
        traits: `activation` (a key of `ACTIVATIONS`), `norm` (a key of `NORMS`),
            `scale` (weights have standard deviation scale / sqrt(units)), `depth`.
    """

    activation = traitlets.Enum(list(ACTIVATIONS), "relu").tag(sync=True)
    norm = traitlets.Enum(list(NORMS), "none").tag(sync=True)
    scale = traitlets.CFloat(1.0, min=0.1, max=4.0).tag(sync=True)
    depth = traitlets.Int(50, min=2, max=DEEPEST).tag(sync=True)

    @property
    def sizes(self) -> tuple[np.ndarray, np.ndarray]:
        """Of signal and gradient, (depth,) each."""
        x, g, weights = _random_stack(self.depth)
        weights = weights * (self.scale / UNITS**0.5)
        return propagate(x, g, weights, self.activation, self.norm)

    @property
    def alt(self) -> str:
        signal, gradient = self.sizes
        return (
            f"Two curves over {self.depth} layers, {NAMES[self.activation]}, weight "
            f"size {self.scale:g}, normalization: {self.norm}. The signal goes from "
            f"{signal[0]:.2g} to {signal[-1]:.2g}, the gradient, on its way back, from "
            f"{gradient[-1]:.2g} to {gradient[0]:.2g}."
        )

    def still(self) -> Still:
        still = Still(470, 220)
        left, top, width, height = 60, 14, 300, 180

        def place(layer: int, size: float) -> tuple[float, float]:
            power = np.clip(np.log10(max(np.nan_to_num(size), FLOOR)), _LOW, _HIGH)
            x = left + width * layer / max(self.depth - 1, 1)
            return x, top + height * (_HIGH - power) / (_HIGH - _LOW)

        for power in range(int(_LOW), int(_HIGH) + 1, 6):
            y = place(0, 10.0**power)[1]
            still.line([(left, y), (left + width, y)], color="faint", width=0.5)
            still.text(left - 6, y + 4, f"1e{power}", size=11, anchor="end")
        names = (("signal", "positive", -8), ("gradient", "negative", 8))
        for (name, color, shift), sizes in zip(names, self.sizes, strict=True):
            points = [place(layer, size) for layer, size in enumerate(sizes)]
            still.line(points, color=color, width=2)
            at = points[-1][1] + 4 + shift
            still.text(left + width + 6, at, name, size=12, anchor="start")
        still.text(left + width / 2, 214, f"layer, 1 to {self.depth}", size=12)
        return still
