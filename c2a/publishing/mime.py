"""How outputs of a notebook's cells are shown on the page.

myst-nb finds ``BookRenderer`` through the entry point ``myst_nb.mime_renderers``.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from docutils import nodes

from c2a.claims import MIME as CLAIM
from c2a.publishing.statements import read_claims
from c2a.publishing.svg import inline_svg

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
# As in c2a.widgets.toolkit.interactive, which pages without figures do not load.
FIGURE = "application/vnd.c2a.figure+json"

NEEDS_KERNEL = (
    '<p class="c2a-kernel">This control needs a running notebook: '
    "open the chapter in JupyterLab or Colab.</p>"
)
VERDICTS: dict[str, tuple[str, str]] = {
    "holds": ("✓", "Holds"),
    "condition": ("◐", "True under a condition"),
    "wrong": ("✗", "Wrong as said"),
    "contested": ("?", "Contested"),
}


def raw(text: str) -> nodes.raw:
    """A piece of HTML as a node."""
    return nodes.raw("", text, format="html")


def still(svg: str, alt: str, prefix: str, css_class: str = "c2a-figure") -> str:
    """HTML of a picture that follows the colors of the page."""
    picture = inline_svg(svg, alt=alt, prefix=prefix)
    return f'<figure class="{css_class}">{picture}</figure>'


def verdict_mark(verdict: str) -> str:
    """A verdict as an icon and a word; the color alone would not reach everybody."""
    icon, words = VERDICTS[verdict]
    return (
        f'<span class="c2a-verdict" data-verdict="{verdict}">'
        f'<span aria-hidden="true">{icon}</span> {words}</span>'
    )


def claim_result(record: dict[str, Any]) -> str:
    """What a cell found about a claim, with mean and spread over seeds."""
    found = html.escape(record["found"])
    if "mean" in record:
        found += (
            f' <span class="c2a-spread">mean {record["mean"]:.3f}, standard '
            f"deviation {record['spread']:.3f}, n = {record['n']}</span>"
        )
    return found


class BookRenderer:
    """Figures inline, widgets with a still picture, claims with a link."""

    mime_priority_overrides = (("*", CLAIM, 1), ("*", FIGURE, 0))

    @staticmethod
    def handle_mime(
        renderer: Any, data: Any, inline: bool
    ) -> list[nodes.Element] | None:
        """Nodes for one MIME type of one output, or None to leave it to myst-nb."""
        if inline:
            return None
        if data.mime_type == "image/svg+xml":
            return _figure(renderer, data)
        if data.mime_type in {"image/png", "image/jpeg", "image/gif"}:
            return _photograph(renderer, data)
        if data.mime_type == FIGURE:
            return _interactive(renderer, data)
        if data.mime_type == WIDGET_VIEW:
            return [raw(NEEDS_KERNEL)]
        if data.mime_type == CLAIM:
            return _claim(renderer, data)
        return None


def _alt(renderer: Any, data: Any, mime_type: str) -> str:
    """Alt text from the output, else from the cell; a figure without it is a fault."""
    alt = data.output_metadata.get(mime_type, {}).get("alt", "")
    alt = alt or data.cell_metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    if not alt:
        renderer.logger.warning(
            f"the figure of cell {data.cell_index} has no alt text: show it with "
            "c2a.figures.show(figure, alt=..., caption=...)",
            subtype="alt",
            line=data.line,
        )
    return alt


def _prefix(data: Any) -> str:
    return f"c{data.cell_index}o{data.output_index}-"


def _figure(renderer: Any, data: Any) -> list[nodes.Element]:
    alt = _alt(renderer, data, "image/svg+xml")
    return [raw(still(data.string, alt, _prefix(data)))]


def _photograph(renderer: Any, data: Any) -> list[nodes.Element]:
    (image,) = renderer.render_image(data)
    image["alt"] = _alt(renderer, data, data.mime_type)
    return [image]


def _interactive(renderer: Any, data: Any) -> list[nodes.Element]:
    from c2a.publishing.widget import add_runtime
    from c2a.widgets.toolkit.interactive import container

    client = renderer.renderer.nb_client
    _, outputs = client.code_cell_outputs(data.cell_index)
    svg = outputs[data.output_index]["data"]["image/svg+xml"]
    alt = _alt(renderer, data, "image/svg+xml")
    picture = still(svg, alt, _prefix(data), "c2a-still")
    environment = renderer.renderer.sphinx_env
    add_runtime(environment, environment.docname)
    figure = data.content
    return [raw(container(figure["figure"], figure["state"], picture))]


def _claim(renderer: Any, data: Any) -> list[nodes.Element]:
    record = data.content
    claim_id = html.escape(record["id"], quote=True)
    up = "../" * renderer.renderer.sphinx_env.docname.count("/")
    mark = (
        verdict_mark(record["verdict"])
        if record["judged"]
        else '<span class="c2a-verdict">Not judged at this scale</span>'
    )
    says = html.escape(_says(renderer, record["id"]))
    return [
        raw(
            f'<p class="c2a-claim" data-verdict="{record["verdict"]}">'
            f'<q class="c2a-says">{says}</q> {mark} '
            f'<span class="c2a-found">{claim_result(record)}</span> '
            f'<a href="{up}fact-check.html#claim-{claim_id}">'
            f"Fact check: {claim_id}</a></p>"
        )
    ]


def _says(renderer: Any, claim_id: str) -> str:
    """The statement as it is usually made, from claims.yaml beside the chapters."""
    book = Path(renderer.renderer.sphinx_env.srcdir)
    if not (book / "claims.yaml").exists():
        return claim_id
    claims = [claim for group in read_claims(book).values() for claim in group]
    return next((c["says"] for c in claims if c["id"] == claim_id), claim_id)
