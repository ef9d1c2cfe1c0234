"""Exercise: read the faults off training curves."""

from typing import Any

import numpy as np

from c2a.exercises.kit import Ask, questions
from c2a.exercises.kit.curves import show_runs

#: Loss after each of twelve epochs, on training and on validation data: LeNet on
#: garments, as measured. What was done to it: the remark.
CURVES: dict[str, tuple[list[float], list[float]]] = {
    # AdamW at 0.00003: too small.
    "A": (
        [2.30, 2.30, 2.29, 2.29, 2.28, 2.26, 2.25, 2.22, 2.18, 2.13, 2.06, 1.98],
        [2.30, 2.30, 2.29, 2.29, 2.28, 2.26, 2.25, 2.22, 2.18, 2.13, 2.06, 1.98],
    ),
    # 500 garments, batches of eight: learned by heart.
    "B": (
        [1.25, 0.93, 0.71, 0.70, 0.57, 0.53, 0.48, 0.45, 0.34, 0.31, 0.30, 0.36],
        [1.25, 0.97, 0.82, 0.78, 0.72, 0.72, 0.75, 0.71, 0.61, 0.73, 0.78, 0.79],
    ),
    # Nothing is wrong: 1,000 garments at 0.001.
    "C": (
        [2.19, 1.48, 1.05, 0.87, 0.87, 0.75, 0.73, 0.74, 0.67, 0.63, 0.61, 0.64],
        [2.2, 1.49, 1.07, 0.92, 0.95, 0.84, 0.77, 0.78, 0.74, 0.72, 0.69, 0.73],
    ),
    # Validation images from 0 to 255, training images from 0 to 1.
    "D": (
        [2.19, 1.48, 1.05, 0.87, 0.87, 0.75, 0.73, 0.74, 0.67, 0.63, 0.61, 0.64],
        [
            10.3,
            59.97,
            116.74,
            98.72,
            99.81,
            82.85,
            69.83,
            76.41,
            65.29,
            78.69,
            84.02,
            86.86,
        ],
    ),
    # Sigmoid units and plain gradient descent: nothing is learned.
    "E": (
        [2.31, 2.31, 2.31, 2.30, 2.31, 2.31, 2.31, 2.31, 2.31, 2.30, 2.31, 2.31],
        [2.30, 2.31, 2.31, 2.30, 2.30, 2.31, 2.31, 2.31, 2.31, 2.31, 2.31, 2.31],
    ),
}


def show_curves() -> None:
    """Draw the curves of the five runs; in a script, print them."""
    caption = "Five runs of LeNet on ten classes. D needs another axis."
    show_runs(CURVES, "lenet", caption, ylim=(0, None))


FAULTS = ("small", "heart", "fine", "data", "nothing")


def by_rules(question: str) -> Any:
    """The answers from the numbers alone, by the chapter's rules."""
    found = {}
    for name, curves in CURVES.items():
        train, valid = (np.array(curve) for curve in curves)
        if valid[0] > 5:
            found["data"] = name
        elif np.ptp(train) < 0.05:
            found["nothing"] = name
        elif train[-1] > 1.5:
            found["small"] = name
        elif valid[-1] > valid.min() + 0.1 and valid[-1] > 2 * train[-1]:
            found["heart"] = name
        else:
            found["fine"] = name
    if question == "stop":
        return int(np.argmin(CURVES["B"][1])) + 1
    if question == "guess":
        return round(float(np.log(10)), 2)
    return found[question]


EXERCISE = questions(
    "read_curves",
    "What went wrong?",
    points={"faults": 3, "numbers": 1},
    ask={
        "small": Ask(
            "faults",
            "A",
            {
                "E does not move at all. Look for the run that learns, evenly and far "
                "too slowly.": "E",
                "C has come far and is nearly level. Look for the run that still falls "
                "at the end.": "C",
            },
        ),
        "heart": Ask(
            "faults",
            "B",
            {
                "In D the two differ from the first epoch on, before anything could be "
                "learned by heart.": "D",
                "In C both still fall together. By heart, they part.": "C",
            },
        ),
        "fine": Ask(
            "faults",
            "C",
            {
                "In A the two agree, but little is learned: the loss is close to "
                "that of guessing.": "A",
                "In B the training loss is the lowest, but the validation loss "
                "rises.": "B",
            },
        ),
        "data": Ask(
            "faults",
            "D",
            {
                "In B the validation loss starts where the training loss starts, "
                "and parts from it later. Look at the first epoch.": "B"
            },
        ),
        "nothing": Ask(
            "faults",
            "E",
            {
                "A begins at the same loss, but it does fall. Look for the run that "
                "stays.": "A"
            },
        ),
        "stop": Ask(
            "numbers",
            9,
            {
                "At the end the training loss is low, but the validation loss decides "
                "when to stop.": 12,
                "Here the training loss is lowest. Look at the other curve.": 11,
                "Epochs count from 1.": 8,
            },
        ),
        "guess": Ask(
            "numbers",
            2.30,
            {
                "This is the error of guessing, not its loss.": 0.9,
                "This is the logarithm to base 10. The loss uses the natural one.": 1.0,
                "This is the logarithm to base 2. The loss uses the natural one.": 3.32,
            },
        ),
    },
    computed=by_rules,
    hints=(
        "First look at the first epoch: where do both start? Then at the last: do they "
        "still fall? Then at the distance between the two.",
        "Guessing among ten classes costs -ln(1/10). Two runs start there; one of them "
        "leaves.",
        "A validation loss that is absurd at once says that the data differ. One that "
        "falls first and rises later says that the network learns by heart; stop where "
        "it is lowest.",
    ),
    section="lenet-curves",
    instead="Read the answers off the plot and write them into the function.",
    difficulty=2,
    minutes=10,
)
