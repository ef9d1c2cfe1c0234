"""The figures seen from Python: state, stills, alt text, and what they need."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import traitlets
from IPython.core.formatters import DisplayFormatter
from PIL import Image
from scipy import ndimage

from c2a.data import load
from c2a.widgets import FIGURES, ConvolutionStepper, KernelPlayground, static_html
from c2a.widgets.kernel_playground.presets import PRESETS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=FIGURES.values(), ids=FIGURES)
def figure(request):
    made = request.param()
    yield made
    made.close()


def test_importing_the_figures_loads_neither_torch_nor_matplotlib():
    code = (
        "import sys; from c2a.widgets import FIGURES, static_html\n"
        "for figure in FIGURES.values(): static_html(figure())\n"
        "print([name for name in ('torch', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_display_brings_a_still_picture_with_alt_text(figure):
    data, metadata = DisplayFormatter().format(figure)
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert data["image/svg+xml"] == figure.still()
    assert metadata["image/svg+xml"]["alt"] == figure.alt
    assert len(figure.alt.split()) > 10
    assert data["text/plain"] == repr(figure) == repr(type(figure)())


def test_still_is_svg_that_follows_the_pages_color(figure):
    root = ET.fromstring(figure.still())
    assert root.get("aria-label") == figure.alt
    texts = root.findall(f".//{SVG}text")
    assert texts
    assert all("fill:currentColor" in text.get("style") for text in texts)


def test_state_is_small(figure):
    state = {name: getattr(figure, name) for name in figure.keys if name[0] != "_"}
    size = len(json.dumps(state, default=lambda value: str(value)[:1]))
    assert size + len(getattr(figure, "pixels", np.zeros(0)).tobytes()) * 4 / 3 < 40_000
    assert len(figure._esm) + len(figure._css) < 50_000


def test_code_is_one_module_without_imports(figure):
    assert not re.search(r"^import\b", str(figure._esm), flags=re.MULTILINE)
    names = re.findall(
        r"^(?:export )?(?:function|const|class) (\w+)", figure._esm, re.MULTILINE
    )
    assert len(names) == len(set(names))
    assert "innerHTML" not in figure._esm


def test_static_html_cannot_end_its_script_early():
    playground = KernelPlayground(credit="</script><b>")
    html = static_html(playground)
    assert html.count("</script>") == 2
    state = re.search(r'widget-state\+json">(.*?)</script>', html)[1]
    model = json.loads(state)["state"][playground.model_id]
    assert model["state"]["credit"] == "</script><b>"
    playground.close()


def embedded_pictures(svg: str) -> list[np.ndarray]:
    parts = re.findall(r"base64,([^\"]+)", svg)
    return [
        np.array(Image.open(io.BytesIO(base64.b64decode(part))).convert("RGBA"))
        for part in parts
    ]


def test_playground_response_is_scipys():
    modes = {"zero": "constant", "reflect": "mirror", "replicate": "nearest"}
    for preset in PRESETS:
        for padding, mode in modes.items():
            playground = KernelPlayground(preset=preset["name"], padding=padding)
            kernel = np.array(preset["kernel"]) / preset["divisor"]
            pixels = playground.pixels.astype(float)
            expected = ndimage.correlate(pixels, kernel, mode=mode)
            np.testing.assert_allclose(playground.response, expected, atol=1e-9)
            playground.operation = "convolution"
            expected = ndimage.convolve(pixels, kernel, mode=mode)
            np.testing.assert_allclose(playground.response, expected, atol=1e-9)
            playground.close()


def test_still_response_is_clear_where_it_is_zero():
    image = np.zeros((30, 30), dtype=np.uint8)
    image[:, 15:] = 200
    playground = KernelPlayground(image=image, padding="replicate")
    shown = embedded_pictures(playground.still())[1]
    edge = [14, 15]
    assert (shown[:, edge, 3] == 255).all()
    assert (np.delete(shown, edge, axis=1)[..., 3] == 0).all()
    playground.close()


def test_playground_shows_a_real_photograph_with_its_credit():
    playground = KernelPlayground("coffee")
    photograph = load("photographs")["coffee"]
    assert playground.pixels.shape == (128, 192)
    assert abs(playground.pixels.mean() - photograph.mean()) < 10
    assert "CC0" in playground.credit
    shown = embedded_pictures(playground.still())[0]
    assert np.abs(shown[..., 0].astype(int) - playground.pixels).max() < 16
    playground.close()


@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 3), (400, 500, 3)])
def test_playground_takes_a_picture_of_your_own(shape):
    image = np.full(shape, 7, dtype=np.uint8)
    playground = KernelPlayground(image=image)
    assert playground.width == min(shape[1], 192)
    assert (playground.pixels == 7).all()
    assert playground.credit == ""
    playground.close()


def test_preset_and_kernel_follow_each_other():
    playground = KernelPlayground()
    assert playground.kernel == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    playground.preset = "gaussian"
    assert playground.divisor == 16
    assert playground.kernel[1] == [2, 4, 2]
    playground.kernel = [[1] * 3] * 3
    assert playground.preset == "custom"
    playground.divisor = 9
    assert playground.preset == "box-blur"
    own = KernelPlayground(kernel=np.eye(5), divisor=5)
    assert own.preset == "custom"
    assert "own" in own.alt
    playground.close()
    own.close()


@pytest.mark.parametrize(
    ("traits", "says"),
    [
        ({"preset": "sobel"}, "no preset 'sobel'; there are identity"),
        ({"kernel": [[1, 2], [3, 4]]}, "3 by 3 or 5 by 5"),
        ({"kernel": [[1, 2, 3], [3, 4], [5, 6, 7]]}, "3 by 3 or 5 by 5"),
        ({"divisor": 0}, "must not be 0"),
        ({"padding": "wrap"}, "zero"),
    ],
)
def test_playground_refuses_what_it_cannot_show(traits, says):
    with pytest.raises(traitlets.TraitError, match=says):
        KernelPlayground(**traits)


def test_stepper_computes_the_output():
    image = np.arange(36.0).reshape(6, 6)
    weights = np.array([[1, 2], [3, 4]])
    stepper = ConvolutionStepper(image=image, weights=weights, stride=1, padding=0)
    expected = ndimage.correlate(image, weights, origin=-1)[:5, :5]
    np.testing.assert_allclose(stepper.output, expected)
    assert (stepper.size, stepper.kernel_size, stepper.output_size) == (6, 2, 5)
    stepper.size = 4  # the numbers given no longer fit: the default ones again
    assert stepper.input.shape == (4, 4)
    stepper.close()


def test_stepper_says_where_nothing_fits():
    stepper = ConvolutionStepper(size=2, kernel_size=5)
    assert stepper.output_size == 0
    assert "does not fit" in stepper.alt
    assert "output" not in stepper.still()
    with pytest.raises(ValueError, match="larger than the padded input"):
        _ = stepper.output
    stepper.close()


@pytest.mark.parametrize(
    ("trait", "value"), [("stride", 0), ("size", 11), ("padding", -1), ("dilation", 4)]
)
def test_stepper_refuses_values_off_its_controls(trait, value):
    with pytest.raises(traitlets.TraitError):
        ConvolutionStepper(**{trait: value})


def test_limits_of_the_controls_are_those_of_the_traits(stepper):
    traits = ConvolutionStepper.class_traits()
    for trait, _, _, low, high in stepper("PARAMETERS"):
        assert (traits[trait].min, traits[trait].max) == (low, high)
