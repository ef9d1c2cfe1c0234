"""Exercise: factors, radii and clipped gradients, by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from c2a.exercises.kit import Ask, questions

U, STATES = 2.0, (0.6, 0.8)  # weight, and the states h_2 and h_3
MATRIX = np.array([[0.9, 5.0], [0.0, -1.2]])
GRADIENT, SMALL = (3.0, 4.0, 12.0), (0.3, 0.4)


def by_calculus(question: str) -> Any:
    """The answers from the formulas."""
    factors = [U * (1 - h**2) for h in STATES]
    norm = math.hypot(*GRADIENT)
    answers = {
        "factor": factors[1],
        "product": math.prod(factors),
        "steps": math.ceil(math.log(1e-3) / math.log(0.5)),
        "radius": abs(np.linalg.eigvals(MATRIX)).max(),
        "clipped": [6.5 / norm * g for g in GRADIENT],
        "small": list(SMALL),
    }
    return answers[question]


def by_torch(question: str) -> Any:
    """The answers from autograd, powers of the matrix and torch's clipping."""

    def gradient(count: int) -> float:
        """Of h_3 by the state `count` steps before."""
        first, last = 3 - count, 3
        # Inputs that lead to the states of the task, whatever was before.
        known = dict(zip((2, 3), STATES, strict=True))
        h = torch.tensor(known.get(first, 0.1), dtype=torch.float64, requires_grad=True)
        start = h
        for t in range(first + 1, last + 1):
            before = U * h
            shift = math.atanh(known[t]) - before.item()
            h = torch.tanh(before + shift)
        (slope,) = torch.autograd.grad(h, start)
        return slope.item()

    def clipped(values: tuple[float, ...], limit: float) -> list[float]:
        parameter = torch.zeros(len(values), dtype=torch.float64, requires_grad=True)
        parameter.grad = torch.tensor(values, dtype=torch.float64)
        torch.nn.utils.clip_grad_norm_([parameter], limit)
        return parameter.grad.tolist()

    if question == "steps":
        left, steps = 1.0, 0
        while left >= 1e-3:
            left, steps = left * 0.5, steps + 1
        return steps
    power = np.linalg.matrix_power(MATRIX, 2000)
    answers = {
        "factor": lambda: gradient(1),
        "product": lambda: gradient(2),
        "radius": lambda: np.linalg.norm(power, 2) ** (1 / 2000),
        "clipped": lambda: clipped(GRADIENT, 6.5),
        "small": lambda: clipped(SMALL, 1.0),
    }
    return answers[question]()


EXERCISE = questions(
    "by_hand",
    "Factors by hand",
    difficulty=1,
    minutes=10,
    rtol=5e-3,  # the power of the matrix above is that far from its limit
    points={"one unit": 1, "many steps": 1, "clipping": 1},
    ask={
        "factor": Ask(
            "one unit",
            0.72,
            {
                "This is the slope of tanh alone. The state before comes in through "
                "the weight: multiply by w_h.": 0.36,
                "The slope of tanh is 1 - h^2. You forgot the square.": 0.4,
                "This is the weight times the state. The slope of tanh at h is "
                "1 - h^2.": 1.6,
                "This is the slope at the state before. The factor of a step uses the "
                "state that the step leads to.": 1.28,
                "This is the slope at h_2, without the weight. Take the slope at h_3, "
                "times w_h.": 0.64,
            },
        ),
        "product": Ask(
            "one unit",
            0.9216,
            {
                "Factors of a chain multiply. You added them.": 2.0,
                "These are the slopes of tanh. Each step multiplies by the weight, "
                "too.": 0.2304,
                "The weight comes in once in each of the two steps.": 0.4608,
                "This is one step. From h_1 to h_3 there are two.": 0.72,
            },
        ),
        "steps": Ask(
            "many steps",
            10,
            {
                "0.5 to the power of 9 is 0.00195, not yet below a thousandth.": 9,
                "The gradient is halved at each step, and does not lose a fixed "
                "amount.": 500,
            },
        ),
        "radius": Ask(
            "many steps",
            1.2,
            {
                "The spectral radius is the largest absolute value of the eigenvalues. "
                "A sign only makes the gradient flip at each step.": 0.9,
                "A radius is not negative: take the absolute value.": -1.2,
                "This is the largest entry. The eigenvalues of a triangular matrix "
                "stand on its diagonal.": 5.0,
                "This is the largest singular value, the most that a single step can "
                "stretch. The radius is about the long run: eigenvalues.": 5.216,
                "This is the size of the determinant, the product of the "
                "eigenvalues.": 1.08,
            },
        ),
        "clipped": Ask(
            "clipping",
            [1.5, 2, 6],
            {
                "Each number was cut at the limit. Clipping by norm scales all of them "
                "alike.": [3, 4, 6.5],
                "The direction is right and the norm is 1. It should be the limit, "
                "6.5.": [3 / 13, 4 / 13, 12 / 13],
                "This gradient is longer than 6.5: its norm is the root of the sum of "
                "squares, 13.": [3, 4, 12],
            },
        ),
        "small": Ask(
            "clipping",
            [0.3, 0.4],
            {
                "The gradient was stretched to the limit. Clipping only shrinks: what "
                "is short enough stays as it is.": [0.6, 0.8],
            },
        ),
    },
    computed=(by_calculus, by_torch),
    hints=(
        "A step is tanh of w_h times the state before, plus something that does not "
        "depend on it. The chain rule gives slope times weight.",
        "With h for the result, the slope of tanh is 1 - h^2: here 1 - 0.8^2 for the "
        "last step and 1 - 0.6^2 for the one before.",
        "Clipping by norm: take the root of the sum of the squares. Above the limit, "
        "multiply all numbers by limit / norm; else change nothing.",
    ),
    section="one-unit",
    sections={"many steps": "jacobians", "clipping": "explosion"},
    instead="Work it out on paper and write the numbers into the function.",
)
