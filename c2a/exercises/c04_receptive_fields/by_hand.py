"""Exercise: four small stacks, by hand."""

from __future__ import annotations

from typing import Any

from c2a.exercises.c04_receptive_fields.inputs import Layers, field_of, taps
from c2a.exercises.kit import Ask, questions

STACKS: dict[str, Layers] = {
    "A": [(3, 1, 0, 1)] * 3,
    "B": [(5, 2, 0, 1), (3, 1, 0, 1)],
    "C": [(3, 2, 1, 1), (2, 2, 0, 1), (3, 1, 1, 1)],
    "D": [(3, 1, 0, 1), (3, 1, 0, 4)],
}


def by_recurrence(question: str) -> Any:
    """The answers from size, jump and start."""
    size, jump, start = field_of(STACKS[question[0]])
    return {
        "field": size,
        "jump": jump,
        "first": start + 3 * jump,
        "last": start + 3 * jump + size - 1,
        "reads": 9,
    }[question.split()[1]]


def by_walking_back(question: str) -> Any:
    """The answers from the pixels that a unit reaches."""
    layers = STACKS[question[0]]
    reached = taps(layers, 3)
    return {
        "field": max(reached) - min(reached) + 1,
        "jump": min(taps(layers, 4)) - min(reached),
        "first": min(reached),
        "last": max(reached),
        "reads": len(reached),
    }[question.split()[1]]


EXERCISE = questions(
    "by_hand",
    "Fields by hand",
    difficulty=1,
    minutes=10,
    points={"size": 1, "place": 1, "dilation": 1},
    ask={
        "A field": Ask(
            "size",
            7,
            {
                "The kernels are added: 3 + 3 + 3. After the first, each adds only "
                "k - 1.": 9,
                "This is the field after two of the three layers.": 5,
                "You multiplied the kernels.": 27,
            },
        ),
        "B field": Ask(
            "size",
            9,
            {
                "The stride is not used. Neighbors in the first layer's output lie two "
                "pixels apart.": 7,
                "Each kernel is multiplied by its own stride. The first kernel moves "
                "over pixels that lie one apart; the second is the one that is "
                "stretched.": 11,
                "The kernels are added: 5 + 3.": 8,
            },
        ),
        "C jump": Ask(
            "place",
            4,
            {
                "This is the jump after the first layer alone.": 2,
                "The strides are added up with the last one's. They multiply.": 5,
            },
        ),
        "C first": Ask(
            "place",
            7,
            {
                "This ignores the padding, which moves every field to the left.": 12,
                "The paddings are added as they are. The frame of the last layer lies "
                "around a map whose units are 4 pixels apart.": 10,
                "Unit 3 is the fourth: the first has number 0.": 3,
                "Only the first layer's padding is counted. The last has one, too.": 11,
            },
        ),
        "C last": Ask(
            "place",
            19,
            {
                "First pixel plus size is the pixel after the last one.": 20,
                "This ignores the padding, which moves every field to the left.": 24,
                "Unit 3 is the fourth: the first has number 0.": 15,
                "Only the first layer's padding is counted. The last has one, too.": 23,
            },
        ),
        "D field": Ask(
            "dilation",
            11,
            {
                "The dilation is not used.": 5,
                "The kernel's reach is counted as 4 * 3. Between three weights there "
                "are two gaps.": 15,
                "One is missing: 8 more than the 3 of the first layer.": 10,
                "The dilation is added once. A kernel of 3 has two gaps: it adds "
                "4 * 2.": 7,
            },
        ),
        "D reads": Ask(
            "dilation",
            9,
            {
                "This is the size of the field. Draw the three windows of the first "
                "layer: do they touch?": 11,
                "These are the units of the first layer that are read. Each of them "
                "reads three pixels.": 3,
                "You took windows that overlap. At dilation 4 they lie apart.": 5,
            },
        ),
    },
    computed=(by_recurrence, by_walking_back),
    hints=(
        "Draw a row of dots for the pixels and a row for each layer. Start at one unit "
        "at the top and draw lines down to all it reads.",
        "A: every layer adds k - 1 = 2. B: neighbors in the first layer's output lie "
        "two pixels apart, so the second kernel adds 2 * 2.",
        "C: the first field starts at -1 * 1 - 0 * 2 - 1 * 4, and each unit further "
        "starts one jump later. D: three windows of 3, 4 pixels apart.",
    ),
    section="walking-back",
    sections={"place": "window-start", "dilation": "dilation-and-holes"},
    instead="Work it out on paper and write the numbers into the function.",
)
