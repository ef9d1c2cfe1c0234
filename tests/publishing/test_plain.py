"""Downloaded notebooks hold nothing that only the site's builder can read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from c2a.publishing.plain import Library, plain

ROOT = Path(__file__).parents[2]
RAW = re.compile(
    r"\{[a-z:]+\}`|^\([\w-]+\)=|^[`:]{3,}\{|\$\$ *\([\w-]+\)", re.MULTILINE
)

LIBRARY = Library(
    site="https://example.org/book",
    headings={
        "02-convolution": {"output-size": "How large is the output?"},
        "03-pooling": {"why": "Why pool?", "a-part-of-it": "A part of it"},
    },
    sources={
        "he2016": ("He et al., 2016", "https://doi.org/10.1/he"),
        "waibel1989": ("Waibel, 1989", ""),
    },
)


def written(text: str, library: Library = LIBRARY) -> str:
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    copy = plain({"cells": [cell], "metadata": {}}, "03-pooling", library)
    assert cell["source"] == text
    return copy["cells"][0]["source"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            "A {term}`kernel` and {term}`strides <stride>`.",
            "A [kernel](https://example.org/book/glossary.html#term-kernel) and "
            "[strides](https://example.org/book/glossary.html#term-stride).",
        ),
        (
            "Skips {cite:p}`he2016,waibel1989` help.",
            "Skips ([He et al., 2016](https://doi.org/10.1/he); Waibel, 1989) help.",
        ),
        ("{cite:t}`he2016` add.", "[He et al. (2016)](https://doi.org/10.1/he) add."),
        (
            "See {doc}`data page <data>`, {doc}`chapter 2 <02-convolution>`.",
            "See [data page](https://example.org/book/data.html), "
            "[chapter 2](02-convolution.ipynb).",
        ),
        (
            "{ref}`output-size`, {ref}`here <why>`",
            "[How large is the output?](02-convolution.ipynb"
            "#How-large-is-the-output?), [here](#Why-pool?)",
        ),
        (
            "[output size](../book/02-convolution.ipynb#output-size)",
            "[output size](../book/02-convolution.ipynb#How-large-is-the-output?)",
        ),
        ("[below](#a-part-of-it)", "[below](#A-part-of-it)"),
        ("[page](readers.md)", "[page](https://example.org/book/readers.html)"),
        ("[x](https://a.org/b.md)", "[x](https://a.org/b.md)"),
        ("(why)=\n## Why pool?", "## Why pool?"),
        (
            "$$\ny = x\n$$ (eq-one)\n\nand $$z$$ so {eq}`eq-one`",
            "$$ y = x \\tag{1} $$\n\nand $$z$$ so (1)",
        ),
        (
            "```{admonition} Note\n:class: tip\nWith {term}`kernel`.\n```",
            "> **Note**\n>\n> With "
            "[kernel](https://example.org/book/glossary.html#term-kernel).",
        ),
        (
            "```{dropdown} More\nHidden.\n```",
            "<details><summary>More</summary>\n\nHidden.\n\n</details>",
        ),
        ("````{div} a\n```{note}\nIn.\n```\n````", "> **Note**\n>\n> In."),
        ("```python\nx = '{term}`a`'\n```", "```python\nx = '{term}`a`'\n```"),
        ("`torch` and `a[b](c)`", "`torch` and `a[b](c)`"),
    ],
)
def test_written_for_every_notebook_program(raw: str, expected: str) -> None:
    assert written(raw) == expected


def test_without_a_site_words_remain() -> None:
    bare = Library(headings=LIBRARY.headings)
    text = "{term}`kernel`, {doc}`data page <data>`, [us](readers.md), {cite:p}`he2016`"
    assert written(text, bare) == "kernel, data page, us, (he2016)"


@pytest.fixture(scope="module")
def library() -> Library:
    """Headings and sources of the book."""
    notebooks = [
        (each.stem, json.loads(each.read_text("utf-8")))
        for each in sorted((ROOT / "book").glob("*.ipynb"))
    ]
    return Library.of(ROOT / "book", notebooks, "")


@pytest.mark.parametrize(
    "path",
    [p for folder in ("book", "exercises") for p in (ROOT / folder).glob("*.ipynb")],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_nothing_raw_remains_in_a_notebook_of_the_book(
    library: Library, path: Path
) -> None:
    copy = plain(json.loads(path.read_text("utf-8")), path.stem, library)
    for cell in copy["cells"]:
        if cell["cell_type"] == "markdown":
            assert RAW.findall(cell["source"]) == []
            for target in re.findall(
                r"02-convolution\.ipynb#([^)]+)\)", cell["source"]
            ):
                assert target[0].isupper(), f"no heading has the label {target}"
