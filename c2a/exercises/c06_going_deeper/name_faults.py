"""Exercise: name the faults of deep networks by their training curves."""

from typing import Any

import numpy as np

from c2a.exercises.kit import Ask, questions
from c2a.exercises.kit.curves import show_runs

#: Loss in each of twelve epochs, measured on garments: the mean over training steps, in
#: training mode, and that of validation images, in evaluation mode. A, C, D are the
#: chapter's eight convolutions with plain SGD, E its two; what was done is the remark.
CURVES: dict[str, tuple[list[float], list[float]]] = {
    # PyTorch's own start: the signal dies on its way.
    "A": (
        [2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30],
        [2.31, 2.31, 2.31, 2.31, 2.31, 2.31, 2.31, 2.31, 2.31, 2.31, 2.31, 2.31],
    ),
    # Two convolutions with batch norm, 320 garments, batches of 16: learned by heart.
    "B": (
        [1.56, 0.88, 0.72, 0.65, 0.45, 0.38, 0.31, 0.28, 0.17, 0.10, 0.12, 0.13],
        [1.08, 1.05, 0.99, 0.73, 0.80, 0.69, 0.88, 0.69, 0.67, 0.69, 0.77, 0.83],
    ),
    # Batch norm with a momentum of 0.0005: running statistics that hardly move.
    "C": (
        [1.99, 1.19, 1.07, 0.89, 0.59, 0.54, 0.41, 0.32, 0.22, 0.17, 0.14, 0.12],
        [2.31, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30],
    ),
    # A data-scaled start, and a rate of 0.3: lost while the steps still grow.
    "D": (
        [2.08, 2.08, 2.26, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30, 2.30],
        [2.22, 2.09, 2.26, 2.30, 2.30, 2.31, 2.31, 2.31, 2.31, 2.31, 2.31, 2.31],
    ),
    # Nothing is wrong: a dropout of 0.8 before the last layer.
    "E": (
        [2.41, 1.58, 1.27, 1.16, 1.09, 1.03, 0.96, 0.93, 0.91, 0.88, 0.85, 0.87],
        [1.62, 1.02, 0.93, 0.78, 0.77, 0.74, 0.72, 0.66, 0.67, 0.66, 0.65, 0.65],
    ),
}


def show_faults() -> None:
    """Draw the curves of the five runs; in a script, print them."""
    caption = "Five convolutional networks on ten classes, twelve epochs each."
    show_runs(CURVES, "vgg", caption, ylim=(0, 2.8), xticks=range(2, 13, 2))


def by_rules(question: str) -> Any:
    """The answers from the numbers alone, by the chapter's rules."""
    if question == "rise":
        return int(np.argmax(np.diff(CURVES["D"][0]) > 0.05)) + 2
    if question == "mode":
        return 0.5  # 0.54, measured on the network of run C
    for name, curves in CURVES.items():
        train, valid = (np.array(curve) for curve in curves)
        if np.ptp(train) < 0.05:
            found = "blind"
        elif train[-1] > train.min() + 0.2:
            found = "rate"
        elif valid.min() > 2:
            found = "statistics"
        elif valid[-1] > valid.min() + 0.1:
            found = "heart"
        else:
            found = "dropout"
        if found == question:
            return name
    raise KeyError(question)


EXERCISE = questions(
    "name_faults",
    "Name the fault",
    difficulty=2,
    minutes=10,
    points={"faults": 3, "numbers": 1},
    ask={
        "blind": Ask(
            "faults",
            "A",
            {
                "D ends at the loss of guessing, but it had begun to learn. Look for "
                "the run that never leaves it.": "D",
                "C does learn: its training loss falls. Look for the run in which "
                "neither does.": "C",
            },
        ),
        "rate": Ask(
            "faults",
            "D",
            {
                "A never learns anything, at the smallest steps of its schedule as at "
                "the largest. Look for the run that learns, then loses it.": "A",
                "In B only the validation loss rises; the training is as steady as it "
                "can be. Look for a training loss that rises.": "B",
            },
        ),
        "statistics": Ask(
            "faults",
            "C",
            {
                "In A the training loss does not fall either. What differs between "
                "training and evaluation mode cannot explain that.": "A",
                "In B the validation loss falls at first, so the network does work in "
                "evaluation mode.": "B",
            },
        ),
        "heart": Ask(
            "faults",
            "B",
            {
                "C's validation loss never falls. Who learns by heart learns something "
                "general first.": "C",
                "In E the training loss is the larger one. By heart it is the "
                "smaller.": "E",
            },
        ),
        "dropout": Ask(
            "faults",
            "E",
            {
                "In B the training loss is the smaller one. Dropout, at work in "
                "training only, makes it the larger.": "B",
                "In A the two agree because nothing is learned.": "A",
            },
        ),
        "rise": Ask(
            "numbers",
            3,
            {
                "Before this epoch the loss was as low as ever. Look for the first "
                "that is higher than the one before.": 2,
                "By then all is lost already. Look one epoch earlier.": 4,
            },
        ),
        "mode": Ask(
            "numbers",
            0.5,
            {
                "In training mode batch norm uses the statistics of these very images, "
                "and the network works.": 2.3,
                "The network works then, but it has never seen these images: expect "
                "what a healthy network has on new ones.": 0.1,
            },
        ),
    },
    computed=by_rules,
    hints=(
        "First look at the training loss alone: does it never fall, fall and rise, or "
        "fall? Two runs are named by that.",
        "For the other three compare the two curves. Validation is in evaluation mode: "
        "batch norm uses its running statistics there, and dropout is off.",
        "Learning by heart shows late: the validation loss falls, turns, and rises. "
        "Statistics that do not fit show from the first epoch on.",
    ),
    section="rate-sweep",
    sections={"faults": "rate-sweep", "numbers": "batch-norm"},
    instead="Read the answers off the plot and write them into the function.",
)
