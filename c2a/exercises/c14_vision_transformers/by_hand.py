"""Exercise: tokens, tables of attention and losses, by hand."""

from __future__ import annotations

from c2a.exercises.kit import Ask, questions


def computed(question: str) -> float:
    """From torch's layers, or by writing the tables out."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    if question == "tokens":
        return nn.Conv2d(3, 5, 4, stride=4)(torch.zeros(1, 3, 32, 32))[0, 0].numel() + 1
    if question == "patch":
        return nn.Conv2d(3, 1, 16, bias=False).weight.numel()
    if question == "positions":
        return torch.zeros((384 // 16) ** 2 + 1, 768).numel()
    if question == "table":
        return torch.zeros((28 // 4) ** 2 + 1, (28 // 4) ** 2 + 1).numel()
    if question == "windows":
        window = torch.arange(28) // 7
        number = (4 * window[:, None] + window).flatten()
        return int((number[:, None] == number).sum())
    if question == "reached":
        mixed = (torch.full((2, 2), 0.5) + torch.eye(2)) / 2
        return (mixed @ mixed)[0, 1].item()
    return F.cross_entropy(torch.zeros(4, 4), torch.arange(4)).item()  # "guess"


EXERCISE = questions(
    "by_hand",
    "Tokens and tables by hand",
    points={"tokens": 2, "tables": 1, "shares and guesses": 1},
    ask={
        "tokens": Ask(
            "tokens",
            65,
            {
                "Those are the patches. The class token is missing.": 64,
                "That is the patches along one side. They fill a square.": 8,
                "Those are pixels. A token is a patch of 4 x 4 of them.": 1024,
                "Those are pixels, and a class token. A patch is a token.": 1025,
            },
        ),
        "patch": Ask(
            "tokens",
            768,
            {
                "Color images have three channels, and each pixel has all three.": 256,
                "That is one side of the patch, times the channels.": 48,
                "The class token is a token of its own, no number of a patch.": 769,
            },
        ),
        "positions": Ask(
            "tokens",
            443_136,
            {
                "The class token has a place, too.": 442_368,
                "These are the places of an image of 224 x 224.": 151_296,
                "That is the number of places. Each has a vector of 768.": 577,
            },
        ),
        "table": Ask(
            "tables",
            2500,
            {
                "The class token looks, and is looked at: 50 tokens, not 49.": 2401,
                "That is one row of the table: what a single token looks at.": 50,
                "There is one such table for each head. Here one is asked for.": 10_000,
            },
        ),
        "windows": Ask(
            "tables",
            38_416,
            {
                "That is without windows: every token looks at all 784.": 614_656,
                "That is one window. There are sixteen.": 2401,
                "Those are the tokens. Each looks at the 49 of its window.": 784,
            },
        ),
        "reached": Ask(
            "shares and guesses",
            0.375,
            {
                "That is after one block.": 0.25,
                "The residual is left out: mix the table half and half with the "
                "identity before you multiply.": 0.5,
                "That is what is left of token 0 itself.": 0.625,
                "The residual is added, but the sum is not halved: the rows no longer "
                "sum to one.": 1.5,
                "Rounded too early: give three decimals.": 0.38,
            },
        ),
        "guess": Ask(
            "shares and guesses",
            1.3863,
            {
                "That is in bits. The cross-entropy uses the natural logarithm.": 2.0,
                "Both directions are added. The loss is their mean.": 2.7726,
                "That is the probability of a right guess, not its loss.": 0.25,
                "The cross-entropy is minus the logarithm.": -1.3863,
                "A picture chooses among four captions, not among all eight.": 2.0794,
                "Rounded too early: give three decimals.": 1.39,
            },
        ),
    },
    computed=computed,
    hints=(
        "Patches along a side: side by patch. Then square it, and think of the token "
        "that has no pixels.",
        "A head's table has a row for each token that looks, and a column for each "
        "token that it may look at.",
        "For the two blocks: average the table with the identity, multiply the result "
        "by itself, and read row 0, column 1.",
        "Who guesses among four gives each the probability 1/4, in both directions.",
    ),
    section="vit-model",
    sections={"tables": "vit-memory", "shares and guesses": "vit-looking"},
    difficulty=1,
    minutes=15,
)
