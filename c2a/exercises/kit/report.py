"""Messages of the exercises: rich in a notebook, plain text in a script."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

GOOD, BAD, NEUTRAL = "#2e7d32", "#c62828", "#607d8b"
_TICKED = re.compile(r"`([^`\n]+)`")


def as_html(text: str) -> str:
    """Text as HTML: escaped, and set as code where it stands between backticks."""
    return _TICKED.sub(r"<code>\1</code>", escape(text))


@dataclass(frozen=True)
class Block:
    """A paragraph, or, with a label, something to look at: an input, an array.

    With a link, a place to read at; with a picture, HTML that a notebook shows in
    place of the text.
    """

    text: str
    label: str = ""
    link: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Report:
    """A headline and the blocks below it. `passed` None: neither good nor bad."""

    headline: str
    passed: bool | None = None
    blocks: Sequence[Block] = field(default_factory=tuple)

    def __repr__(self) -> str:
        lines = [self.headline]
        for block in self.blocks:
            if not block.label:
                lines += [f"  {line}" for line in block.text.splitlines()]
            elif "\n" in block.text or not block.text:
                lines.append(f"  {block.label}:")
                lines += [f"    {line}" for line in block.text.splitlines()]
            else:
                lines.append(f"  {block.label}: {block.text}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        color = {True: GOOD, False: BAD, None: NEUTRAL}[self.passed]
        parts = [f"<p><strong>{as_html(self.headline)}</strong></p>"]
        for block in self.blocks:
            label, text = escape(block.label), as_html(block.text)
            if block.picture:
                parts.append(block.picture)
            elif block.link:
                parts.append(
                    f'<p>{label}: <a href="{escape(block.link)}">{text}</a></p>'
                )
            elif not block.text:
                parts.append(f"<p>{label}:</p>")
            elif block.label:
                parts.append(f"<p>{label}:</p><pre>{escape(block.text)}</pre>")
            else:
                parts.append(f"<p>{text}</p>")
        style = f"border-left: 4px solid {color}; padding-left: 1em"
        return f'<div class="c2a-report" style="{style}">{"".join(parts)}</div>'


def in_notebook() -> bool:
    """Whether there is somebody to show HTML and pictures."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return get_ipython() is not None


def display(report: Report) -> None:
    """Show a report: HTML where there is a notebook, else text on standard output."""
    if in_notebook():
        from IPython.display import display as display_rich

        display_rich(report)
    else:
        print(report)
