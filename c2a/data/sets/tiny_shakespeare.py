"""Tiny Shakespeare: one million characters of plays (Karpathy, 2015)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from c2a.data.dataset import DataFile, DataSet


def _read(paths: Mapping[str, Path]) -> str:
    """The plays as one text of 1,115,394 characters, 65 different ones."""
    # Bytes, because reading as text would translate line ends on some systems.
    return paths["input.txt"].read_bytes().decode("ascii")


FULL = DataSet(
    name="tiny-shakespeare",
    title="Tiny Shakespeare",
    description="1.1 million characters from plays of Shakespeare, as one text.",
    license="public domain",
    citation=(
        "A. Karpathy. The unreasonable effectiveness of recurrent neural networks. "
        "2015. https://karpathy.github.io/2015/05/21/rnn-effectiveness/"
    ),
    source="https://github.com/karpathy/char-rnn",
    files=(
        DataFile(
            name="input.txt",
            size=1115394,
            sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            urls=(
                "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/"
                "tinyshakespeare/input.txt",
            ),
        ),
    ),
    read=_read,
)
