"""Exercise: a residual block with three bugs, of a network that does not learn."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from c2a.exercises.kit import Draw, Group, Mistake, declare


def norm(z):
    """Batch norm with the statistics of the batch, no learned scale."""
    return F.batch_norm(z, None, None, training=True)


def mend_block(x, w1, w2, projection, stride):
    """The block of the chapter."""
    y = F.relu(norm(F.conv2d(x, w1, stride=stride, padding=1)))
    y = norm(F.conv2d(y, w2, padding=1))
    if projection is not None:
        x = norm(F.conv2d(x, projection, stride=stride))
    return F.relu(x + y)


def shortcut_first(x, w1, w2, projection, stride):
    """Right: the way around before the way through, by clamp and einsum."""
    around = x
    if projection is not None:
        seen = x[:, :, ::stride, ::stride]
        around = norm(torch.einsum("ncij,oc->noij", seen, projection[:, :, 0, 0]))
    inner = norm(F.conv2d(x, w1, None, stride, 1)).clamp(min=0)
    return (around + norm(F.conv2d(inner, w2, None, 1, 1))).clamp(min=0)


def by_modules(x, w1, w2, projection, stride):
    """Right: with torch's modules and its own statistics."""

    def layer(z, w, s, p):
        z = F.conv2d(z, w, stride=s, padding=p)
        mean = z.mean((0, 2, 3), keepdim=True)
        variance = z.var((0, 2, 3), keepdim=True, unbiased=False)
        return (z - mean) / (variance + 1e-5).sqrt()

    change = layer(torch.relu(layer(x, w1, stride, 1)), w2, 1, 1)
    around = x if projection is None else layer(x, projection, stride, 0)
    return torch.relu(change + around)


def as_given(x, w1, w2, projection, stride):
    """The code of the task, with its three bugs."""
    x = F.relu(norm(F.conv2d(x, w1, stride=stride, padding=1)))
    y = F.relu(norm(F.conv2d(x, w2, padding=1)))
    if projection is not None:
        x = F.conv2d(x, projection, stride=stride)
    return F.relu(x + y)


def variant(*, skip="x", early_relu=False, projection_norm=True,
            last_relu=True, second_norm=True):  # fmt: skip
    """The block with one thing or several done otherwise."""

    def block(x, w1, w2, projection, stride):
        y = F.relu(norm(F.conv2d(x, w1, stride=stride, padding=1)))
        x = y if skip == "inner" else x
        y = F.conv2d(y, w2, padding=1)
        y = norm(y) if second_norm else y
        if projection is not None:
            x = F.conv2d(x, projection, stride=stride)
            x = norm(x) if projection_norm else x
        y = F.relu(y) if early_relu else y
        y = y if skip == "none" else x + y
        return F.relu(y) if last_relu else y

    return block


def drive(mend_block, x, w1, w2, projection, stride):
    """The output, and the gradient that reaches the input."""
    x = x.clone().requires_grad_()
    y = mend_block(x, w1, w2, projection, stride)
    weights = torch.arange(y.numel(), dtype=y.dtype).reshape(y.shape).cos()
    (gradient,) = torch.autograd.grad((y * weights).sum(), x)
    return y.detach(), gradient


def inputs(d: Draw, projected: bool, stride: int) -> tuple:
    c = d.int(2, 4)
    out = c + 2 if projected else c
    weights = d.tensor(out, c, 3, 3), d.tensor(out, out, 3, 3)
    around = d.tensor(out, c, 1, 1) if projected else None
    return d.tensor(3, c, 6, 6), *weights, around, stride


EXERCISE = declare(
    "mend_block",
    "A ResNet that does not learn",
    mend_block,
    drive=drive,
    difficulty=3,
    minutes=20,
    forms=("float32", "strided"),
    groups={
        "same shape": Group(2, lambda d: inputs(d, False, 1), rtol=1e-3, atol=1e-3),
        "projection": Group(
            2, lambda d: inputs(d, True, d.int(1, 2)), rtol=1e-3, atol=1e-3
        ),
    },
    mistakes=[
        Mistake("This is the given code, bugs and all.", as_given, whole=True),
        Mistake(
            "The first layer overwrites `x`, so the skip carries what lies inside the "
            "block. It must carry the block's input around both layers.",
            variant(skip="inner"),
        ),
        Mistake(
            "The skip is mended. Two bugs are left: one in F, one on the way around.",
            variant(early_relu=True, projection_norm=False),
        ),
        Mistake(
            "F ends in a ReLU here: it can only add, so the sum grows from block to "
            "block. The ReLU comes after the addition.",
            variant(early_relu=True),
        ),
        Mistake(
            "The projection has no batch norm: it drowns F, or F drowns it.",
            variant(projection_norm=False),
        ),
        Mistake("The ReLU after the addition is missing.", variant(last_relu=False)),
        Mistake("The skip is gone: this is a plain block.", variant(skip="none")),
        Mistake("The second layer lacks its batch norm.", variant(second_norm=False)),
    ],
    alternatives=(shortcut_first, by_modules),
    hints=(
        "Draw the block as the given code has it, with an arrow for each use of `x`.",
        "What is `x` in the last line? Which of its values should the skip carry?",
        "Which signs can F(x) have in the given code? And in the chapter's?",
        "Every convolution of the chapter has a batch norm behind it. Every one.",
    ),
    section="residual-block",
)
