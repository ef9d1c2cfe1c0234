"""What goes wrong between the two functions of a design task, whatever it is about.

Each function stands for a student's `fit` or `predict`, with any arguments.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from c2a.exercises.kit.design import LEFT_BEHIND, NO_LIST, NOT_SINGLE, TOO_LARGE


def fit_nothing(*given: Any) -> list[np.ndarray]:
    """Learns nothing."""
    return [np.zeros(1, np.float32)]


def fit_memory(*given: Any) -> list[np.ndarray]:
    """Keeps what it has seen: over every budget."""
    return [np.zeros(1_000_000, np.float32)]


def fit_double(*given: Any) -> list[np.ndarray]:
    """Returns float64, which holds twice as much."""
    return [np.zeros(100)]


def fit_dictionary(*given: Any) -> dict[str, np.ndarray]:
    """Returns a state dictionary instead of a list."""
    return {"weights": np.zeros(100, np.float32)}


def predict_forgotten(*asked: Any) -> np.ndarray:
    """Looks for a file that the first function may have left behind."""
    return np.load("weights.npy")


def slips(predict: Callable) -> dict[str, tuple[Callable, Callable]]:
    """Mistakes of every design task; `predict` answers in the right shape."""
    return {
        TOO_LARGE: (fit_memory, predict),
        NOT_SINGLE: (fit_double, predict),
        NO_LIST: (fit_dictionary, predict),
        LEFT_BEHIND: (fit_nothing, predict_forgotten),
    }
