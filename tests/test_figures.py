import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib import pyplot as plt

from c2a import figures

ALT = "A straight line that climbs from zero to nine."


@pytest.fixture
def shown(monkeypatch):
    def shown(alt=ALT, caption="It climbs."):
        figure, axes = figures.subplots()
        axes.plot(range(10), color=figures.COLORS["cnn"])
        axes.set_xlabel("steps")
        outputs = []
        monkeypatch.setattr(
            figures,
            "display",
            lambda data, metadata=None, raw=True: outputs.append((data, metadata)),
        )
        figures.show(figure, alt=alt, caption=caption)
        return outputs

    return shown


def test_alt_text_and_caption_travel_with_the_picture(shown):
    (picture, metadata), (caption, _) = shown()
    assert metadata["image/svg+xml"]["alt"] == ALT
    assert picture["text/plain"] == f"Figure: {ALT}"
    assert "It climbs." in caption["text/html"]


@pytest.mark.parametrize("alt", ["", "plot", "a plot of loss"])
def test_a_figure_without_real_alt_text_is_refused(shown, alt):
    with pytest.raises(ValueError, match="alt text"):
        shown(alt=alt)


def test_a_figure_without_caption_is_refused(shown):
    with pytest.raises(ValueError, match="caption"):
        shown(caption=" ")


def test_the_picture_is_valid_svg_that_follows_the_page_color(shown):
    svg = shown()[0][0]["image/svg+xml"]
    ET.fromstring(svg)
    assert "currentColor" in svg
    assert "#010203" not in svg
    assert "<text" in svg


def test_the_same_figure_is_the_same_bytes(shown):
    assert shown()[0] == shown()[0]


def test_figures_are_closed_after_they_are_shown(shown):
    before = plt.get_fignums()
    shown()
    assert plt.get_fignums() == before


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


def contrast(first, second):
    high, low = sorted([luminance(first), luminance(second)], reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("color", "page"),
    list(itertools.product(figures.COLORS.values(), ["#ffffff", "#121212"])),
)
def test_model_colors_stand_out_on_light_and_dark_pages(color, page):
    assert contrast(color, page) >= 3


def test_each_model_family_has_its_own_color():
    assert len(set(figures.COLORS.values())) == len(figures.COLORS)


def test_draw_images_centers_signed_pictures_on_zero():
    figure, axes = figures.subplots(1, 2)
    figures.draw_images(axes, [np.array([[-1.0, 0.5]])], ["edge"], signed=True)
    assert axes[0].images[0].get_clim() == (-1.0, 1.0)
    assert axes[0].get_title(loc="left") == "edge"
    assert not axes[1].axison
    plt.close(figure)
