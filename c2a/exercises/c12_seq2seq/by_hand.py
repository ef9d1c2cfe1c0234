"""Exercise: a past, a score, attention and a search, by hand."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F

from c2a.chapters.c12_seq2seq import edit_distance
from c2a.exercises.kit import Ask, questions

ANSWER = ("K", "AE", "T", "END")
ODDS = {  # of the tree: what may follow a beginning
    "": {"A": 0.5, "B": 0.4, "END": 0.1},
    "A": {"A": 0.3, "B": 0.3, "END": 0.4},
    "B": {"A": 0.1, "END": 0.9},
}


def by_library(question: str) -> Any:
    """The answers from torch's softmax and attention, and from all ways in the tree."""
    logits = torch.tensor([1.0, 3.0, 9.0], dtype=torch.float64).log()
    shorter = torch.tensor([True, True, False])
    read = F.scaled_dot_product_attention(
        torch.ones(1, 4).double(),
        logits[:, None].expand(3, 4) / 2,  # dot products twice the scores
        torch.tensor([[4.0], [8.0], [100.0]]).double(),
        attn_mask=shorter[None],
    )
    ended = {word: ODDS[""][word] * ODDS[word]["END"] for word in ("A", "B")} | {
        "": ODDS[""]["END"]
    }
    first = max(ODDS[""], key=lambda token: ODDS[""][token])
    distances = [
        edit_distance(["T", "R", "EY", "N"], ["R", "EY", "N", "D"]),
        edit_distance(["DH", "AW"], ["DH", "OW", "Z"]),
    ]
    return {
        "reads": " ".join(["START", *ANSWER[:-1]]),
        "odds": math.prod((0.5, 0.8, 0.5)),
        "distance": distances[0],
        "phoneme error": (distances[0] + distances[1]) / (4 + 3),
        "weight": logits.softmax(0)[2].item(),
        "masked": logits[shorter].softmax(0)[1].item(),
        "read": read.item(),
        "greedy": ended[first],
        "beam": max(ended.values()),
    }[question]


EXERCISE = questions(
    "by_hand",
    "A past, a score and a search by hand",
    points={"past and score": 2, "attention": 2, "search": 1},
    ask={
        "reads": Ask(
            "past and score",
            "START K AE T",
            {
                "This is what the decoder shall write. What it reads is the same, "
                "moved by one place.": "K AE T END",
                "At the first step there is nothing before K: it reads START.": (
                    "K AE T"
                ),
                "END has to be written, too, and there the decoder reads T.": (
                    "START K AE"
                ),
                "Five inputs for four answers: after END nothing is written.": (
                    "START K AE T END"
                ),
            },
        ),
        "odds": Ask(
            "past and score",
            0.2,
            {
                "END has odds, too, and they count.": 0.4,
                "Odds of steps are multiplied, not added.": 1.8,
                "This is the mean of the three. The probability of the answer is "
                "their product.": 0.6,
            },
        ),
        "distance": Ask(
            "past and score",
            2,
            {
                "This compares place by place. Leave out the T, and the rest lies "
                "one place further.": 4,
                "Leaving out T makes R EY N. That is not yet R EY N D.": 1,
                "The lengths agree, the sounds do not.": 0,
            },
        ),
        "phoneme error": Ask(
            "past and score",
            4 / 7,
            {
                "This is the word error: both words have a mistake.": 1,
                "This is the mean of the two words' own rates. Sum first, divide "
                "once.": (2 / 4 + 2 / 3) / 2,
                "These are mistakes a word. Divide by the number of true sounds.": 2,
                "This is the number of mistakes. Divide by the number of true "
                "sounds.": 4,
                "Divide by the true sounds, not by those that were written.": 4 / 6,
            },
        ),
        "weight": Ask(
            "attention",
            9 / 13,
            {
                "The dot products have not been divided by the root of d.": 81 / 91,
                "The dot products are divided by d. It is the root of d.": (
                    3 / (1 + math.sqrt(3) + 3)
                ),
                "These are shares of the scores. Take exponentials first.": 2 / 3,
                "All three places count in the sum, the second, too.": 9 / 10,
                "This is the exponential. Divide it by the sum of all three.": 9,
            },
        ),
        "masked": Ask(
            "attention",
            3 / 4,
            {
                "The weights in sight have to sum to 1 again.": 3 / 13,
                "The hidden score was set to 0, and its exponential is 1.": 3 / 5,
                "The second place is in sight.": 0,
                "The dot products have not been divided by the root of d.": 9 / 10,
                "This is the weight of the first place.": 1 / 4,
            },
        ),
        "read": Ask(
            "attention",
            7,
            {
                "The hidden value is read, with the weight of a score of 0.": (
                    (4 + 3 * 8 + 100) / 5
                ),
                "This is the plain mean. Weight the values.": 6,
                "This is the value with the larger weight. What is read is a mean.": 8,
                "The weights do not sum to 1: these are those without the mask.": (
                    (4 + 3 * 8) / 13
                ),
                "The weights are the wrong way about: 3/4 belongs to the second "
                "value.": (3 * 4 + 8) / 4,
                "The dot products have not been divided by the root of d.": (
                    (4 + 9 * 8) / 10
                ),
            },
        ),
        "greedy": Ask(
            "search",
            0.2,
            {
                "The answer ends, so the odds of END count, too.": 0.5,
                "This is the best answer. Greedy decoding never looks at B.": 0.36,
                "Odds are multiplied along the way.": 0.9,
                "After A the likeliest token is END, with 0.4.": 0.15,
            },
        ),
        "beam": Ask(
            "search",
            0.36,
            {
                "This is what greedy decoding finds. Go on from B, too.": 0.2,
                "The odds of END after B count, too.": 0.4,
                "These are the odds of END after B. Multiply by those of B.": 0.9,
                "END at once is the worst of the three that have ended.": 0.1,
            },
        ),
    },
    computed=by_library,
    hints=(
        "The decoder reads START first. At each step it shall write what it will read "
        "at the next one.",
        "Divide the dot products by the root of 4 before you take exponentials: they "
        "become 1, 3 and 9. A hidden place has the exponential 0.",
        "A beam of 2 keeps A and B after one step. Each of them may end in the next.",
    ),
    section="right-past",
    sections={"attention": "look-back", "search": "which-answer"},
    difficulty=1,
    minutes=20,
)
