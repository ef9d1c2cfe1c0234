"""The instructor's page: how a class did, and where to look."""

import base64
import hashlib
from collections.abc import Sequence
from statistics import median

from c2a.grading.feedback import TEMPLATES, Look, page_name, templates
from c2a.grading.records import Change
from c2a.grading.similar import Pair
from c2a.grading.statistics import BINS, Statistics

TALLEST = 120  # height of the highest bar, in the units of the drawing


def overview(
    statistics: Statistics,
    look: Look,
    protection: str,
    changes: Sequence[Change] = (),
    pairs: Sequence[Pair] = (),
) -> str:
    """Write the overview of a class as self-contained HTML."""
    script = TEMPLATES.joinpath("search.js").read_text(encoding="utf-8")
    digest = hashlib.sha256(script.encode()).digest()
    points = [row.points for row in statistics.rows if row.points is not None]
    template = templates().get_template("overview.html")
    return template.render(
        **vars(look),
        **{"class": statistics},
        median=median(points) if points else None,
        bars=_bars(statistics.histogram),
        troubles=[row for row in statistics.rows if row.status != "graded"],
        protection=protection,
        changes=changes,
        pairs=pairs,
        page_name=lambda student: f"feedback/{page_name(student)}",
        script=script,
        script_hash=base64.b64encode(digest).decode(),
    )


def _bars(counts: Sequence[int]) -> list[dict[str, object]]:
    highest = max(*counts, 1)
    bars = []
    for number, count in enumerate(counts):
        height = round(TALLEST * count / highest, 1)
        label = f"{number * 100 // BINS}–{(number + 1) * 100 // BINS}"
        x, y = 10 + number * 60, round(150 - height, 1)
        bars.append({"x": x, "y": y, "height": height, "label": label, "count": count})
    return bars
