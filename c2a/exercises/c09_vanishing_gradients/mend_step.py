"""Exercise: a training step with clipping, and three bugs."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from c2a.exercises.kit import FORMS32, Draw, Group, Mistake, declare


def mend_step(model, x, y, optimizer, limit):
    """Zero, backward, clip all together, step."""
    loss = F.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), limit)
    optimizer.step()
    return norm.item()


def by_hand(model, x, y, optimizer, limit):
    """Right: the norm and the scaling written out."""
    optimizer.zero_grad()
    F.mse_loss(model(x), y).backward()
    gradients = [p.grad for p in model.parameters()]
    norm = sum(g.square().sum() for g in gradients) ** 0.5
    if norm > limit:
        for g in gradients:
            g.mul_(limit / norm)
    optimizer.step()
    return norm


def cleared_after(model, x, y, optimizer, limit):
    """Right: wiped before the first step, and after each."""
    model.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters()])
    torch.nn.utils.clip_grads_with_norm_(model.parameters(), limit, norm)
    optimizer.step()
    model.zero_grad()
    return float(norm)


def clipped_first(model, x, y, optimizer, limit):
    """Wrong: clips what the step before has left, or nothing."""
    loss = F.mse_loss(model(x), y)
    norm = nn.utils.clip_grad_norm_(model.parameters(), limit)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(norm)


def cleared_and_clipped_first(model, x, y, optimizer, limit):
    """Wrong: clips what was cleared just before."""
    optimizer.zero_grad()
    loss = F.mse_loss(model(x), y)
    norm = nn.utils.clip_grad_norm_(model.parameters(), limit)
    loss.backward()
    optimizer.step()
    return float(norm)


def as_given(model, x, y, optimizer, limit):
    """Wrong: the given code."""
    loss = F.mse_loss(model(x), y)
    norms = [nn.utils.clip_grad_norm_([p], limit) for p in model.parameters()]
    loss.backward()
    optimizer.step()
    return torch.stack(norms).norm().item()


def clipped_last(model, x, y, optimizer, limit):
    """Wrong: clips after the step."""
    loss = F.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return nn.utils.clip_grad_norm_(model.parameters(), limit).item()


def one_by_one(model, x, y, optimizer, limit):
    """Wrong: every parameter to the limit by itself."""
    loss = F.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    norms = [nn.utils.clip_grad_norm_([p], limit) for p in model.parameters()]
    optimizer.step()
    return torch.stack(norms).norm().item()


def never_cleared(model, x, y, optimizer, limit):
    """Wrong: the gradients of all steps add up."""
    F.mse_loss(model(x), y).backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), limit)
    optimizer.step()
    return norm.item()


def by_value(model, x, y, optimizer, limit):
    """Wrong: cuts each number."""
    loss = F.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    norm = sum(p.grad.square().sum() for p in model.parameters()) ** 0.5
    nn.utils.clip_grad_value_(model.parameters(), limit)
    optimizer.step()
    return norm.item()


def clipped_norm(model, x, y, optimizer, limit):
    """Wrong: tells the norm that is left."""
    return min(mend_step(model, x, y, optimizer, limit), limit)


def drive(mend_step, x, y, weight, limit, steps):
    """Steps of a linear model by plain gradient descent: norms and parameters."""
    x, y, weight = (torch.tensor(np.ascontiguousarray(each)) for each in (x, y, weight))
    model = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        model.weight.copy_(weight / 8)
        model.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    norms = [float(mend_step(model, x, y, optimizer, limit)) for _ in range(steps)]
    return norms, model.weight.detach(), model.bias.detach()


def task(d: Draw, steps: int, share: float):
    """A regression whose limit is this share of the first gradient's norm."""
    n, features, outputs = d.int(4, 6), d.int(2, 3), d.int(2, 3)
    x, weight = d.array(n, features), d.array(outputs, features)
    y = 2 + 3 * d.array(n, outputs)  # away from 0, so that the bias learns, too
    error = 2 * (x @ weight.T / 8 - y) / y.size
    norm = np.hypot(np.linalg.norm(error.T @ x), np.linalg.norm(error.sum(0)))
    return x, y, weight, float(share * norm), steps


EXERCISE = declare(
    "mend_step",
    "A clipped step with three bugs",
    mend_step,
    drive=drive,
    difficulty=2,
    minutes=10,
    trains=True,
    seconds=20.0,  # the first optimizer of a process takes its time to load
    forms=FORMS32,
    groups={
        "one step": Group(1, lambda d: task(d, 1, 0.3)),
        "several steps": Group(1, lambda d: task(d, 3, 0.3)),
        "nothing to clip": Group(1, lambda d: task(d, 2, 5.0), visible=1),
    },
    mistakes=[
        Mistake("All three bugs are still there.", as_given, whole=True),
        Mistake(
            "The gradients are clipped before `backward` has made them: the norm is "
            "that of gradients just cleared.",
            cleared_and_clipped_first,
        ),
        Mistake(
            "The gradients are clipped before `backward` has made them. The step then "
            "uses the new ones, at full length.",
            clipped_first,
        ),
        Mistake(
            "The gradients are clipped after the step has used them.", clipped_last
        ),
        Mistake(
            "Each parameter is clipped by itself. Hand all parameters to one call, so "
            "that the direction stays.",
            one_by_one,
        ),
        Mistake(
            "The gradients add up from step to step: nothing sets them to zero.",
            never_cleared,
        ),
        Mistake("Each number is cut at the limit. Clip by norm.", by_value),
        Mistake(
            "Return the norm from before the clipping: it shows when the limit was "
            "needed.",
            clipped_norm,
        ),
    ],
    alternatives=(by_hand, cleared_after),
    hints=(
        "Say aloud what each line does to the gradients. Which of them makes them, and "
        "which uses them?",
        "Clipping belongs between `backward` and `step`, and it must see all "
        "parameters at once.",
        "What are the gradients at the start of the second call?",
    ),
    section="explosion",
)
