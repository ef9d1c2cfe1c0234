"""Two numbers that quarrel over their product: x wants it small, y wants it large."""

from __future__ import annotations

import traitlets

from c2a.widgets.toolkit import InteractiveFigure, Still, format_number

RULES = {"both": "both at once", "turns": "in turns", "ahead": "looking ahead"}


class TwoNumbers(InteractiveFigure):
    """The way of (x, y) from (1, 0), where x lowers the product x y and y raises it.

    Args:
        traits: `rule` ("both", "turns", "ahead"), `rate` (.05 to .5), `momentum` (-.5
            to .9, the share of the last move that is made again), `step` (0 to 60).
    """

    rule = traitlets.Enum(list(RULES), "both").tag(sync=True)
    rate = traitlets.CFloat(0.5, min=0.05, max=0.5).tag(sync=True)
    momentum = traitlets.CFloat(0.0, min=-0.5, max=0.9).tag(sync=True)
    step = traitlets.Int(0, min=0, max=60).tag(sync=True)

    @property
    def way(self) -> list[tuple[float, float]]:
        """Where (x, y) has been: a place for each step made, and the first."""
        x, y, dx, dy = 1.0, 0.0, 0.0, 0.0
        places = [(x, y)]
        for _ in range(self.step):
            seen_x, seen_y = x, y
            if self.rule == "ahead":
                seen_x, seen_y = x - self.rate * y, y + self.rate * x
            dx = self.momentum * dx - self.rate * seen_y
            answered = x + dx if self.rule == "turns" else seen_x
            dy = self.momentum * dy + self.rate * answered
            x, y = x + dx, y + dy
            places.append((x, y))
        return places

    @property
    def alt(self) -> str:
        x, y = (format_number(value) for value in self.way[-1])
        return (
            "A plane with the way of two numbers, x to the right and y upward, from 1, "
            f"0 around the middle, moving {RULES[self.rule]} with a rate of "
            f"{format_number(self.rate)}: after {self.step} steps at {x}, {y}."
        )

    def still(self) -> Still:
        still, unit, middle = Still(300, 300), 45, 150
        still.rectangle(5, 5, 290, 290, stroke="faint")
        still.line([(5, middle), (295, middle)], color="faint", width=1)
        still.line([(middle, 5), (middle, 295)], color="faint", width=1)
        still.text(285, middle - 6, "x")
        still.text(middle + 10, 18, "y")
        shown = [(middle + unit * x, middle - unit * y) for x, y in self.way]
        if len(shown) > 1:
            still.line(shown, color="accent")
        still.circle(*shown[-1], 5, fill="accent", stroke=None)
        return still
