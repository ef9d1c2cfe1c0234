"""Notebooks as plain Markdown: roles, labels and directives become words and links.

JupyterLab, Colab and VS Code show them as they are written. In the copies for download
a term becomes its words, a source a link to the publication, an equation gets its
number, and a link to a section goes where notebooks have their anchors.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pybtex.database import Entry
from pybtex.database.input.bibtex import Parser

Notebook = dict[str, Any]

_HEADING = re.compile(r"^((?:\([^)\n]+\)=\n)*)#{1,6} +(.+)$", re.MULTILINE)
_LABELS = re.compile(r"^\(([^)\n]+)\)=\n", re.MULTILINE)
_ROLE = re.compile(r"\{([a-z:]+)\}`([^`]+)`")
_TITLED = re.compile(r"(.+?)\s*<([^>]+)>$", re.DOTALL)
_EQUATION = re.compile(r"\$\$(.+?)\$\$ *\(([\w-]+)\)", re.DOTALL)
_DIRECTIVE = re.compile(
    r"^(`{3,}|:{3,})\{([\w:-]+)\} *(.*)\n((?:.*\n)*?)\1 *$", re.MULTILINE
)
_OPTION = re.compile(r"^:[\w-]+:.*\n?", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
_CODE = re.compile(r"^(`{3,})(?![`{]).*?^\1 *$|`[^`\n]+`", re.DOTALL | re.MULTILINE)


@dataclass
class Library:
    """What links and citations lead to.

    Attributes:
        site: address of the book's site, or empty.
        headings: the words of the heading that a label or an anchor of the page names,
            by notebook (its file name without suffix).
        sources: authors with year, and address, of each publication.
    """

    site: str = ""
    headings: dict[str, dict[str, str]] = field(default_factory=dict)
    sources: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, book: Path, notebooks: Iterable[tuple[str, Notebook]], site: str
    ) -> Library:
        """Read the headings of notebooks, by name, and the sources below ``book``."""
        library = cls(site, {name: headings(nb) for name, nb in notebooks})
        for path in sorted(book.glob("sources/*.bib")):
            for key, entry in Parser().parse_file(str(path)).entries.items():
                library.sources[key] = source(entry)
        return library

    def page(self, name: str, anchor: str = "") -> str:
        """Address of a page on the site, or empty where the site has none."""
        end = f"#{anchor}" if anchor else ""
        return f"{self.site}/{name}.html{end}" if self.site else ""


def markdown(notebook: Notebook) -> str:
    """The prose of a notebook."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def headings(notebook: Notebook) -> dict[str, str]:
    """The words of each heading, by its labels and by its anchor on the page."""
    found = {}
    for labels, words in _HEADING.findall(markdown(notebook)):
        anchor = re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-")
        for name in (anchor, *_LABELS.findall(labels)):
            found[name] = words.strip()
    return found


def source(entry: Entry) -> tuple[str, str]:
    """Authors with year, such as "He et al., 2016", and address of a publication."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join(person.last_names).strip("{}") for person in people]
    who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    fields = entry.fields
    address = fields.get("url", "")
    if doi := fields.get("doi"):
        address = f"https://doi.org/{doi}"
    return f"{who or fields.get('title', '')}, {fields.get('year', '')}", address


def plain(notebook: Notebook, name: str, library: Library) -> Notebook:
    """A copy of a notebook in Markdown that every notebook program shows.

    Args:
        notebook: the notebook as JSON.
        name: its file name without suffix.
        library: where links lead.
    """
    labels = [label for _, label in _EQUATION.findall(markdown(notebook))]
    numbers = {label: number for number, label in enumerate(labels, 1)}
    writer = _Writer(name, library, numbers)
    cells = [
        {**cell, "source": _outside_code("".join(cell["source"]), writer.text)}
        if cell["cell_type"] == "markdown"
        else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Apply ``change`` to text in which code is put aside."""
    kept: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        if match[0].startswith("`") and text[: match.start()].endswith("}"):
            return match[0]  # the content of a role
        kept.append(match[0])
        return f"\x00{len(kept) - 1}\x00"

    changed = change(_CODE.sub(put_aside, text))
    return re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match[1])], changed)


@dataclass
class _Writer:
    """Writes the prose of one notebook."""

    name: str
    library: Library
    numbers: dict[str, int]

    def text(self, text: str) -> str:
        text = _LABELS.sub("", text)
        text = _EQUATION.sub(self._equation, text)
        while _DIRECTIVE.search(text):  # from the outermost to what it holds
            text = _DIRECTIVE.sub(self._directive, text)
        text = _LINK.sub(self._link, text)
        return _ROLE.sub(self._role, text)

    def _equation(self, match: re.Match[str]) -> str:
        body = match[1].rstrip()
        return f"$$ {body.strip()} \\tag{{{self.numbers[match[2]]}}} $$"

    def _directive(self, match: re.Match[str]) -> str:
        _, kind, title, body = match.groups()
        body = _OPTION.sub("", body).strip()
        if kind == "dropdown":
            summary = f"<summary>{html.escape(title)}</summary>"
            return f"<details>{summary}\n\n{body}\n\n</details>"
        heading = title if kind in {"admonition", "tab-item"} else kind.title()
        if kind in {"div", "tab-set", "grid"}:
            return body
        lines = [f"**{heading}**", "", *body.splitlines()]
        return "\n".join(f"> {line}".rstrip() for line in lines)

    def _link(self, match: re.Match[str]) -> str:
        words, target = match.groups()
        path, _, anchor = target.partition("#")
        name = Path(path).stem if path else self.name
        if ":" in target:
            return match[0]
        if path.endswith(".md"):
            address = self.library.page(name, anchor)
            return f"[{words}]({address})" if address else words
        heading = self.library.headings.get(name, {}).get(anchor)
        return f"[{words}]({path}{_anchor(heading)})" if heading else match[0]

    def _role(self, match: re.Match[str]) -> str:
        kind, content = match.groups()
        titled = _TITLED.match(content)
        words, target = titled.groups() if titled else ("", content)
        if kind.startswith("cite"):
            return self._citation(kind, target)
        if kind == "eq":
            return f"({self.numbers.get(target, target)})"
        if kind == "term":
            address = self.library.page("glossary", f"term-{target.replace(' ', '-')}")
            return _linked(words or target, address)
        if kind == "doc":
            if target in self.library.headings:
                return _linked(words or target, f"{target}.ipynb")
            return _linked(words or target, self.library.page(target))
        if kind == "ref":
            return self._reference(words, target)
        return words or target

    def _reference(self, words: str, label: str) -> str:
        order = sorted(self.library.headings, key=lambda name: name != self.name)
        for name in order:
            if heading := self.library.headings[name].get(label):
                file = "" if name == self.name else f"{name}.ipynb"
                return f"[{words or heading}]({file}{_anchor(heading)})"
        return words or label

    def _citation(self, kind: str, keys: str) -> str:
        cited = []
        for key in keys.split(","):
            words, address = self.library.sources.get(key.strip(), (key.strip(), ""))
            if kind == "cite:t":
                who, _, year = words.rpartition(", ")
                words = f"{who} ({year})" if who else words
            cited.append(_linked(words, address))
        return "; ".join(cited) if kind == "cite:t" else f"({'; '.join(cited)})"


def _linked(words: str, address: str) -> str:
    return f"[{words}]({address})" if address else words


def _anchor(heading: str) -> str:
    """Where JupyterLab finds a heading: its words joined by hyphens, not encoded."""
    words = re.sub(r"[`*$]", "", heading).replace(" ", "-")
    return "#" + re.sub(r"([()])", r"\\\1", words)
