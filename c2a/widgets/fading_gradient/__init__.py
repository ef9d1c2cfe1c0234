"""Send a gradient back through time, and ask the last state what it remembers."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import traitlets

from c2a.widgets.toolkit import InteractiveFigure, Still, format_number

UNITS = 24
SYMBOLS = 4
LONGEST = 60  # steps
FITTED = 192  # sequences to which the read-out is fitted; as many again judge it
SEEN = 16  # of those that judge: sequences whose gradients are averaged
RIDGE = 1e-3  # how much weight a fit must earn, a sequence
FLOOR = 1e-30  # what is smaller counts as gone

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "none": lambda z: z,
}
SLOPES: dict[str, Callable[[np.ndarray], np.ndarray]] = {  # from the activation h
    "tanh": lambda h: 1 - h**2,
    "relu": lambda h: (h > 0).astype(float),
    "none": np.ones_like,
}
NAMES = {"tanh": "tanh", "relu": "ReLU", "none": "no activation"}
_LOW, _HIGH = -15.0, 6.0  # powers of ten that the still picture shows


@functools.cache
def drawn() -> dict[str, np.ndarray]:
    """What chance gives once: two matrices of radius 1, inputs, sequences."""
    rng = np.random.default_rng(9)
    gaussian = rng.standard_normal((UNITS, UNITS))
    q, r = np.linalg.qr(rng.standard_normal((UNITS, UNITS)))
    parts = {
        "random": gaussian / np.abs(np.linalg.eigvals(gaussian)).max(),
        "orthogonal": q * np.sign(np.diag(r)),
        "inputs": rng.standard_normal((UNITS, SYMBOLS)),
    }
    parts = {name: part.astype("<f4") for name, part in parts.items()}
    shape = (2 * FITTED, LONGEST + 1)
    return parts | {"symbols": rng.integers(0, SYMBOLS, shape).astype(np.uint8)}


def unroll(
    symbols: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, activation: str
) -> np.ndarray:
    """States h_0 to h_T of each sequence, h_0 reading symbol 0 from a state of zeros.

    Args:
        symbols: whole numbers (N, T + 1).
        W_x: a column for each symbol (units, symbols).
        W_h: (units, units).
        activation: a key of `ACTIVATIONS`.

    Returns:
        (T + 1, N, units).
    """
    h = np.zeros((len(symbols), len(W_h)))
    states = []
    for column in symbols.T:
        h = ACTIVATIONS[activation](W_x.T[column] + h @ W_h.T)
        states.append(h)
    return np.array(states)


def profile(states: np.ndarray, W_h: np.ndarray, activation: str) -> np.ndarray:
    """How much of a gradient at h_T is left at h_{T-lag}, for lag 0 to T, (T + 1,).

    The root of the mean square over all directions, and the geometric mean over the
    sequences of `states` (T + 1, N, units).
    """
    slopes = SLOPES[activation](states)
    back = np.broadcast_to(np.eye(len(W_h)), (states.shape[1], *W_h.shape))
    sizes = []
    for slope in [*slopes[:0:-1], None]:
        mean_square = (back**2).sum((1, 2)) / len(W_h)
        sizes.append(np.exp(np.log(np.maximum(mean_square, FLOOR**2)).mean() / 2))
        if slope is not None:
            back = (back * slope[:, None]) @ W_h
    return np.array(sizes)


def recall(last: np.ndarray, symbols: np.ndarray) -> np.ndarray:
    """Share of symbols that a linear read-out of the last state names, by lag.

    Fitted by ridge regression to the first half of the sequences, measured on the
    second. `last` (N, units), `symbols` (N, T + 1); returns (T + 1,), lag 0 first.
    """
    scale = np.sqrt((last**2).mean()) or 1.0
    inputs = np.column_stack([last / scale, np.ones(len(last))])
    half = len(last) // 2
    wanted = np.eye(SYMBOLS)[symbols[:, ::-1]].reshape(len(last), -1)
    gram = inputs[:half].T @ inputs[:half] + RIDGE * half * np.eye(inputs.shape[1])
    weights = np.linalg.solve(gram, inputs[:half].T @ wanted[:half])
    scores = (inputs[half:] @ weights).reshape(half, -1, SYMBOLS)
    return (scores.argmax(-1) == symbols[half:, ::-1]).mean(0)


def size_in_words(size: float) -> str:
    """0.31, 4.2e-9, 1.3e+5."""
    plain = 0.01 <= size < 1000
    return format_number(size) if plain else f"{size:.1e}".replace("e-0", "e-")


class FadingGradient(InteractiveFigure):
    """The gradient left after each number of steps, and what is recalled from there.

    Args:
        traits: `kind` ("random", "orthogonal") and `radius` of the recurrent matrix,
            `activation` (a key of `ACTIVATIONS`), `strength` of the inputs, `length` in
            steps.
    """

    kind = traitlets.Enum(["random", "orthogonal"], "random").tag(sync=True)
    radius = traitlets.CFloat(0.8, min=0.2, max=2.0).tag(sync=True)
    activation = traitlets.Enum(list(ACTIVATIONS), "none").tag(sync=True)
    strength = traitlets.CFloat(0.5, min=0.0, max=2.0).tag(sync=True)
    length = traitlets.Int(40, min=5, max=LONGEST).tag(sync=True)
    # Fixed once shown: the parts of `drawn`, row by row.
    random = traitlets.Bytes().tag(sync=True)
    orthogonal = traitlets.Bytes().tag(sync=True)
    inputs = traitlets.Bytes().tag(sync=True)
    symbols = traitlets.Bytes().tag(sync=True)

    def __init__(self, **traits: object) -> None:
        fixed = {name: part.tobytes() for name, part in drawn().items()}
        super().__init__(**fixed, **traits)

    @property
    def curves(self) -> tuple[np.ndarray, np.ndarray]:
        """Gradient left and share recalled by lag, each (length + 1,)."""
        parts = drawn()
        W_h = self.radius * parts[self.kind].astype(float)
        W_x = self.strength * parts["inputs"].astype(float)
        symbols = parts["symbols"][:, : self.length + 1]
        with np.errstate(all="ignore"):
            states = unroll(symbols, W_x, W_h, self.activation)
            looked_at = states[:, FITTED : FITTED + SEEN]
            return profile(looked_at, W_h, self.activation), recall(states[-1], symbols)

    @property
    def alt(self) -> str:
        gradient, recalled = self.curves
        return (
            f"Two curves over {self.length} steps back, for a {self.kind} matrix "
            f"of spectral radius {self.radius:g}, {NAMES[self.activation]}, inputs of "
            f"size {self.strength:g}. The gradient goes from 1 to "
            f"{size_in_words(gradient[-1])}, the share of symbols recalled from "
            f"{recalled[0]:.2f} to {recalled[-1]:.2f}."
        )

    def still(self) -> Still:
        still = Still(560, 230)
        width, height, top = 190, 170, 24
        gradient, recalled = self.curves
        powers = np.log10(np.clip(gradient, 10**_LOW, 10**_HIGH))
        panels = (
            (50, "gradient left", powers, _LOW, _HIGH, "positive"),
            (330, "share recalled", recalled, 0.0, 1.0, "negative"),
        )
        for left, name, values, low, high, color in panels:
            still.text(left + width / 2, 14, name, size=12)
            still.line(
                [(left, top), (left, top + height), (left + width, top + height)],
                color="faint",
            )
            for value in np.linspace(low, high, 8 if low else 5):
                y = top + height * (high - value) / (high - low)
                text = f"1e{value:.0f}" if low else format_number(value)
                still.text(left - 6, y + 4, text, size=11, anchor="end")
            still.curve(
                [*values], left, top, width, height, low=low, high=high, color=color
            )
            for lag in (0, self.length):
                x = left + width * lag / self.length
                still.text(x, top + height + 15, str(lag), size=11)
            still.text(left + width / 2, top + height + 30, "steps back", size=12)
        return still
