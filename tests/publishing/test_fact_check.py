"""The list of claims, built from what notebooks stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from c2a.publishing import fact_check
from c2a.publishing.fact_check import Finding
from c2a.publishing.mime import CLAIM, VERDICTS

CLAIMS = {
    "convolution": [
        {"id": "one", "verdict": "holds", "says": "A & B", "show": "-"},
        {"id": "two", "verdict": "holds", "says": "C", "show": "-"},
    ],
    "vit": [{"id": "three", "verdict": "wrong", "says": "D", "show": "-"}],
}
RECORD = {"id": "one", "verdict": "holds", "found": "1 < 2", "judged": True}


def _notebook(folder: Path, *records: dict) -> Path:
    outputs = [{"output_type": "display_data", "data": {CLAIM: r}} for r in records]
    stream = {"output_type": "stream", "name": "stdout", "text": "x"}
    cells = [
        {"cell_type": "markdown", "source": "text"},
        {"cell_type": "code", "outputs": [stream, *outputs]},
    ]
    path = folder / "chapter.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    return path


def test_stored_claims_are_found(tmp_path: Path) -> None:
    path = _notebook(tmp_path, RECORD)
    assert fact_check.read_findings("02", path) == {"one": Finding("02", RECORD)}


def test_a_claim_that_was_not_judged_is_no_finding(tmp_path: Path) -> None:
    path = _notebook(tmp_path, RECORD | {"judged": False})
    assert fact_check.read_findings("02", path) == {}


def test_summary_counts_by_verdict() -> None:
    text = fact_check.summary(CLAIMS, {"one": Finding("02", RECORD)})
    assert "1 of 3 statements judged so far." in text
    assert '<b>2</b> <span class="c2a-verdict">Not yet judged' in text
    for _, words in VERDICTS.values():
        assert words in text


def test_summary_of_a_book_that_is_whole_speaks_of_nothing_left() -> None:
    claims = {"convolution": CLAIMS["convolution"][:1]}
    text = fact_check.summary(claims, {"one": Finding("02", RECORD)})
    assert "1 statements, all of them judged." in text
    assert "Not yet" not in text


def test_entry_says_verdict_in_words_and_links_to_the_cell() -> None:
    text = fact_check.entry(CLAIMS["convolution"][0], Finding("02-x", RECORD))
    assert "“A &amp; B”" in text
    assert "Holds" in text
    assert "1 &lt; 2" in text
    assert 'href="02-x.html#claim-one"' in text
    assert "We expected" not in text


def test_entry_admits_a_surprise() -> None:
    record = RECORD | {"verdict": "condition"}
    text = fact_check.entry(CLAIMS["convolution"][0], Finding("02", record))
    assert "True under a condition" in text
    assert "We expected: holds." in text


def test_entry_without_a_finding_does_not_pretend() -> None:
    text = fact_check.entry(CLAIMS["vit"][0], None)
    assert "Not yet judged" in text
    assert "href" not in text
    assert not any(words in text for _, words in VERDICTS.values())


@pytest.mark.parametrize(
    ("group", "title"),
    [
        ("vit", "Vision transformers"),
        ("transformers", "Attention, Transformers"),
        ("cnn-history", "LeNet to AlexNet, Going deeper, ResNet to ConvNeXt"),
    ],
)
def test_titles(group: str, title: str) -> None:
    assert fact_check.title(group) == title
