"""Exercise: the best answers on a table of places, and the divergence that is left."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def optimal_discriminator(p, q):
    """Term by term, without those of weight zero."""
    answers, divergence = np.full(len(p), 0.5), 0.0
    for i in range(len(p)):
        if p[i] + q[i] > 0:
            answers[i] = p[i] / (p[i] + q[i])
        for own in (p[i], q[i]):
            if own > 0:
                divergence += own / 2 * np.log(2 * own / (p[i] + q[i]))
    return answers, float(divergence)


def by_scipy(p, q):
    """Right: scipy's distance is the root of the divergence."""
    from scipy.spatial.distance import jensenshannon

    total = p + q
    answers = np.divide(p, total, out=np.full(len(p), 0.5), where=total > 0)
    return answers, float(np.nan_to_num(jensenshannon(p, q)) ** 2)


def by_value(p, q):
    """Right: from the value of the game."""
    with np.errstate(all="ignore"):
        answers = np.where(p + q > 0, p / (p + q), 0.5)
        real = np.where(p > 0, p * np.log(answers), 0).sum()
        fake = np.where(q > 0, q * np.log(1 - answers), 0).sum()
    return answers, (real + fake + np.log(4)) / 2


def variant(*, answer=None, finish=None):
    """Wrong: one of the two results changed, from p, q and what is right."""

    def wrong(p, q):
        answers, divergence = optimal_discriminator(p, q)
        if answer:
            answers = answer(p, q)
        if finish:
            divergence = finish(p, q, divergence)
        return answers, divergence

    return wrong


def careless(p, q):
    """Wrong: 0 times ln 0."""
    with np.errstate(all="ignore"):
        answers = p / (p + q)
        m = (p + q) / 2
        divergence = (p * np.log(p / m) + q * np.log(q / m)).sum() / 2
    return answers, divergence


def forward_only(p, q, _):
    """The Kullback-Leibler divergence from p to q, where it is finite."""
    both = (p > 0) & (q > 0)
    return float((p[both] * np.log(p[both] / q[both])).sum())


def to_middle(p, q):
    """The Kullback-Leibler divergence from p to the mean of both."""
    some = p > 0
    return float((p[some] * np.log(2 * p[some] / (p + q)[some])).sum())


def shares(d: Draw, places: int, empty: bool = False) -> tuple:
    """Two rows of shares; with `empty`, places that one of them or both miss."""
    p, q = (d.rng.integers(1, 9, places) / 1.0 for _ in range(2))
    if empty:
        p[0], q[1], p[2], q[2] = 0, 0, 0, 0
    return p / p.sum(), q / q.sum()


EXERCISE = declare(
    "optimal_discriminator",
    "The best answer everywhere",
    optimal_discriminator,
    difficulty=2,
    minutes=20,
    forms=("float64", "strided"),
    example=(np.array([0.75, 0.25]), np.array([0.25, 0.75])),
    groups={
        "places shared": Group(2, lambda d: shares(d, d.int(2, 6))),
        "empty places": Group(
            2,
            lambda d: shares(d, d.int(4, 7), empty=True),
            (np.array([1.0, 0.0]), np.array([0.0, 1.0])),
        ),
    },
    mistakes={
        "These answers say how likely a *fake* is. Real points stand above: p / (p + "
        "q).": variant(answer=lambda p, q: 1 - optimal_discriminator(p, q)[0]),
        "p / q is how many real points come for a fake. Divide by both together.": (
            variant(answer=lambda p, q: np.divide(p, q, out=0 * p, where=q > 0))
        ),
        "0 times ln 0 is NaN on a computer; in the sum it counts nothing. And where "
        "nothing lands, the answer is one half.": careless,
        "The divergence is the mean of two: half of it is missing.": variant(
            finish=lambda p, q, right: 2 * right
        ),
        "This is the value of the game. The divergence is half of it, after ln 4 is "
        "added.": variant(finish=lambda p, q, right: 2 * right - np.log(4)),
        "In nats: the natural logarithm, not the one to base 2.": variant(
            finish=lambda p, q, right: right / np.log(2)
        ),
        "This is the Kullback-Leibler divergence from p to q. Compare each of the two "
        "with their mean m.": variant(finish=forward_only),
        "This is the half that comes from p alone. That from q belongs to it.": variant(
            finish=lambda p, q, right: to_middle(p, q) / 2
        ),
        "This is the Kullback-Leibler divergence from p to the mean. The one from q "
        "counts as well: take the mean of both.": variant(
            finish=lambda p, q, right: to_middle(p, q)
        ),
        "This is the root of the divergence, as scipy gives it. Square it.": variant(
            finish=lambda p, q, right: np.sqrt(right)
        ),
    },
    alternatives=(by_scipy, by_value),
    hints=(
        "Place by place: answers = p / (p + q), and one half where both are 0.",
        "With m = (p + q) / 2, each place adds p ln(p / m) / 2 and q ln(q / m) / 2.",
        "A term whose factor is 0 adds nothing. Choose with a mask, p > 0, before you "
        "take the logarithm.",
    ),
    section="gan-game",
)
