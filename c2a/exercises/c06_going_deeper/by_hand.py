"""Exercise: signals, norms and dropout with pencil and paper."""

from typing import Any

from c2a.exercises.kit import Ask, questions

LEFT = 1 - 3 / 5**0.5 * 10  # gamma 10, beta 1; of 2, 4, 6, 8 the first


def by_library(question: str) -> Any:
    """The answers from torch."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    if question == "one unit":
        weights = 0.2 * torch.tensor([1.0, -1.0]).repeat(50).double()
        return weights.square().sum().item()
    if question == "ten layers":
        return torch.full((10,), 0.5).double().prod().sqrt().item()
    if question == "he":
        layer = nn.Conv2d(16, 8, 3)
        fan_in, _ = nn.init._calculate_fan_in_and_fan_out(layer.weight)
        return nn.init.calculate_gain("relu") ** 2 / fan_in
    norm = nn.BatchNorm1d(1, eps=1e-12).double()
    if question == "normalized":
        norm.weight.data.fill_(10.0)
        norm.bias.data.fill_(1.0)
        return norm(torch.tensor([[2.0], [4.0], [6.0], [8.0]]).double())[0].item()
    if question == "running mean":
        for _ in range(2):
            norm(torch.tensor([[3.0], [5.0]]).double())
        assert norm.running_mean is not None
        return norm.running_mean.item()
    if question == "test time":
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.running_mean.fill_(3.0)
        norm.running_var.fill_(4.0)
        norm.weight.data.fill_(2.0)
        norm.bias.data.fill_(1.0)
        return norm.eval()(torch.tensor([[7.0]]).double()).item()
    if question == "learned":
        return sum(p.numel() for p in nn.BatchNorm2d(64).parameters())
    torch.manual_seed(0)
    after = F.dropout(torch.full((100,), 3.0), 0.8, training="survivor" in question)
    return after.max().item()


EXERCISE = questions(
    "by_hand",
    "Signals and norms with pencil and paper",
    difficulty=1,
    minutes=15,
    points={"signal": 2, "training": 1, "test time": 1, "dropout": 1},
    ask={
        "one unit": Ask(
            "signal",
            4.0,
            {
                "That is the size. Asked is the mean square.": 2.0,
                "Every input brings 0.04. How many are there?": 0.04,
                "You added the weights' standard deviations. Squares add up.": 20.0,
            },
        ),
        "ten layers": Ask(
            "signal",
            0.5**5,
            {
                "That is the mean square. The size is its root.": 0.5**10,
                "The factors multiply, layer after layer.": 5.0,
                "That is one layer's factor.": 0.5**0.5,
            },
        ),
        "he": Ask(
            "signal",
            2 / 144,
            {
                "An output reads 3 x 3 pixels of every input channel, not of one.": 2
                / 9,
                "That is without ReLU, which drops half of the mean square.": 1 / 144,
                "That is the standard deviation.": (2 / 144) ** 0.5,
                "You counted the numbers that an input feeds. Here count those that an "
                "output reads.": 2 / 72,
                "You left out the kernel's nine pixels.": 2 / 16,
                "That is Glorot's mean of both directions, for layers without ReLU.": (
                    2 / (144 + 72)
                ),
            },
        ),
        "normalized": Ask(
            "training",
            LEFT,
            {
                "gamma and beta come last.": -3 / 5**0.5,
                "You divided by the variance, not by its root.": 1 - 3 / 5 * 10,
                "The batch's squares are divided by 4, not by 3.": 1
                - 3 / (20 / 3) ** 0.5 * 10,
                "beta is added behind the scale, it is not scaled.": 10
                * (1 - 3 / 5**0.5),
            },
        ),
        "running mean": Ask(
            "training",
            0.76,
            {
                "That is after one batch.": 0.4,
                "The second batch mixes with what the first left, not with 0.": 0.8,
                "The old value keeps nine tenths, not one.": 3.96,
                "That is the batch's mean. A tenth of it enters.": 4.0,
            },
        ),
        "test time": Ask(
            "test time",
            5.0,
            {
                "You divided by the variance, not by its root.": 3.0,
                "beta is missing.": 4.0,
                "A single value has no batch, so the running statistics are used. "
                "Yours is what the batch of one would give.": 1.0,
            },
        ),
        "learned": Ask(
            "test time",
            128,
            {
                "A scale and a shift: two for each channel.": 64,
                "The running mean and variance are kept, but not learned.": 256,
            },
        ),
        "survivor in training": Ask(
            "dropout",
            15.0,
            {
                "The inverted form scales its survivors in training.": 3.0,
                "You divided by p. The share that survives is 0.2.": 3.75,
                "You multiplied. Survivors have to make up for the lost.": 0.6,
            },
        ),
        "unit at test time": Ask(
            "dropout",
            3.0,
            {
                "The form of 2012 scales here. The inverted one does not.": 0.6,
                "Nothing is scaled at test time.": 15.0,
            },
        ),
    },
    computed=by_library,
    hints=(
        "A sum of products with random signs: mean squares add up, sizes do not.",
        "Batch norm: subtract the mean, divide by the deviation; gamma, then beta.",
        "Inverted dropout divides the survivors by the share that survives.",
    ),
    section="signal-through-depth",
    sections={
        "signal": "initialization",
        "training": "batch-norm",
        "test time": "batch-norm",
        "dropout": "dropout-forms",
    },
)
