import base64
import io
import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from PIL import Image

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
    assert metadata["image/svg+xml"]["alt"] == metadata["image/png"]["alt"] == ALT
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


def test_what_matplotlib_draws_black_follows_the_page(monkeypatch):
    bundles = []
    monkeypatch.setattr(figures, "display", lambda data, **_: bundles.append(data))
    figure, axes = figures.subplots()
    axes.plot(range(3), color="black")
    axes.text(1, 1, "a name")
    axes.annotate("", (0, 0), (1, 1), arrowprops={"arrowstyle": "->"})
    axes.set_xticks([0, 1, 2], ["zero", "one", "two"])
    figures.show(figure, alt=ALT, caption="It climbs.")
    svg = bundles[0]["image/svg+xml"]
    for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        assert "fill: currentColor" in text.get("style"), text.text
    assert "#000000" not in svg


def test_the_png_is_small_and_stands_on_white(shown):
    data = base64.b64decode(shown()[0][0]["image/png"])
    assert len(data) < 20_000
    picture = np.array(Image.open(io.BytesIO(data)).convert("RGB"))
    assert picture.shape[1] < 600
    assert (picture[0] > 250).all()


def test_curves_draw_mean_and_spread_and_labels_that_do_not_collide():
    figure, axes = figures.subplots()
    runs = np.array([[0.0, 1.0, 2.0], [0.0, 3.0, 4.0]])
    figures.curves(
        axes, [0, 1, 2], {"CNN": runs, "MLP": [0, 1, 3.01], "else": runs + 2}
    )
    line = axes.lines[0]
    np.testing.assert_allclose(line.get_ydata(), [0, 2, 3])
    assert line.get_color() == figures.COLORS["cnn"]
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() == pytest.approx(3 + np.sqrt(2))
    figure.canvas.draw()
    boxes = sorted(text.get_window_extent().bounds[1::2] for text in axes.texts)
    assert [text.get_text() for text in axes.texts] == ["CNN", "MLP", "else"]
    for (low, height), (above, _) in itertools.pairwise(boxes):
        assert above >= low + 0.9 * height
    plt.close(figure)


def test_intervals_show_each_seed_and_the_mean():
    figure, axes = figures.subplots()
    figures.intervals(axes, {"CNN": [0.8, 0.9, 1.0], "chance": 0.1})
    assert axes.lines[0].get_xdata().tolist() == [0.8, 0.9, 1.0]
    assert axes.lines[1].get_xdata() == pytest.approx([0.9])
    (interval,) = axes.collections
    np.testing.assert_allclose(interval.get_segments()[0][:, 0], [0.8, 1.0])
    assert [text.get_text() for text in axes.texts] == ["0.900", "0.100"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["CNN", "chance"]
    plt.close(figure)


@pytest.mark.parametrize("signed", [False, True])
def test_numbers_on_a_heat_map_are_read_on_their_cells(signed):
    figure, axes = figures.subplots()
    values = np.linspace(-1, 1, 9).reshape(3, 3) if signed else np.eye(3) / 2
    figures.heat_map(axes, values, list("abc"), list("xyz"), signed=signed)
    image = axes.images[0]
    for text, value in zip(axes.texts, values.ravel(), strict=True):
        assert text.get_text() == f"{value:.2f}"
        cell = to_hex(image.cmap(image.norm(value)))
        assert contrast(text.get_color(), cell) >= 4.5
    plt.close(figure)


def test_image_rows_name_their_rows():
    rows = {"input": [np.zeros((4, 4))] * 3, "output": [np.ones((4, 4, 3))] * 2}
    figure = figures.image_rows(rows)
    shown = [len(axes.images) for axes in figure.axes]
    assert shown == [1, 1, 1, 1, 1, 0]
    named = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert named == ["input", "output"]
    plt.close(figure)


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


# Families that meet in one plot, chapter by chapter.
MEET = [
    "linear mlp local cnn data",
    "mlp lenet alexnet vgg resnet convnext",
    "ngram linear rnn gru lstm transformer data",
    "cnn resnet convnext vit mlp",
    "autoencoder vae gan diffusion linear data",
    "rnn cnn transformer mlp",
]
# Sight without one kind of cone, on linear RGB: Machado, Oliveira and Fernandes (2009),
# "A physiologically-based model for simulation of color vision deficiency", severity 1.
SIGHT = {
    "normal": np.eye(3),
    "protanope": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranope": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def oklab(color, sight):
    """Ottosson (2020): a color space in which distance is difference."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    seen = np.clip(np.array(SIGHT[sight]) @ linear, 0, 1)
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    opponents = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return opponents @ np.cbrt(cones @ seen)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("families", MEET)
def test_families_that_meet_are_told_apart_by_everybody(families, sight):
    colors = [oklab(figures.COLORS[name], sight) for name in families.split()]
    for one, other in itertools.combinations(colors, 2):
        assert np.linalg.norm(one - other) > 0.08


def test_each_model_family_has_its_own_color():
    assert len(set(figures.COLORS.values())) == len(figures.COLORS)


def test_draw_images_centers_signed_pictures_on_zero():
    figure, axes = figures.subplots(1, 2)
    figures.draw_images(axes, [np.array([[-1.0, 0.5]])], ["edge"], signed=True)
    assert axes[0].images[0].get_clim() == (-1.0, 1.0)
    assert axes[0].get_title(loc="left") == "edge"
    assert not axes[1].axison
    plt.close(figure)


def test_draw_images_shows_a_picture_of_nothing_but_yes_as_white():
    figure, axes = figures.subplots(1, 1)
    figures.draw_images([axes], [np.ones((2, 2), dtype=bool)])
    drawn = axes.images[0]
    assert drawn.to_rgba(drawn.get_array()).min() == 1.0
    plt.close(figure)
