"""Exercise: the weights with which a dense layer reads shuffled inputs."""

import numpy as np

from c2a.exercises.kit import Draw, Group, after, declare, given


def undo_shuffle(weight, order):
    """NumPy's fancy indexing: the columns go the way of the inputs."""
    return weight[:, order]


def by_loops(weight, order):
    """Right: column after column."""
    moved = np.empty_like(weight)
    for place, source in enumerate(order):
        moved[:, place] = weight[:, source]
    return moved


def by_matrix(weight, order):
    """Right: as a product with the matrix of the permutation."""
    return weight @ np.eye(len(order), dtype=weight.dtype)[order].T


def with_inverse(weight, order):
    """Wrong: puts the shuffled inputs' columns where they came from."""
    return weight[:, np.argsort(order)]


def rows_moved(weight, order):
    """Wrong: moves outputs, where there are enough of them."""
    return weight[order[order < len(weight)]]


def sorted_columns(weight, order):
    """Wrong: sorts the weights themselves."""
    return np.sort(weight, axis=1)


def layer(d: Draw, outputs: int, inputs: int):
    order = np.arange(inputs)
    # An order that is its own inverse would hide the commonest mistake.
    while np.array_equal(order, np.argsort(order)):
        order = d.rng.permutation(inputs)
    return d.array(outputs, inputs), order


def swap(d: Draw):
    return d.array(d.int(2, 4), 2), np.array([1, 0])


EXERCISE = declare(
    "undo_shuffle",
    "Weights for shuffled pixels",
    undo_shuffle,
    difficulty=2,
    minutes=12,
    example=(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([2, 0, 1])),
    groups={
        "two inputs": Group(1, swap),
        "any order": Group(
            3,
            lambda d: layer(d, d.int(1, 3), d.int(3, 6)),
            lambda d: layer(d, d.int(4, 6), d.int(3, 4)),
        ),
    },
    mistakes={
        "This is the inverse order: the inputs move along `order`, so the columns must "
        "move along with them, not back.": with_inverse,
        "You moved the rows. A row belongs to an output; the inputs are columns.": (
            rows_moved
        ),
        "The weights come back unchanged.": given(
            undo_shuffle, order=lambda order: np.arange(len(order))
        ),
        "The result is transposed.": after(undo_shuffle, np.transpose),
        "You sorted the weights by their size. Move whole columns.": sorted_columns,
        "The order is read from its end.": given(
            undo_shuffle, order=lambda order: order[::-1]
        ),
    },
    alternatives=(by_loops, by_matrix),
    hints=(
        "Write the output as a sum of products: weight[o, i] belongs to input x[i].",
        "After the shuffle, place i holds x[order[i]]. Which column belongs there?",
        "NumPy takes a whole array of indices: weight[:, indices] picks columns.",
    ),
    section="shuffle",
)
