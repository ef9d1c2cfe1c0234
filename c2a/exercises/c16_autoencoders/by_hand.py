"""Exercise: divergences, weights of a loss and a feature distance by hand."""

from __future__ import annotations

import math

from c2a.exercises.kit import Ask, questions


def computed(question: str) -> float:
    """By torch's distributions and scipy's matrix root."""
    import numpy as np
    import torch
    from scipy.linalg import sqrtm
    from torch.distributions import Normal, kl_divergence

    def from_prior(mean: float, deviation: float) -> float:
        tensors = torch.tensor([mean, deviation], dtype=torch.float64)
        return kl_divergence(Normal(*tensors), Normal(0.0, 1.0)).item()

    if question == "moved":
        return from_prior(2.0, 1.0)
    if question == "narrow":
        return from_prior(0.0, math.exp(-2.0 / 2))
    if question == "deviation":
        return np.sqrt(np.exp(2 * np.log(3.0)))
    if question in ("code", "beta"):
        weight_of_kl, weight_of_pixels = 1 / 16, 1 / 784 if question == "beta" else 1
        return weight_of_kl / weight_of_pixels
    if question == "gap":
        return -38.0 - (-30.0 - 12.0)
    root = sqrtm(np.array([[1.0**2 * 3.0**2]]))
    means = (2 - 5) ** 2 if question == "distance" else 0
    return (means + 1 + 9 - 2 * root[0, 0]).real  # "distance" or "wider"


EXERCISE = questions(
    "by_hand",
    "Nats by hand",
    points={"divergence": 2, "weights": 1, "score": 1},
    ask={
        "moved": Ask(
            "divergence",
            2.0,
            {
                "The square of the mean is right. Half of it is asked for.": 4.0,
                "The mean counts by its square, not by its size.": 1.0,
                "That is the divergence for a mean of 1.": 0.5,
            },
        ),
        "narrow": Ask(
            "divergence",
            (math.exp(-2) + 1) / 2,
            {
                "You took -2 for the logarithm of the deviation. It is that of the "
                "variance.": (math.exp(-4) + 3) / 2,
                "The logarithm of the variance is subtracted: minus -2 is plus 2.": (
                    math.exp(-2) - 3
                )
                / 2,
                "Half of this.": math.exp(-2) + 1,
                "You took -2 for the variance, which cannot be negative. It is its "
                "logarithm.": -0.5,
            },
        ),
        "deviation": Ask(
            "divergence",
            3.0,
            {
                "That is the variance. The deviation is exp(log variance / 2).": 9.0,
                "That is the logarithm of the variance.": 2 * math.log(3),
                "That is half the logarithm. Take its exponential.": math.log(3),
            },
        ),
        "code": Ask(
            "weights",
            1 / 16,
            {
                "The KL is divided, so it weighs less than in the sum, not more.": 16.0,
                "You counted the pixels. They are summed here, as they should be.": (
                    784 / 16
                ),
            },
        ),
        "beta": Ask(
            "weights",
            49.0,
            {
                "You counted the pixels only. The KL was divided, too, by 16.": 784.0,
                "Both were divided, so one division weakens the other: they do not "
                "multiply.": 784.0 * 16,
                "The other way round: how many times too heavy is the KL?": 16 / 784,
                "You counted the code only. The pixels were averaged, too.": 1 / 16,
            },
        ),
        "gap": Ask(
            "divergence",
            4.0,
            {
                "That is the ELBO. How far is it below -38?": -42.0,
                "The KL is subtracted from the rebuilding term, not added.": -20.0,
                "That compares the rebuilding term alone with ln p(x).": -8.0,
                "That compares the rebuilding term alone with ln p(x); the KL belongs "
                "to the bound.": 8.0,
                "A divergence is never negative. What minus what?": -4.0,
            },
        ),
        "wider": Ask(
            "score",
            4.0,
            {
                "You squared the difference of the variances. It is that of the "
                "deviations.": 64.0,
                "The term with the root of the product is missing.": 10.0,
                "That is the difference of the deviations. It is squared.": 2.0,
                "Clouds of equal means are apart, too, if one is wider.": 0.0,
            },
        ),
        "distance": Ask(
            "score",
            13.0,
            {
                "Squared is the difference of the deviations, not that of the "
                "variances: 1 + 9 - 2 * 3.": 73.0,
                "These are the differences themselves. Both are squared.": 5.0,
                "No root at the end: the squared distance is asked for.": 13**0.5,
                "The term with the root of the product, 2 * 3, is missing.": 19.0,
                "The means differ, too.": 4.0,
            },
        ),
    },
    computed=computed,
    hints=(
        "The divergence of one number: half of mean squared, plus variance, minus 1, "
        "minus the logarithm of the variance.",
        "For the weights: which factor stands before each term now, compared with the "
        "sums? Only the ratio of the two factors counts.",
        "ln p(x) is the ELBO plus the divergence that was dropped.",
    ),
    section="vae-bound",
    sections={"weights": "vae-collapse", "score": "ae-score"},
    difficulty=1,
    minutes=15,
)
