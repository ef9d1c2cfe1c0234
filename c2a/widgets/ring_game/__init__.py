"""A generator and a discriminator on a ring of eight modes: guess, then watch."""

from __future__ import annotations

import math

import traitlets

from c2a.widgets.toolkit import InteractiveFigure, Still, format_number


class RingGame(InteractiveFigure):
    """Training of a GAN on eight modes, which waits for a guess.

    Args:
        traits: `momentum` (first decay rate of Adam, 0 to .9), `rate` (power of ten of
            the learning rate), `penalty` (R1 with weight 1), `seed`, `guess` ("",
            "few", "some" or "most").
    """

    momentum = traitlets.CFloat(0.9, min=0.0, max=0.9).tag(sync=True)
    rate = traitlets.CFloat(-2.5, min=-3.5, max=-2.0).tag(sync=True)
    penalty = traitlets.Bool(False).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    guess = traitlets.Enum(["", "few", "some", "most"], "").tag(sync=True)

    @property
    def alt(self) -> str:
        penalty = "with" if self.penalty else "without"
        return (
            "Eight small circles on a ring, the modes, and points that a generator "
            "places; the ground says what the discriminator takes for real. Set to a "
            f"momentum of {format_number(self.momentum)}, a learning rate of "
            f"{format_number(10**self.rate, 4)}, {penalty} the penalty R1."
        )

    def still(self) -> Still:
        still, unit, middle = Still(300, 300), 55, 150
        still.rectangle(5, 5, 290, 290, stroke="faint")
        for mode in range(8):
            angle = 2 * math.pi * mode / 8
            x, y = math.cos(angle), math.sin(angle)
            at = middle + 2 * unit * x, middle - 2 * unit * y
            still.circle(*at, 8, stroke="ink")
        still.text(middle, 145, "how many modes")
        still.text(middle, 165, "will be covered?")
        return still
