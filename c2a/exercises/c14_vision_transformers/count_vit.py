"""Exercise: the parameters of any vision transformer, from its plan alone."""

from __future__ import annotations

from c2a.exercises.kit import Draw, Group, declare


def counted(
    side, patch, channels, width, depth, hidden, classes, *, cls=1, place=1,
    norms=2, last_norm=True, attention_bias=4, patch_bias=True, head_bias=True,
    mlp_bias=True, square=True,
):  # fmt: skip
    """The count, right by default; each setting is a slip."""
    pixels = channels * patch * (patch if square else 1)
    embed = pixels * width + (width if patch_bias else 0)
    places = ((side // patch) ** 2 + place) * width
    attention = 4 * width**2 + attention_bias * width
    mlp = 2 * width * hidden + (width + hidden if mlp_bias else 0)
    block = attention + mlp + norms * 2 * width
    head = width * classes + (classes if head_bias else 0)
    last = 2 * width if last_norm else 0
    return embed + cls * width + places + depth * block + last + head


def reference(side, patch, channels, width, depth, hidden, classes):
    """Part by part."""
    return counted(side, patch, channels, width, depth, hidden, classes)


def by_layers(side, patch, channels, width, depth, hidden, classes):
    """Right: every dense layer as (in + 1) * out, every norm as a pair of vectors."""
    layers = [(channels * patch**2, width), (width, classes)]
    for _ in range(depth):
        layers += [(width, width)] * 4 + [(width, hidden), (hidden, width)]
    vectors = 1 + 1 + (side // patch) * (side // patch) + 2 * (2 * depth + 1)
    return sum((a + 1) * b for a, b in layers) + vectors * width


def by_torch(side, patch, channels, width, depth, hidden, classes):
    """Right: torch's own encoder on the meta device, and what stands around it."""
    import torch
    from torch import nn

    with torch.device("meta"):
        layers = [
            nn.TransformerEncoderLayer(width, 1, hidden, norm_first=True)
            for _ in range(depth)
        ]
        around = [nn.Conv2d(channels, width, patch), nn.LayerNorm(width)]
        parts = [*layers, *around, nn.Linear(width, classes)]
    places = (side // patch) ** 2 + 2
    return sum(p.numel() for part in parts for p in part.parameters()) + places * width


def fourfold(side, patch, channels, width, depth, hidden, classes):
    return counted(side, patch, channels, width, depth, 4 * width, classes)


def slip(**setting):
    def wrong(side, patch, channels, width, depth, hidden, classes):
        plan = side, patch, channels, width, depth, hidden, classes
        return counted(*plan, **setting)

    return wrong


def plan(d: Draw, channels: int, fourfold: bool) -> tuple:
    patch, width = d.choose(4, 8, 14, 16), d.choose(48, 64, 192, 384)
    hidden = 4 * width if fourfold else d.choose(2, 3) * width + d.int(1, 40)
    side, depth = patch * d.int(2, 16), d.int(1, 24)
    return side, patch, channels, width, depth, hidden, d.int(2, 1000)


EXERCISE = declare(
    "count_vit",
    "Count any vision transformer",
    reference,
    difficulty=2,
    minutes=25,
    groups={
        "four times as wide": Group(
            3, lambda d: plan(d, 3, True), (224, 16, 3, 768, 12, 3072, 1000)
        ),
        "any": Group(
            2, lambda d: plan(d, d.choose(1, 2, 4), False), (28, 4, 1, 40, 3, 160, 10)
        ),
    },
    mistakes={
        "One vector of the width is missing: the class token, its place, or the biases "
        "of the patch layer.": slip(cls=0),
        "Two vectors of the width are missing: those of the last norm, or the class "
        "token and its place.": slip(last_norm=False),
        "In each block four vectors of the width are missing: the biases of the four "
        "dense layers of attention, or scale and shift of the two norms.": slip(
            norms=0
        ),
        "In each block one vector is missing: the layer behind the heads has biases, "
        "too.": slip(attention_bias=3),
        "The dense pair has biases: `hidden` of them, and one for each of the "
        "width.": slip(mlp_bias=False),
        "The dense pair is `hidden` wide, which is not always four times the "
        "width.": fourfold,
        "The dense layer at the end has biases: one for each class.": slip(
            head_bias=False
        ),
        "A patch is a square: patch * patch pixels.": slip(square=False),
    },
    alternatives=(by_layers, by_torch),
    hints=(
        "A dense layer from a to b numbers has (a + 1) * b parameters, its biases "
        "included. A norm has two numbers for each of the width.",
        "A block: four dense layers from width to width, two for the dense pair, two "
        "norms.",
        "Around the blocks: the patch layer, the class token, a place for each patch "
        "and for the class token, one norm, the head.",
    ),
    section="vit-model",
    forbidden=("torch",),
    instead="Sums and products of whole numbers are enough.",
)
