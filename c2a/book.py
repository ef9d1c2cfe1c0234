"""The one table of chapters; folders, pages, claims and the grader derive from it."""

from __future__ import annotations

from dataclasses import dataclass

from c2a.errors import C2AError

# The notebooks of chapters: two digits, a letter where a chapter is one of two, a name.
NOTEBOOKS = "[0-9][0-9]*-*.ipynb"


class ChapterError(C2AError):
    """There is no chapter of that name."""


@dataclass(frozen=True)
class Chapter:
    """A chapter of the book, written or planned.

    Attributes:
        slug: number and name, as ``"02-convolution"``: the name of its notebooks.
        title: its heading.
        question: what it answers, in one sentence.
        group: its claims, as ``book/claims.yaml`` calls them; chapters may share one.
    """

    slug: str
    title: str
    question: str
    group: str

    @property
    def number(self) -> str:
        """Two digits, as ``"02"``, with a letter where it is one of two: ``"13a"``."""
        return self.slug.partition("-")[0]

    @property
    def spoken(self) -> str:
        """The number as a sentence has it, as ``"2"`` or ``"13a"``."""
        return self.number.lstrip("0")

    @property
    def module(self) -> str:
        """What Python calls it, as ``"c02_convolution"``."""
        return "c" + self.slug.replace("-", "_")


CHAPTERS = (
    Chapter(
        "01-why-dense-fails",
        "Why dense layers fail",
        "What is lost when a picture becomes a list of numbers?",
        "dense",
    ),
    Chapter(
        "02-convolution",
        "Convolution",
        "What do you gain by using the same few weights everywhere?",
        "convolution",
    ),
    Chapter(
        "03-pooling",
        "Pooling",
        "What does it buy to throw positions away?",
        "pooling",
    ),
    Chapter(
        "04-receptive-fields",
        "Receptive fields",
        "How far does a unit really see?",
        "receptive-fields",
    ),
    Chapter(
        "05-lenet-to-alexnet",
        "LeNet to AlexNet",
        "What changed between reading checks and naming photographs?",
        "cnn-history",
    ),
    Chapter(
        "06-going-deeper",
        "Going deeper",
        "What do small kernels, batch norm and dropout do?",
        "cnn-history",
    ),
    Chapter(
        "07-resnet-to-convnext",
        "ResNet to ConvNeXt",
        "Why did depth stop helping, and what did skips change?",
        "cnn-history",
    ),
    Chapter(
        "08-recurrent-networks",
        "Recurrent networks",
        "How can a network remember what it has read?",
        "rnn",
    ),
    Chapter(
        "09-vanishing-gradients",
        "Vanishing gradients",
        "After how many steps is the past forgotten, and why?",
        "vanishing-gradients",
    ),
    Chapter(
        "10-lstm-gru",
        "LSTM and GRU",
        "What do gates repair?",
        "lstm-gru",
    ),
    Chapter(
        "11-deep-bidirectional",
        "Deep and bidirectional networks",
        "When does the future help, and how many layers?",
        "deep-bidirectional",
    ),
    Chapter(
        "12-seq2seq",
        "Sequence to sequence",
        "How does one sequence become another?",
        "seq2seq",
    ),
    Chapter(
        "13a-attention",
        "Attention",
        "What does it buy to let every token look at every other?",
        "transformers",
    ),
    Chapter(
        "13b-transformers",
        "Transformers",
        "What stands around attention, and what does all of it cost?",
        "transformers",
    ),
    Chapter(
        "14-vision-transformers",
        "Vision transformers",
        "Convolution or attention for ten thousand pictures?",
        "vit",
    ),
    Chapter(
        "15-transfer-learning",
        "Transfer learning",
        "When do borrowed features beat your own, and should you freeze them?",
        "transfer",
    ),
    Chapter(
        "16-autoencoders",
        "Autoencoders",
        "What must a network keep to rebuild a picture from a few numbers?",
        "autoencoders",
    ),
    Chapter(
        "17-gans",
        "Generative adversarial networks",
        "What can two networks learn by playing against each other?",
        "gans",
    ),
    Chapter(
        "18-diffusion",
        "Diffusion",
        "How does removing noise make pictures?",
        "diffusion",
    ),
    Chapter(
        "19-choosing",
        "Choosing an architecture",
        "Which network for which problem, and how do you know?",
        "choosing",
    ),
)


def chapter(number: str) -> Chapter:
    """The chapter with a number, as ``chapter("02")``.

    Raises:
        ChapterError: the book has no such chapter.
    """
    for each in CHAPTERS:
        if each.number == number:
            return each
    raise ChapterError(
        f"There is no chapter {number!r}: chapters are {CHAPTERS[0].number} to "
        f"{CHAPTERS[-1].number}."
    )
