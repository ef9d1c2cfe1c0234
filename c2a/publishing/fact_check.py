"""The fact-check page: every claim of the book with what its cell found.

Built from ``claims.yaml`` and from the outputs that ``c2a.claims.claim`` left in the
notebooks. A claim that no cell has judged is listed as not yet judged.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from c2a.book import CHAPTERS
from c2a.publishing.mime import VERDICTS, claim_result, raw, verdict_mark
from c2a.publishing.statements import Claim, cells_of, read_claims, stored

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """What a cell found about a claim, and the page that shows the cell."""

    page: str
    record: dict[str, Any]


def read_findings(page: str, notebook: Path) -> dict[str, Finding]:
    """The judged claims of a notebook, by claim id."""
    records = (record for cell in cells_of(notebook) for record in stored(cell))
    return {
        record["id"]: Finding(page, record) for record in records if record["judged"]
    }


def title(group: str) -> str:
    """The heading of a group of claims: the chapters that settle it."""
    return ", ".join(each.title for each in CHAPTERS if each.group == group)


def summary(claims: dict[str, list[Claim]], findings: dict[str, Finding]) -> str:
    """HTML that says how many claims there are and how they were judged."""
    total = sum(len(group) for group in claims.values())
    counts = Counter(finding.record["verdict"] for finding in findings.values())
    items = "".join(
        f'<li data-verdict="{verdict}"><b>{counts[verdict]}</b> '
        f"{verdict_mark(verdict)}</li>"
        for verdict in VERDICTS
    )
    left = total - len(findings)
    count = f"{len(findings)} of {total} statements judged so far."
    if left:
        items += (
            f'<li><b>{left}</b> <span class="c2a-verdict">Not yet judged</span></li>'
        )
    else:
        count = f"{total} statements, all of them judged."
    return f'<p class="c2a-count">{count}</p><ul class="c2a-tally">{items}</ul>'


def entry(claim: Claim, finding: Finding | None) -> str:
    """HTML of one claim: the statement, the verdict, what was found, where."""
    claim_id = escape(claim["id"], quote=True)
    says = f'<p class="c2a-says">“{escape(claim["says"])}”</p>'
    if finding is None:
        return (
            f'<div class="c2a-fact open" id="claim-{claim_id}">{says}'
            '<p><span class="c2a-verdict">Not yet judged</span></p></div>'
        )
    record = finding.record
    surprise = ""
    if record["verdict"] != claim["verdict"]:
        expected = VERDICTS[claim["verdict"]][1].lower()
        surprise = f" <em>We expected: {expected}.</em>"
    return (
        f'<div class="c2a-fact" id="claim-{claim_id}" '
        f'data-verdict="{record["verdict"]}">{says}'
        f"<p>{verdict_mark(record['verdict'])}{surprise} "
        f'<span class="c2a-found">{claim_result(record)}</span> '
        f'<a href="{escape(finding.page, quote=True)}.html#claim-{claim_id}">'
        f'See the cell<span class="visually-hidden"> of {claim_id}</span></a></p></div>'
    )


class FactCheckDirective(SphinxDirective):
    """The whole list of claims."""

    def run(self) -> list[nodes.Node]:
        """A section for each group of claims."""
        book = Path(self.env.srcdir)
        self.env.note_dependency(str(book / "claims.yaml"))
        claims = read_claims(book)
        findings: dict[str, Finding] = {}
        for page in sorted(self.env.found_docs):
            source = Path(self.env.doc2path(page))
            if source.suffix == ".ipynb":
                self.env.note_dependency(str(source))
                findings |= read_findings(page, source)
        known = {claim["id"] for group in claims.values() for claim in group}
        for claim_id in sorted(findings.keys() - known):
            LOGGER.warning(
                "%s judges the claim %r, which claims.yaml does not list",
                findings[claim_id].page,
                claim_id,
            )
        result: list[nodes.Node] = [raw(summary(claims, findings))]
        for group, entries in claims.items():
            section = nodes.section(ids=[nodes.make_id(f"group {group}")])
            section += nodes.title("", title(group))
            section += [raw(entry(c, findings.get(c["id"]))) for c in entries]
            result.append(section)
        return result


def _anchor_claim_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give each cell that judges a claim an anchor, so that it can be linked."""
    for cell in doctree.findall(nodes.container):
        tags = cell.get("cell_metadata", {}).get("tags", ())
        for tag in tags:
            if tag.startswith("claim-"):
                cell["ids"].append(tag)


def setup(app: Sphinx) -> None:
    """Register the directive and the anchors it links to."""
    app.add_directive("c2a-fact-check", FactCheckDirective)
    app.connect("doctree-read", _anchor_claim_cells)
