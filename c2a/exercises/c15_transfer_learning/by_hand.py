"""Exercise: what is trained, what moves, what is gained, by hand."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Ask, questions


def by_torch(question: str) -> float | str:
    """Counted on torch's own layers, and read off them after one step."""
    import torch
    from torch import nn

    def count(*layers: nn.Module) -> int:
        return sum(p.numel() for layer in layers for p in layer.parameters())

    if question == "head":
        return count(nn.Linear(112, 9))
    if question == "cache":
        return nn.AdaptiveAvgPool2d(1)(torch.zeros(180, 112, 3, 3)).numel()
    if question == "detour":
        thin = nn.Conv2d(672, 4, 1, bias=False)
        return count(thin, nn.Conv2d(4, 112, 1, bias=False))
    if question == "first gradient":
        down, up = nn.Linear(3, 2, bias=False), nn.Linear(2, 4, bias=False)
        nn.init.zeros_(up.weight)
        up(down(torch.ones(1, 3))).sum().backward()
        moved = [("A", down.weight.grad), ("B", up.weight.grad)]
        return " and ".join(name for name, g in moved if g is not None and g.any())
    if question == "running mean":
        norm = nn.BatchNorm1d(1).requires_grad_(False).train()
        assert norm.running_mean is not None
        norm.running_mean.fill_(2.0)
        norm(torch.tensor([[4.0], [6.0]]))
        return norm.running_mean.item()
    if question == "rate":
        return 0.009 * (1 / 3) ** 2
    level, borrowed = (0.7, 10) if question == "gap" else (0.6, 5)
    reached = np.interp(level, [0.5, 0.6, 0.7], np.log([5, 20, 80]))
    return float(np.exp(reached)) / borrowed


EXERCISE = questions(
    "by_hand",
    "What is trained, what moves, what is gained",
    points={"features": 1, "detour": 2, "freezing and rates": 2, "gaps": 1},
    ask={
        "head": Ask(
            "features",
            1_017,
            {
                "The nine biases are missing.": 1_008,
                "One bias for each class, not for each feature.": 1_120,
                "Frozen layers have parameters, but none of them is trained. Count "
                "the head alone.": 701_785,
            },
        ),
        "cache": Ask(
            "features",
            20_160,
            {
                "These are all the places of the maps. Of each map the mean alone is "
                "kept.": 181_440,
                "That is one picture.": 112,
                "That is one picture, before its maps are averaged.": 1_008,
            },
        ),
        "detour": Ask(
            "detour",
            3_136,
            {
                "That is the convolution itself, which stays as it is.": 75_264,
                "The two thin layers are added up, not multiplied: one reads 672 "
                "channels, the other writes 112.": 301_056,
                "The convolution stays as it is: only the detour learns.": 78_400,
                "The two thin layers have no biases.": 3_252,
                "Each channel in and each channel out has one weight for each of the "
                "four ranks.": 784,
                "That is the first of the two thin layers. The second writes 112 "
                "channels.": 2_688,
                "That is the second of the two thin layers. The first reads 672 "
                "channels.": 448,
            },
        ),
        "first gradient": Ask(
            "detour",
            "B",
            {
                "The gradient of A passes through B, which is zero at the start. So A "
                "stands still in the first step.": "A",
                "The gradient of A passes through B, which is zero. Only one of them "
                "moves in the first step.": "A and B",
                "With both at zero nothing would move. Here A is random, so B's input "
                "is not zero.": "neither",
            },
        ),
        "running mean": Ask(
            "freezing and rates",
            2.3,
            {
                "`requires_grad` stops gradients. The running mean is no parameter: it "
                "follows every batch in training mode.": 2.0,
                "The momentum is the share of the new batch in PyTorch, not of the "
                "old mean.": 4.7,
                "That is the batch's own mean. The running mean goes a tenth of the "
                "way.": 5.0,
                "The step goes a tenth of the way from 2 to 5; you added a tenth of "
                "5.": 2.5,
            },
        ),
        "rate": Ask(
            "freezing and rates",
            0.001,
            {
                "The factor is applied once for each group below the head: twice "
                "here.": 0.003,
                "Three times is one too many: the head itself has the full rate.": (
                    0.009 / 27
                ),
                "That is the rate of the lowest of the chapter's groups, the third "
                "below the head. Asked is the second.": 0.0003,
                "Lower layers learn more slowly, not faster.": 0.081,
                "Each group has a third of the rate of the group above it: divide "
                "twice by 3, not once by 6.": 0.0015,
            },
        ),
        "smaller gap": Ask(
            "gaps",
            4.0,
            {
                "That is the share that is left. Asked is how many times more.": 0.25,
                "That is the difference. A gap on a log axis is a ratio.": 15.0,
                "That is how many labels the other one needs. Divide by those of the "
                "borrowed one.": 20.0,
            },
        ),
        "gap": Ask(
            "gaps",
            8.0,
            {
                "That is the share that is left. Asked is how many times fewer.": 0.125,
                "That is the difference. A gap on a log axis is a ratio.": 70.0,
                "Read across at equal accuracy, not down at equal labels. Where does "
                "the other curve reach 0.7?": 2.0,
                "That is how many labels the network from scratch needs. Divide by "
                "those of the borrowed one.": 80.0,
            },
        ),
    },
    computed=by_torch,
    hints=(
        "A dense layer has inputs times outputs weights, and a bias for each output. A "
        "1 x 1 convolution without bias has channels in times channels out.",
        "Write the detour as B(A x). By the chain rule the gradient of A contains B, "
        "and that of B contains A x.",
        "New running mean = 0.9 times the old one + 0.1 times the batch's mean.",
        "Draw a horizontal line at 0.7, and divide the two label counts.",
    ),
    section="transfer-features",
    sections={
        "detour": "transfer-strategies",
        "freezing and rates": "transfer-strategies",
        "gaps": "transfer-labels",
    },
    difficulty=1,
    minutes=15,
)
