"""Exercise: noise, guesses, guidance and evaluations by hand."""

from __future__ import annotations

from c2a.exercises.kit import Ask, questions


def computed(question: str) -> float:
    """By torch, step by step where there are steps."""
    import torch
    from torch.distributions import Normal

    betas = torch.tensor([0.1, 0.2, 0.5], dtype=torch.float64)
    if question == "left":
        return (1 - betas).prod().item()
    if question in ("mean", "deviation"):
        left = torch.tensor(0.64, dtype=torch.float64)
        noisy = Normal(2 * left.sqrt(), (1 - left).sqrt())
        return getattr(noisy, "mean" if question == "mean" else "stddev").item()
    if question == "guess":
        points, weights = torch.tensor([0.0, 4.0]), torch.tensor([0.25, 0.75])
        return (weights @ points).item()
    if question == "guided":
        return torch.lerp(torch.tensor(2.0), torch.tensor(5.0), 3.0).item()
    if question == "evaluations":
        return float(sum(2 for _ in range(20)))
    if question == "flow":
        return torch.lerp(torch.tensor(3.0), torch.tensor(7.0), 0.25).item()
    return (0.34 - 0.31) / (0.91 - 0.31)  # "missing"


EXERCISE = questions(
    "by_hand",
    "Noise by hand",
    points={"noise": 2, "guess": 1, "walk": 1},
    ask={
        "left": Ask(
            "noise",
            0.36,
            {
                "You added up the betas. Each step multiplies what is left by "
                "1 - beta.": 0.2,
                "That is what the noise has got. What is left of the data?": 0.64,
                "That is the product of the betas. Multiply 1 - beta.": 0.01,
                "That is the root: the factor of the pixel. alpha_bar is its "
                "square.": 0.6,
            },
        ),
        "mean": Ask(
            "noise",
            1.6,
            {
                "The pixel is multiplied by the root of alpha_bar.": 1.28,
                "You forgot that the pixel is 2.": 0.8,
                "The pixel is shrunk, too, not only covered with noise.": 2.0,
                "That is the factor of the noise, times the pixel.": 1.2,
            },
        ),
        "deviation": Ask(
            "noise",
            0.6,
            {
                "That is the variance. The deviation is its root.": 0.36,
                "That is the factor of the pixel. The noise gets the rest of the "
                "variance.": 0.8,
                "The noise does not depend on the size of the pixel.": 1.2,
                "That is 1 minus the root. It is the root of 1 minus.": 0.2,
            },
        ),
        "guess": Ask(
            "guess",
            3.0,
            {
                "You took the likelier point. The best guess is the mean of all.": 4.0,
                "You left out the weights.": 2.0,
                "The weights are exchanged: 4 has 0.75.": 1.0,
            },
        ),
        "missing": Ask(
            "guess",
            0.05,
            {
                "That is the miss above the floor. Which share is it of what can be "
                "learned at all?": 0.03,
                "You divided by the loss of the untrained net. The floor can't be "
                "learned away, so take it off there, too.": 0.03 / 0.91,
                "You compared with the loss of the net itself.": 0.03 / 0.34,
                "You did not take off the floor.": 0.34 / 0.91,
                "That is the share that has been learned.": 0.95,
                "That is a percentage. A share is asked for, from 0 to 1.": 5.0,
            },
        ),
        "flow": Ask(
            "walk",
            4.0,
            {
                "That is the whole way to the guess. Four steps are left, so go a "
                "quarter of it.": 7.0,
                "Of eight steps four are done: go 1 / (8 - 4) of the way, not "
                "1 / 8.": 3.5,
                "The way to the guess is right. Add it to where the point is.": 1.0,
                "You went away from the guess.": 2.0,
                "Half of the way is done already. Of the rest, this step is a "
                "quarter.": 5.0,
            },
        ),
        "guided": Ask(
            "walk",
            11.0,
            {
                "You multiplied the velocity of the class. Guidance multiplies the "
                "difference.": 15.0,
                "The velocity of any class is missing in front.": 9.0,
                "That is the other way of counting, where w = 0 is no guidance. Here "
                "that is w = 1.": 14.0,
                "You went away from the class, not toward it.": -7.0,
            },
        ),
        "evaluations": Ask(
            "walk",
            40.0,
            {
                "Guidance asks the net twice in each step: with the class, and "
                "without.": 20.0,
                "The size of w does not matter. Each step needs two evaluations.": 80.0,
                "The step is asked once with the class and once without: two, not "
                "three.": 60.0,
            },
        ),
    },
    computed=computed,
    hints=(
        "alpha_bar is a product of all 1 - beta. The pixel is multiplied by its root, "
        "the noise by the root of 1 - alpha_bar.",
        "A best guess is a mean with weights. Of a loss, only what lies above the "
        "floor can be learned.",
        "A step of flow matching with i of n steps done goes 1 / (n - i) of the way to "
        "the guess.",
    ),
    section="diffusion-forward",
    sections={"guess": "diffusion-best-guess", "walk": "diffusion-flow"},
    difficulty=1,
    minutes=15,
)
