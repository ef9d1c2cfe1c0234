"""Exercise: weights, masks and costs with a pencil."""

import math
from typing import Any

import torch
import torch.nn.functional as F

from c2a.exercises.kit import Ask, questions

KEYS = [[2.0, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0]]
VALUES = [[7.0], [0.0], [21.0]]


def by_torch(question: str) -> Any:
    """By the library's own attention and layers."""
    k, v = torch.tensor(KEYS), torch.tensor(VALUES)

    def ask(q: list[float], **options: Any) -> list[float]:
        found = F.scaled_dot_product_attention(
            torch.tensor([q]), k, torch.eye(3), **options
        )
        return found[0].tolist()

    three, none = math.log(3), 0.0
    if question == "weights":
        return ask([three, three, none, none])
    if question == "value":
        weights = torch.tensor([ask([three, three, none, none])])
        return (weights @ v).item()
    if question == "masked":
        mask = torch.tensor([[True, False, True]])
        return ask([three, three, none, none], attn_mask=mask)
    if question == "equal":
        return ask([0.0, 0.0, 0.0, 5.0])[0]
    if question == "spread":
        torch.manual_seed(0)
        products = (torch.randn(200_000, 36) * torch.randn(200_000, 36)).sum(-1)
        return round(products.std().item())
    if question == "allowed":
        return int(torch.ones(6, 6).tril().sum())
    if question == "parameters":
        layer = torch.nn.MultiheadAttention(96, 8)
        return sum(p.numel() for p in layer.parameters())
    weights = torch.ones(2, 8, 1000, 1000, device="meta")
    return weights.numel() * 4 / 1e6


EXERCISE = questions(
    "by_hand",
    "Attention with a pencil",
    difficulty=1,
    minutes=15,
    section="attention-self",
    sections={
        "masks": "attention-masks",
        "spread": "attention-scale",
        "sizes": "attention-heads",
    },
    points={"one query": 2, "masks": 1, "spread": 1, "sizes": 2},
    ask={
        "weights": Ask(
            "one query",
            [3 / 7, 3 / 7, 1 / 7],
            {
                "The scores are not divided by the root of 4.": [
                    9 / 19,
                    9 / 19,
                    1 / 19,
                ],
                "The scores are divided by 4. Divide by its root.": [
                    math.sqrt(3) / (2 * math.sqrt(3) + 1),
                    math.sqrt(3) / (2 * math.sqrt(3) + 1),
                    1 / (2 * math.sqrt(3) + 1),
                ],
                "A score of 0 is not a weight of 0: e to the 0 is 1.": [0.5, 0.5, 0],
                "These are the scores. The softmax is still to come.": [
                    math.log(3),
                    math.log(3),
                    0,
                ],
                "These are the exponentials. Divide them by their sum.": [3, 3, 1],
            },
        ),
        "value": Ask(
            "one query",
            6.0,
            {
                "The scores are not divided by the root of 4.": 84 / 19,
                "The scores are divided by 4. Divide by its root.": (
                    (7 * math.sqrt(3) + 21) / (2 * math.sqrt(3) + 1)
                ),
                "The values are averaged with equal weights.": 28 / 3,
                "Keys are only compared. The mean is taken of the values 7, 0, 21.": (
                    6 / 7
                ),
                "The weights must sum to 1 before you average.": 42.0,
                "That is the value of one key. Attention takes a blend of all.": 7.0,
            },
        ),
        "masked": Ask(
            "masks",
            [3 / 4, 0, 1 / 4],
            {
                "The scores are not divided by the root of 4.": [9 / 10, 0, 1 / 10],
                "The scores are divided by 4. Divide by its root.": [
                    math.sqrt(3) / (math.sqrt(3) + 1),
                    0,
                    1 / (math.sqrt(3) + 1),
                ],
                "The mask came after the softmax: the rest must sum to 1 again.": [
                    3 / 7,
                    0,
                    1 / 7,
                ],
                "True means: may look. You hid the other two.": [0, 1, 0],
                "A score of 0 does not hide a key: its weight is not 0. Use minus "
                "infinity.": [3 / 5, 1 / 5, 1 / 5],
                "The freed weight is not shared out equally. The softmax runs over the "
                "allowed scores.": [9 / 14, 0, 5 / 14],
            },
        ),
        "equal": Ask(
            "spread",
            1 / 3,
            {
                "All three scores are 0. Equal scores make equal weights, and weights "
                "sum to 1.": 0.0,
                "That would be one key alone. Here three share.": 1.0,
            },
        ),
        "spread": Ask(
            "spread",
            6.0,
            {
                "That is the variance. The standard deviation is its root.": 36.0,
                "The scores are not divided yet: 1 is their spread afterwards.": 1.0,
                "A sum of 36 products spreads more than one of them.": 1 / 6,
            },
        ),
        "allowed": Ask(
            "masks",
            21,
            {
                "Each token may look at itself, too: the diagonal counts.": 15,
                "That is the whole table, without a mask.": 36,
                "That is the diagonal alone.": 6,
            },
        ),
        "parameters": Ask(
            "sizes",
            4 * (96 * 96 + 96),
            {
                "The four biases are missing.": 4 * 96 * 96,
                "The output matrix counts, too: four, not three.": 3 * (96 * 96 + 96),
                "Heads share the width: they add no parameters.": 8
                * 4
                * (96 * 96 + 96),
                "Each head has an eighth of the width, and there are eight of them.": (
                    4 * (96 * 12 + 12)
                ),
            },
        ),
        "megabytes": Ask(
            "sizes",
            64.0,
            {
                "Every head has a table of its own.": 8.0,
                "Every sentence of the batch has tables of its own.": 32.0,
                "These are millions of numbers. Each takes 4 bytes.": 16.0,
                "The table has 1,000 times 1,000 entries, not 1,000.": 0.064,
                "Asked are units of a million bytes, not of 2 to the 20.": 64e6 / 2**20,
            },
        ),
    },
    computed=by_torch,
    rtol=2e-3,
    hints=(
        "Three steps: dot products, divided by 2; e to the power of each; divided by "
        "their sum. e to the log 3 is 3.",
        "A hidden score is minus infinity, and e to that is 0. So leave it out of the "
        "sum.",
        "A layer of width w has four matrices w by w, with a bias of w each. Tables of "
        "weights: one a sentence and head, T by T.",
    ),
    instead="Work it out on paper and write the numbers into the function.",
)
