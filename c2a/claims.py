"""Claims are data: a cell asserts a statement, shows it and keeps it in its output.

The fact-check page of the book is built from the outputs that ``claim`` leaves behind.
"""

from __future__ import annotations

import html
import statistics
from collections.abc import Sequence
from typing import Literal

from IPython.display import display

from c2a.errors import C2AError
from c2a.scale import current_scale

Verdict = Literal["holds", "condition", "wrong", "contested"]

MIME = "application/vnd.c2a.claim+json"
VERDICT_WORDS: dict[str, str] = {
    "holds": "holds",
    "condition": "true under a condition",
    "wrong": "wrong as said",
    "contested": "contested",
}


class ClaimError(C2AError, AssertionError):
    """What the cell measured contradicts the verdict that the book gives."""


def claim(
    claim_id: str,
    passed: bool,
    *,
    verdict: Verdict,
    found: str,
    values: Sequence[float] = (),
) -> None:
    """Assert what the book says about a claim, show it, and store it in the output.

    Args:
        claim_id: the claim's name in ``book/claims.yaml``.
        passed: whether the measurement supports ``verdict``.
        verdict: what the book concludes about the statement as it is usually said.
        found: one sentence with the numbers found, formatted by the caller.
        values: the measurements over seeds, if any; their mean and sample standard
            deviation are stored and shown.

    Raises:
        ClaimError: ``passed`` is false. At the smoke scale nothing is judged.
    """
    judged = current_scale() != "smoke"
    if judged and not passed:
        raise ClaimError(
            f"The claim {claim_id!r} is published as {VERDICT_WORDS[verdict]!r}, "
            f"but this run does not support it: {found}"
        )
    record: dict[str, object] = {
        "id": claim_id,
        "verdict": verdict,
        "found": found,
        "judged": judged,
    }
    note = ""
    if len(values):  # an array has no truth value
        numbers = [float(value) for value in values]
        mean = statistics.fmean(numbers)
        spread = statistics.stdev(numbers) if len(numbers) > 1 else 0.0
        record |= {"mean": round(mean, 3), "spread": round(spread, 3)}
        record["n"] = len(numbers)
        note = (
            f" (mean {mean:.3f}, standard deviation {spread:.3f}, n = {len(numbers)})"
        )
    words = VERDICT_WORDS[verdict] if judged else "not judged at the smoke scale"
    badge = (
        f'<p class="c2a-claim" data-verdict="{verdict}"><b>Claim {claim_id}:</b> '
        f"<em>{words}.</em> {html.escape(found + note)}</p>"
    )
    text = f"Claim {claim_id}: {words}. {found}{note}"
    bundle = {MIME: record, "text/html": badge, "text/plain": text}
    display(bundle, raw=True)
