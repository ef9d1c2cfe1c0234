"""Exercise: the parameters of any ResNet, from its plan alone."""

from __future__ import annotations

from c2a.exercises.kit import Draw, Group, declare


def counted(
    kind, counts, width, classes, *, norm=2, projection="changed",
    projection_norm=True, head_bias=True,
):  # fmt: skip
    """The count, right by default; each setting is a slip."""

    def conv(c_in, c_out, k, norm=norm):
        return c_in * c_out * k * k + norm * c_out

    total, c = conv(3, width, 7), width
    for stage, count in enumerate(counts):
        inner = width * 2**stage
        out = inner if kind == "basic" else 4 * inner
        for block in range(count):
            if kind == "basic":
                total += conv(c, inner, 3) + conv(inner, inner, 3)
            else:
                total += conv(c, inner, 1) + conv(inner, inner, 3) + conv(inner, out, 1)
            projected = {
                "changed": c != out,
                "never": False,
                "every block": True,
                "every stage": block == 0,
                "later stages": block == 0 and stage > 0,
            }
            if projected[projection]:
                total += conv(c, out, 1, norm if projection_norm else 0)
            c = out
    return total + c * classes + (classes if head_bias else 0)


def reference(kind, counts, width, classes):
    """Layer by layer."""
    return counted(kind, counts, width, classes)


def by_list(kind, counts, width, classes):
    """Right: first all convolutions as (in, out, kernel), then one sum."""
    convs, c = [(3, width, 7)], width
    for stage, count in enumerate(counts):
        inner = width << stage
        out = inner * (4 if kind == "bottleneck" else 1)
        for _ in range(count):
            if kind == "bottleneck":
                convs += [(c, inner, 1), (inner, inner, 3), (inner, out, 1)]
            else:
                convs += [(c, inner, 3), (inner, inner, 3)]
            if c != out:
                convs.append((c, out, 1))
            c = out
    return sum(o * (i * k * k + 2) for i, o, k in convs) + (c + 1) * classes


def by_torch(kind, counts, width, classes):
    """Right: built on the meta device and counted."""
    import torch
    from torch import nn

    with torch.device("meta"):
        parts, c = [nn.Conv2d(3, width, 7, bias=False), nn.BatchNorm2d(width)], width
        for stage, count in enumerate(counts):
            inner = width * 2**stage
            wide = 1 if kind == "basic" else 4
            sizes = (3, 3) if kind == "basic" else (1, 3, 1)
            for _ in range(count):
                shapes = [c, *[inner] * (len(sizes) - 1), wide * inner]
                pairs = zip(shapes, shapes[1:], sizes, strict=False)
                for a, b, k in pairs:
                    parts += [nn.Conv2d(a, b, k, bias=False), nn.BatchNorm2d(b)]
                if c != wide * inner:
                    parts += [nn.Conv2d(c, wide * inner, 1, bias=False)]
                    parts += [nn.BatchNorm2d(wide * inner)]
                c = wide * inner
        parts.append(nn.Linear(c, classes))
    return sum(p.numel() for part in parts for p in part.parameters())


def slip(**setting):
    def wrong(kind, counts, width, classes):
        return counted(kind, counts, width, classes, **setting)

    return wrong


def plan(d: Draw, kind: str) -> tuple:
    counts = [d.int(1, 4) for _ in range(d.int(2, 4))]
    return kind, counts, d.choose(8, 16, 32, 64), d.int(2, 1000)


EXERCISE = declare(
    "count_resnet",
    "Count any ResNet",
    reference,
    difficulty=3,
    minutes=25,
    groups={
        "basic": Group(
            2, lambda d: plan(d, "basic"), ("basic", [2, 2, 2, 2], 64, 1000)
        ),
        "bottleneck": Group(
            2, lambda d: plan(d, "bottleneck"), ("bottleneck", [3, 4, 6, 3], 64, 1000)
        ),
    },
    mistakes={
        "The projection shortcuts are missing.": slip(projection="never"),
        "The projections lack their batch norm.": slip(projection_norm=False),
        "Batch norm is missing: a scale and a shift for each channel.": slip(norm=0),
        "The running mean and variance are not parameters: nothing learns them by "
        "gradient.": slip(norm=4),
        "The dense layer lacks its biases.": slip(head_bias=False),
        "Every block has a projection here. It is needed only where the shape "
        "changes.": slip(projection="every block"),
        "The first basic block needs no projection: as many channels arrive as "
        "leave.": slip(projection="every stage"),
        "The first bottleneck needs a projection, too: `width` channels arrive and "
        "four times as many leave.": slip(projection="later stages"),
    },
    alternatives=(by_list, by_torch),
    hints=(
        "Write a small function for one convolution with its batch norm: weights "
        "c_in * c_out * k * k, and 2 * c_out.",
        "Keep the number of channels that arrive in a variable. A projection is needed "
        "where it differs from what the block puts out.",
        "In a bottleneck network the very first block has a projection, too: 64 "
        "channels arrive, 256 leave.",
    ),
    section="resnet-count",
    forbidden=("torch",),
    instead="Sums and products of whole numbers are enough.",
)
