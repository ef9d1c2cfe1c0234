"""Exercise: one step of DDPM, the last one included."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def ddpm_step(x, noise, t, betas, z):
    """The step as the paper writes it, with the posterior's variance."""
    alpha_bar = np.concatenate([[1.0], np.cumprod(1 - betas)])
    beta, now, then = betas[t - 1], alpha_bar[t], alpha_bar[t - 1]
    mean = (x - beta / np.sqrt(1 - now) * noise) / np.sqrt(1 - beta)
    return mean + np.sqrt(beta * (1 - then) / (1 - now)) * z


def by_clean_point(x, noise, t, betas, z):
    """Right: the guess of the clean point, and what is drawn anew."""
    now, then = np.prod(1 - betas[:t]), np.prod(1 - betas[: t - 1])
    fresh = (1 - then) / (1 - now) * (1 - now / then)
    clean = (x - np.sqrt(1 - now) * noise) / np.sqrt(now)
    return np.sqrt(then) * clean + np.sqrt(1 - then - fresh) * noise + fresh**0.5 * z


def by_loops(x, noise, t, betas, z):
    """Right: alpha_bar by a loop, the last step by itself."""
    now = 1.0
    for beta in betas[:t].tolist():
        then, now = now, now * (1 - beta)
    mean = (x - (1 - now / then) / (1 - now) ** 0.5 * noise) / (now / then) ** 0.5
    return (
        mean
        if t == 1
        else mean + ((1 - now / then) * (1 - then) / (1 - now)) ** 0.5 * z
    )


def variant(*, variance="posterior", root=True, scale="root", share="root", shift=0):
    """Wrong: a step with one thing done otherwise."""

    def step(x, noise, t, betas, z):
        alpha_bar = np.concatenate([[1.0], np.cumprod(1 - betas)])
        t = min(t + shift, len(betas))
        beta, now, then = betas[t - 1], alpha_bar[t], alpha_bar[t - 1]
        part = {"root": beta / np.sqrt(1 - now), "variance": beta / (1 - now),
                "all": np.sqrt(1 - now)}[share]  # fmt: skip
        mean = x - part * noise
        mean = (
            mean / {"root": np.sqrt(1 - beta), "square": 1 - beta, "none": 1.0}[scale]
        )
        drawn = {"posterior": beta * (1 - then) / (1 - now), "beta": beta, "none": 0.0}
        if variance == "beta, not at the end":
            drawn[variance] = beta * (t > 1)
        spread = drawn[variance]
        return mean + (np.sqrt(spread) if root else spread) * z

    return step


def from_the_end(x, noise, t, betas, z):
    """Wrong: alpha_bar without its first entry, so that t = 1 reads the last."""
    alpha_bar = np.cumprod(1 - betas)
    beta, now, then = betas[t - 1], alpha_bar[t - 1], alpha_bar[t - 2]
    mean = (x - beta / np.sqrt(1 - now) * noise) / np.sqrt(1 - beta)
    return mean + np.sqrt(beta * (1 - then) / (1 - now)) * z


def drawn(d: Draw, steps: int, t: int) -> tuple:
    shape = d.int(1, 3), d.int(2, 4)
    x, noise, z = d.array(*shape), d.array(*shape), d.array(*shape)
    betas = d.rng.choice([0.1, 0.2, 0.3, 0.4, 0.5], steps)
    return x, noise, t, betas.astype(x.dtype), z


def middle(d: Draw) -> tuple:
    steps = d.int(4, 8)
    return drawn(d, steps, steps // 2)


EXERCISE = declare(
    "ddpm_step",
    "A step that draws anew",
    ddpm_step,
    difficulty=3,
    minutes=20,
    forms=("float64", "float32", "strided", "fortran"),
    groups={
        "on the way": Group(2, middle),
        "the first step": Group(1, lambda d: drawn(d, d.int(2, 5) + 1, 3)),
        "the last step": Group(1, lambda d: drawn(d, d.int(2, 6), 1)),
        "one step in all": Group(1, lambda d: drawn(d, 1, 1)),
    },
    mistakes={
        "At t = 1 you read alpha_bar[-1], the last entry, for alpha_bar_0. It is 1: "
        "put it in front of the others.": from_the_end,
        "You took beta itself as the variance, at the last step as well. There nothing "
        "may be drawn; elsewhere the variance is beta (1 - then) / (1 - now).": variant(
            variance="beta"
        ),
        "You took beta as the variance, with nothing drawn at the last step. Ho et al. "
        "tried that, too; asked for is beta (1 - then) / (1 - now).": variant(
            variance="beta, not at the end"
        ),
        "What is drawn is multiplied by its variance. Take the root.": variant(
            root=False
        ),
        "Nothing is drawn. This is the mean of the step.": variant(variance="none"),
        "The noise is multiplied by beta / (1 - alpha_bar). Take the root of the "
        "denominator.": variant(share="variance"),
        "The mean is divided by 1 - beta. Divide by its root.": variant(scale="square"),
        "The mean is not divided by the root of 1 - beta, so it stays shrunk.": variant(
            scale="none"
        ),
        "You are one step off: beta of step t is betas[t - 1], since arrays count from "
        "0.": variant(shift=1),
    },
    alternatives=(by_clean_point, by_loops),
    hints=(
        "Make an array of alpha_bar that starts with alpha_bar_0 = 1. Then now is "
        "entry t and then is entry t - 1.",
        "The mean: (x - beta / root(1 - now) noise) / root(1 - beta).",
        "The variance of what is drawn: beta (1 - then) / (1 - now). At t = 1, then is "
        "1, and the variance 0.",
    ),
    section="diffusion-sampling",
)
