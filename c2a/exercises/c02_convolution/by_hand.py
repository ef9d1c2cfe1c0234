"""Exercise: predict the numbers of a small response, by hand."""

from typing import Any

import numpy as np
from scipy.signal import correlate2d

from c2a.exercises.kit import Ask, questions

X = np.array([[4, 1, 2, 1], [2, 1, 1, 2], [3, 1, 4, 2]])
W = np.array([[0, 1], [-1, 2]])
GROUPS = {
    "size": "size",
    "padded size": "size",
    "first": "response",
    "response": "response",
    "padded corner": "padding",
    "strided": "padding",
    "flipped": "flipped",
    "flipped last": "flipped",
}


def answers(
    w: np.ndarray = W, turned: np.ndarray = W[::-1, ::-1], above: int = 1
) -> dict[str, Any]:
    """All eight with a kernel, a flipped kernel, and zeros above and to the left."""
    padded = correlate2d(np.pad(X, (above, 1)), w, mode="valid")
    response = correlate2d(X, w, mode="valid")
    flipped = correlate2d(X, turned, mode="valid")
    return {
        "size": list(response.shape),
        "padded size": list(padded.shape),
        "first": int(response[0, 0]),
        "response": response.tolist(),
        "padded corner": int(padded[0, 0]),
        "strided": padded[::2, ::2].tolist(),
        "flipped": int(flipped[0, 0]),
        "flipped last": int(flipped[-1, -1]),
    }


RIGHT = answers()
PADDED = correlate2d(np.pad(X, 1), W, mode="valid")
SLIPS = {
    "You flipped the kernel. Deep-learning libraries do not: the weight at the top "
    "left meets the pixel at the top left.": answers(W[::-1, ::-1]),
    "This is the sliding product again. Convolution proper turns the kernel by 180 "
    "degrees first.": answers(turned=W),
    "The kernel is transposed: its rows meet the columns of the picture.": answers(
        W.T, W.T[::-1, ::-1]
    ),
    "These are sums of the pixels in the window. Multiply each pixel by its weight "
    "first.": answers(np.ones_like(W), np.ones_like(W)),
    "The sign of the -1 is lost. Its product is subtracted.": answers(
        np.abs(W), np.abs(W)[::-1, ::-1]
    ),
    "Only one side of the kernel is flipped. Turn it by 180 degrees: rows and "
    "columns.": answers(turned=W[::-1]),
    "The zeros are on two sides only. Padding 1 adds a row or column of zeros on each "
    "of the four sides.": answers(above=0),
    "The zeros are at the top and at the left only. They frame all four sides.": {
        "strided": PADDED[:-1:2, :-1:2].tolist()
    },
    "There is no padding in this answer. Frame the picture with zeros first.": {
        "padded size": RIGHT["size"],
        "padded corner": RIGHT["first"],
        "strided": np.array(RIGHT["response"])[::2, ::2].tolist(),
    },
    "This is the padded response at every position. Stride 2 keeps every second row "
    "and every second column.": {"strided": PADDED.tolist()},
    "Stride 2 is taken along one axis only. It skips rows and columns.": {
        "strided": PADDED[::2].tolist()
    },
    "The last row of windows hangs over the edge. A window must fit whole: the number "
    "of windows is rounded down.": {
        "strided": [*RIGHT["strided"], [0] * len(RIGHT["strided"][0])]
    },
    "Rows and columns are swapped. Rows (the height) come first.": {
        "size": RIGHT["size"][::-1],
        "padded size": RIGHT["padded size"][::-1],
        "response": np.transpose(RIGHT["response"]).tolist(),
        "strided": np.transpose(RIGHT["strided"]).tolist(),
    },
    "This size counts windows that hang over the edge. The whole kernel must lie "
    "inside the picture, or inside its frame of zeros.": {
        "size": [4, 5],
        "padded size": [6, 7],
    },
    "This is the size of the picture, not of the response.": {
        "size": list(X.shape),
        "padded size": list(np.pad(X, 1).shape),
    },
}


def by_loops(question: str) -> Any:
    """Right: window by window."""
    flips = question.startswith("flipped")
    w = np.flip(W) if flips else W
    x = np.pad(X, 1) if question.startswith(("padded", "strided")) else X
    rows, columns = len(x) - 1, len(x[0]) - 1
    y = [
        [int((x[i : i + 2, j : j + 2] * w).sum()) for j in range(columns)]
        for i in range(rows)
    ]
    if question.endswith("size"):
        return rows, columns
    if question == "strided":
        return [row[::2] for row in y[::2]]
    last = question == "flipped last"
    return y if question == "response" else y[-last][-last]


def ask(question: str) -> Ask:
    """One question with what the slips make of it; the first to claim a number wins."""
    wrong: dict[str, Any] = {}
    for said, slip in SLIPS.items():
        value = slip.get(question, RIGHT[question])
        if value != RIGHT[question] and value not in wrong.values():
            wrong[said] = value
    return Ask(GROUPS[question], RIGHT[question], wrong)


EXERCISE = questions(
    "by_hand",
    "A response by hand",
    points={"size": 1, "response": 1, "padding": 1, "flipped": 1},
    ask={question: ask(question) for question in GROUPS},
    computed=by_loops,
    hints=(
        "Draw the picture and cut the kernel out of paper. Put it on the top left "
        "corner and multiply what lies on top of each other.",
        "For `first`, the window is [[4, 1], [2, 1]] and the kernel [[0, 1], [-1, 2]]: "
        "four products, one sum.",
        "With padding 1 the window at the top left covers three zeros and the pixel 4, "
        "which meets the weight at the bottom right. Stride 2 moves two steps at once.",
    ),
    section="definition",
    sections={"size": "output-size", "padding": "padding"},
    difficulty=1,
    minutes=10,
)
