"""Exercise: set the weights of a cell by hand, so that it counts."""

import numpy as np
import torch
from torch import nn

from c2a.exercises.kit import Draw, Group, declare

LETTER, SPACE, END = 0, 1, 2
BIG = 30.0


def weights(
    f: tuple[float, float, float] = (BIG, BIG, -BIG),
    i: tuple[float, float, float] = (BIG, -BIG, -BIG),
    g: tuple[float, float, float] = (0.1, 0.1, 0.1),
    state: float = 0.0,
) -> dict[str, np.ndarray]:
    """Sums of the gates at a letter, a space, a line end; right by default."""
    w_x = np.array([i, f, g, (BIG, BIG, BIG)])
    return {"w_x": w_x, "w_h": np.full((4, 1), state), "b": np.zeros(4)}


def reference() -> dict[str, np.ndarray]:
    """Add 0.1 at letters, keep at spaces, clear at line ends."""
    return weights()


def downward() -> dict[str, np.ndarray]:
    """Right: counts downward, in steps of another size, with biases."""
    w_x = np.array([[40.0, 0, 0], [0, 0, -80], [-0.02, 0, 0], [0.0, 0, 0]])
    return {"w_x": w_x, "w_h": np.zeros((4, 1)), "b": np.array([-20.0, 40, 0, 5])}


def by_candidate() -> dict[str, np.ndarray]:
    """Right: the input gate always open, the candidate zero where nothing is added."""
    return weights(i=(BIG, BIG, BIG), g=(0.05, 0.0, 0.0))


def drive(counting_cell, symbols):
    """The cell of torch's LSTM with these weights after each symbol: (T,)."""
    cell = nn.LSTMCell(3, 1).double()
    given = counting_cell()
    shape = np.shape(given["w_x"])
    if shape != (4, 3):
        raise ValueError(f"w_x has the shape {shape}. Asked for was (4, 3).")
    with torch.no_grad():
        cell.weight_ih.copy_(torch.as_tensor(given["w_x"]))
        cell.weight_hh.copy_(torch.as_tensor(given["w_h"]).reshape(4, 1))
        cell.bias_ih.copy_(torch.as_tensor(given["b"]).reshape(4))
        cell.bias_hh.zero_()
        state, cells = None, []
        for x in torch.eye(3).double()[torch.as_tensor(symbols)]:
            state = cell(x[None], state)
            cells.append(state[1].reshape(()))
    return torch.stack(cells)


def counts(symbols) -> np.ndarray:
    """Letters since the last line end, after each symbol."""
    found, now = [], 0
    for symbol in symbols:
        now = 0 if symbol == END else now + int(symbol == LETTER)
        found.append(now)
    return np.array(found, float)


def follows(value, symbols) -> str:
    """Is the cell the number of letters, times one constant?"""
    cells, wanted = np.asarray(value, float), counts(symbols)
    if cells.shape != wanted.shape:
        return "The cell needs one number after each symbol."
    unit = cells[wanted == 1]
    if not len(unit) or abs(unit[0]) < 1e-6:
        return "The first letter leaves no trace in the cell: open the input gate."
    if np.abs(cells - unit[0] * wanted).max() <= 0.05 * abs(unit[0]):
        return ""
    gain = np.diff(np.concatenate([[0.0], cells])) / unit[0]
    symbols = np.asarray(symbols)
    if np.abs(gain[symbols == SPACE]).max(initial=0) > 0.05:
        return "A space changes the cell. It is neither a letter nor the end of a line."
    ends = cells[symbols == END] / unit[0]
    if np.abs(ends).max(initial=0) > 0.05:
        return "After a line end something is left, or added. The count begins at 0."
    return "Not every letter adds the same: does the cell keep all that it has?"


def text(d: Draw, length: int, spaces: bool, ends: bool) -> tuple:
    """Symbols; the first is a letter, and each kind that is allowed occurs."""
    kinds = [LETTER] * 4 + [SPACE] * (2 * spaces) + [END] * ends
    drawn = [int(d.rng.choice(kinds)) for _ in range(length)]
    some = [LETTER, LETTER, *[SPACE] * spaces, LETTER, *[END] * ends, LETTER]
    return (np.array(some + drawn),)


EXERCISE = declare(
    "counting_cell",
    "A cell that counts letters",
    reference,
    drive=drive,
    difficulty=4,
    minutes=25,
    forms=("float64",),
    groups={
        "letters": Group(
            1, lambda d: text(d, d.int(3, 9), False, False), judge=follows
        ),
        "spaces": Group(1, lambda d: text(d, d.int(4, 12), True, False), judge=follows),
        "line ends": Group(
            2, lambda d: text(d, d.int(6, 30), False, True), judge=follows
        ),
        "a page": Group(
            1, lambda d: text(d, d.int(80, 120), True, True), judge=follows
        ),
    },
    mistakes={
        "A space changes the cell. It is neither a letter nor the end of a line.": (
            lambda: weights(i=(BIG, BIG, -BIG))
        ),
        "After a line end something is left, or added. The count begins at 0.": (
            lambda: weights(f=(BIG, BIG, BIG))
        ),
        "Not every letter adds the same: does the cell keep all that it has?": (
            lambda: weights(f=(2.0, BIG, -BIG))
        ),
        "The first letter leaves no trace in the cell: open the input gate.": (
            lambda: weights(i=(-BIG, -BIG, -BIG))
        ),
    },
    alternatives=(downward, by_candidate),
    hints=(
        "Make a table: what should f, i and the candidate be at a letter, at a space, "
        "at a line end?",
        "A sum of 30 opens a gate fully, -30 shuts it. The cell need not look at h at "
        "all: w_h may be zero.",
        "Each column of w_x belongs to one symbol: letter, space, line end. Each row "
        "to one block: i, f, candidate, o.",
    ),
    section="lstm-counter",
)
