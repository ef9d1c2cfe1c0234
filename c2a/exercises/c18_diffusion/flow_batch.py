"""Exercise: what a net sees and what it should answer, in flow matching."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def flow_batch(x, noise, t):
    """The mixture on the line, and the velocity along it."""
    t = t.reshape(-1, *[1] * (x.ndim - 1))
    return (1 - t) * x + t * noise, noise - x


def by_images(x, noise, t):
    """Right: image by image, from the picture toward the noise."""
    mixed, velocity = [], []
    for image, e, share in zip(x, noise, t.tolist(), strict=True):
        velocity.append(e - image)
        mixed.append(image + share * (e - image))
    return np.stack(mixed), np.stack(velocity)


def by_slope(x, noise, t):
    """Right: the velocity as the mixture at 1 less that at 0."""

    def at(t):
        return x - np.einsum("n,n...->n...", t, x - noise)

    return at(t), at(np.ones_like(t)) - at(np.zeros_like(t))


def wrong(mixed, target):
    """Another mixture, or another target."""

    def answer(x, noise, t):
        return mixed(x, noise, t.reshape(-1, *[1] * (x.ndim - 1))), target(x, noise, t)

    return answer


def line(x, noise, t):
    return (1 - t) * x + t * noise


def drawn(d: Draw, images: int, *shape: int) -> tuple:
    x, noise = d.array(images, *shape), d.array(images, *shape)
    times = d.rng.choice([0.1, 0.2, 0.3, 0.7, 0.9], images)
    return x, noise, times.astype(x.dtype)


def ends(d: Draw) -> tuple:
    x, noise = d.array(2, 3), d.array(2, 3)
    return x, noise, np.array([0.0, 1.0], x.dtype)


EXERCISE = declare(
    "flow_batch",
    "On a straight line",
    flow_batch,
    difficulty=2,
    minutes=10,
    forms=("float64", "float32", "strided", "fortran"),
    groups={
        "one image": Group(1, lambda d: drawn(d, 1, 2, 3)),
        "a batch": Group(1, lambda d: drawn(d, d.int(2, 4), 1, d.int(2, 4), 5)),
        "the ends": Group(1, ends),
    },
    mistakes={
        "Your time runs the other way: here t = 0 is the picture, t = 1 the "
        "noise.": wrong(
            lambda x, noise, t: t * x + (1 - t) * noise, lambda x, noise, t: x - noise
        ),
        "The mixture runs the other way: at t = 0 there is the picture.": wrong(
            lambda x, noise, t: t * x + (1 - t) * noise, lambda x, noise, t: noise - x
        ),
        "The velocity points from the picture to the noise: noise - x.": wrong(
            line, lambda x, noise, t: x - noise
        ),
        "You mixed with roots. On the straight line the shares are 1 - t and t "
        "themselves.": wrong(
            lambda x, noise, t: np.sqrt(1 - t) * x + np.sqrt(t) * noise,
            lambda x, noise, t: noise - x,
        ),
        "The target is the noise. Flow matching asks for the velocity, "
        "noise - x.": wrong(line, lambda x, noise, t: noise),
        "The target is the velocity times t, the way that is gone already. The "
        "velocity is the same at every t.": wrong(
            line,
            lambda x, noise, t: t.reshape(-1, *[1] * (x.ndim - 1)) * (noise - x),
        ),
        "The target is x less the mixture. It does not depend on t: noise - x.": wrong(
            line,
            lambda x, noise, t: x - line(x, noise, t.reshape(-1, *[1] * (x.ndim - 1))),
        ),
        "The target is the noise less the mixture. It does not depend on t: "
        "noise - x.": wrong(
            line,
            lambda x, noise, t: (
                noise - line(x, noise, t.reshape(-1, *[1] * (x.ndim - 1)))
            ),
        ),
        "You returned velocity and mixture. The mixture comes first.": (
            lambda x, noise, t: flow_batch(x, noise, t)[::-1]
        ),
    },
    alternatives=(by_images, by_slope),
    hints=(
        "The mixture at t: a share of 1 - t of the picture, and of t of the noise.",
        "The velocity is how the mixture changes with t. Take the derivative.",
        "Reshape t to (N, 1, ..., 1), as alpha_bar in the exercise before.",
    ),
    section="diffusion-flow",
)
