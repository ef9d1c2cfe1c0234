"""Exercise: Euler's walk from noise to data, guided."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def flow_sample(velocity, x, label, steps, w):
    """Against the guided velocity, from t = 1 to 0."""
    for i in range(steps):
        t = 1 - i / steps
        v_any, v_class = velocity(x, t, None), velocity(x, t, label)
        x = x - (v_any + w * (v_class - v_any)) / steps
    return x


def by_times(velocity, x, label, steps, w):
    """Right: times listed first; the two velocities as a mean with weights."""
    times = np.linspace(1, 0, steps + 1)
    for t, following in pairwise(times):
        v = w * velocity(x, t, label) + (1 - w) * velocity(x, t, None)
        x = x + (following - t) * v
    return x


def by_recursion(velocity, x, label, steps, w):
    """Right: by calling itself; the class alone where nothing guides."""

    def walk(x, left):
        if left == 0:
            return x
        v = velocity(x, left / steps, label)
        if w != 1:
            free = velocity(x, left / steps, None)
            v = free + w * (v - free)
        return walk(x - v / steps, left - 1)

    return walk(x, steps)


def variant(*, sign=-1, time="start", mix="own"):
    """Wrong: a walk with one thing done otherwise."""

    def answer(velocity, x, y, steps, w):
        for i in range(steps):
            t = {"start": 1 - i / steps, "end": 1 - (i + 1) / steps, "up": i / steps}[
                time
            ]
            free, own = velocity(x, t, None), velocity(x, t, y)
            v = {
                "own": free + w * (own - free),
                "from zero": own + w * (own - free),
                "class times w": w * own,
                "exchanged": own + w * (free - own),
                "away": free - w * (own - free),
                "no guidance": own,
            }[mix]
            x = x + sign * v / steps
        return x

    return answer


def one_short(velocity, x, label, steps, w):
    for i in range(steps - 1):
        t = 1 - i / steps
        v_any, v_class = velocity(x, t, None), velocity(x, t, label)
        x = x - (v_any + w * (v_class - v_any)) / steps
    return x


def times_to_the_end(velocity, x, label, steps, w):
    """Wrong: as many times as steps, the last of them 0."""
    for t in np.linspace(1, 0, steps):
        v_any, v_class = velocity(x, t, None), velocity(x, t, label)
        x = x - (v_any + w * (v_class - v_any)) / steps
    return x


def drive(flow_sample, x, label, steps, w, pull, drift):
    """The end of the walk along a field that depends on x, t and the label."""

    def velocity(x, t, label):
        own = drift[-1] if label is None else drift[label]
        return pull * x * (1 + t) + own * (1 + t * t)

    return flow_sample(velocity, x, label, steps, w)


def drawn(d: Draw, steps: int, w: float) -> tuple:
    x, drift = d.array(d.int(1, 3), 2), d.array(4, 2)
    return x, d.int(0, 2), steps, w, d.choose(0.5, -0.5), drift


EXERCISE = declare(
    "flow_sample",
    "From noise to data",
    flow_sample,
    drive=drive,
    difficulty=3,
    minutes=25,
    forms=("float64", "float32", "strided"),
    groups={
        "one step": Group(1, lambda d: drawn(d, 1, 1.0)),
        "steps": Group(2, lambda d: drawn(d, d.int(2, 8), 1.0)),
        "guidance": Group(2, lambda d: drawn(d, d.int(1, 5), d.choose(2.0, 3.0, 0.5))),
        "no class": Group(1, lambda d: drawn(d, d.int(2, 4), 0.0)),
    },
    mistakes={
        "You walked with the velocity, toward the noise. Subtract it.": variant(sign=1),
        "The net was asked at the end of each step. Euler asks where the step starts: "
        "the first time is 1.": variant(time="end"),
        "Your time runs up from 0. Noise is at t = 1, so start there and go "
        "down.": variant(time="up"),
        "The two velocities are exchanged: start from that for any class, go "
        "toward the class.": variant(mix="exchanged"),
        "You count w from 0: this is a guidance of w + 1. Here w = 1 is the class's "
        "own velocity.": variant(mix="from zero"),
        "The velocity of the class was multiplied by w. It is the difference to any "
        "class that is.": variant(mix="class times w"),
        "Guidance pushes away from the class. The difference is class minus "
        "any.": variant(mix="away"),
        "w is not used.": variant(mix="no guidance"),
        "Your times reach 0, where no step starts: np.linspace(1, 0, steps) includes "
        "it. The last time is 1 / steps.": times_to_the_end,
        "One step is missing: the walk ends at t = 1 / steps.": one_short,
    },
    alternatives=(by_times, by_recursion),
    hints=(
        "A loop over i from 0 to steps - 1. At its start, t = 1 - i / steps.",
        "Ask velocity twice: with the label, and with None.",
        "v = v_any + w (v_class - v_any), and x becomes x - v / steps.",
    ),
    section="diffusion-guidance",
)
