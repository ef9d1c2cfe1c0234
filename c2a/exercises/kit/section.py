"""Where to read: a section of a chapter in words, and as a link.

Declarations know a section by its label, "02-convolution.html#output-size". Its title
stands in the chapter, if that is at hand: beside the exercises, or in the project.
"""

import json
import re
from functools import cache
from pathlib import Path

BESIDE = Path("..", "book")
PROJECT = Path(__file__).parents[3] / "book"
_HEADING = re.compile(r"^((?:\([^)\n]+\)=\n)+)\n*#{1,6} +(.+)$", re.MULTILINE)
_LABEL = re.compile(r"\(([^)\n]+)\)=")


def place(section: str) -> str:
    """A section in words: chapter 2, “How large is the output?”, else its label."""
    page, _, anchor = section.partition("#")
    number = page.removesuffix(".html").partition("-")[0].lstrip("0")
    heading = title(section) or anchor.replace("-", " ")
    return f"chapter {number}, “{heading}”" if heading else f"chapter {number}"


def title(section: str) -> str:
    """The words of the heading that a label stands at; empty if they are unknown."""
    page, _, anchor = section.partition("#")
    name = page.replace(".html", ".ipynb")
    for folder in (BESIDE, PROJECT):
        if found := _titles((folder / name).absolute()).get(anchor):
            return found
    return ""


def link(section: str) -> str:
    """A link to a section of the chapter beside the exercises; empty if there is none.

    JupyterLab finds a heading by its words, joined by hyphens.
    """
    page, _, anchor = section.partition("#")
    chapter = BESIDE / page.replace(".html", ".ipynb")
    if not chapter.exists():
        return ""
    words = re.sub(r"[`*$]", "", title(section)).replace(" ", "-")
    return f"{chapter.as_posix()}#{words or anchor}"


@cache
def _titles(notebook: Path) -> dict[str, str]:
    """A chapter's titles by label; a copy of a chapter has them in its metadata."""
    try:
        read = json.loads(notebook.read_text("utf-8"))
        prose = "\n\n".join(
            "".join(cell["source"])
            for cell in read["cells"]
            if cell["cell_type"] == "markdown"
        )
        known = dict(read["metadata"].get("c2a", {}).get("sections", {}))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}  # there is no such chapter, or somebody has broken it
    for labels, words in _HEADING.findall(prose):
        known |= dict.fromkeys(_LABEL.findall(labels), words.strip())
    return known
