"""Exercise: what each step of a scalar network adds to the gradient of its weight."""

from __future__ import annotations

import numpy as np
import torch

from c2a.exercises.kit import Draw, Group, declare, given, such_that


def states_of(w_h, w_x, b, x):
    """h_0 = 0 and the states after each input, (T + 1,)."""
    h = [0.0]
    for x_t in x:
        h.append(float(np.tanh(w_h * h[-1] + w_x * x_t + b)))
    return np.array(h)


def reference(w_h, w_x, b, x):
    """Backward, with the gradient of h_T at h_t in hand."""
    h = states_of(w_h, w_x, b, x)
    shares, back = np.zeros(len(x)), 1.0
    for t in range(len(x), 0, -1):
        slope = 1 - h[t] ** 2
        shares[t - 1] = back * slope * h[t - 1]
        back *= slope * w_h
    return shares


def by_copies(w_h, w_x, b, x):
    """Right: autograd, a copy of the weight for each step."""
    copies = torch.full((len(x),), float(w_h), dtype=torch.float64, requires_grad=True)
    h = torch.zeros((), dtype=torch.float64)
    for copy, x_t in zip(copies, x, strict=True):
        h = torch.tanh(copy * h + float(w_x) * float(x_t) + float(b))
    if len(x):
        h.backward()
    return copies.grad if len(x) else copies.detach()


def forward(w_h, w_x, b, x):
    """Right: forward, every share so far multiplied by each new factor."""
    h, shares = 0.0, []
    for x_t in x:
        new = np.tanh(w_h * h + w_x * x_t + b)
        shares = [share * w_h * (1 - new**2) for share in shares]
        shares.append(h * (1 - new**2))
        h = new
    return shares


def variant(slope=lambda h: 1 - h**2, read=lambda h, x, t: h[t - 1], factor=1.0):
    """The reference, changed in one place."""

    def contributions(w_h, w_x, b, x):
        h = states_of(w_h, w_x, b, x)
        shares, back = np.zeros(len(x)), 1.0
        for t in range(len(x), 0, -1):
            shares[t - 1] = back * slope(h[t]) * read(h, x, t)
            back *= slope(h[t]) * (w_h if factor else 1.0)
        return shares

    return contributions


def without_own_slope(w_h, w_x, b, x):
    h = states_of(w_h, w_x, b, x)
    return reference(w_h, w_x, b, x) / (1 - h[1:] ** 2)


def latest_first(w_h, w_x, b, x):
    return reference(w_h, w_x, b, x)[::-1]


def running_sum(w_h, w_x, b, x):
    return np.cumsum(reference(w_h, w_x, b, x)[::-1])[::-1]


def numbers(d: Draw, low: float, high: float, steps: tuple[int, int]):
    w_h = float(np.round(d.rng.uniform(low, high), 1))
    w_x, b = (float(v) for v in np.round(d.rng.uniform(-0.6, 0.6, 2), 1))
    x = np.round(d.rng.uniform(-1, 1, d.int(*steps)), 1)
    return w_h, w_x or 0.3, b, x


def telling(w_h, w_x, b, x) -> bool:
    """Far from what any slip gives: more than rounding apart."""
    right = reference(w_h, w_x, b, x)
    slips = (
        variant(slope=lambda h: 1 - abs(h)),
        variant(read=lambda h, x, t: h[t]),
        variant(read=lambda h, x, t: x[t - 1]),
        variant(factor=0.0),
        without_own_slope,
        latest_first,
        running_sum,
    )
    gap = min(abs(slip(w_h, w_x, b, x) - right).max() for slip in slips)
    return gap > 1e-3 * max(abs(right).max(), 1e-9) and abs(right).max() > 1e-3


EXERCISE = declare(
    "contributions",
    "What each step adds to the gradient",
    reference,
    difficulty=2,
    minutes=20,
    forms=("float64",),
    example=(0.5, 1.0, 0.0, np.array([1.0, 0.0])),
    groups={
        "three steps": Group(
            1,
            such_that(lambda d: numbers(d, 0.3, 1.5, (3, 3)), telling),
            (0.5, 1.0, 0.1, np.ones(1)),
            (0.5, 1.0, 0.1, np.ones(0)),
        ),
        "more steps": Group(
            2, such_that(lambda d: numbers(d, 0.3, 0.9, (3, 9)), telling)
        ),
        "large or negative weight": Group(
            1, such_that(lambda d: numbers(d, -1.8, -1.1, (3, 9)), telling)
        ),
    },
    mistakes={
        "The slope of tanh at h is 1 - h^2. Yours lacks the square.": variant(
            slope=lambda h: 1 - abs(h)
        ),
        "In the step to h_t the weight w_h multiplies h_{t-1}, the state before. Yours "
        "uses h_t.": variant(read=lambda h, x, t: h[t]),
        "These are the contributions to the gradient of w_x, which multiplies x. Asked "
        "for is w_h, which multiplies the state.": variant(
            read=lambda h, x, t: x[t - 1]
        ),
        "On its way back each step multiplies the gradient by slope times w_h. Yours "
        "lacks w_h.": variant(factor=0.0),
        "The slope of the step's own tanh is missing: w_h stands inside "
        "it.": without_own_slope,
        "The latest step comes first. Asked is the order of the inputs.": latest_first,
        "These are sums over all later steps. Return what each step adds by "
        "itself.": running_sum,
        "The bias is not used.": given(reference, b=0.0),
    },
    alternatives=(by_copies, forward),
    hints=(
        "Pretend that each step has a recurrent weight of its own, all of the same "
        "value. Asked is the derivative of h_T by each of them.",
        "First compute and keep all states. Then walk back with one number, the "
        "derivative of h_T by h_t, which starts at 1.",
        "At step t the share is back * (1 - h_t**2) * h_{t-1}. After it, "
        "back *= (1 - h_t**2) * w_h.",
    ),
    section="one-unit",
    forbidden=("torch", "autograd"),
    instead="Walk back by hand, with NumPy or plain Python.",
)
