"""Exercise: weights in one byte, a scale a row."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def reference(weight):
    """Scale each row so that its largest weight is 127, and round."""
    largest = np.abs(weight).max(1)
    scale = np.where(largest > 0, largest / 127, 1)
    whole = np.rint(weight / scale[:, None])
    return whole.astype(np.int8), scale.astype(np.float64)


def by_rows(weight):
    """Right: row by row."""
    rows, scales = [], []
    for row in weight.tolist():
        largest = max(map(abs, row))
        scales.append(largest / 127 if largest else 1.0)
        rows.append([round(value / scales[-1]) for value in row])
    return np.array(rows, dtype=np.int8), np.array(scales)


def by_torch(weight):
    """Right: torch."""
    import torch

    w = torch.tensor(np.ascontiguousarray(weight)).double()
    largest = w.abs().amax(1)
    scale = torch.where(largest > 0, largest / 127, torch.ones_like(largest))
    return (w / scale[:, None]).round().to(torch.int8).numpy(), scale.numpy()


def wrong(*, top=127, whole=False, columns=False, cut=False, signed=False, zero=1.0):
    """Quantization with one thing done otherwise."""

    def quantize(weight):
        w = weight.T if columns else weight
        largest = w.max(1) if signed else np.abs(w).max(1)
        largest = np.full(len(w), np.abs(w).max()) if whole else largest
        scale = np.where(largest != 0, largest / top, zero)
        with np.errstate(all="ignore"):
            q = w / scale[:, None]
        q = np.trunc(q) if cut else np.rint(q)
        q = np.nan_to_num(q).clip(-128, 127).astype(np.int8)
        return (q.T if columns else q), scale.astype(np.float64)

    return quantize


def inverse(weight):
    """Wrong: the factor that was multiplied by."""
    q, scale = reference(weight)
    return q, 1 / scale


def not_whole(weight):
    """Wrong: returns what comes back."""
    q, scale = reference(weight)
    return (q * scale[:, None]).astype(np.float64), scale


def matrix(d: Draw, zero: bool = False) -> tuple:
    """Rows of very different size; perhaps one of zeros."""
    rows, columns = d.int(2, 4), d.int(2, 5)
    weight = d.array(rows, columns) * 4.0 ** d.rng.permutation(rows)[:, None]
    weight[:, 0] = -np.abs(weight).max(1) * 1.25 - 0.5 * (weight == 0).all(1)
    if zero:
        weight[d.int(0, rows - 1)] = 0
    return (weight[:, d.rng.permutation(columns)],)


EXERCISE = declare(
    "quantize_rows",
    "One byte for each weight",
    reference,
    difficulty=2,
    minutes=20,
    example=(np.array([[0.5, -1.27, 0.004], [254.0, 2.0, -4.0]]),),
    groups={
        "rows": Group(3, matrix, (np.array([[0.5, -1.27, 0.004]]),)),
        "a row of zeros": Group(
            1, lambda d: matrix(d, True), (np.array([[0.0, 0.0], [1.0, -2.0]]),)
        ),
    },
    mistakes={
        "There is one scale for the whole matrix here. Each row has its own.": wrong(
            whole=True
        ),
        "The scales are those of the columns. A row is one output unit.": wrong(
            columns=True
        ),
        "The digits are cut off. Round to the nearest whole number.": wrong(cut=True),
        "Negative weights count, too: take the largest absolute value.": wrong(
            signed=True
        ),
        "With 128 the largest positive weight does not fit into int8: use 127.": wrong(
            top=128
        ),
        "That is what you multiplied by. The scale is its inverse: weight = whole "
        "number times scale.": inverse,
        "These are the weights that come back. Return the whole numbers, int8.": (
            not_whole
        ),
        "A row of zeros has no largest weight. Give it the scale 1.": wrong(zero=0.0),
    },
    alternatives=(by_rows, by_torch),
    hints=(
        "The largest absolute value of each row, divided by 127, is the row's scale.",
        "Divide each row by its scale: `weight / scale[:, None]`. Round, then "
        "`astype(np.int8)`.",
        "Where a row's largest absolute value is 0, set the scale to 1.",
    ),
    section="choosing-device",
    rtol=1e-5,
)
