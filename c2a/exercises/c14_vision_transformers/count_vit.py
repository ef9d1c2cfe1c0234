"""Exercise: the parameters of any vision transformer, from its plan alone."""

from __future__ import annotations

from c2a.exercises.kit import Draw, Group, declare


def counted(
    side, patch, channels, width, depth, hidden, classes, *, cls=1, place=1,
    norms=2, last_norm=True, attention=4, attention_bias=4, head_bias=True,
    mlp_bias=True, all_channels=True,
):  # fmt: skip
    """The count, right by default; each setting is a slip."""
    embed = ((channels if all_channels else 1) * patch**2 + 1) * width
    places = ((side // patch) ** 2 + place) * width
    heads = attention * width**2 + min(attention, attention_bias) * width
    mlp = 2 * width * hidden + (width + hidden if mlp_bias else 0)
    block = heads + mlp + norms * 2 * width
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


def plan(d: Draw, channels: int, fourfold: bool, blocks: bool = True) -> tuple:
    patch, width = d.choose(4, 8, 14, 16), d.choose(48, 64, 192, 384)
    hidden = 4 * width if fourfold else d.choose(2, 3) * width + d.int(1, 40)
    side, depth = patch * d.int(2, 16), d.int(2, 24) if blocks else 0
    return side, patch, channels, width, depth, hidden, d.int(2, 1000)


EXERCISE = declare(
    "count_vit",
    "Count any vision transformer",
    reference,
    difficulty=2,
    minutes=25,
    groups={
        "no blocks": Group(
            1, (4, 2, 1, 3, 0, 12, 2), lambda d: plan(d, 3, True, blocks=False)
        ),
        "four times as wide": Group(
            2, (4, 2, 3, 2, 2, 8, 2), lambda d: plan(d, 3, True)
        ),
        "any": Group(
            2, lambda d: plan(d, d.choose(1, 2, 4), False), (28, 4, 1, 40, 3, 160, 10)
        ),
    },
    mistakes={
        "Around the blocks one vector of the width is missing: the class token, its "
        "place, the biases of the patch layer, or half of the last norm.": slip(cls=0),
        "Around the blocks two vectors of the width are missing: the last norm, or the "
        "class token and its place.": slip(last_norm=False),
        "The dense layer at the end has biases: one for each class.": slip(
            head_bias=False
        ),
        "A patch holds all channels of its pixels.": slip(all_channels=False),
        "In each block two vectors of the width are missing: there are two norms, each "
        "with a scale and a shift.": slip(norms=1),
        "In each block four vectors of the width are missing: the biases of the four "
        "dense layers of attention, or both norms.": slip(norms=0),
        "In each block one vector is missing: the layer behind the heads has biases, "
        "too.": slip(attention_bias=3),
        "In each block one dense layer of attention is missing: the one behind the "
        "heads.": slip(attention=3),
        "The dense pair has biases: `hidden` of them, and one for each of the "
        "width.": slip(mlp_bias=False),
        "The dense pair is `hidden` wide, which is not always four times the "
        "width.": fourfold,
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
