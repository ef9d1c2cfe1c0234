"""Exercise: predict the numbers of a small response, by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.signal import convolve2d, correlate2d

from c2a.exercises.convolution.inputs import LIBRARIES
from c2a.exercises.core import Case, Exercise, Mistake

X = np.array([[4, 1, 2, 1], [2, 1, 1, 2], [3, 1, 4, 2]])
W = np.array([[0, 1], [-1, 2]])
#: Each question with its group. No group has one answer only, or a constant would do.
QUESTIONS = {
    "size": "response",
    "first": "response",
    "response": "response",
    "padded corner": "padding",
    "strided": "padding",
    "flipped": "flipped",
    "flipped last": "flipped",
}

Answer = Callable[[str], Any]


def reference(question: str) -> Any:
    """The answers, from SciPy."""
    response = correlate2d(X, W, mode="valid")
    padded = correlate2d(np.pad(X, 1), W, mode="valid")
    return _choose(question, response, padded, convolve2d(X, W, mode="valid"))


def _choose(
    question: str, response: np.ndarray, padded: np.ndarray, flipped: np.ndarray
) -> Any:
    """Read the answers off whole responses."""
    answers = {
        "size": list(response.shape),
        "first": int(response[0, 0]),
        "response": response.tolist(),
        "padded corner": int(padded[0, 0]),
        "strided": padded[::2, ::2].tolist(),
        "flipped": int(flipped[0, 0]),
        "flipped last": int(flipped[-1, -1]),
    }
    return answers[question]


def _slide(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The response by loops."""
    rows, columns = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1
    return np.array(
        [
            [
                (x[i : i + w.shape[0], j : j + w.shape[1]] * w).sum()
                for j in range(columns)
            ]
            for i in range(rows)
        ]
    )


def by_loops(question: str) -> Any:
    """Right: window by window."""
    flipped = _slide(X, W[::-1, ::-1])
    return _choose(question, _slide(X, W), _slide(np.pad(X, 1), W), flipped)


def by_shifts(question: str) -> Any:
    """Right: one shifted copy of the picture for each weight."""

    def shifted(x: np.ndarray, w: np.ndarray) -> np.ndarray:
        rows, columns = x.shape[0] - 1, x.shape[1] - 1
        places = ((a, b) for a in range(2) for b in range(2))
        return sum(w[a, b] * x[a : a + rows, b : b + columns] for a, b in places)

    flipped = shifted(X, np.flip(W))
    return _choose(question, shifted(X, W), shifted(np.pad(X, 1), W), flipped)


def _with_kernel(w: np.ndarray) -> Answer:
    """The answers of somebody who works with another kernel."""

    def answer(question: str) -> Any:
        flipped = _slide(X, w[::-1, ::-1])
        return _choose(question, _slide(X, w), _slide(np.pad(X, 1), w), flipped)

    return answer


def full_size(question: str) -> Any:
    """Counts every overlap, also partial ones, in the size."""
    return [4, 5] if question == "size" else reference(question)


def padded_once(question: str) -> Any:
    """Puts zeros at the bottom and right only."""
    padded = _slide(np.pad(X, ((0, 1), (0, 1))), W)
    return _choose(question, _slide(X, W), padded, _slide(X, np.flip(W)))


def stride_one(question: str) -> Any:
    """Moves by one where the stride is two."""
    if question == "strided":
        return _slide(np.pad(X, 1), W).tolist()
    return reference(question)


def columns_first(question: str) -> Any:
    """Gives columns before rows."""
    if question == "size":
        return [3, 2]
    if question == "response":
        return _slide(X, W).T.tolist()
    return reference(question)


def not_flipped(question: str) -> Any:
    """Takes convolution proper for the sliding product."""
    response = _slide(X, W)
    return _choose(question, response, _slide(np.pad(X, 1), W), response)


def _cases() -> list[Case]:
    return [Case((question,), group) for question, group in QUESTIONS.items()]


EXERCISE = Exercise(
    name="by_hand",
    title="A response by hand",
    points={"response": 1, "padding": 1, "flipped": 1},
    reference=reference,
    visible=_cases,
    # The numbers are printed in the task, so there is nothing to draw.
    hidden=lambda rng: [_cases()[i] for i in rng.permutation(len(QUESTIONS))],
    mistakes=(
        Mistake(
            "You flipped the kernel. Deep-learning libraries do not: the weight at "
            "the top left meets the pixel at the top left.",
            _with_kernel(W[::-1, ::-1]),
        ),
        Mistake(
            "The kernel is transposed: its rows meet the columns of the picture.",
            _with_kernel(W.T),
        ),
        Mistake(
            "These are sums of the pixels in the window. Multiply each pixel by its "
            "weight first.",
            _with_kernel(np.ones((2, 2), dtype=int)),
        ),
        Mistake(
            "The sign of the -1 is lost. Its product is subtracted.",
            _with_kernel(np.abs(W)),
        ),
        Mistake(
            "This size counts windows that hang over the edge. Without padding, the "
            "whole kernel must lie inside the picture.",
            full_size,
        ),
        Mistake(
            "The zeros are at the bottom and at the right only. Padding 1 adds a row "
            "or column of zeros on each of the four sides.",
            padded_once,
        ),
        Mistake(
            "This is the padded response at every position. Stride 2 keeps every "
            "second row and every second column.",
            stride_one,
        ),
        Mistake(
            "Rows and columns are swapped. Rows (the height) come first.",
            columns_first,
        ),
        Mistake(
            "This is the sliding product again. Convolution proper turns the kernel "
            "by 180 degrees first.",
            not_flipped,
        ),
    ),
    alternatives=(by_loops, by_shifts),
    hints=(
        "Draw the picture and cut the kernel out of paper. Put it on the top left "
        "corner and multiply what lies on top of each other.",
        "For `first`, the window is [[4, 1], [2, 1]] and the kernel [[0, 1], [-1, 2]]: "
        "four products, one sum.",
        "With padding 1 the window at the top left covers three zeros and the pixel 4, "
        "which meets the weight at the bottom right. Stride 2 moves two steps at once.",
    ),
    section="02-convolution.html#definition",
    sections={"padding": "02-convolution.html#padding"},
    forbidden=(*LIBRARIES, "numpy"),
    instead="Work the numbers out on paper and write them into the function.",
    reveal=False,
    same_cases=True,
)
