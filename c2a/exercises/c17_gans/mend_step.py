"""Exercise: a step of training with three faults."""

from __future__ import annotations

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from c2a.exercises.kit import Draw, Group, Mistake, declare


def mend_step(G, D, real, noise, optimizer_G, optimizer_D):
    """A move of the discriminator, then one of the generator."""
    fake = G(noise).detach()
    loss = F.softplus(-D(real)).mean() + F.softplus(D(fake)).mean()
    optimizer_D.zero_grad()
    loss.backward()
    optimizer_D.step()
    loss = F.softplus(-D(G(noise))).mean()
    optimizer_G.zero_grad()
    loss.backward()
    optimizer_G.step()


def by_cross_entropy(G, D, real, noise, optimizer_G, optimizer_D):
    """Right: torch's cross-entropy, fakes made once."""
    entropy = nn.BCEWithLogitsLoss()
    optimizer_D.zero_grad()
    fake = G(noise)
    ones, zeros = torch.ones_like(real[:, :1]), torch.zeros_like(real[:, :1])
    (entropy(D(real), ones) + entropy(D(fake.detach()), zeros)).backward()
    optimizer_D.step()
    optimizer_G.zero_grad()
    entropy(D(fake), ones).backward()
    optimizer_G.step()


def by_logarithms(G, D, real, noise, optimizer_G, optimizer_D):
    """Right: as the formulas stand."""
    with torch.no_grad():
        fake = G(noise)
    for each in (optimizer_G, optimizer_D):
        each.zero_grad()
    value = torch.log(torch.sigmoid(D(real))).mean()
    value = value + torch.log(1 - torch.sigmoid(D(fake))).mean()
    (-value).backward()
    optimizer_D.step()
    optimizer_G.zero_grad()
    (-F.logsigmoid(D(G(noise)))).mean().backward()
    optimizer_G.step()


def variant(
    *, cut=False, flipped=False, asleep=False, wipe=True, old=False, half=False
):
    """The step with one thing or several done otherwise."""

    def step(G, D, real, noise, optimizer_G, optimizer_D):
        sign = -1 if flipped else 1

        def move_D():
            fake = G(noise).detach()
            loss = F.softplus(-sign * D(real)).mean()
            loss = loss + F.softplus(sign * D(fake)).mean()
            if wipe:
                optimizer_D.zero_grad()
            (loss / 2 if half else loss).backward()
            optimizer_D.step()

        def move_G(answers):
            loss = -F.softplus(answers).mean() if asleep else None
            loss = F.softplus(-answers).mean() if loss is None else loss
            if wipe:
                optimizer_G.zero_grad()
            loss.backward()
            optimizer_G.step()

        def answers():
            fake = G(noise)
            return D(fake.detach() if cut else fake)

        if old:  # asked before the discriminator has moved
            before = F.softplus(-D(G(noise))).mean()
            slopes = torch.autograd.grad(before, list(G.parameters()))
            move_D()
            for weight, slope in zip(G.parameters(), slopes, strict=True):
                weight.grad = slope
            optimizer_G.step()
        else:
            move_D()
            move_G(answers())

    return step


def drive(mend_step, real, noise, weights, rate, steps):
    """The players' weights after some steps of plain gradient descent."""
    G = nn.Linear(noise.shape[1], real.shape[1]).to(real.dtype)
    D = nn.Sequential(nn.Linear(real.shape[1], 3), nn.Tanh(), nn.Linear(3, 1))
    D.to(real.dtype)
    with torch.no_grad():
        both = [*G.parameters(), *D.parameters()]
        for own, given in zip(both, weights, strict=True):
            own.copy_(given / 4)  # so that no answer is certain
    optimizers = [torch.optim.SGD(net.parameters(), lr=rate) for net in (G, D)]
    for n in range(steps):
        mend_step(G, D, real.roll(n, 0), noise.roll(-n, 0), *optimizers)
    return {
        "generator": [each.detach() for each in G.parameters()],
        "discriminator": [each.detach() for each in D.parameters()],
    }


def inputs(d: Draw, steps: int) -> tuple:
    count, width = d.int(3, 5), d.int(1, 3)
    shapes = [(width, 2), (width,), (3, width), (3,), (1, 3), (1,)]
    weights = [d.tensor(*shape) for shape in shapes]
    return d.tensor(count, width), d.tensor(count, 2), weights, 0.5, steps


near = partial(Group, rtol=1e-4, atol=1e-4)

EXERCISE = declare(
    "mend_step",
    "A game that goes nowhere",
    mend_step,
    drive=drive,
    difficulty=3,
    minutes=25,
    trains=True,
    forms=("float32", "strided"),
    groups={
        "one step": near(3, lambda d: inputs(d, 1)),
        "several steps": near(2, lambda d: inputs(d, d.int(2, 4))),
    },
    mistakes=[
        Mistake(
            "The generator does not move, and the discriminator's sign is flipped: "
            "two of the given faults are left, or all three.",
            variant(cut=True, flipped=True, asleep=True),
            whole=True,
        ),
        Mistake(
            "No gradient reaches the generator: its fakes are detached. Detach in the "
            "discriminator's move only.",
            variant(cut=True),
        ),
        Mistake(
            "The discriminator's sign is flipped: it learns to call fakes real. Real "
            "points should get large logits.",
            variant(flipped=True),
        ),
        Mistake(
            "The generator's loss is the saturating one. The task asks for -ln D.",
            variant(asleep=True),
        ),
        Mistake(
            "Two are left: the discriminator's sign is flipped, and the generator's "
            "loss is the saturating one.",
            variant(flipped=True, asleep=True),
        ),
        Mistake(
            "No gradient is wiped: what earlier moves left is added. Call zero_grad() "
            "before each backward().",
            variant(wipe=False),
        ),
        Mistake(
            "The generator asks the discriminator as it was before its move. First the "
            "discriminator moves, then the generator asks it again.",
            variant(old=True),
        ),
        Mistake(
            "The discriminator's loss is half as large: it is the sum of two means, "
            "not one mean over all points.",
            variant(half=True),
        ),
        Mistake("Nobody moves: call step() on both optimizers.", lambda *given: None),
    ],
    alternatives=(by_cross_entropy, by_logarithms),
    hints=(
        "Print a weight of the generator before and after a step. Does it move at all?",
        "The discriminator lowers softplus(-D(real)) and softplus(D(fake)). Compare "
        "the signs.",
        "The generator lowers softplus(-D(G(noise))), and nothing between G and the "
        "loss may be detached.",
    ),
    section="gan-game",
)
