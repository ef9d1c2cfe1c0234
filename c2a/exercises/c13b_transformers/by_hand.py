"""Exercise: blocks with a pencil."""

import math

import numpy as np
import torch
from torch import nn

from c2a.chapters.c13b_transformers import Block, odds
from c2a.exercises.kit import Ask, questions


def by_torch(question: str) -> float:
    """By torch's norm, by the chapter's block and odds, and by adding up."""
    if question == "norm":
        x = torch.tensor([1.0, 3.0, 3.0, 5.0])
        return nn.LayerNorm(4, eps=0)(x)[3].item()
    if question == "block":
        return sum(p.numel() for p in Block(10, 2).parameters())
    if question == "temperature":
        return odds(torch.tensor([[2.0, 0.0]]), temperature=2.0)[0, 0].item()
    if question == "top-p":
        p = torch.tensor([[0.4, 0.3, 0.2, 0.1]])
        return odds(p.log(), top_p=0.6)[0, 0].item()
    lengths = np.arange(1, 11)
    if question == "without cache":
        return float(lengths.sum())
    if question == "with cache":
        return float(np.ones_like(lengths).sum())
    return float(np.zeros((3, 2, 10, 8)).size)  # blocks, keys and values, tokens, width


EXERCISE = questions(
    "by_hand",
    "Blocks with a pencil",
    difficulty=1,
    minutes=12,
    section="transformer-block",
    points={"block": 1, "odds": 1, "cache": 2},
    ask={
        "norm": Ask(
            "block",
            2 / math.sqrt(2),
            {
                "You divided by the variance. The norm divides by its root.": 1.0,
                "You left the mean in. Take it away first.": 5 / math.sqrt(2),
                "You took the mean away, but did not divide by the deviation.": 2.0,
                "You divided by three in the variance. Layer norm divides by four.": (
                    2 / math.sqrt(8 / 3)
                ),
            },
        ),
        "block": Ask(
            "block",
            1330,
            {
                "The biases and norms are missing: 13 d of them.": 1200,
                "The norms are missing: two of them, with 2 d each.": 1290,
                "The feed-forward net is missing: it has 8 d² + 5 d.": 480,
                "One norm is missing: a block has two.": 1310,
            },
        ),
        "temperature": Ask(
            "odds",
            1 / (1 + math.exp(-1)),
            {
                "You multiplied by the temperature. Divide.": 1 / (1 + math.exp(-4)),
                "That is at a temperature of 1.": 1 / (1 + math.exp(-2)),
                "You halved the odds. The temperature divides the logits.": 0.5
                / (1 + math.exp(-2)),
                "These are the odds of the other letter.": 1 / (1 + math.exp(1)),
                "The chapter's odds are probabilities: they sum to 1.": math.e,
            },
        ),
        "top-p": Ask(
            "odds",
            0.4 / 0.7,
            {
                "What is left is scaled to a sum of 1.": 0.4,
                "One letter has 0.4 only, which does not reach 0.6.": 1.0,
                "Two letters reach 0.6 already; the third is cut.": 0.4 / 0.9,
                "You divided by 0.6. What is left sums to 0.7.": 0.4 / 0.6,
            },
        ),
        "without cache": Ask(
            "cache",
            55,
            {
                "That is with the cache: each token once.": 10,
                "The first call reads one token only, the last one ten.": 100,
                "The last call reads ten tokens, too: add 1 to 10.": 45,
            },
        ),
        "with cache": Ask(
            "cache",
            10,
            {
                "That is without the cache.": 55,
                "The first token has to go through the layers, too.": 9,
                "One in each call, and there are ten calls.": 1,
            },
        ),
        "kept": Ask(
            "cache",
            480,
            {
                "Keys and values are kept, both.": 240,
                "Every block keeps its own.": 160,
                "Queries are not kept: no later token needs them.": 720,
                "That is for one token.": 48,
            },
        ),
    },
    computed=by_torch,
    hints=(
        "norm: take the mean away, then divide by the root of the mean of the squares.",
        "block: 12 d² + 13 d. Temperature: divide the logits, then take the softmax.",
        "The cache keeps two vectors for each token in each block.",
    ),
)
