"""Pictures in a page: named for who does not see them, with ids of their own."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2a.publishing.svg import inline_svg

PICTURE = (
    '<?xml version="1.0"?><!DOCTYPE svg><svg role="presentation" viewBox="0 0 9 9">'
    '<defs><path id="m" d="M0 0"/><clipPath id="c"><rect/></clipPath></defs>'
    '<g clip-path="url(#c)"><use xlink:href="#m"/><use href="#m"/></g>'
    '<a href="#elsewhere"><text>m</text></a></svg>'
)


def test_ids_and_their_references_get_the_prefix() -> None:
    svg = inline_svg(PICTURE, alt="A picture", prefix="p1-")
    assert set(re.findall(r'id="([^"]+)"', svg)) == {"p1-m", "p1-c"}
    assert "url(#p1-c)" in svg
    assert svg.count('href="#p1-m"') == 2


def test_ids_that_nothing_refers_to_are_dropped() -> None:
    twice = '<svg><image id="same"/><image id="same"/></svg>'
    assert "id=" not in inline_svg(twice, alt="A picture", prefix="p-")


def test_a_link_out_of_the_picture_stays() -> None:
    svg = inline_svg(PICTURE, alt="A picture", prefix="p1-")
    assert '<a href="#elsewhere">' in svg


def test_root_is_an_image_with_one_name() -> None:
    svg = inline_svg(PICTURE, alt='"A" < B & C', prefix="p-")
    assert svg.startswith('<svg role="img" aria-label="&quot;A&quot; &lt; B &amp; C"')
    assert svg.count("role=") == 1
    assert "<?xml" not in svg


def test_two_pictures_share_no_id() -> None:
    both = inline_svg(PICTURE, alt="a", prefix="a-") + inline_svg(
        PICTURE, alt="b", prefix="b-"
    )
    ids = re.findall(r'\sid="([^"]+)"', both)
    assert len(ids) == len(set(ids))


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="no <svg>"):
        inline_svg("<p>text</p>", alt="a", prefix="p-")


@given(st.text(max_size=60))
def test_any_alt_text_arrives(alt: str) -> None:
    svg = inline_svg("<svg></svg>", alt=alt, prefix="p-")
    (label,) = re.findall(r'aria-label="([^"]*)"', svg)
    assert html.unescape(label) == alt
