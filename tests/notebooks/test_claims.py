"""Every claim of a chapter is judged by a cell, and every such cell judges a claim."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parents[2]
CLAIM = "application/vnd.c2a.claim+json"
# Which groups of book/claims.yaml each chapter must settle. The history of
# convolutional networks is told in three chapters, which share its claims.
GROUPS = {
    "01-why-dense-fails": "dense",
    "02-convolution": "convolution",
    "03-pooling": "pooling",
    "04-receptive-fields": "receptive-fields",
    "05-lenet-to-alexnet": "cnn-history",
    "06-going-deeper": "cnn-history",
    "07-resnet-to-convnext": "cnn-history",
    "08-recurrent-networks": "rnn",
    "09-vanishing-gradients": "vanishing-gradients",
    "10-lstm-gru": "lstm-gru",
    "11-deep-bidirectional": "deep-bidirectional",
    "12-seq2seq": "seq2seq",
    "13-transformers": "transformers",
    "14-vision-transformers": "vit",
    "15-transfer-learning": "transfer",
    "16-autoencoders": "autoencoders",
    "17-gans": "gans",
    "18-diffusion": "diffusion",
    "19-choosing": "choosing",
}
CLAIMS = yaml.safe_load((ROOT / "book/claims.yaml").read_text("utf-8"))
PRESENT = {path.stem: path for path in sorted((ROOT / "book").glob("[0-9][0-9]-*"))}


def tagged_claims(path) -> list[str]:
    """The ids in the tags ``claim-ID`` of a notebook."""
    return [
        tag.removeprefix("claim-")
        for cell in nbformat.read(path, as_version=4).cells
        for tag in cell.metadata.get("tags", [])
        if tag.startswith("claim-")
    ]


def records(cell) -> list[dict]:
    return [
        output.data[CLAIM] for output in cell.outputs if CLAIM in output.get("data", {})
    ]


def test_every_group_has_a_chapter():
    assert set(GROUPS.values()) == set(CLAIMS)
    assert set(PRESENT) <= set(GROUPS)


def test_claims_have_one_name_each():
    names = [claim["id"] for group in CLAIMS.values() for claim in group]
    assert len(names) == len(set(names))


def settled_by(group: str) -> set[str]:
    """The chapters that share a group of claims."""
    return {name for name, its in GROUPS.items() if its == group}


WRITTEN = [group for group in CLAIMS if settled_by(group) <= set(PRESENT)]


@pytest.mark.parametrize("group", WRITTEN)
def test_every_claim_has_its_cell(group):
    found = [
        claim for name in settled_by(group) for claim in tagged_claims(PRESENT[name])
    ]
    assert sorted(found) == sorted(claim["id"] for claim in CLAIMS[group])


@pytest.mark.parametrize("name", PRESENT)
def test_every_claim_cell_belongs_to_its_chapter(name):
    ours = {claim["id"] for claim in CLAIMS[GROUPS[name]]}
    found = tagged_claims(PRESENT[name])
    assert set(found) <= ours
    assert len(found) == len(set(found))


@pytest.mark.parametrize("name", PRESENT)
def test_claim_cells_stored_their_verdict_and_no_other_cell_did(name):
    for cell in nbformat.read(PRESENT[name], as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tagged = [
            tag.removeprefix("claim-")
            for tag in cell.metadata.get("tags", [])
            if tag.startswith("claim-")
        ]
        stored = records(cell)
        assert [record["id"] for record in stored] == tagged
        assert all(record["judged"] and record["found"] for record in stored)
