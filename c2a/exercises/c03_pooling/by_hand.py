"""Exercise: pooling with pencil and paper."""

from typing import Any

import numpy as np

from c2a.exercises.c03_pooling.inputs import pool
from c2a.exercises.kit import Ask, questions

X = np.array([[2.0, 0, 1, 3], [1, 4, 0, 0], [5, 1, 2, 2], [0, 0, 2, 1]])
G = np.array([[1.0, 2], [3, 4]])
ROW = [0, 0, 1, 1, 0, 0, 1, 1]


def pooled(stride: int, reduce: Any = np.max) -> list:
    return pool(X[None], 2, stride, reduce)[0].tolist()


#: The maximum's gradient if equal pixels shared it.
SPLIT = [[0, 0, 0, 2], [0, 1, 0, 0], [3, 0, 4 / 3, 4 / 3], [0, 0, 4 / 3, 0]]
RIGHT = {
    "largest": pooled(2),
    "mean": pooled(2, np.mean),
    "overlapping": pooled(1),
    "side": 3,
    "side with ceil": 4,
    "row at rest": [0, 1, 0, 1],
    "row shifted": [1, 1, 1, 1],
    "gradient of max": [[0, 0, 0, 2], [0, 1, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]],
    "gradient of mean": (np.kron(G, np.ones((2, 2))) / 4).tolist(),
    "convolution": 0,
    "dense": 1920,
}


def by_library(question: str) -> Any:
    """The answers from torch."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    x = torch.tensor(X[None, None], requires_grad=True)
    row = torch.tensor(ROW).double()[None, None]
    kind = F.avg_pool2d if question.endswith("mean") else F.max_pool2d
    if question in ("largest", "mean"):
        return kind(x, 2)[0, 0].tolist()
    if question == "overlapping":
        return kind(x, 2, 1)[0, 0].tolist()
    if question.startswith("side"):
        line = torch.zeros(1, 1, 8)
        ceil = question.endswith("ceil")
        return F.max_pool1d(line, 3, 2, ceil_mode=ceil).shape[-1]
    if question.startswith("row"):
        shift = int(question.endswith("shifted"))
        return F.max_pool1d(row.roll(shift, -1), 2)[0, 0].tolist()
    if question.startswith("gradient"):
        kind(x, 2).backward(torch.tensor(G[None, None]))
        assert x.grad is not None
        return x.grad[0, 0].tolist()
    if question == "convolution":
        return 0  # nn.Conv2d takes no size of the map: nothing to save
    return nn.Linear(4 * 8 * 8, 10).weight.numel() - nn.Linear(64, 10).weight.numel()


EXERCISE = questions(
    "by_hand",
    "Pooling with pencil and paper",
    difficulty=1,
    minutes=15,
    points={"values": 1, "size": 1, "shift": 1, "gradient": 1, "parameters": 1},
    ask={
        "largest": Ask(
            "values",
            RIGHT["largest"],
            {
                "These are means. Take the largest number of each window.": pooled(
                    2, np.mean
                ),
                "Your windows overlap. With stride 2 the next one starts two pixels "
                "on.": pooled(1),
            },
        ),
        "mean": Ask(
            "values",
            RIGHT["mean"],
            {
                "These are sums. Divide by the four pixels of the window.": pooled(
                    2, np.sum
                ),
                "These are the largest numbers. Take the mean.": pooled(2),
            },
        ),
        "overlapping": Ask(
            "values",
            RIGHT["overlapping"],
            {
                "That is stride 2. With stride 1 there are three windows in a "
                "row.": pooled(2)
            },
        ),
        "side": Ask(
            "size",
            RIGHT["side"],
            {
                "You rounded up. The last window would hang over the edge, and the "
                "default drops it.": 4,
                "One is missing: the first window counts before any step.": 2,
            },
        ),
        "side with ceil": Ask(
            "size",
            RIGHT["side with ceil"],
            {
                "With `ceil_mode` the last window may hang over the edge, so the "
                "column that is left over is kept.": 3
            },
        ),
        "row at rest": Ask(
            "shift",
            RIGHT["row at rest"],
            {
                "Windows of two with stride 2 are 00, 11, 00, 11: they do not "
                "overlap.": [0, 1, 1, 1, 0, 1, 1, 1]
            },
        ),
        "row shifted": Ask(
            "shift",
            RIGHT["row shifted"],
            {
                "You expected invariance. Write the shifted row down: the windows now "
                "cut through the pairs.": [0, 1, 0, 1],
                "You moved the outputs along. Half a step is not to be had: pool the "
                "shifted row.": [1, 0, 1, 0],
            },
        ),
        "gradient of max": Ask(
            "gradient",
            RIGHT["gradient of max"],
            {
                "That is the mean's gradient: it pays all four alike. The maximum pays "
                "the winner.": RIGHT["gradient of mean"],
                "Each pixel gets the whole gradient. Only the largest pixel of a "
                "window decided the output.": np.kron(G, np.ones((2, 2))).tolist(),
                "Where two pixels are equal, torch pays the first alone, in row "
                "order.": [[0, 0, 0, 2], [0, 1, 0, 0], [3, 0, 4, 4], [0, 0, 4, 0]],
                "You split the gradient among equal pixels. torch pays the first "
                "alone.": SPLIT,
            },
        ),
        "gradient of mean": Ask(
            "gradient",
            RIGHT["gradient of mean"],
            {
                "That is the maximum's gradient. The mean listens to all four.": RIGHT[
                    "gradient of max"
                ],
                "The shares of a window must add up to its gradient: divide by "
                "four.": np.kron(G, np.ones((2, 2))).tolist(),
            },
        ),
        "convolution": Ask(
            "parameters",
            RIGHT["convolution"],
            {
                "You counted activations. A convolution has the same weights for maps "
                "of any size.": 3456,
                "Those are all of its weights. How many of them go away?": 4608,
            },
        ),
        "dense": Ask(
            "parameters",
            RIGHT["dense"],
            {
                "That is what is left. How many went away?": 640,
                "That is what it had before. How many went away?": 2560,
                "Pooling halves both sides: a quarter of the inputs is left.": 1280,
            },
        ),
    },
    computed=by_library,
    hints=(
        "Draw the grid, and a frame of two by two around each window.",
        "Sizes: (n - k)/s + 1, rounded down; with `ceil_mode` rounded up.",
        "A gradient goes where a small change of the input would change the output.",
    ),
    section="one-number-for-each-window",
    sections={
        "size": "half-of-five",
        "shift": "shift-by-one-pixel",
        "gradient": "who-gets-the-gradient",
        "parameters": "what-it-saves",
    },
)
