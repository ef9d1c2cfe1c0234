"""Exercise: states of both directions, and who can see what, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from c2a.exercises.kit import Ask, questions

X = [2.0, 0.0, 4.0]


def read(x: list[float]) -> list[float]:
    """States of the unit W_x = 1, W_h = 1/2, without bias and tanh."""
    h, states = 0.0, []
    for value in x:
        h = 0.5 * h + value
        states.append(h)
    return states


def by_reading(question: str) -> Any:
    """The answers from a loop."""
    ahead, back = read(X), read(X[::-1])[::-1]
    return {
        "ahead last": ahead[-1],
        "back first": back[0],
        "middle": [ahead[1], back[1]],
        "second layer": read(ahead)[-1],
        "two late": 4 - 2,
        "window": 2 * 2 + 1,
        "norm": 3 / np.sqrt(np.mean([9, 1, 1, 9])),
        "step": 0,
    }[question]


def by_torch(question: str) -> Any:
    """The answers from matrices of influence and torch's layers."""
    ahead = torch.tensor(
        [[0.5 ** (s - t) * (s >= t) for t in range(3)] for s in range(3)]
    )
    x = torch.tensor(X)
    if question in ("norm", "step"):
        norm = torch.nn.LayerNorm(4, eps=0.0)
        at_once = norm(torch.tensor([[2.0, 4.0, 6.0, 8.0], [1.0, 0.0, 0.0, 0.0]]))
        other = norm(torch.tensor([[2.0, 4.0, 6.0, 8.0], [0.0, 9.0, 0.0, 0.0]]))
        moved = (at_once[0] - other[0]).abs().max().item()
        return at_once[0, 3].item() if question == "norm" else int(moved > 0)
    if question == "window":
        ones = torch.ones(1, 1, 3)
        spike = torch.zeros(1, 1, 9)
        spike[0, 0, 4] = 1
        twice = torch.conv1d(torch.conv1d(spike, ones, padding=1), ones, padding=1)
        return int((twice != 0).sum())
    if question == "two late":
        sees = torch.ones(9, 9).triu(-2)  # input t moves output s from t - 2 on
        return int(sees[4].nonzero()[0])
    return {
        "ahead last": (ahead @ x)[2].item(),
        "back first": (ahead.T @ x)[0].item(),
        "middle": [(ahead @ x)[1].item(), (ahead.T @ x)[1].item()],
        "second layer": (ahead @ (ahead @ x))[2].item(),
    }[question]


EXERCISE = questions(
    "by_hand",
    "Two directions by hand",
    difficulty=1,
    minutes=10,
    points={"states": 2, "wiring": 1, "norm": 1},
    ask={
        "ahead last": Ask(
            "states",
            4.5,
            {
                "This is the state without its memory: the input alone.": 4,
                "The first input has passed two steps, so it is halved twice.": 5,
                "This is the last state of the other direction.": 3,
            },
        ),
        "back first": Ask(
            "states",
            3,
            {
                "This is the last state of the layer that reads ahead.": 4.5,
                "The 4 has passed two steps, so it is halved twice.": 4,
                "This is the first state of the layer that reads ahead: it has seen "
                "one input.": 2,
            },
        ),
        "middle": Ask(
            "states",
            [1, 2],
            {
                "The state that reads ahead comes first.": [2, 1],
                "The states of the second direction are not turned back. Which input "
                "did this state read last?": [1, 3],
            },
        ),
        "second layer": Ask(
            "states",
            5.5,
            {
                "This is the first layer's last state. The second layer has a memory "
                "of its own.": 4.5,
                "The second layer keeps half of its state at each step, not all.": 7.5,
                "The second layer reads the states of the first, not the input with "
                "them.": 10,
            },
        ),
        "two late": Ask(
            "wiring",
            2,
            {
                "This would be so if it answered at once. Outputs are numbered by the "
                "input they belong to: output 0 is given when input 2 is read.": 4,
                "It answers late, so earlier outputs move, too.": 6,
                "This network waits for two steps, not for the end.": 0,
            },
        ),
        "window": Ask(
            "wiring",
            5,
            {
                "This is the reach of one kernel.": 3,
                "The kernels do not multiply. After the first, each adds two.": 9,
                "Two kernels of 3 reach two places to either side, and there is the "
                "place itself.": 4,
            },
        ),
        "norm": Ask(
            "norm",
            1.3416,
            {
                "This divides by the variance. Take its root.": 0.6,
                "The variance is divided by 3. Layer norm divides by the number of "
                "units, 4.": 1.1619,
                "The mean is subtracted, and the division is missing.": 3,
            },
        ),
        "step": Ask(
            "norm",
            0,
            {
                "Layer norm asks only the units of the same step.": 1,
                "The state at step 5 is given and stays. Its norm is taken over its "
                "own four numbers.": 4,
            },
        ),
    },
    computed=(by_reading, by_torch),
    hints=(
        "Write the inputs 2, 0, 4 in a row. The state that reads ahead starts at the "
        "left: 2. Halve it, add the next input, and so on.",
        "The state that reads back starts at the right with 4, and its value at a "
        "place has read that place last. Put both under the input that they belong to.",
        "The norm: the mean of 2, 4, 6, 8 is 5, and the variance is the mean of 9, 1, "
        "1 and 9.",
    ),
    section="both-ways",
    sections={"wiring": "perturbation", "norm": "deep-residual"},
    rtol=2e-3,
    instead="Work it out on paper and write the numbers into the function.",
)
