"""The karate club, from the code of networkx."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from c2a.data.extract.packages import Packages
from c2a.data.extract.writing import write_arrays

NETWORKX = "networkx==3.6.1"

_PRINT = """
import json, networkx
graph = networkx.karate_club_graph()
clubs = [graph.nodes[node]["club"] for node in range(len(graph))]
print(json.dumps([sorted(sorted(edge) for edge in graph.edges), clubs]))
"""


def make(packages: Packages, folder: Path) -> None:
    """Write `karate-club.npz`: edges and, for each member, the club that they chose."""
    environment = os.environ | {"PYTHONPATH": str(packages.wheel(NETWORKX))}
    command = [sys.executable, "-c", _PRINT]
    printed = subprocess.check_output(command, env=environment, text=True)
    edges, clubs = json.loads(printed)
    labels = np.array([club == "Officer" for club in clubs], dtype=np.uint8)
    edges = np.array(edges, dtype=np.int64)
    write_arrays(folder / "karate-club.npz", {"edges": edges, "labels": labels})


def license_text(packages: Packages) -> str:
    info = packages.wheel(NETWORKX) / "networkx-3.6.1.dist-info"
    return (info / "licenses/LICENSE.txt").read_text("utf-8")
