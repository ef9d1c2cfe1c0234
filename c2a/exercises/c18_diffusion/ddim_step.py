"""Exercise: one step of DDIM."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def ddim_step(x, noise, now, then):
    """The guessed clean point, put back into less of the guessed noise."""
    clean = (x - np.sqrt(1 - now) * noise) / np.sqrt(now)
    return np.sqrt(then) * clean + np.sqrt(1 - then) * noise


def by_factors(x, noise, now, then):
    """Right: as a factor of x and a factor of the noise."""
    ratio = np.sqrt(then / now)
    return ratio * x + (np.sqrt(1 - then) - ratio * np.sqrt(1 - now)) * noise


def by_angles(x, noise, now, then):
    """Right: the mixture is a point on a circle; turn it."""
    a, b = np.arccos(np.sqrt(now)), np.arccos(np.sqrt(then))
    clean = (x - np.sin(a) * noise) / np.cos(a)
    return np.cos(b) * clean + np.sin(b) * noise


def variant(*, root=np.sqrt, divide=True, remove=True, kept="then"):
    """Wrong: a step with one thing done otherwise."""

    def step(x, noise, now, then):
        clean = x - root(1 - now) * noise if remove else x
        clean = clean / np.sqrt(now) if divide else clean
        left = {"then": then, "now": now, "none": 1.0}[kept]
        return np.sqrt(then) * clean + root(1 - left) * noise

    return step


def drawn(d: Draw, *shape: int, last: bool = False) -> tuple:
    now = d.choose(0.04, 0.16, 0.25, 0.36)
    return d.array(*shape), d.array(*shape), now, 1.0 if last else d.choose(0.49, 0.64)


EXERCISE = declare(
    "ddim_step",
    "A step that draws nothing",
    ddim_step,
    difficulty=2,
    minutes=15,
    forms=("float64", "float32", "strided", "fortran"),
    example=(np.array([0.5]), np.array([0.25]), 0.36, 0.64),
    groups={
        "a step": Group(2, lambda d: drawn(d, d.int(1, 4), 2)),
        "images": Group(1, lambda d: drawn(d, d.int(1, 3), 1, 3, d.int(2, 4))),
        "the last step": Group(1, lambda d: drawn(d, d.int(1, 4), 2, last=True)),
    },
    mistakes={
        "No factor is under a root. All four are: two of now, two of then.": (
            lambda x, noise, now, then: (
                then * (x - (1 - now) * noise) / now + (1 - then) * noise
            )
        ),
        "You put noise on the noisy point itself. First guess the clean point from "
        "it.": lambda x, noise, now, then: (
            np.sqrt(then) * x + np.sqrt(1 - then) * noise
        ),
        "You used variances for the noise. Both factors of the noise are roots of 1 - "
        "alpha_bar.": variant(root=lambda v: v),
        "now and then are exchanged. The step starts at now, where there is more "
        "noise.": lambda x, noise, now, then: ddim_step(x, noise, then, now),
        "This is the guessed clean point, shrunk. The guessed noise is put back, less "
        "of it.": variant(kept="none"),
        "You put back as much noise as there was. At then it is the root of 1 - "
        "then.": variant(kept="now"),
        "The clean point is not divided by the root of now. It was shrunk by "
        "it.": variant(divide=False),
        "The noise was not taken away before the clean point was guessed.": variant(
            remove=False
        ),
        "This is the guess of the clean point. A step goes only to then.": (
            lambda x, noise, now, then: (x - np.sqrt(1 - now) * noise) / np.sqrt(now)
        ),
        "You divided by now. The clean point was multiplied by its root.": (
            lambda x, noise, now, then: (
                np.sqrt(then) * (x - np.sqrt(1 - now) * noise) / now
                + np.sqrt(1 - then) * noise
            )
        ),
    },
    alternatives=(by_factors, by_angles),
    hints=(
        "Two lines: first the clean point, as guessed from x and the noise; then the "
        "same mixture as always, at then.",
        "Solve x = root(now) clean + root(1 - now) noise for clean.",
        "At the last step then is 1, so that nothing of the noise is put back.",
    ),
    section="diffusion-sampling",
)
