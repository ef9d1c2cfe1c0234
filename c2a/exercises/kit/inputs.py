"""Inputs for cases: small whole numbers where a reader sees them, else every form."""

from collections.abc import Callable
from typing import Any

import numpy as np

from c2a.exercises.kit.driver import DeclarationError
from c2a.exercises.kit.values import Tensor

#: Ways in which numbers may be unusual without being others. Large ones are about 1e12,
#: tiny ones 1e-12; strided and fortran ones are not contiguous in memory.
FORMS = ("float64", "float32", "strided", "fortran", "large", "tiny")
#: The same for PyTorch, where float32 is the rule and float64 an error.
FORMS32 = ("float32", "float32 strided", "float32 fortran")
_SCALE = {"large": 1e12, "tiny": 1e-12}
_TRIES = 2_000
Whole = int  # inside `Draw`, `int` is the method


class Draw:
    """Draws the inputs of one case.

    rng: the generator behind it all.
    form: one of `FORMS` or `FORMS32`; with "whole" the numbers are -4 to 4, easy to
        follow by hand, and sizes are small: such a case is shown.
    """

    def __init__(self, rng: np.random.Generator, form: str = "float64") -> None:
        self.rng, self.form = rng, form
        self.shown = "whole" in form

    def int(self, low: Whole, high: Whole) -> Whole:
        """A whole number, both ends included; at most low + 2 where it is shown."""
        end = min(high, low + 2) if self.shown else high
        return int(self.rng.integers(low, end + 1))

    def choose(self, *options: Any) -> Any:
        """One of the options."""
        return options[self.rng.integers(len(options))]

    def seed(self) -> Whole:
        """A seed for a random answer."""
        return int(self.rng.integers(1 << 31))

    def array(self, *shape: Whole) -> np.ndarray:
        """Floats between -1 and 1, or whole numbers -4 to 4 where they are shown."""
        words = self.form.split()
        if "strided" in words and shape:
            drawn = self._numbers(*shape[:-1], 2 * shape[-1])[..., ::2]
        else:
            drawn = self._numbers(*shape)
        return np.asfortranarray(drawn) if "fortran" in words else drawn

    def tensor(self, *shape: Whole) -> Tensor:
        """The same; it arrives as a torch tensor."""
        return Tensor(self.array(*shape))

    def whole(self, *shape: Whole, low: Whole = 0, high: Whole) -> np.ndarray:
        """Whole numbers from low to high, as int64: labels, tokens, pixels."""
        return self.rng.integers(low, high + 1, shape)

    def mask(self, *shape: Whole) -> np.ndarray:
        """True and False; no row (last axis) is False everywhere."""
        mask = self.rng.random(shape) < 0.6
        first = self.rng.integers(0, shape[-1], (*shape[:-1], 1))
        np.put_along_axis(mask, first, True, axis=-1)
        return mask

    def text(self, length: Whole, alphabet: str = "abcdefgh") -> str:
        """Letters of an alphabet."""
        return "".join(self.rng.choice(list(alphabet), length))

    def _numbers(self, *shape: Whole) -> np.ndarray:
        if self.shown:
            numbers = self.rng.integers(-4, 5, shape).astype(np.float64)
        else:
            scale = next((_SCALE[w] for w in self.form.split() if w in _SCALE), 1.0)
            numbers = self.rng.uniform(-1, 1, shape) * scale
        return numbers.astype(np.float32) if "float32" in self.form else numbers


def such_that(
    draw: Callable[[Draw], tuple], accept: Callable[..., bool]
) -> Callable[[Draw], tuple]:
    """Draws again until `accept(*arguments)` is true."""

    def accepted(d: Draw) -> tuple:
        for _ in range(_TRIES):
            arguments = draw(d)
            if accept(*arguments):
                return arguments
        raise DeclarationError(
            f"such_that: {_TRIES:,} draws gave nothing that `accept` accepts (shown: "
            f"{d.shown}). Let the draw come closer to it."
        )

    return accepted
