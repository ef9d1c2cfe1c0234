"""Exercise: a sampler of DDPM with three bugs."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, Mistake, declare


def mend_sampler(noise_of, x, betas, draws):
    """Down to step 1, where nothing is drawn."""
    alpha_bar = np.cumprod(1 - betas)
    for t in range(len(betas), 0, -1):
        beta, now = betas[t - 1], alpha_bar[t - 1]
        x = (x - beta / np.sqrt(1 - now) * noise_of(x, t)) / np.sqrt(1 - beta)
        if t > 1:
            x = x + np.sqrt(beta) * draws[t - 1]
    return x


def by_zip(noise_of, x, betas, draws):
    """Right: the lists turned round; the last draw set to zero."""
    left, steps = np.cumprod(1 - betas), np.arange(1, len(betas) + 1)
    draws = np.concatenate([0 * draws[:1], draws[1:]])
    rows = [steps, betas, left, draws]
    for t, beta, now, z in zip(*(each[::-1] for each in rows), strict=True):
        mean = x - beta * (1 - now) ** -0.5 * noise_of(x, int(t))
        x = mean * (1 - beta) ** -0.5 + beta**0.5 * z
    return x


def by_halves(noise_of, x, betas, draws):
    """Right: the last step after the loop."""

    def mean(x, t):
        beta, now = betas[t - 1], np.prod(1 - betas[:t])
        return (x - beta * noise_of(x, t) / np.sqrt(1 - now)) / np.sqrt(1 - beta)

    for t in reversed(range(2, len(betas) + 1)):
        x = mean(x, t) + np.sqrt(betas[t - 1]) * draws[t - 1]
    return mean(x, 1)


def variant(*, last=True, root=True, time=0):
    """The sampler with some bugs left, or others made."""

    def answer(noise_of, x, betas, draws):
        alpha_bar = np.cumprod(1 - betas)
        for t in range(len(betas), 0, -1):
            beta, now = betas[t - 1], alpha_bar[t - 1]
            share = np.sqrt(1 - now) if root else 1 - now
            x = (x - beta / share * noise_of(x, t + time)) / np.sqrt(1 - beta)
            if t > 1 or not last:
                x = x + np.sqrt(beta) * draws[t - 1]
        return x

    return answer


def without_the_last(noise_of, x, betas, draws):
    alpha_bar = np.cumprod(1 - betas)
    for t in range(len(betas), 1, -1):
        beta, now = betas[t - 1], alpha_bar[t - 1]
        x = (x - beta / np.sqrt(1 - now) * noise_of(x, t)) / np.sqrt(1 - beta)
        x = x + np.sqrt(beta) * draws[t - 1]
    return x


def without_the_first_draw(noise_of, x, betas, draws):
    alpha_bar = np.cumprod(1 - betas)
    for t in range(len(betas), 0, -1):
        beta, now = betas[t - 1], alpha_bar[t - 1]
        x = (x - beta / np.sqrt(1 - now) * noise_of(x, t)) / np.sqrt(1 - beta)
        if t < len(betas):
            x = x + np.sqrt(beta) * draws[t - 1]
    return x


def with_the_other_variance(noise_of, x, betas, draws):
    alpha_bar = np.concatenate([[1.0], np.cumprod(1 - betas)])
    for t in range(len(betas), 0, -1):
        beta, now, then = betas[t - 1], alpha_bar[t], alpha_bar[t - 1]
        x = (x - beta / np.sqrt(1 - now) * noise_of(x, t)) / np.sqrt(1 - beta)
        x = x + np.sqrt(beta * (1 - then) / (1 - now)) * draws[t - 1]
    return x


def drive(mend_sampler, x, betas, draws, pull, drift):
    """The end of a walk with a net whose answer depends on x and on the step."""
    return mend_sampler(lambda x, t: pull * x + drift * t, x, betas, draws)


def walk(d: Draw, steps: int, pull: float = 0.5, drift=0.0, drawing=1.0) -> tuple:
    shape = d.int(1, 3), 2
    x, draws = d.array(*shape), d.array(steps, *shape)
    betas = d.rng.choice([0.1, 0.2, 0.3, 0.4], steps)
    return x, betas.astype(x.dtype), drawing * draws, pull, drift


EXERCISE = declare(
    "mend_sampler",
    "A sampler that blurs",
    mend_sampler,
    drive=drive,
    difficulty=4,
    minutes=25,
    forms=("float64", "float32", "strided"),
    groups={
        # One bug at a time: no net; no draws and no clock; no draws.
        "the last step": Group(1, lambda d: walk(d, 1, pull=0.0)),
        "the mean": Group(1, lambda d: walk(d, d.int(2, 5), drawing=0.0)),
        "the clock": Group(
            1, lambda d: walk(d, d.int(2, 5), drift=d.choose(0.2, -0.3), drawing=0.0)
        ),
        "the whole": Group(
            2, lambda d: walk(d, d.int(2, 7), d.choose(0.5, -0.2), d.choose(0.2, -0.3))
        ),
    },
    mistakes=[
        Mistake(
            "This is the given code, all three bugs still in it.",
            variant(last=False, root=False, time=-1),
            whole=True,
        ),
        Mistake(
            "Something is drawn at the last step. It is t = 1, so ask for t > 1.",
            variant(last=False),
        ),
        Mistake(
            "The guessed noise is divided by a variance. It must be its root: the "
            "deviation of the noise.",
            variant(root=False),
        ),
        Mistake(
            "The net is asked about step t - 1. The point is at step t.",
            variant(time=-1),
        ),
        Mistake(
            "The last step is left out altogether. Its mean is needed; only nothing "
            "is drawn.",
            without_the_last,
        ),
        Mistake(
            "Nothing is drawn at the first step of the walk, t = T, but something at "
            "the last, t = 1. It should be the other way.",
            without_the_first_draw,
        ),
        Mistake(
            "You changed what is drawn. Its variance is beta here; that was no bug.",
            with_the_other_variance,
        ),
        Mistake(
            "Two are left: the clock of the net, and the draw at the last step.",
            variant(last=False, time=-1),
        ),
        Mistake(
            "Two are left: the root in the mean, and the draw at the last step.",
            variant(last=False, root=False),
        ),
        Mistake(
            "Two are left: the root in the mean, and the clock of the net.",
            variant(root=False, time=-1),
        ),
    ],
    alternatives=(by_zip, by_halves),
    hints=(
        "t runs from T down to 1. When is t > 0 false? Never.",
        "Compare the mean with the chapter's: which of its denominators is a root?",
        "The net was trained with points at step t and told t. What is it told here?",
    ),
    section="diffusion-sampling",
)
