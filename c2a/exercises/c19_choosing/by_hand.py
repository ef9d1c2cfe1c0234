"""Exercise: what networks cost, and when they meet, by hand."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Ask, questions


def by_library(question: str) -> float | str:
    """Counted on torch's layers, or by scipy's t distribution."""
    import torch
    from scipy.stats import ttest_1samp
    from torch import nn
    from torch.utils.flop_counter import FlopCounterMode

    conv = nn.Conv2d(10, 20, 3, padding=1)
    if question == "weights":
        return conv.weight.numel()
    if question == "multiply-adds":
        with FlopCounterMode(display=False) as counter:
            conv(torch.zeros(1, 10, 7, 7))
        return counter.get_total_flops() // 2
    if question == "waits":
        return len(nn.GRU(14, 60)(torch.zeros(30, 1, 14))[0])
    if question == "sooner":
        return "neither"
    if question == "meet GRU":
        n, d = np.arange(1, 1000), 64
        return int(n[4 * d**2 + 2 * n * d == 6 * d**2][0])
    if question == "cache":
        cache = [torch.zeros(2, 128, 500) for _ in range(4)]
        return sum(each.numel() for each in cache)
    if question == "bytes":
        return 20_000 * torch.zeros(1, dtype=torch.int8).element_size() + 100 * 4
    low = ttest_1samp([0.01, 0.02, 0.03], 0).confidence_interval(0.95).low
    return "no difference" if low <= 0 else "A"


EXERCISE = questions(
    "by_hand",
    "What it costs, and when it pays",
    points={"a convolution": 2, "a sequence": 2, "bytes and luck": 2},
    ask={
        "weights": Ask(
            "a convolution",
            1_800,
            {
                "There are 3 * 3 weights for each pair of channels in and out: you "
                "left the channels in out.": 180,
                "The 20 biases are not weights of a kernel.": 1_820,
                "That is one filter. There are 20 of them.": 90,
                "That is the number of multiply-adds: each weight is used at 49 "
                "places.": 88_200,
            },
        ),
        "multiply-adds": Ask(
            "a convolution",
            88_200,
            {
                "You counted memory: each weight is used once at every one of the 49 "
                "places.": 1_800,
                "One multiplication with its addition counts as one here.": 176_400,
                "That is one filter at all places. There are 20.": 4_410,
                "With padding 1 all 49 places have a window, not only 25.": 45_000,
            },
        ),
        "sooner": Ask(
            "a convolution",
            "neither",
            {
                "Fewer parameters are less memory, not less time. Count multiply-adds "
                "and sequential steps.": "A",
                "More parameters may be a dense layer, which uses each of them once. "
                "Parameters alone do not tell.": "B",
            },
        ),
        "waits": Ask(
            "a sequence",
            30,
            {
                "It is one layer, but each of its steps waits for the one before.": 1,
                "The 14 numbers of a step are read at the same time. What waits is one "
                "step for the next.": 14,
                "The 60 units of a step are computed at the same time.": 60,
                "Steps wait for each other; the numbers inside a step do not.": 420,
                "The first step waits, too: there are as many as rows.": 29,
            },
        ),
        "meet GRU": Ask(
            "a sequence",
            64,
            {
                "That is where scores and mean cost what the projections cost. Here "
                "they must cost what the GRU has more: 6 - 4 = 2 times d * d.": 128,
                "You left the projections of attention out: they take 4 d * d of the "
                "6.": 192,
                "Attention is not always dearer: for a short past its 2 n d is "
                "small.": 0,
                "Scores and mean cost n d each, not n n.": 90.5,
            },
        ),
        "cache": Ask(
            "a sequence",
            512_000,
            {
                "A key and a value are kept for each token: twice as many.": 256_000,
                "Each of the four blocks keeps keys and values of its own.": 128_000,
                "That is one token.": 1_024,
                "A key and a value are kept for each token, in each of the four "
                "blocks.": 64_000,
                "Queries are used once and thrown away.": 768_000,
                "These are bytes. Asked are numbers.": 2_048_000,
            },
        ),
        "bytes": Ask(
            "bytes and luck",
            20_400,
            {
                "Each row needs its scale to come back: 100 floats of four "
                "bytes.": 20_000,
                "A scale is a float of four bytes, not of one.": 20_100,
                "That is as floats. A weight takes one byte now.": 80_000,
                "Only the scales are floats. The weights take one byte each.": 80_400,
                "Each row has one scale, not each weight.": 100_000,
            },
        ),
        "winner": Ask(
            "bytes and luck",
            "no difference",
            {
                "A won three times, but the 95% interval of the difference contains 0. "
                "With three runs the bench cannot tell.": "A",
                "The differences are A - B, and all are positive. So B cannot be "
                "it.": "B",
            },
        ),
    },
    computed=by_library,
    hints=(
        "Channels in times channels out times 3 * 3 weights; each is used at every "
        "place of the output.",
        "One token: the GRU needs 6 d d, attention 4 d d + 2 n d. Set them equal and "
        "divide by 2 d.",
        "A cache holds a key and a value of the width for each token, in each block.",
        "The interval of three differences is their mean, plus or minus 4.3 times "
        "their standard deviation over the root of 3.",
    ),
    section="choosing-device",
    sections={"a sequence": "choosing-tokens", "bytes and luck": "choosing-fair"},
    difficulty=1,
    minutes=15,
)
