"""What the exercises of this chapter share."""

from collections.abc import Callable

import numpy as np

from c2a.exercises.kit import Draw

#: Where the task is to write a cell, these are not to be used.
LIBRARIES = ("torch", "scipy", "sklearn", "jax", "tensorflow", "c2a")
WITH_NUMPY = "Write it yourself, with NumPy."
#: Gates saturate at huge inputs, where every answer is the same.
CELL_FORMS = ("float64", "float32", "strided", "fortran")


def sigmoid(a: np.ndarray) -> np.ndarray:
    """The logistic function, safe for any size of input."""
    return 0.5 * (1 + np.tanh(0.5 * a))


def parts(a: np.ndarray, count: int) -> list[np.ndarray]:
    """Equal parts along the last axis."""
    return np.split(a, count, axis=-1)


def cell_inputs(d: Draw, blocks: int, n: int, width: int, cell: bool = True) -> tuple:
    """x, h, c and weights of a cell, small enough that its gates stay between."""
    count = d.int(1, 3)
    states = [d.array(count, n) for _ in range(2 if cell else 1)]
    w_x, w_h = d.array(blocks * n, width), d.array(blocks * n, n)
    return d.array(count, width), *states, w_x / 4, w_h / 4, d.array(blocks * n) / 4


def swapped(answer: Callable, order: tuple[int, ...]) -> Callable:
    """The answer with the blocks of its weights taken in another order."""

    def wrong(*arguments: np.ndarray) -> object:
        *states, w_x, w_h, b = arguments

        def reorder(w: np.ndarray) -> np.ndarray:
            blocks = np.split(w, len(order))
            return np.concatenate([blocks[k] for k in order])

        return answer(*states, reorder(w_x), reorder(w_h), reorder(b))

    return wrong
