"""Exercise: gradients cut down to size, by value and by norm."""

from __future__ import annotations

import numpy as np
import torch

from c2a.exercises.kit import Draw, Group, declare, given, raising_like


def reference(gradients, limit, how):
    """All arrays scaled by one number, or each entry cut; ValueError if impossible."""
    if limit <= 0 or how not in ("norm", "value"):
        raise ValueError("the limit is above 0, and how is norm or value")
    if how == "value":
        return [np.clip(g, -limit, limit) for g in gradients]
    norm = np.sqrt(sum((g.astype(np.float64) ** 2).sum() for g in gradients))
    return [g * (limit / max(norm, limit)) for g in gradients]


def by_torch(gradients, limit, how):
    """Right: torch's two functions, on parameters that carry the gradients."""
    if limit <= 0 or how not in {"norm", "value"}:
        raise ValueError("impossible")
    parameters = []
    for g in gradients:
        copy = torch.tensor(np.ascontiguousarray(g), dtype=torch.float64)
        parameters.append(torch.zeros_like(copy, requires_grad=True))
        parameters[-1].grad = copy
    if how == "norm":
        torch.nn.utils.clip_grad_norm_(parameters, limit)
    else:
        torch.nn.utils.clip_grad_value_(parameters, limit)
    return [p.grad.numpy() for p in parameters]


def by_flat_vector(gradients, limit, how):
    """Right: everything in one long vector, cut up again afterwards."""
    if not limit > 0:
        raise ValueError("limit")
    flat = np.concatenate([np.ravel(g) for g in gradients]).astype(float)
    if how == "value":
        flat = np.minimum(np.maximum(flat, -limit), limit)
    elif how == "norm":
        norm = np.linalg.norm(flat)
        flat = flat * limit / norm if norm > limit else flat
    else:
        raise ValueError("how")
    ends = np.cumsum([g.size for g in gradients])
    parts = np.split(flat, ends[:-1])
    return [part.reshape(g.shape) for part, g in zip(parts, gradients, strict=True)]


def each_alone(gradients, limit, how):
    return [reference([g], limit, how)[0] for g in gradients]


def always_scaled(gradients, limit, how):
    if how == "value":
        return reference(gradients, limit, how)
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g * limit / norm if norm > 0 else g for g in gradients]


def one_sided(gradients, limit, how):
    if how == "norm":
        return reference(gradients, limit, how)
    return [np.minimum(g, limit) for g in gradients]


def sum_of_norms(gradients, limit, how):
    if how == "value":
        return reference(gradients, limit, how)
    norm = sum(np.linalg.norm(np.ravel(g)) for g in gradients)
    return [g * (limit / max(norm, limit)) for g in gradients]


def largest_entry(gradients, limit, how):
    if how == "value":
        return reference(gradients, limit, how)
    top = max(abs(g).max() for g in gradients)
    return [g * (limit / max(top, limit)) for g in gradients]


def to_length_one(gradients, limit, how):
    if how == "value" or norm_of(gradients) <= limit:
        return reference(gradients, limit, how)
    return [g / norm_of(gradients) for g in gradients]


def unchecked(gradients, limit, how):
    return [np.clip(g, -abs(limit), abs(limit)) for g in gradients]


def arrays(d: Draw, count: int):
    """Arrays of one to three axes, entries not all of one size."""
    return [
        d.array(*(d.int(1, 3) for _ in range(d.int(1, 3)))) * (1 + 2 * i)
        for i in range(count)
    ]


def norm_of(gradients) -> float:
    return float(np.sqrt(sum((g.astype(float) ** 2).sum() for g in gradients)))


def below(d: Draw, how: str, count: int, share: tuple[float, ...] = (0.2, 0.5)):
    """Gradients, and a limit below their norm, or below their largest entry."""
    while True:
        gradients = arrays(d, count)
        most = norm_of(gradients)
        if how == "value":
            most = max(abs(g).max() for g in gradients)
        # A norm that a millionth, which libraries add lest they divide by 0, spares.
        if most > 0.2 and min(g.min() for g in gradients) < -share[-1] * most:
            return gradients, float(d.choose(*share) * most), how


def above(d: Draw):
    gradients = arrays(d, d.int(1, 3))
    return gradients, 3.0 * (norm_of(gradients) or 1.0), "norm"


def impossible(d: Draw):
    gradients, limit, how = below(d, d.choose("norm", "value"), 2)
    return d.choose(
        (gradients, 0.0, how), (gradients, -limit, how), (gradients, 1, "l1")
    )


EXERCISE = declare(
    "clip_gradients",
    "Clip by value, clip by norm",
    reference,
    difficulty=2,
    forms=("float64", "float32", "strided", "fortran", "large"),
    minutes=15,
    example=([np.array([3.0, 4.0]), np.array([[12.0]])], 6.5, "norm"),
    groups={
        "value": Group(1, lambda d: below(d, "value", 2)),
        "norm": Group(1, lambda d: below(d, "norm", 1)),
        "several": Group(2, lambda d: below(d, "norm", d.int(2, 4))),
        "small and zero": Group(
            1,
            above,
            lambda d: below(d, "norm", 2),
            ([np.zeros((2, 2)), np.zeros(3)], 1.0, "norm"),
            visible=1,
        ),
        "impossible": Group(1, impossible, lambda d: below(d, "norm", 2)),
    },
    mistakes={
        "Each array is clipped by itself. The norm is that of all gradients "
        "together, as of one long vector, so that their direction stays.": each_alone,
        "The gradient is always scaled to the limit. One that is short enough stays as "
        "it is: clipping never lifts.": raising_like(reference, always_scaled),
        "What is too long comes out with norm 1. Its norm should be the limit.": (
            raising_like(reference, to_length_one)
        ),
        "Only values above the limit are cut. Those below -limit are as "
        "large.": raising_like(reference, one_sided),
        "The norms of the arrays are added. Add their squares, and take the root of "
        "the sum.": raising_like(reference, sum_of_norms),
        "The largest entry is taken for the norm.": raising_like(
            reference, largest_entry
        ),
        "You clip by value where the norm was asked for.": raising_like(
            reference, given(reference, how="value")
        ),
        "This limit or this `how` makes no sense. Raise ValueError.": unchecked,
    },
    alternatives=(by_torch, by_flat_vector),
    hints=(
        "By value: np.clip, from -limit to limit, array by array.",
        "By norm: add up the squares of all entries of all arrays first. One number "
        "then multiplies every array.",
        "That number is limit / norm where the norm is above the limit, and 1 "
        "elsewhere. Try it on zeros.",
    ),
    section="explosion",
    forbidden=("torch",),
    instead="NumPy is enough.",
)
