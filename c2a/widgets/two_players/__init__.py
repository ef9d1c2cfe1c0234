"""Two players: networks that learn a ring of eight modes, and x against y on x y."""

from __future__ import annotations

import math

import traitlets

from c2a.widgets.toolkit import InteractiveFigure, Still, format_number

RULES = {"both": "both at once", "turns": "in turns", "ahead": "looking ahead"}


class TwoPlayers(InteractiveFigure):
    """Training of a GAN on eight modes, and the same quarrel with two numbers.

    Args:
        traits: `momentum` (first decay rate of Adam, 0 to .9), `rate` (power of ten of
            the learning rate), `penalty` (R1 with weight 1), `seed`, `guess` ("", "few",
            "some" or "most"); `rule` ("both", "turns", "ahead"), `duel_rate`,
            `duel_momentum` and `step` (0 to 60) of the two numbers.
    """

    momentum = traitlets.CFloat(0.9, min=0.0, max=0.9).tag(sync=True)
    rate = traitlets.CFloat(-3.0, min=-3.5, max=-2.0).tag(sync=True)
    penalty = traitlets.Bool(False).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    guess = traitlets.Enum(["", "few", "some", "most"], "").tag(sync=True)
    rule = traitlets.Enum(list(RULES), "both").tag(sync=True)
    duel_rate = traitlets.CFloat(0.2, min=0.05, max=0.5).tag(sync=True)
    duel_momentum = traitlets.CFloat(0.0, min=-0.5, max=0.9).tag(sync=True)
    step = traitlets.Int(0, min=0, max=60).tag(sync=True)

    @property
    def way(self) -> list[tuple[float, float]]:
        """Where (x, y) has been, from (1, 0): a place for each step made."""
        rate, momentum = self.duel_rate, self.duel_momentum
        x, y, dx, dy = 1.0, 0.0, 0.0, 0.0
        places = [(x, y)]
        for _ in range(self.step):
            ahead = self.rule == "ahead"
            seen_x, seen_y = (x - rate * y, y + rate * x) if ahead else (x, y)
            dx = momentum * dx - rate * seen_y
            dy = momentum * dy + rate * (x + dx if self.rule == "turns" else seen_x)
            x, y = x + dx, y + dy
            places.append((x, y))
        return places

    @property
    def alt(self) -> str:
        x, y = (format_number(value) for value in self.way[-1])
        return (
            "Two panes. First, eight small circles on a ring, the modes, and points that "
            "a generator places; a map behind says what the discriminator finds real. "
            f"Second, the way of two numbers on the product x y, {RULES[self.rule]}: "
            f"after {self.step} steps at {x}, {y}."
        )

    def still(self) -> Still:
        still, unit, middle = Still(470, 250), 44, 120
        still.rectangle(5, 5, 230, 230, stroke="faint")
        for mode in range(8):
            angle = 2 * math.pi * mode / 8
            x, y = middle + 2 * unit * math.cos(angle), 120 - 2 * unit * math.sin(angle)
            still.circle(x, y, 7, stroke="ink")
        still.text(middle, 125, "how many modes?", color="faint")
        still.rectangle(245, 5, 220, 230, stroke="faint")
        shown = [(355 + 40 * x, 120 - 40 * y) for x, y in self.way]
        still.circle(355, 120, 2, fill="ink", stroke=None)
        still.circle(*shown[-1], 5, fill="accent", stroke=None)
        if len(shown) > 1:
            still.line(shown, color="accent")
        still.text(355, 28, "x against y", color="faint")
        return still
