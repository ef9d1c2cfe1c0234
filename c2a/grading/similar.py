"""Submissions that resemble one another: a place to look, never a verdict.

The text of the answers is compared after what says nothing about its origin is gone:
comments, docstrings, white space and the names of variables. RapidFuzz measures the
share of the text that two answers have in common; short answers look alike by nature
and are left out.
"""

import hashlib
import keyword
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

SHORTEST = 200  # characters of normalized answers; less is alike by nature
ALIKE = 95.0  # percent of the text in common
MOST = 2_000  # different answers compared in pairs; beyond, only equal ones are found
LISTED = 200
LONGEST = 20_000  # characters of source that are compared

_DROPPED = re.compile(r'"""[\s\S]*?"""|' r"'''[\s\S]*?'''|#[^\n]*")
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Pair:
    """Two students whose answers resemble each other by `percent`."""

    percent: float
    one: str
    other: str


def normalized(source: str) -> str:
    """Reduce Python to its structure: names numbered, comments and docstrings gone.

    >>> normalized("def f(x):  # twice\\n    return 2 * x")
    'def v0 ( v1 ) : return 2 * v1'
    """
    tokens = _TOKEN.findall(_DROPPED.sub("", source[:LONGEST]))
    numbers: dict[str, str] = {}
    return " ".join(
        numbers.setdefault(token, f"v{len(numbers)}")
        if token.isidentifier() and not keyword.iskeyword(token)
        else token
        for token in tokens
    )


def similar(answers: Mapping[str, str]) -> list[Pair]:
    """Compare students' normalized answers, most alike first, at most LISTED pairs.

    Args:
        answers: text by student.
    """
    from rapidfuzz import fuzz, process

    same: dict[str, list[str]] = defaultdict(list)
    texts: dict[str, str] = {}
    for student, text in sorted(answers.items()):
        if len(text) >= SHORTEST:
            key = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
            same[key].append(student)
            texts[key] = text
    pairs = [
        Pair(100.0, group[0], other) for group in same.values() for other in group[1:]
    ]
    keys = sorted(texts, key=lambda key: len(texts[key]))
    if len(keys) <= MOST:
        ordered = [texts[key] for key in keys]
        percents = process.cdist(
            ordered, ordered, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.float32
        )
        rows, columns = np.nonzero(np.triu(percents, k=1))
        pairs += [
            Pair(float(percents[i, j]), same[keys[i]][0], same[keys[j]][0])
            for i, j in zip(rows, columns, strict=True)
        ]
    pairs.sort(key=lambda pair: (-pair.percent, pair.one, pair.other))
    return pairs[:LISTED]
