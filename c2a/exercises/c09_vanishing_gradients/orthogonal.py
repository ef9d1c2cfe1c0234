"""Exercise: a random matrix that turns and does not stretch."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def reference(rows, columns, gain, rng):
    """QR of a normal matrix, signs mended; shape (rows, columns)."""
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))
    return gain * (q if rows >= columns else q.T)


def by_svd(rows, columns, gain, rng):
    """Right: a normal matrix with all its singular values set to 1."""
    left, _, right = np.linalg.svd(
        rng.standard_normal((rows, columns)), full_matrices=False
    )
    return gain * left @ right


def by_gram_schmidt(rows, columns, gain, rng):
    """Right: vectors one by one, each cleaned of those before, twice for exactness."""
    short, long = sorted((rows, columns))
    found = []
    while len(found) < short:
        v = rng.standard_normal(long)
        for _ in range(2):
            for q in found:
                v = v - (q @ v) * q
        found.append(v / np.linalg.norm(v))
    q = gain * np.array(found)
    return q if rows == short else q.T


def scaled_normal(rows, columns, gain, rng):
    return gain * rng.standard_normal((rows, columns)) / np.sqrt(columns)


def unit_columns(rows, columns, gain, rng):
    G = rng.standard_normal((rows, columns))
    return gain * G / np.linalg.norm(G, axis=0)


def no_gain(rows, columns, gain, rng):
    return reference(rows, columns, 1.0, rng)


def signs_left(rows, columns, gain, rng):
    q = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))[0]
    return gain * (q if rows >= columns else q.T)


def own_generator(rows, columns, gain, rng):
    return reference(rows, columns, gain, np.random.default_rng(0))


def square_only(rows, columns, gain, rng):
    side = max(rows, columns)
    return reference(side, side, gain, rng)


def cut_from_square(rows, columns, gain, rng):
    """The transposed shape."""
    return reference(columns, rows, gain, rng)


NOT_FROM_RNG = (
    "Two draws from one generator come out the same. Draw from `rng`, without a seed "
    "of your own."
)
NOT_REPEATED = (
    "The same generator, started anew, gives another matrix. Draw from `rng` alone."
)
LOPSIDED = (
    "These matrices are orthogonal, but not drawn evenly: over many draws an entry has "
    "one sign much more often than the other. np.linalg.qr chooses its signs by a "
    "rule: multiply each column of Q by the sign of R's diagonal."
)
ZEROS = (
    "Entries are exactly 0: the axes are preferred. Make rows at right angles out of "
    "normal numbers."
)


def drive(orthogonal, rows, columns, gain, seed, count):
    """Draws in a row from one generator, and the first again from its start."""
    rng = np.random.default_rng(seed)
    draws = [orthogonal(rows, columns, gain, rng) for _ in range(count)]
    again = orthogonal(rows, columns, gain, np.random.default_rng(seed))
    return np.array(draws, dtype=float), np.array(again, dtype=float)


def problem(value, rows, columns, gain) -> str:
    """What is wrong with the matrices themselves."""
    draws, again = (np.asarray(each, dtype=float) for each in value)
    if draws.shape[1:] != (rows, columns):
        return f"The shape is {draws.shape[1:]}. Asked for was ({rows}, {columns})."
    wide = draws if rows <= columns else draws.swapaxes(1, 2)
    gram = wide @ wide.swapaxes(1, 2)  # (count, short, short)
    sizes = np.diagonal(gram, axis1=1, axis2=2)
    apart = np.abs(gram - sizes[:, None] * np.eye(min(rows, columns))).max()
    if np.abs(sizes - 1).max() < 1e-6 and gain != 1 and apart < 1e-6:
        return "The gain is not used: multiply the matrix by it."
    if apart > 1e-6 * gain**2:
        return (
            "The rows (or columns, if there are fewer) are not at right angles: their "
            "products with each other must be 0."
        )
    if np.abs(sizes / gain**2 - 1).max() > 1e-6:
        return "The rows (or columns, if there are fewer) must have the length `gain`."
    if (draws == 0).any():
        return ZEROS
    if len(draws) > 1 and np.array_equal(draws[0], draws[1]):
        return NOT_FROM_RNG
    return "" if np.array_equal(draws[0], again) else NOT_REPEATED


def judge(value, rows, columns, gain, seed, count) -> str:
    return problem(value, rows, columns, gain)


def judge_evenness(value, rows, columns, gain, seed, count) -> str:
    """Both signs of each entry about as often: 5 deviations, by chance once in 1e5."""
    if said := problem(value, rows, columns, gain):
        return said
    surplus = np.abs(np.sign(np.asarray(value[0])).sum(0)).max()
    return LOPSIDED if surplus > 5 * np.sqrt(count) else ""


def square(d: Draw):
    n = d.int(2, 8)
    return n, n, 1.0, d.seed(), 2


def oblong(d: Draw):
    n = d.int(2, 5)
    wider = n + d.int(1, 4)
    return *d.choose((n, wider), (wider, n)), 1.0, d.seed(), 2


def gained(d: Draw):
    n = d.int(2, 6)
    return n, n + d.int(0, 2), float(d.choose(0.5, 1.5, 3.0)), d.seed(), 2


EXERCISE = declare(
    "orthogonal",
    "A matrix that only turns",
    reference,
    drive=drive,
    difficulty=3,
    minutes=20,
    forms=("float64",),
    groups={
        "square": Group(2, square, judge=judge),
        "not square": Group(1, oblong, judge=judge),
        "gain": Group(1, gained, judge=judge),
        "evenly drawn": Group(
            1,
            lambda d: (3, 3, 1.0, d.seed(), 150),
            lambda d: (2, 4, 1.0, d.seed(), 150),
            judge=judge_evenness,
            visible=1,
            hidden=2,
        ),
    },
    mistakes={
        "Normal numbers divided by a root have rows of about the right length, but not "
        "at right angles.": scaled_normal,
        "The columns have the right length, but not right angles.": unit_columns,
        NOT_FROM_RNG: own_generator,
        "The gain is not used: multiply the matrix by it.": no_gain,
        LOPSIDED: signs_left,
        "The shape is that of the longer side, twice. Keep (rows, columns).": (
            square_only
        ),
        "Rows and columns are exchanged.": cut_from_square,
    },
    alternatives=(by_svd, by_gram_schmidt),
    hints=(
        "Draw a matrix of normal numbers from rng.standard_normal. np.linalg.qr makes "
        "columns of length 1 at right angles out of its columns.",
        "QR wants the longer side first: draw (longer, shorter), and transpose the "
        "result if the matrix is to be wide.",
        "q, r = np.linalg.qr(...). Multiply by np.sign(np.diag(r)), so that no sign is "
        "preferred, and by gain.",
    ),
    section="keep-the-norm",
)
