"""Exercise: the gradient on its way down a stack of residual blocks."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def residual_gradient(matrices, g):
    """From the last block down: what arrives, plus what comes through F."""
    for J in reversed(matrices):
        g = g + J.T @ g
    return g


def by_product(matrices, g):
    """Right: the product of all (I + J), transposed."""
    whole = np.eye(len(g))
    for J in matrices:
        whole = (np.eye(len(g)) + J) @ whole
    return whole.T @ g


def by_paths(matrices, g):
    """Right: block by block, the paths that go through it are added."""
    total = np.array(g, dtype=float)
    for J in list(matrices)[::-1]:
        through = total @ J
        total = total + through
    return total


def walk(step, backward=True):
    """Wrong: another step for each block."""

    def gradient(matrices, g):
        first = g
        for J in reversed(matrices) if backward else matrices:
            g = step(J, g, first)
        return g

    return gradient


def one_skip(matrices, g):
    """Wrong: one way around the whole stack."""
    return g + walk(lambda J, g, first: J.T @ g)(matrices, g)


def stack(d: Draw, blocks: int) -> tuple:
    n = d.int(2, 4)
    return [d.array(n, n) for _ in range(blocks)], d.array(n)


EXERCISE = declare(
    "residual_gradient",
    "Down through the blocks",
    residual_gradient,
    difficulty=2,
    minutes=15,
    forms=("float64",),
    groups={
        "one block": Group(1, lambda d: stack(d, 1)),
        "two": Group(1, lambda d: stack(d, 2)),
        "more": Group(2, lambda d: stack(d, d.int(3, 6))),
    },
    mistakes={
        "These are plain layers: the gradient that goes around F is missing.": walk(
            lambda J, g, first: J.T @ g
        ),
        "The matrix is not transposed. Going up multiplies by J, going down by its "
        "transpose.": walk(lambda J, g, first: g + J @ g),
        "The blocks come in the wrong order: the gradient meets the last one first.": (
            walk(lambda J, g, first: g + J.T @ g, backward=False)
        ),
        "Each block gets the gradient from the very top. It gets what the block above "
        "sends down.": walk(lambda J, g, first: g + J.T @ first),
        "The gradient passes around all blocks and through none.": walk(
            lambda J, g, first: g
        ),
        "That is how a change of x travels up. The gradient travels down: transposed "
        "matrices, the last block first.": walk(
            lambda J, g, first: g + J @ g, backward=False
        ),
        "You go once around the whole stack. Each block has a way around of its own.": (
            one_skip
        ),
        "Adding 1 to a matrix adds it everywhere. The way around is the identity, "
        "`np.eye(n)`.": walk(lambda J, g, first: (J + 1).T @ g),
    },
    alternatives=(by_product, by_paths),
    hints=(
        "One block: y = x + F(x), and J holds the derivatives of F. The gradient below "
        "is g + J.T @ g.",
        "That result is the g of the block underneath. Begin with the last matrix.",
        "`for J in reversed(matrices):` and one line inside.",
    ),
    section="residual-block",
    forbidden=("torch", "scipy"),
    instead="A loop over the matrices is enough.",
)
