"""Noise on the ring of chapter 17: guess where points came from, watch them flow."""

from __future__ import annotations

import numpy as np
import traitlets

from c2a.widgets.toolkit import InteractiveFigure, Still

SIDE = 57  # places of a board along one side
REACH = 2.85  # half the width of a board
RADIUS, DEVIATION = 2.0, 0.05
ANGLES = np.arange(8) * np.pi / 4
CENTERS = RADIUS * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)  # (8, 2)


class NoisyRing(InteractiveFigure):
    """Eight heaps of points under noise, the best guess, and the walk back.

    Args:
        traits: `noise` (its deviation, 0.05 to 1), `place` and `guess` (row and column
            of the board, 0 to 56), `answered` (whether the best guess shows), `steps`
            and `w` (of the walk, and of guidance), `step` (how far the walk has got).
    """

    noise = traitlets.CFloat(0.5, min=0.05, max=1.0).tag(sync=True)
    place = traitlets.List(traitlets.Int(), [22, 35]).tag(sync=True)
    guess = traitlets.List(traitlets.Int(), [46, 20]).tag(sync=True)
    moving = traitlets.Enum(["place", "guess"], "place").tag(sync=True)
    answered = traitlets.Bool(False).tag(sync=True)
    steps = traitlets.Int(10, min=1, max=20).tag(sync=True)
    w = traitlets.CFloat(0.0, min=0.0, max=4.0).tag(sync=True)
    step = traitlets.Int(0, min=0, max=20).tag(sync=True)

    @property
    def point(self) -> np.ndarray:
        """The noisy point, (2,)."""
        return _point(self.place)

    @property
    def best_guess(self) -> np.ndarray:
        """The mean of the points that it may have come from, (2,)."""
        a2 = 1 - self.noise**2
        variance = a2 * DEVIATION**2 + self.noise**2
        away = ((self.point - np.sqrt(a2) * CENTERS) ** 2).sum(1)
        odds = np.exp((away.min() - away) / (2 * variance))
        own = np.sqrt(a2) * DEVIATION**2 / variance
        middle = odds @ CENTERS / odds.sum()
        return own * self.point + (1 - np.sqrt(a2) * own) * middle

    @property
    def alt(self) -> str:
        seen = (
            "an arrow leads from it to the best guess"
            if self.answered
            else "the best guess is hidden until you ask"
        )
        return (
            "Two square boards. On the first, eight heaps of points on a ring, blurred "
            f"by noise of deviation {self.noise:.2f}, with one noisy point marked; "
            f"{seen}. On the second, points on their way from noise to heaps, after "
            f"step {self.step} of {self.steps}."
        )

    def still(self) -> Still:
        still, scale = Still(620, 306), 280 / (2 * REACH)
        rng = np.random.default_rng(1)
        noise = rng.standard_normal((160, 2))
        clean = np.tile(CENTERS, (20, 1)) + DEVIATION * rng.standard_normal((160, 2))
        a = np.sqrt(1 - self.noise**2)

        def at(left: int, point: np.ndarray) -> tuple[float, float]:
            x, y = left + 140 + scale * point[0], 145 - scale * point[1]
            return float(x), float(y)

        boards = (5, a, a * clean + self.noise * noise), (325, 1.0, noise)
        for left, shrunk, points in boards:
            still.rectangle(left, 5, 280, 280, stroke="faint")
            for center in shrunk * CENTERS:
                still.circle(*at(left, center), 7.4, fill=None, stroke="ink")
            for point in points[np.abs(points).max(1) < REACH]:
                still.circle(*at(left, point), 1.8, fill="#139bcd", stroke=None)
        still.circle(*at(5, self.point), 7, fill=None, stroke="ink")
        if self.answered:
            still.line([at(5, self.point), at(5, self.best_guess)], color="#e1350e")
        still.text(145, 299, "data, and noise")
        still.text(465, 299, "noise, on its way to data")
        return still


def _point(place: list[int]) -> np.ndarray:
    cell = 2 * REACH / SIDE
    row, col = place
    return np.array([cell * (col + 0.5) - REACH, REACH - cell * (row + 0.5)])
