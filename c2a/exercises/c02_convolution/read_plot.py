"""Exercise: read layers off a plot of their responses."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.signal import correlate

from c2a.exercises.kit import Ask, questions
from c2a.exercises.kit.report import in_notebook

#: One bright pixel, and a plateau wide enough for every kernel.
PIXEL, PLATEAU, SIZE = 4, slice(11, 17), 20
ROW = np.zeros(SIZE)
ROW[PIXEL] = ROW[PLATEAU] = 1


@dataclass(frozen=True)
class Layer:
    """A layer of one axis and one channel."""

    weights: tuple[float, ...]
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def response(self) -> np.ndarray:
        """What it answers to the row, from SciPy."""
        spread = np.zeros((len(self.weights) - 1) * self.dilation + 1)
        spread[:: self.dilation] = self.weights
        whole = correlate(np.pad(ROW, self.padding), spread, "valid", "direct")
        return whole[:: self.stride]


LAYERS = {
    "A": Layer((3, 1, 2)),
    "B": Layer((1 / 3, 1 / 3, 1 / 3), padding=1),
    "C": Layer((-1, 1), dilation=3),
    "D": Layer((1, -4, 1), stride=2),
}


def show_responses() -> None:
    """Draw the row of pixels and the responses of the four layers; in a script, print.

    The alt text holds every number: who does not see the plot can read it, too.
    """
    rows = {"input": ROW} | {name: each.response for name, each in LAYERS.items()}
    numbers = (
        f"{name}: {', '.join(f'{value:.2g}' for value in row)}"
        for name, row in rows.items()
    )
    alt = f"Five rows of dots, from position 0 on. {'. '.join(numbers)}."
    if not in_notebook():
        print(alt)
        return
    from matplotlib.ticker import MultipleLocator

    from c2a import figures

    figure, axes = figures.subplots(len(rows), 1, size=(7, 7), sharex=True)
    for ax, (name, row) in zip(axes, rows.items(), strict=True):
        color = figures.COLORS["data" if name == "input" else "cnn"]
        ax.vlines(range(len(row)), 0, row, color=color)
        ax.plot(row, "o", color=color)
        ax.axhline(0, color=figures.COLORS["data"], linewidth=0.6)
        ax.set_ylabel(name, rotation=0, labelpad=16, va="center")
        ax.yaxis.set_major_locator(MultipleLocator(1))
        ax.margins(y=0.15)
        ax.grid(alpha=0.3)
    axes[-1].set_xticks(range(SIZE))
    axes[-1].set_xlabel("position")
    caption = "A row of pixels, and what four layers answer to it. A dot is a number."
    figures.show(figure, alt=alt, caption=caption)


def by_reading(question: str) -> Any:
    """The answers from the responses alone, as a reader finds them."""
    a, b, c, d = (each.response for each in LAYERS.values())
    of_pixel = np.flatnonzero(c[: PIXEL + 1])
    levels = {"A": a[12], "B": b[13], "C": c[12], "D": d[6]}
    answers = {
        "kernel": [int(weight) for weight in a[PIXEL - 2 : PIXEL + 1][::-1]],
        "average": next(name for name, level in levels.items() if level == 1),
        "edges": next(name for name, level in levels.items() if level == 0),
        "sum": int(levels["D"]),
        "padding": (len(b) - (SIZE - 2)) // 2,
        "dilation": int(of_pixel[1] - of_pixel[0]),
        "stride": (SIZE - 2) // len(d),
    }
    return answers[question]


def by_declaration(question: str) -> Any:
    """The answers from the declaration of the layers."""
    sums = {round(sum(each.weights), 9): name for name, each in LAYERS.items()}
    answers = {
        "kernel": LAYERS["A"].weights,
        "average": sums[1],
        "edges": sums[0],
        "sum": sum(LAYERS["D"].weights),
        "padding": LAYERS["B"].padding,
        "dilation": LAYERS["C"].dilation,
        "stride": LAYERS["D"].stride,
    }
    return answers[question]


EXERCISE = questions(
    "read_plot",
    "Layers from a plot",
    points={"one pixel": 1, "plateau": 1, "number of dots": 1},
    ask={
        "kernel": Ask(
            "one pixel",
            [3, 1, 2],
            {
                "These are the dots from left to right. The window reaches the bright "
                "pixel with its last weight first, so the weights appear in "
                "reverse.": [2, 1, 3]
            },
        ),
        "average": Ask(
            "plateau",
            "B",
            {
                "A is flat on the plateau, too, but not at 1: its weights add up to "
                "more. An average leaves a constant input as it is.": "A"
            },
        ),
        "edges": Ask(
            "plateau",
            "C",
            {
                "D answers at edges, but on the plateau, too. Look for the layer that "
                "is 0 wherever the input is constant.": "D"
            },
        ),
        "sum": Ask(
            "plateau",
            -2,
            {
                "You added the dots that the bright pixel leaves. At this stride it "
                "meets only some of the weights. In the middle of the plateau all are "
                "met.": 2,
                "At the lowest dot the window hangs over the end of the plateau. Look "
                "where it lies inside.": -3,
            },
        ),
        "padding": Ask(
            "number of dots",
            1,
            {
                "This is the padding of both sides together. Say how many zeros one "
                "side has.": 2,
                "Without padding, three weights cost two positions. Count the dots of "
                "B.": 0,
            },
        ),
        "dilation": Ask(
            "one pixel",
            3,
            {
                "You counted the zeros between the two weights. The dilation is the "
                "distance from one weight to the next.": 2,
                "This is the reach of the kernel, both weights included. The dilation "
                "is the distance from one weight to the next.": 4,
            },
        ),
        "stride": Ask(
            "number of dots",
            2,
            {
                "At stride 1, three weights without padding leave 18 of 20 positions. "
                "Count the dots of D.": 1
            },
        ),
    },
    computed=(by_reading, by_declaration),
    hints=(
        "Follow the bright pixel first. When the window starts two positions to its "
        "left, which of three weights lies on it?",
        "In the middle of the plateau every weight meets a 1, so the response is the "
        "sum of the weights.",
        "The number of dots tells the padding or the stride: put what you know into "
        "the formula of output_size. For the dilation, compare the two dots that the "
        "bright pixel leaves in C.",
    ),
    section="definition",
    sections={"number of dots": "output-size"},
    instead="Read the numbers off the plot and write them into the function.",
    difficulty=2,
    minutes=15,
)
