"""Exercise: a fine-tuning with three bugs."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from c2a.exercises.kit import Draw, Group, Mistake, Tensor, declare


def mend_finetune(body, head, pictures, labels, rate, steps):
    """Scaled input, a body in evaluation mode, an optimizer over both."""
    x = (pictures - 127) / 128
    parameters = [*body.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=rate)
    for _ in range(steps):
        head.train()
        body.eval()
        loss = F.cross_entropy(head(body(x)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return body, head


def in_one(body, head, pictures, labels, rate, steps):
    """Right: one network, its gradients taken by hand."""
    net = nn.Sequential(body, head).eval()
    x = pictures.float().sub(127).div(128)
    learned = list(net.parameters())
    for _ in range(steps):
        loss = F.cross_entropy(net(x), labels)
        gradients = torch.autograd.grad(loss, learned)
        with torch.no_grad():
            for parameter, gradient in zip(learned, gradients, strict=True):
                parameter -= rate * gradient
    return body, head


def two_groups(body, head, pictures, labels, rate, steps):
    """Right: two groups of parameters, and the mode set once before the loop."""
    groups = [{"params": body.parameters()}, {"params": head.parameters()}]
    optimizer = torch.optim.SGD(groups, lr=rate)
    body.eval()
    batch = pictures / 128 - 127 / 128
    for _ in range(steps):
        optimizer.zero_grad(set_to_none=False)
        F.cross_entropy(head(body(batch)), labels).backward()
        optimizer.step()
    return body, head


def variant(scale="right", mode="eval", learns="both", momentum=0.1):
    """The function with some of the bugs left."""

    def finetune(body, head, pictures, labels, rate, steps):
        x = {
            "right": (pictures - 127) / 128,
            "unit": pictures / 255,
            "signed": pictures / 127.5 - 1,
        }[scale]
        parts = {"both": [body, head], "head": [head], "body": [body]}[learns]
        parameters = [p for part in parts for p in part.parameters()]
        optimizer = torch.optim.SGD(parameters, lr=rate)
        body[1].momentum = momentum
        for _ in range(steps):
            head.train()
            body.train(mode == "train")
            loss = F.cross_entropy(head(body(x)), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return body, head

    return finetune


def drive(mend_finetune, pictures, labels, weight, classes, rate, steps, watched):
    """What has moved, and by how much, in the head or in all that is `watched`."""
    torch.manual_seed(0)
    inputs, width = pictures.shape[1], weight.shape[0]
    body = nn.Sequential(nn.Linear(inputs, width), nn.BatchNorm1d(width), nn.ReLU())
    head = nn.Linear(width, classes)
    with torch.no_grad():
        body[0].weight.copy_(weight)
        body[0].bias.zero_()
        head.weight.copy_(
            torch.linspace(-1, 1, head.weight.numel()).view_as(head.weight)
        )
        head.bias.zero_()
    start = body[0].weight.detach().clone(), head.weight.detach().clone()
    found = mend_finetune(body.train(), head.train(), pictures, labels, rate, steps)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise TypeError("Return the two networks: body, head.")
    tuned, top = found
    if not isinstance(top, nn.Linear):
        raise TypeError("Return body and head, in this order.")
    low, high = (
        layer.weight.detach() - before
        for layer, before in zip((tuned[0], top), start, strict=True)
    )
    moved = {
        "running mean of the body": tuned[1].running_mean.detach(),
        "change of the head's weights": high,
    }
    if watched == "all":
        moved["change of the body's weights"] = low
    return moved


def task(d: Draw, steps: int, watched: str = "all") -> tuple:
    n, inputs, width, classes = d.int(4, 8), d.int(3, 5), d.int(3, 5), d.int(2, 4)
    pictures = Tensor(d.rng.integers(0, 256, (n, inputs)).astype("float32"))
    labels = Tensor(d.rng.integers(0, classes, n))
    weight = Tensor(d.rng.uniform(-1, 1, (width, inputs)).astype("float32"))
    return pictures, labels, weight, classes, d.choose(0.1, 0.05, 0.2), steps, watched


EXERCISE = declare(
    "mend_finetune",
    "Mend a fine-tuning",
    mend_finetune,
    drive=drive,
    difficulty=3,
    minutes=20,
    forms=("float32",),
    groups={
        "the head's first step": Group(
            2,
            lambda d: task(d, 1, "head"),
            rtol=1e-3,
            atol=1e-5,
            visible=1,
            hidden=2,
        ),
        "body and head": Group(
            2,
            lambda d: task(d, 1),
            lambda d: task(d, d.int(2, 4)),
            rtol=1e-3,
            atol=1e-5,
            visible=1,
            hidden=1,
        ),
    },
    mistakes=[
        Mistake(
            "This is the given code, bugs and all.",
            variant("unit", "train", "head"),
            whole=True,
        ),
        Mistake(
            "The statistics of the body's batch norm have moved. It needs evaluation "
            "mode while you train.",
            variant(mode="train"),
        ),
        Mistake(
            "The body's weights never move. The optimizer has to know them, and they "
            "need gradients.",
            variant(learns="head"),
        ),
        Mistake(
            "The head's weights never move: the optimizer knows the body only.",
            variant(learns="body"),
        ),
        Mistake(
            "The statistics stand still, but training mode still uses those of the "
            "batch. The body needs evaluation mode.",
            variant(mode="train", momentum=0.0),
        ),
        Mistake(
            "The body expects (value - 127) / 128, as it was trained. You feed it "
            "numbers from 0 to 1.",
            variant(scale="unit"),
        ),
        Mistake(
            "From -1 to 1, but not quite as the body was trained: (value - 127) / 128.",
            variant(scale="signed"),
        ),
        Mistake(
            "One bug is mended: the input. Two are left: what the optimizer knows, and "
            "the mode of the body.",
            variant("right", "train", "head"),
        ),
        Mistake(
            "The mode is mended. Two bugs are left: the input's scale, and what the "
            "optimizer knows.",
            variant("unit", "eval", "head"),
        ),
        Mistake(
            "The optimizer is mended. Two bugs are left: the input's scale, and the "
            "mode of the body.",
            variant("unit", "train", "both"),
        ),
    ],
    alternatives=(in_one, two_groups),
    hints=(
        "Go through the given code with three questions: what goes in, who is "
        "updated, and what changes without an update?",
        "What did the borrowed network see when it was trained? Look at `preprocess`.",
        "An optimizer updates what it was given when it was made, and nothing else.",
        "Weights move by the optimizer. Running statistics move by every forward pass "
        "in training mode.",
    ),
    section="transfer-strategies",
)
