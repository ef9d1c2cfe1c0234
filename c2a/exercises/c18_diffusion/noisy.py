"""Exercise: noise of many steps at once."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def noisy(x, alpha_bar, noise):
    """The closed form, one alpha_bar for each image."""
    alpha_bar = alpha_bar.reshape(-1, *[1] * (x.ndim - 1))
    return np.sqrt(alpha_bar) * x + np.sqrt(1 - alpha_bar) * noise


def by_images(x, alpha_bar, noise):
    """Right: image by image."""
    pairs = zip(x, alpha_bar.tolist(), noise, strict=True)
    return np.stack([a**0.5 * image + (1 - a) ** 0.5 * e for image, a, e in pairs])


def by_einsum(x, alpha_bar, noise):
    """Right: angles in place of roots; einsum in place of reshaping."""
    angle = np.arccos(np.sqrt(alpha_bar))
    kept = np.einsum("n,n...->n...", np.cos(angle), x)
    return kept + np.einsum("n,n...->n...", np.sin(angle), noise)


def wrong(kept, added):
    """The closed form with other factors."""

    def answer(x, alpha_bar, noise):
        a = alpha_bar.reshape(-1, *[1] * (x.ndim - 1))
        return kept(a) * x + added(a) * noise

    return answer


def along_the_last(x, alpha_bar, noise):
    """Wrong: alpha_bar meets the last axis, so it fits by chance only."""
    return np.sqrt(alpha_bar) * x + np.sqrt(1 - alpha_bar) * noise


def drawn(d: Draw, images: int, *shape: int) -> tuple:
    x, noise = d.array(images, *shape), d.array(images, *shape)
    levels = d.rng.choice([0.04, 0.16, 0.36, 0.64, 0.81], images)
    return x, levels.astype(x.dtype), noise


EXERCISE = declare(
    "noisy",
    "Many steps at once",
    noisy,
    difficulty=1,
    minutes=10,
    forms=("float64", "float32", "strided", "fortran"),
    example=(np.array([[1.0, -1.0]]), np.array([0.64]), np.array([[1.0, 2.0]])),
    groups={
        "one image": Group(1, lambda d: drawn(d, 1, 2, 3)),
        "a batch": Group(2, lambda d: drawn(d, d.int(2, 4), 1, d.int(2, 4), 5)),
        "points": Group(1, lambda d: drawn(d, d.int(3, 6), 2)),
        "the ends": Group(
            1,
            (np.ones((2, 3)), np.array([1.0, 0.0]), np.full((2, 3), 0.5)),
            (np.full((2, 1), -2.0), np.array([0.0, 1.0]), np.ones((2, 1))),
        ),
    },
    mistakes={
        "You used the variance. Noise is multiplied by its deviation, the root of "
        "1 - alpha_bar.": wrong(np.sqrt, lambda a: 1 - a),
        "Neither factor is under a root. Both are.": wrong(
            lambda a: a, lambda a: 1 - a
        ),
        "The image is multiplied by alpha_bar itself. Take its root.": wrong(
            lambda a: a, lambda a: np.sqrt(1 - a)
        ),
        "The two factors are exchanged: alpha_bar is what is left of the image.": wrong(
            lambda a: np.sqrt(1 - a), np.sqrt
        ),
        "The noise gets 1 minus the root. It is the root of 1 minus alpha_bar.": wrong(
            np.sqrt, lambda a: 1 - np.sqrt(a)
        ),
        "The image is not shrunk. Without that the variance grows with every "
        "step.": wrong(np.ones_like, lambda a: np.sqrt(1 - a)),
        "All images got the alpha_bar of the first.": lambda x, alpha_bar, noise: noisy(
            x, alpha_bar[:1].repeat(len(x)), noise
        ),
        "alpha_bar met the last axis of x. It belongs to the first: reshape it to "
        "(N, 1, ..., 1).": along_the_last,
    },
    alternatives=(by_images, by_einsum),
    hints=(
        "Two factors: the root of alpha_bar for the image, the root of 1 - alpha_bar "
        "for the noise.",
        "alpha_bar has one number an image. Give it as many axes as x has: "
        "alpha_bar.reshape(-1, 1, ...).",
        "x.ndim - 1 ones after the -1 do it for images and for points alike.",
    ),
    section="diffusion-forward",
)
