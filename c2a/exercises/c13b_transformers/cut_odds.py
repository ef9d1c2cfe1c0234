"""Exercise: temperature, top-k and top-p."""

from collections.abc import Callable

import numpy as np
import torch

from c2a.chapters.c13b_transformers import odds
from c2a.exercises.kit import Draw, Group, declare


def reference(logits, temperature: float, top_k: int, top_p: float):
    """The chapter's own, in torch and double precision."""
    row = torch.tensor(np.array(logits, dtype=float))[None]
    return odds(row, temperature, top_k, top_p)[0].numpy()


def softmax(z):
    p = np.exp(z - z.max())
    return p / p.sum()


def solution(
    heat: Callable = lambda z, t: softmax(z / t),
    keep_k: Callable = lambda p, k: p >= np.sort(p)[-k],
    scaled: Callable = lambda p: p / p.sum(),
    count: Callable = lambda total, top_p: int((total < top_p).sum()) + 1,
    last: Callable = lambda p: p / p.sum(),
) -> Callable[..., np.ndarray]:
    """The three steps, right by default; each can be replaced by a slip."""

    def cut(logits, temperature: float, top_k: int, top_p: float):
        p = heat(np.asarray(logits, float), temperature)
        p = scaled(np.where(keep_k(p, top_k), p, 0))
        order = np.argsort(-p, kind="stable")
        kept = order[: count(p[order].cumsum() + 1e-12, top_p)]
        result = np.zeros_like(p)
        result[kept] = p[kept]
        return last(result)

    return cut


def by_loop(logits, temperature: float, top_k: int, top_p: float):
    """Right: letter by letter, from the likeliest on."""
    p = softmax(np.asarray(logits, float) / temperature)
    order = sorted(range(len(p)), key=lambda i: -p[i])[:top_k]
    whole, total, kept = sum(p[i] for i in order), 0.0, []
    for i in order:
        kept.append(i)
        total += p[i] / whole
        if total >= top_p:
            break
    result = np.zeros(len(p))
    for i in kept:
        result[i] = p[i] / sum(p[j] for j in kept)
    return result


def by_infinity(logits, temperature: float, top_k: int, top_p: float):
    """Right: what is cut gets a logit of minus infinity."""
    z = np.asarray(logits, float) / temperature
    z = np.where(z >= np.sort(z)[-top_k], z, -np.inf)
    order = np.argsort(-z, kind="stable")
    p = softmax(z)[order]
    z[order[1:][p.cumsum()[:-1] >= top_p]] = -np.inf
    return softmax(z)


def late_heat(logits, temperature: float, top_k: int, top_p: float):
    """Wrong: the odds are cut first, and sharpened then."""
    p = solution()(logits, 1.0, top_k, top_p) ** (1 / temperature)
    return p / p.sum()


def overflowing(logits, temperature: float, top_k: int, top_p: float):
    """Wrong: the exponential of hundreds is infinite."""

    def odds_of(z, t):
        return np.exp(z / t) / np.exp(z / t).sum()

    with np.errstate(over="ignore", invalid="ignore"):
        return solution(heat=odds_of)(logits, temperature, top_k, top_p)


def far_apart(d: Draw) -> tuple:
    """Logits of hundreds, whose exponentials overflow."""
    logits, *rest = draw(d, 0.5, None, 1.0)
    return (400 * logits / np.abs(logits).max()).round(), *rest


def sorted_back(logits, temperature: float, top_k: int, top_p: float):
    """Wrong: the odds come in the order of their size."""
    return np.sort(solution()(logits, temperature, top_k, top_p))[::-1]


def p_before_k(logits, temperature: float, top_k: int, top_p: float):
    """Wrong: top-p looks at the odds before top-k has cut."""
    p = softmax(np.asarray(logits, float) / temperature)
    order = np.argsort(-p, kind="stable")
    count = min(top_k, int((p[order].cumsum() < top_p).sum()) + 1)
    result = np.zeros_like(p)
    result[order[:count]] = p[order[:count]]
    return result / result.sum()


def draw(d: Draw, temperature: float, top_k: int | None, top_p: float) -> tuple:
    """Logits a third apart at least and not in order, so that no two letters tie."""
    count = d.int(6, 10)
    steps = d.rng.uniform(0.35, 0.9, count).cumsum().round(2)
    logits = d.rng.permutation(steps - steps.mean()).round(2)
    return logits, temperature, top_k or count, top_p


def cut_p(d: Draw) -> float:
    return d.choose(0.45, 0.6, 0.75)


EXERCISE = declare(
    "cut_odds",
    "Sharpen, cut, scale",
    reference,
    difficulty=2,
    minutes=20,
    example=(np.array([0.0, 2.0, 1.0]), 1.0, 3, 0.9),
    forms=("float64",),
    groups={
        "temperature": Group(
            1, lambda d: draw(d, d.choose(0.5, 2.0, 1.5), None, 1.0), far_apart
        ),
        "top-k": Group(1, lambda d: draw(d, 1.0, d.int(1, 4), 1.0)),
        "top-p": Group(2, lambda d: draw(d, 1.0, None, cut_p(d))),
        "all three": Group(1, lambda d: draw(d, 2.5, 4, 0.75)),
    },
    mistakes={
        "You multiplied by the temperature. Divide: a high one levels the odds.": (
            solution(heat=lambda z, t: softmax(z * t))
        ),
        "The temperature divides the logits, not the odds: before the softmax.": (
            solution(heat=lambda z, t: softmax(z) / t, scaled=lambda p: p)
        ),
        "The temperature comes first: it changes how many letters top-p keeps.": (
            late_heat
        ),
        "The exponential of a large logit is infinite. Take the largest logit away "
        "from all first.": overflowing,
        "Top-p keeps the letter that reaches it, too. You dropped that one.": solution(
            count=lambda total, top_p: max(int((total < top_p).sum()), 1)
        ),
        "Top-p counts the odds of the likelier letters together. You kept each letter "
        "whose own odds reach it.": solution(
            count=lambda total, top_p: max(
                int((np.diff(total, prepend=0) >= top_p).sum()), 1
            )
        ),
        "What is left after the last cut has to be scaled to a sum of 1.": solution(
            last=lambda p: p
        ),
        "Top-p is not used.": solution(count=lambda total, top_p: len(total)),
        "The odds belong to their letters: give them back in the old order.": (
            sorted_back
        ),
        "Top-p comes after top-k, and looks at odds that sum to 1 again.": p_before_k,
    },
    alternatives=(by_loop, by_infinity),
    hints=(
        "Three steps, one after the other: divide and softmax; keep the k likeliest "
        "and scale; keep the fewest that reach p and scale.",
        "np.argsort(-p) gives the letters from the likeliest on; np.cumsum adds their "
        "odds up.",
        "A letter stays if the likelier ones together have less than top_p.",
    ),
    section="transformer-sampling",
    forbidden=("torch", "c2a"),
    instead="Write it with NumPy.",
)
