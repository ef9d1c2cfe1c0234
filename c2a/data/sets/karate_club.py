"""Who met whom in a karate club that split in two: a small real graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from c2a.data.dataset import DataFile, DataSet
from c2a.data.forms import ShowsShapes, read_npz


@dataclass(frozen=True, eq=False, repr=False)
class Graph(ShowsShapes):
    """34 members, 78 friendships.

    edges (78, 2): int64, the two ends of each edge, which has no direction and is
    listed once, the smaller number first. labels (34,): int64, indices into
    `class_names`, the club that each joined after the split. There is no fixed test
    part: with 34 nodes, draw the labeled ones many times and report the spread.
    """

    edges: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...] = ("Mr. Hi", "officers")


def _read(paths: Mapping[str, Path]) -> Graph:
    arrays = read_npz(paths["karate-club.npz"])
    return Graph(arrays["edges"], arrays["labels"].astype(np.int64))


KARATE_CLUB = DataSet(
    name="karate-club",
    title="Karate club",
    description=(
        "34 members of a karate club, the 78 pairs that met outside it, and which "
        "side each took when it split."
    ),
    license="as distributed with networkx: BSD-3-Clause",
    license_file="networkx.txt",
    citation=(
        "W. W. Zachary. An information flow model for conflict and fission in small "
        "groups. Journal of Anthropological Research 33:452-473, 1977."
    ),
    source="https://networkx.org/documentation/stable/reference/generators.html",
    files=(
        DataFile(
            name="karate-club.npz",
            size=600,
            sha256="671e5b8bc73b0b64a123da02ef668c3328a0999a6b074c2aa4f4924832ef58aa",
        ),
    ),
    read=_read,
)
