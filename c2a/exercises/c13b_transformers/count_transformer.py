"""Exercise: the parameters of any transformer."""

from collections.abc import Callable

import torch

from c2a.chapters.c13b_transformers import Stack, Transformer, Translator
from c2a.exercises.kit import Draw, Group, declare

KINDS = ("encoder-only", "decoder-only", "encoder-decoder")


def by_networks(kind: str, symbols: int, width: int, depth: int, context: int) -> int:
    """Right, and slow: counted on the chapter's own networks."""
    with torch.device("meta"):
        if kind == "encoder-decoder":
            net: Stack | Translator = Translator(
                symbols, symbols, width, depth, 1, context
            )
        else:
            net = Transformer(symbols, width, depth, 1, context)
    return sum(weights.numel() for weights in net.parameters())


def counter(
    attention: Callable[[int], int] = lambda d: 4 * d * d + 4 * d,
    feed: Callable[[int], int] = lambda d: 8 * d * d + 5 * d,
    norms: int = 2,
    last: int = 1,
    places: bool = True,
    head_bias: bool = True,
    head: bool = True,
    tied: bool = False,
    cross: bool = True,
    cross_norm: bool = True,
    entrances: int = 2,
) -> Callable[[str, int, int, int, int], int]:
    """A counter, right by default; the settings make its slips."""

    def count(kind: str, symbols: int, width: int, depth: int, context: int) -> int:
        block = attention(width) + feed(width) + norms * 2 * width
        entrance = symbols * width + places * context * width
        read_out = head * (symbols * width * (not tied) + head_bias * symbols)
        one = entrance + depth * block + last * 2 * width
        if kind != "encoder-decoder":
            return one + read_out
        extra = cross * attention(width) + cross_norm * 2 * width
        second = one + depth * extra - (2 - entrances) * entrance
        return one + second + read_out

    return count


reference = counter()


def by_parts(kind: str, symbols: int, width: int, depth: int, context: int) -> int:
    """Right: matrix by matrix, each with its bias."""

    def dense(inputs: int, outputs: int) -> int:
        return (inputs + 1) * outputs

    norm, entrance = 2 * width, (symbols + context) * width
    looking = sum(dense(width, width) for _ in "qkvo")
    block = looking + dense(width, 4 * width) + dense(4 * width, width) + 2 * norm
    total = entrance + depth * block + norm + dense(width, symbols)
    if kind == "encoder-decoder":
        total += entrance + depth * (block + looking + norm) + norm
    return total


def sizes(d: Draw, kind: str) -> tuple:
    # No two numbers are alike, so that no slip is right by luck.
    width = d.int(5, 9)
    return kind, width + d.int(20, 60), width, d.int(2, 4), width + d.int(7, 15)


EXERCISE = declare(
    "count_transformer",
    "Count any transformer",
    reference,
    difficulty=2,
    minutes=20,
    example=("decoder-only", 3, 2, 1, 4),
    groups={
        "no block": Group(
            1,
            lambda d: (d.choose(*KINDS[:2]), *sizes(d, "")[1:3], 0, d.int(15, 20)),
        ),
        "one stack": Group(
            1,
            lambda d: sizes(d, "encoder-only"),
            lambda d: sizes(d, "decoder-only"),
        ),
        "two stacks": Group(2, lambda d: sizes(d, "encoder-decoder")),
    },
    mistakes={
        "The biases of the dense layers are missing.": counter(
            lambda d: 4 * d * d, lambda d: 8 * d * d, head_bias=False
        ),
        "The stack has a norm of its own after the last block.": counter(last=0),
        "A norm has a weight and a bias: two numbers for each number of a token.": (
            lambda kind, symbols, width, depth, context: (
                reference(kind, symbols, width, depth, context)
                - width
                * ((2 * depth + 1) + (kind == "encoder-decoder") * (3 * depth + 1))
            )
        ),
        "The positions are learned, too: one vector for each place of the context.": (
            counter(places=False)
        ),
        "The read-out at the end has a matrix of its own, not that of the embedding, "
        "and a bias.": counter(head=False),
        "The read-out has a bias: one number for each symbol.": counter(
            head_bias=False
        ),
        "You have the bias of the read-out. Its matrix is not that of the embedding: "
        "count it, too.": counter(tied=True),
        "Each block of a decoder that reads a source has a second attention, with a "
        "norm.": counter(cross=False, cross_norm=False),
        "The second attention of the decoder has a norm of its own.": counter(
            cross_norm=False
        ),
        "Source and target have embeddings and positions of their own.": counter(
            entrances=1
        ),
    },
    alternatives=(by_networks, by_parts),
    hints=(
        "A block has 12 d² + 13 d. What does a stack have besides its blocks?",
        "Besides: symbols * d for the tokens, context * d for the places, 2 d for the "
        "last norm; and the read-out, symbols * d + symbols.",
        "The encoder is a stack without a read-out. The decoder's blocks have one more "
        "attention, 4 d² + 4 d, and one more norm, 2 d.",
    ),
    section="transformer-count",
    forbidden=("torch", "c2a"),
    instead="Count with arithmetic.",
)
