"""Exercise: the loss of the critic, with its penalty between real points and fakes."""

from __future__ import annotations

from functools import partial

import torch

from c2a.exercises.kit import Draw, Group, declare


def critic_loss(D, real, fake, share):
    """Fake minus real, and ten times the squared distance of the slope from 1."""
    between = (share * real + (1 - share) * fake).detach().requires_grad_()
    (slope,) = torch.autograd.grad(D(between).sum(), between, create_graph=True)
    penalty = (slope.norm(dim=1) - 1).square().mean()
    return D(fake).mean() - D(real).mean() + 10 * penalty


def by_vmap(D, real, fake, share):
    """Right: the gradient of each point by torch's function transforms."""
    from torch.func import grad, vmap

    between = fake + share * (real - fake)
    slope = vmap(grad(lambda point: D(point[None])[0, 0]))(between)
    lengths = torch.sqrt((slope**2).sum(1))
    score = sum(D(fake)) / len(fake) - sum(D(real)) / len(real)
    return score[0] + 10 * torch.mean((lengths - 1) ** 2)


def by_point(D, real, fake, share):
    """Right: point by point."""
    total = 0.0
    for r, f, s in zip(real, fake, share, strict=True):
        point = torch.lerp(f, r, s)[None].requires_grad_()
        (slope,) = torch.autograd.grad(D(point), point, torch.ones(1, 1), None, True)
        total = total + 10 * (torch.linalg.vector_norm(slope) - 1) ** 2
        total = total + (D(f[None]) - D(r[None])).squeeze()
    return total / len(real)


def variant(*, sign=1, weight=10.0, where="between", graph=True, how="each", to=1.0):
    """Wrong: one thing done otherwise."""

    def wrong(D, real, fake, share):
        place = {
            "between": share * real + (1 - share) * fake,
            "real": real,
            "fake": fake,
            "other end": share * fake + (1 - share) * real,
        }[where]
        place = place.detach().requires_grad_()
        (slope,) = torch.autograd.grad(D(place).sum(), place, create_graph=graph)
        if how == "each":
            penalty = (slope.norm(dim=1) - to).square().mean()
        elif how == "batch":
            penalty = (slope.norm() - to).square()
        elif how == "squares":
            penalty = (slope.square().sum(1) - to).square().mean()
        else:
            penalty = (slope.norm(dim=1) - to).clamp(min=0).square().mean()
        return sign * (D(fake).mean() - D(real).mean()) + weight * penalty

    return wrong


def drive(critic_loss, real, fake, share, first, last):
    """The loss of a small critic, and its gradients for the critic's weights."""
    first, last = (each.clone().requires_grad_() for each in (first, last))
    loss = critic_loss(lambda x: torch.tanh(x @ first) @ last, real, fake, share)
    slopes = torch.autograd.grad(loss, (first, last))
    names = "gradient for the first weights", "gradient for the last weights"
    return {"loss": loss.item()} | dict(zip(names, slopes, strict=True))


def inputs(d: Draw, count: int, width: int) -> tuple:
    share = d.tensor(count, 1)
    share.array[:] = d.rng.choice([0.125, 0.25, 0.75], share.array.shape)
    real, fake = d.tensor(count, width), d.tensor(count, width)
    return real, fake, share, d.tensor(width, 3), d.tensor(3, 1)


near = partial(Group, rtol=1e-3, atol=1e-3)

EXERCISE = declare(
    "critic_loss",
    "A critic with a penalty",
    critic_loss,
    drive=drive,
    difficulty=3,
    minutes=25,
    forms=("float32", "strided"),
    groups={
        "one pair": near(2, lambda d: inputs(d, 1, d.int(1, 3))),
        "a batch": near(2, lambda d: inputs(d, d.int(3, 6), d.int(2, 4))),
    },
    mistakes={
        "The sign is flipped: the critic lowers the mean of the fakes less the mean of "
        "the real points.": variant(sign=-1),
        "The penalty looks at real points only. It belongs between a real point and a "
        "fake.": variant(where="real"),
        "The penalty looks at fakes only. It belongs between a real one and a fake.": (
            variant(where="fake")
        ),
        "The share belongs to the real point, and 1 - share to the fake.": variant(
            where="other end"
        ),
        "The penalty has no gradient for the weights: ask for create_graph=True.": (
            variant(graph=False)
        ),
        "Each point has a slope of its own: take the length along the last axis, then "
        "average.": variant(how="batch"),
        "You compare the squared length with 1. Compare the length.": variant(
            how="squares"
        ),
        "Slopes below 1 are penalized, too: do not clamp.": variant(how="clamped"),
        "The slope should be near 1, not near 0.": variant(to=0.0),
        "The weight of the penalty, 10, is missing.": variant(weight=1.0),
    },
    alternatives=(by_vmap, by_point),
    hints=(
        "First the place: share * real + (1 - share) * fake, then .detach() and "
        ".requires_grad_().",
        "torch.autograd.grad(D(place).sum(), place, create_graph=True) gives a tuple "
        "with one tensor, (N, d): a slope for each point.",
        "Its length is .norm(dim=1), (N,). The penalty is the mean of (length - 1) "
        "squared, times 10.",
    ),
    section="gan-cures",
)
