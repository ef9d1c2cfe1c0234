"""Exercise: best answers, pushes and distances of the game by hand."""

from __future__ import annotations

import math

from c2a.exercises.kit import Ask, questions


def computed(question: str) -> float | str:
    """By torch's gradients, its linear algebra and scipy's divergence."""
    import numpy as np
    import torch
    from scipy.spatial.distance import jensenshannon

    def push(loss) -> float:
        a = torch.tensor(math.log(0.2 / 0.8), dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(loss(torch.sigmoid(a)), a)
        return -slope.item()

    if question == "best":
        return 3 / (3 + 9)
    if question == "value":  # scipy's divergence is the root of ours
        apart = jensenshannon([1.0, 0.0], [0.0, 1.0]) ** 2
        return -np.log(4) + 2 * apart
    if question == "saturating":
        return push(lambda D: torch.log(1 - D))
    if question == "non-saturating":
        return push(lambda D: -torch.log(D))
    if question == "growth":
        step = np.array([[1, -0.75], [0.75, 1]])
        return float(np.linalg.svd(step)[1].max() ** 4)
    if question == "stretch":
        return float(np.linalg.norm(np.array([[0, 2], [-5, 0]]), 2))
    return "C"  # "losses"


EXERCISE = questions(
    "by_hand",
    "The game by hand",
    points={"the discriminator": 2, "the generator": 2, "the way": 2},
    ask={
        "best": Ask(
            "the discriminator",
            0.25,
            {
                "That is the answer for *fake*. D says how likely it is that the point "
                "is real.": 0.75,
                "That is real against fake. It is real against all.": 3 / 9,
                "That is how many points are real. Divide by all of them.": 3.0,
            },
        ),
        "value": Ask(
            "the discriminator",
            0.0,
            {
                "That is the value where the two are equal. Here they share no place, "
                "so D is right with certainty.": -math.log(4),
                "You left out the -ln 4: the divergence is ln 2, twice that is ln 4.": (
                    math.log(4)
                ),
                "The divergence is ln 2, and it counts twice.": -math.log(2),
                "That is the divergence alone.": math.log(2),
            },
        ),
        "saturating": Ask(
            "the generator",
            0.2,
            {
                "That is the push of the non-saturating loss.": 0.8,
                "Asked is the push on the logit, not the slope for D.": 1.25,
                "That is the slope. The push goes the other way: it raises D.": -0.2,
                "That is the loss. Asked is its slope for the logit.": math.log(0.8),
            },
        ),
        "non-saturating": Ask(
            "the generator",
            0.8,
            {
                "That is the push of the saturating loss.": 0.2,
                "Asked is the push on the logit, not the slope for D.": 5.0,
                "That is the slope. The push goes the other way: it raises D.": -0.8,
                "That is the loss. Asked is its slope for the logit.": -math.log(0.2),
            },
        ),
        "growth": Ask(
            "the way",
            (1 + 0.75**2) ** 2,
            {
                "That is one step. Four are asked for.": 1.25,
                "That is one step squared, 1 + rate^2. Four steps are that, squared.": (
                    1 + 0.75**2
                ),
                "Steps multiply, they do not add up.": 1 + 4 * 0.25,
                "Moving in turns keeps the distance. Here both move at once.": 1.0,
                "That is eight steps: one step is a root.": (1 + 0.75**2) ** 4,
            },
        ),
        "stretch": Ask(
            "the way",
            5.0,
            {
                "That is the root of the sum of all squares, which counts every "
                "direction. Asked is the one that is stretched most.": math.sqrt(29),
                "That is the smallest stretch.": 2.0,
                "That is the square.": 25.0,
                "That is the size of its eigenvalues. A stretch is a singular value.": (
                    math.sqrt(10)
                ),
                "A stretch has no sign.": -5.0,
            },
        ),
        "losses": Ask(
            "the generator",
            "C",
            {
                "Each loss is against a moving opponent: it falls, too, when the "
                "discriminator gets worse. Measure samples.": "A",
                "A loss of ln 2 for each kind of point says that D cannot tell, not "
                "why. A D that learned nothing gives it at the first step.": "B",
            },
        ),
    },
    computed=computed,
    hints=(
        "At one place, D's best answer is the share of real points among all that land "
        "there. The value of the game is -ln 4 plus twice the divergence.",
        "Pushes: the slopes of both losses for the logit are in the chapter, with "
        "their signs. A push is minus the slope.",
        "A step at once multiplies the distance by the root of 1 + rate^2. A stretch: "
        "try the directions (1, 0) and (0, 1).",
    ),
    section="gan-game",
    sections={"the generator": "gan-saturation", "the way": "gan-circles"},
    difficulty=1,
    minutes=15,
)
