"""What the build writes: self-contained pages, without torch, in seconds."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

CHAPTER = "90-fixture.html"


class _Links(HTMLParser):
    """Ids of a page and the links on it."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        """Collect ids and addresses."""
        values = dict(attributes)
        if "id" in values:
            self.ids.append(values["id"])
        for name in ("href", "src"):
            if values.get(name):
                self.links.append(values[name])


def _read(page: Path) -> _Links:
    parser = _Links()
    parser.feed(page.read_text("utf-8"))
    return parser


def test_links_on_the_site_lead_somewhere(site: Path) -> None:
    pages = {page.name: _read(page) for page in site.glob("*.html")}
    missing = []
    for name, page in pages.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            target = target.partition("?")[0] or name
            if re.match(r"[a-z]+:", target) or target.startswith("notebooks/"):
                continue
            found = (site / target).exists()
            if anchor and target in pages:
                found = anchor in pages[target].ids
            if not found:
                missing.append((name, link))
    assert missing == []


def test_ids_are_unique_on_each_page(site: Path) -> None:
    for page in site.glob("*.html"):
        ids = _read(page).ids
        assert len(ids) == len(set(ids)), page.name


def test_every_page_has_a_title_and_its_own_description(site: Path) -> None:
    descriptions = {}
    for page in site.glob("*.html"):
        if page.name == "search.html":
            continue
        text = page.read_text("utf-8")
        assert re.search(r"<title>[^<]+</title>", text), page.name
        (description,) = re.findall(r'<meta name="description" content="([^"]+)"', text)
        assert 40 <= len(description) <= 170, page.name
        descriptions[page.name] = description
    assert len(set(descriptions.values())) == len(descriptions)


def test_mathematics_is_rendered_without_errors(site: Path) -> None:
    text = (site / CHAPTER).read_text("utf-8")
    assert 'class="katex"' in text
    for page in site.glob("*.html"):
        assert "katex-error" not in page.read_text("utf-8"), page.name


def test_equations_are_numbered_by_chapter(site: Path) -> None:
    text = (site / CHAPTER).read_text("utf-8")
    assert re.findall(r'<span class="eqno">\((\d+)\)', text) == ["1", "2"]


def test_figures_are_inline_and_described(site: Path) -> None:
    text = (site / CHAPTER).read_text("utf-8")
    figures = re.findall(r'<figure class="c2a-figure"><svg role="img"[^>]*>', text)
    assert len(figures) == 2
    assert "&quot;the top&quot;" in figures[0]
    assert 'alt="A small square of one even blue"' in text


def test_claims_link_to_the_fact_check_and_back(site: Path) -> None:
    chapter = (site / CHAPTER).read_text("utf-8")
    facts = (site / "fact-check.html").read_text("utf-8")
    assert 'href="fact-check.html#claim-conv-sharing"' in chapter
    assert f'href="{CHAPTER}#claim-conv-sharing"' in facts
    assert 'id="claim-conv-sharing"' in chapter
    assert "mean 0.913, standard deviation 0.004, n = 5" in facts
    assert "convolution is equivariant, &lt;not&gt; invariant" in facts


def test_every_data_set_is_credited(site: Path) -> None:
    from c2a.data import DATASETS

    text = html.unescape((site / "data.html").read_text("utf-8"))
    for data_set in DATASETS.values():
        assert data_set.title in text
        assert data_set.license in text
        assert data_set.citation in text


def test_chapter_says_how_it_was_run(site: Path) -> None:
    text = (site / CHAPTER).read_text("utf-8")
    assert "Ran in 71 s on a test processor, one thread" in text
    assert "torch 2.13.0" in text
    assert "2026-01-31" in text


def test_chapter_says_how_long_it_takes_below_its_title(site: Path) -> None:
    text = (site / CHAPTER).read_text("utf-8")
    below = text.partition("</h1>")[2][:200]
    assert "5 minutes to read, 71 seconds to run." in below


def test_machinery_and_deeper_sections_are_closed(site: Path) -> None:
    text = (site / CHAPTER).read_text("utf-8")
    (deeper,) = re.findall(r'<details class="deeper">.*?</details>', text, re.DOTALL)
    assert "flipped" in deeper
    assert "More for the few" in deeper
    assert "Self-check" not in deeper
    contents = text.partition('aria-label="On this page"')[2]
    assert "Deeper: why the kernel is flipped" in contents
    claim = text.partition('id="claim-conv-sharing"')[2]
    assert claim.lstrip(">\n ").startswith("<details")


def test_without_addresses_there_are_no_launch_buttons(site: Path) -> None:
    for page in site.glob("*.html"):
        text = page.read_text("utf-8")
        assert "colab.research.google.com" not in text
        assert "issues/new" not in text


def test_static_folder_holds_only_what_pages_load(site: Path) -> None:
    names = {path.name for path in (site / "_static").iterdir()}
    assert "fontawesome.js" not in names
    # Weights are fetched when a figure asks for them; tests/weights bounds their size.
    # A page loads its own figures only, so each of them is bounded.
    files = [p for p in (site / "_static").rglob("*") if p.is_file()]
    sizes = {p: p.stat().st_size for p in files if p.parent.name != "weights"}
    figures = {p: size for p, size in sizes.items() if p.parent.name == "figures"}
    assert max(figures.values()) < 100_000
    assert sum(sizes.values()) - sum(figures.values()) < 700_000


@pytest.mark.slow
def test_addresses_bring_launch_and_errata_links(
    project: Path, tmp_path: Path, build_site: Callable
) -> None:
    copy = tmp_path / "project"
    (copy / "book").mkdir(parents=True)
    shutil.copytree(project / "book/_static", copy / "book/_static")
    shutil.copy(project / "book/90-fixture.ipynb", copy / "book")
    shutil.copy(project / "_config.yml", copy)
    (copy / "book/index.md").write_text("# A book of one chapter\n")
    toc = {"format": "jb-book", "root": "index", "chapters": [{"file": "90-fixture"}]}
    (copy / "_toc.yml").write_text(yaml.safe_dump(toc))
    # It complains that what the chapter refers to is missing, and writes the page.
    build_site(
        copy,
        C2A_REPOSITORY="https://github.com/OWNER/BOOK/",
        C2A_SITE="https://example.org/book/",
    )
    text = (copy / "_build/html" / CHAPTER).read_text("utf-8")
    assert (
        "https://colab.research.google.com/github/OWNER/BOOK/blob/gh-pages/"
        "notebooks/book/90-fixture.ipynb" in text
    )
    assert "https://github.com/OWNER/BOOK/issues/new" in text
