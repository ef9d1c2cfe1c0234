"""Exercise: cells with a pencil."""

import math

import torch
from torch import nn

from c2a.exercises.kit import Ask, questions


def by_torch(question: str) -> float:
    """By torch's own cells and autograd, gates given by way of their biases."""
    if question in ("c", "h"):
        cell = nn.LSTMCell(1, 1, dtype=torch.float64)
        sums = [math.log(1 / 3), 0.0, math.atanh(0.8), 0.0]
        with torch.no_grad():
            for weights in cell.parameters():
                weights.zero_()
            cell.bias_ih.copy_(torch.tensor(sums))
            state = torch.zeros(1, 1), torch.full((1, 1), 2.0)
            h, c = cell(torch.zeros(1, 1).double(), [s.double() for s in state])
        return {"c": c.item(), "h": h.item()}[question]
    if question == "gru":
        gru = nn.GRUCell(1, 1, dtype=torch.float64)
        with torch.no_grad():
            for weights in gru.parameters():
                weights.zero_()
            gru.bias_ih.copy_(torch.tensor([0.0, math.log(3), math.atanh(-0.8)]))
            h = gru(torch.zeros(1, 1).double(), torch.full((1, 1), 0.4).double())
        return h.item()
    gates = {"left after ten": [0.9] * 10, "gradient": [0.5, 0.8, 0.25]}
    if question in gates:
        c = start = torch.ones(1, dtype=torch.float64, requires_grad=True)
        for f in gates[question]:
            c = f * c + 0.3
        return torch.autograd.grad(c, start)[0].item()
    halves = {"half-life": 0.9, "bias zero": 0.5}
    return math.log(0.5) / math.log(halves[question])


EXERCISE = questions(
    "by_hand",
    "Cells with a pencil",
    difficulty=1,
    minutes=12,
    section="lstm-step",
    sections={"memory": "lstm-half-life"},
    points={"one step": 2, "memory": 2},
    ask={
        "c": Ask(
            "one step",
            1.2,
            {
                "f multiplies the old cell, i the candidate. You swapped them.": 0.9,
                "The old cell was not multiplied by the forget gate.": 2.2,
                "The candidate was not multiplied by the input gate.": 1.8,
            },
        ),
        "h": Ask(
            "one step",
            0.5 * math.tanh(1.2),
            {
                "The cell is shown through a tanh first: h = o tanh(c).": 0.6,
                "That is tanh(c). The output gate has yet to multiply it.": math.tanh(
                    1.2
                ),
                "This shows the old cell. Compute the new one first.": 0.5
                * math.tanh(2),
                "o is the open gate already: no sigmoid comes on top.": math.tanh(1.2)
                / (1 + math.exp(-0.5)),
            },
        ),
        "gru": Ask(
            "one step",
            0.1,
            {
                "In torch's GRU, z near 1 keeps the old state. You let it take the "
                "new one.": -0.5,
                "The two shares add up to 1: the new value gets 1 - z.": -0.3,
            },
        ),
        "left after ten": Ask(
            "memory",
            0.9**10,
            {
                "Ten gates multiply; they do not subtract 0.1 each.": 0.0,
                "That is what is lost.": 1 - 0.9**10,
            },
        ),
        "half-life": Ask(
            "memory",
            math.log(0.5) / math.log(0.9),
            {
                "What is lost is a tenth of what is left, not of what there was.": 5.0,
                "That is 1 / (1 - f), when about a third is left, not half.": 10.0,
                "That is the first whole step with less than half. Give the k of "
                "f^k = 1/2 itself.": 7.0,
            },
        ),
        "bias zero": Ask(
            "memory",
            1.0,
            {
                "The sigmoid of 0 is one half, not 0.": 0.0,
                "At f = 1/2 half is gone after a single step.": 2.0,
                "That is the gate. Asked is the number of steps.": 0.5,
            },
        ),
        "gradient": Ask(
            "memory",
            0.1,
            {
                "Along the direct path the three gates multiply.": 1.55,
                "The last gate counts, too: the path goes through all three.": 0.4,
                "An additive update gives 1 only where every forget gate is open.": 1.0,
            },
        ),
    },
    computed=by_torch,
    hints=(
        "c = f * (old c) + i * candidate, and h = o * tanh(c).",
        "For the GRU: (1 - z) * candidate + z * (old h).",
        "What is left after k steps is the product of k forget gates. Set f^k = 1/2 "
        "and take logarithms.",
    ),
)
