"""Exercise: backpropagation through time for a single unit."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from c2a.exercises.c08_recurrent_networks.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, declare, such_that


class Slip(NamedTuple):
    """What a wrong walk back does otherwise."""

    through: float = 1  # 0: nothing comes from later steps
    by_weight: bool = True  # whether a step back multiplies by w_h
    slope_on_the_way: bool = True  # whether a step back passes the slope, too
    slope: bool = True
    slope_before: bool = False  # the slope at h_{t-1} instead of h_t
    own_state: bool = False  # h_t instead of h_{t-1} in the share of w_h
    scale: float = 1
    last_only: bool = False


RIGHT = Slip()


def walk(slip: Slip = RIGHT) -> Callable:
    """Gradients by the walk back, right by default."""

    def gradients(
        weights: np.ndarray, x: np.ndarray, targets: np.ndarray
    ) -> np.ndarray:
        w_h, w_x, b = (float(weight) for weight in weights)
        h = [0.0]
        for x_t in x:
            h.append(float(np.tanh(w_h * h[-1] + w_x * float(x_t) + b)))
        total, later = np.zeros(3), 0.0
        for t in range(len(x), 0, -1):
            error = h[t] - float(targets[t - 1])
            if slip.last_only and t < len(x):
                error = 0.0
            arrived = delta = error + slip.through * later
            if slip.slope:
                delta *= 1 - h[t - 1 if slip.slope_before else t] ** 2
            before = h[t] if slip.own_state else h[t - 1]
            total += delta * np.array([before, float(x[t - 1]), 1.0])
            back = delta if slip.slope_on_the_way else arrived
            later = back * (w_h if slip.by_weight else 1.0)
        return slip.scale * total

    return gradients


reference = walk()


def forward_in_time(
    weights: np.ndarray, x: np.ndarray, targets: np.ndarray
) -> np.ndarray:
    """Right: carry dh/dw forward with the state instead of walking back."""
    w_h, w_x, b = (float(weight) for weight in weights)
    h, moves, total = 0.0, np.zeros(3), np.zeros(3)
    for x_t, target in zip(x, targets, strict=True):
        before = h
        h = np.tanh(w_h * before + w_x * x_t + b)
        moves = (1 - h**2) * (np.array([before, x_t, 1.0]) + w_h * moves)
        total = total + (h - target) * moves
    return total


def by_complex_step(
    weights: np.ndarray, x: np.ndarray, targets: np.ndarray
) -> np.ndarray:
    """Right: the derivative from an imaginary step."""
    found = np.zeros(3)
    for place in range(3):
        moved = weights.astype(complex)
        moved[place] += 1e-30j
        h, loss = 0j, 0j
        for x_t, target in zip(x, targets, strict=True):
            h = np.tanh(moved[0] * h + moved[1] * x_t + moved[2])
            loss += (h - target) ** 2 / 2
        found[place] = loss.imag / 1e-30
    return found


def sequence(d: Draw, steps: int) -> tuple:
    """Weights, inputs and targets; small ones, so that no tanh saturates."""
    weights = d.rng.uniform(0.4, 1.4, 3) * d.rng.choice([-1, 1], 3)
    x, targets = d.rng.uniform(-1, 1, (2, steps))
    digits = 1 if d.shown else 6
    return weights.round(digits), x.round(digits), targets.round(digits)


def far_targets(d: Draw) -> tuple:
    """A loss so large that differences of it are too coarse for a gradient."""
    weights, x, targets = sequence(d, d.int(3, 5))
    return weights, x, targets * 1e8


EXERCISE = declare(
    "scalar_bptt",
    "Walk back through time",
    reference,
    difficulty=2,
    minutes=25,
    example=(np.array([2.0, 1.0, 0.0]), np.array([1.0, -0.5]), np.array([0.0, 1.0])),
    groups={
        "one step": Group(1, lambda d: sequence(d, 1)),
        "two steps": Group(2, lambda d: sequence(d, 2)),
        "more steps": Group(
            2,
            such_that(
                lambda d: sequence(d, d.int(3, 8)),
                lambda w, x, y: np.abs(reference(w, x, y)).min() > 1e-3,
            ),
            far_targets,
            (np.array([0.5, 1.0, 0.1]), np.zeros(0), np.zeros(0)),
        ),
    },
    mistakes={
        "Nothing comes back from later steps: each state also moves all states after "
        "it.": walk(Slip(through=0)),
        "One step further back multiplies what arrives by w_h.": walk(
            Slip(by_weight=False)
        ),
        "One step further back passes the tanh of this step first: send delta * w_h, "
        "with the slope in it.": walk(Slip(slope_on_the_way=False)),
        "The slope of the tanh, 1 - h_t ** 2, is missing.": walk(Slip(slope=False)),
        "The slope belongs to the state that comes out, h_t, not to the one before.": (
            walk(Slip(slope_before=True))
        ),
        "In step t the weight w_h is multiplied by the state before, h_{t-1}.": walk(
            Slip(own_state=True)
        ),
        "The loss has a half in front: its derivative is h_t - y_t, without a 2.": walk(
            Slip(scale=2)
        ),
        "Only the loss of the last step is counted. Each step has one.": walk(
            Slip(last_only=True)
        ),
        "The sign is turned: the error is the state less the target.": walk(
            Slip(scale=-1)
        ),
    },
    alternatives=(forward_in_time, by_complex_step),
    hints=(
        "First run forward and keep all states, h_0 = 0 among them. Then loop over the "
        "steps from the last to the first.",
        "Keep one number, `later`: what the step after sends back. At step t, "
        "delta = (h_t - y_t + later) * (1 - h_t ** 2).",
        "Add delta * h_{t-1} to the gradient of w_h, delta * x_t to that of w_x and "
        "delta to that of b. Then later = w_h * delta.",
    ),
    section="unroll-and-walk-back",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
