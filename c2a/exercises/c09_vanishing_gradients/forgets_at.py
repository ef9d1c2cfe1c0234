"""Exercise: the step at which a matrix has forgotten."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare, raising_like, such_that


def largest_eigenvalue(W_h):
    return abs(np.linalg.eigvals(np.asarray(W_h, dtype=float))).max()


def check(W_h, threshold):
    """ValueError where a gradient never shrinks for good, or need not shrink."""
    if not 0 < threshold < 1 or largest_eigenvalue(W_h) >= 1:
        raise ValueError("this matrix never forgets as much")


def reference(W_h, threshold):
    """Powers one by one, until the largest singular value is below the threshold."""
    check(W_h, threshold)
    power, steps = np.eye(len(W_h)), 0
    while np.linalg.norm(power, 2) >= threshold:
        power, steps = power @ W_h, steps + 1
    return steps


def by_eigenvectors(W_h, threshold):
    """Right: powers of the Gram matrix, whose largest eigenvalue is a square."""
    check(W_h, threshold)
    W_h, steps = np.array(W_h, dtype=float), 1
    power = W_h.copy()
    while max(np.linalg.eigvalsh(power.T @ power)) ** 0.5 >= threshold:
        power = W_h @ power
        steps += 1
    return steps


def by_svd(W_h, threshold):
    """Right: each power from scratch."""
    if not 0 < threshold < 1:
        raise ValueError("threshold")
    if max(abs(np.linalg.eigvals(W_h))) >= 1:
        raise ValueError("radius")
    n = 1
    while (
        np.linalg.svd(np.linalg.matrix_power(W_h, n), compute_uv=False)[0] >= threshold
    ):
        n += 1
    return np.int64(n)


def first_below(size):
    """An answer that takes something else for the size of a power."""

    def forgets_at(W_h, threshold):
        check(W_h, threshold)
        power, steps = np.eye(len(W_h)), 0
        while size(power) >= threshold and steps < 5000:
            power, steps = power @ W_h, steps + 1
        return steps

    return forgets_at


frobenius = first_below(np.linalg.norm)
largest_entry = first_below(lambda power: abs(power).max())


def from_the_radius(W_h, threshold):
    check(W_h, threshold)
    radius = largest_eigenvalue(W_h)
    return int(np.ceil(np.log(threshold) / np.log(radius))) if radius > 0 else 1


def from_the_norm(W_h, threshold):
    check(W_h, threshold)
    norm = np.linalg.norm(W_h, 2)
    return int(np.ceil(np.log(threshold) / np.log(norm))) if norm < 1 else 0


def entry_by_entry(W_h, threshold):
    check(W_h, threshold)
    steps = 1
    W_h = np.asarray(W_h, dtype=float)
    while abs(W_h**steps).sum() >= threshold and steps < 200:
        steps += 1
    return steps


def one_less(W_h, threshold):
    return reference(W_h, threshold) - 1


def unchecked(W_h, threshold):
    try:
        return reference(W_h, threshold)
    except ValueError:
        return 5000


def turned(d: Draw, n: int):
    """A random rotation or reflection, (n, n)."""
    return np.linalg.qr(d.rng.standard_normal((n, n)))[0]


def turning(d: Draw):
    """A shrunken rotation: it loses the same share in every direction."""
    n = d.int(2, 4)
    W_h = d.rng.uniform(0.7, 0.9) * turned(d, n)
    if d.shown:
        return np.round(W_h, 1), 0.1
    return W_h, float(d.choose(0.1, 0.01, 1e-4))


def transient(d: Draw):
    """Not normal: powers grow before they shrink."""
    n = d.int(2, 4)
    W_h = np.diag(d.rng.uniform(0.4, 0.85, n)) + np.triu(d.rng.uniform(1, 4, (n, n)), 1)
    if d.shown:
        return np.round(W_h, 1), 0.1
    Q = turned(d, n)
    return Q @ W_h @ Q.T, float(d.choose(0.1, 1e-3, 1e-6))


def never(d: Draw):
    W_h, threshold = turning(d)
    return W_h / largest_eigenvalue(W_h) * d.choose(1.05, 1.5, 3.0), threshold


def clear(W_h, threshold) -> bool:
    """No power so close to the threshold that rounding could decide."""
    steps = reference(W_h, threshold)
    sizes = [
        np.linalg.norm(np.linalg.matrix_power(W_h, n), 2) for n in (steps - 1, steps)
    ]
    return all(abs(size / threshold - 1) > 1e-4 for size in sizes)


def telling(W_h, threshold) -> bool:
    """Clear, and no other size of a matrix is as good."""
    others = [other(W_h, threshold) for other in (frobenius, largest_entry)]
    return clear(W_h, threshold) and reference(W_h, threshold) not in others


EXERCISE = declare(
    "forgets_at",
    "When does this matrix forget?",
    reference,
    difficulty=3,
    minutes=20,
    forms=("float64",),
    example=(np.array([[0.5, 0.0], [0.0, -0.2]]), 0.1),
    groups={
        "turning": Group(1, such_that(turning, telling)),
        "transient": Group(
            2,
            such_that(transient, clear),
            (np.array([[0.0, 4.0], [0.0, 0.0]]), 0.5),
            section="jacobians",
        ),
        "impossible": Group(
            1,
            never,
            such_that(turning, telling),
            (np.diag([-1.0, 0.5]), 0.5),  # the radius needs the absolute value
            (0.5 * np.eye(2), 0.0),
            (0.5 * np.eye(2), 1.5),
        ),
    },
    mistakes={
        "This is the step at which radius**n falls below the threshold. Before it "
        "shrinks for good, a gradient may be stretched.": from_the_radius,
        "The norm of W_h to the power n is only an upper bound for the norm of W_h^n, "
        "and of no use where it is above 1.": from_the_norm,
        "W_h**n raises each entry to the power n. A power of a matrix is a product of "
        "matrices.": entry_by_entry,
        "The size of a matrix is taken to be the root of the sum of its squares. Asked "
        "is the direction that keeps most: the largest singular value.": frobenius,
        "The size of a matrix is taken to be its largest entry. Asked is the direction "
        "that keeps most: the largest singular value.": (largest_entry),
        "One step too early: after so many steps the threshold is still "
        "reached.": raising_like(reference, one_less),
        "With a radius of 1 or more some gradient never shrinks, and a threshold lies "
        "between 0 and 1. Raise ValueError.": unchecked,
    },
    alternatives=(by_eigenvectors, by_svd),
    hints=(
        "What is left of a gradient g after n steps of the linear network is g W_h^n. "
        "A matrix M stretches nothing by more than its largest singular value, "
        "np.linalg.norm(M, 2).",
        "Multiply step by step, and stop at the first power that is below.",
        "Without the check the loop may never end: abs(np.linalg.eigvals(W_h)).max() "
        "must be below 1.",
    ),
    section="jacobians",
)
