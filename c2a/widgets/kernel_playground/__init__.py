"""Edit a kernel over a photograph and see the response."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from c2a.data import DATASETS, load
from c2a.widgets.kernel_playground.presets import PRESETS
from c2a.widgets.toolkit import (
    InteractiveFigure,
    Still,
    format_number,
    gray_image,
    signed_image,
)
from c2a.widgets.toolkit.windows import PAD_MODES, correlate2d

if TYPE_CHECKING:
    from PIL.Image import Image

_WIDTH = 192  # pixels: enough to recognize the scene, small enough for the page
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601: brightness of red, green and blue
# A gray wall over a floor, with a door and its handle, and a window: rectangles
# [top, left, bottom, right, gray], as shares of the height and width.
WALL: list[list[float]] = [
    [0, 0, 1, 1, 150],
    [0.85, 0, 1, 1, 90],
    [0.25, 0.2, 0.85, 0.42, 60],
    [0.53, 0.38, 0.57, 0.4, 200],
    [0.25, 0.62, 0.55, 0.85, 235],
    [0.39, 0.62, 0.41, 0.85, 150],
]


class KernelPlayground(InteractiveFigure):
    """A kernel to edit, a photograph under it, and the response.

    The kernel is `kernel` divided by `divisor`. All of the state can be read and set
    from Python while the figure is shown.

    Args:
        photograph: a name from `load("photographs")`.
        image: a picture of your own instead, (H, W) or (H, W, 3), 0 to 255.
        preset: a name of `PRESETS`, which gives `kernel` and `divisor`.
        traits: any of the traits below, as `kernel=[[...], ...], picture="wall"`.
    """

    kernel = traitlets.List(traitlets.List(traitlets.CFloat())).tag(sync=True)
    divisor = traitlets.CFloat(1.0).tag(sync=True)
    operation = traitlets.Enum(["correlation", "convolution"], "correlation").tag(
        sync=True
    )
    padding = traitlets.Enum(list(PAD_MODES), "zeros").tag(sync=True)
    display = traitlets.Enum(["auto", "picture", "signed"], "auto").tag(sync=True)
    picture = traitlets.Enum(["photograph", "wall"], "photograph").tag(sync=True)
    row = traitlets.Int(0).tag(sync=True)
    column = traitlets.Int(0).tag(sync=True)
    # The picture is fixed once shown: gray values 0 to 255, row by row.
    image = traitlets.Bytes().tag(sync=True)
    height = traitlets.Int().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    credit = traitlets.Unicode().tag(sync=True)
    presets = traitlets.List(traitlets.Dict(), PRESETS).tag(sync=True)
    wall = traitlets.List(WALL).tag(sync=True)

    def __init__(
        self,
        photograph: str = "coffee",
        *,
        image: np.ndarray | None = None,
        preset: str = "sobel-x",
        **traits: Any,
    ) -> None:
        if image is None:
            image = load("photographs")[photograph]
            traits.setdefault("credit", _credit(photograph))
        if "kernel" in traits:
            traits["kernel"] = [list(row) for row in traits["kernel"]]
        else:
            chosen = _find(preset)
            traits["kernel"] = chosen["kernel"]
            traits.setdefault("divisor", chosen["divisor"])
        pixels = _shrink(np.asarray(image))
        height, width = pixels.shape
        super().__init__(image=pixels.tobytes(), height=height, width=width, **traits)
        if "row" not in traits and "column" not in traits:
            self.row, self.column = self._strongest()

    def __repr__(self) -> str:
        return f"KernelPlayground(preset={self.preset!r})"

    @property
    def preset(self) -> str:
        """The name of the kernel, "custom" for one of your own."""
        present = (self.kernel, self.divisor)
        same = (p["name"] for p in PRESETS if (p["kernel"], p["divisor"]) == present)
        return next(same, "custom")

    @property
    def pixels(self) -> np.ndarray:
        """The picture under the kernel (height, width), uint8."""
        shape = (self.height, self.width)
        if self.picture == "photograph":
            return np.frombuffer(self.image, dtype=np.uint8).reshape(shape)
        scene = np.zeros(shape, dtype=np.uint8)
        for *corners, gray in self.wall:
            top, left, bottom, right = (
                int(corner * side + 0.5)
                for corner, side in zip(corners, shape * 2, strict=True)
            )
            scene[top:bottom, left:right] = gray
        return scene

    @property
    def applied_kernel(self) -> np.ndarray:
        """The weights as they meet the picture (K, K): rotated for convolution."""
        kernel = np.array(self.kernel)
        return kernel[::-1, ::-1] if self.operation == "convolution" else kernel

    @property
    def response(self) -> np.ndarray:
        """What the figure shows on its right (H, W), float64, in gray values."""
        pad = len(self.kernel) // 2
        kernel = self.applied_kernel
        y = correlate2d(self.pixels, kernel, padding=pad, mode=self.padding)
        return y / self.divisor

    @property
    def alt(self) -> str:
        rows = "; ".join(
            " ".join(format_number(weight) for weight in row)
            for row in self.applied_kernel
        )
        divided = f", divided by {format_number(self.divisor)}"
        scene = {"photograph": "A gray photograph", "wall": "A gray wall with a door"}
        return (
            f"{scene[self.picture]} on the left; in the middle a kernel, rows {rows}"
            f"{'' if self.divisor == 1 else divided}; on the right the response, "
            f"{self._shown()[1]}."
        )

    def still(self) -> Still:
        width, gap, cell = 270.0, 160.0, 44.0 if len(self.kernel) == 3 else 28.0
        height = width * self.height / self.width
        table = cell * len(self.kernel)
        top, middle, below = (height - table) / 2, width + gap / 2, height + 20
        still = Still(2 * width + gap, height + 28)
        still.image(gray_image(self.pixels), 0, 0, width)
        still.numbers(self.applied_kernel, middle - table / 2, top, cell)
        if self.divisor != 1:
            divided = f"\u00f7 {format_number(self.divisor)}"
            still.text(middle, top + table + 20, divided)
        still.image(self._shown()[0], width + gap, 0, width)
        still.text(0, below, self.picture, anchor="start")
        still.text(middle, below, "kernel")
        still.text(width + gap, below, "response", anchor="start")
        return still

    def _strongest(self) -> tuple[int, int]:
        """The pixel of the middle of the picture that answers most."""
        third = (self.height // 3, self.width // 3)
        inner = np.abs(self.response)[third[0] : -third[0], third[1] : -third[1]]
        row, column = np.unravel_index(inner.argmax(), inner.shape)
        return int(row) + third[0], int(column) + third[1]

    def _shown(self) -> tuple[Image, str]:
        """Picture of the response, and in words what they mean."""
        response = self.response
        keeps_brightness = np.sum(self.kernel) / self.divisor > 1e-9
        if self.display == "picture" or (self.display == "auto" and keeps_brightness):
            # As a canvas does it: clip, then round half to even.
            gray = np.rint(response.clip(0, 255)).astype(np.uint8)
            return gray_image(gray), "in shades of gray"
        magnitudes = np.sort(np.abs(response), axis=None)
        scale = magnitudes[int(0.97 * (magnitudes.size - 1))] or 1.0
        words = "purple where it is positive, orange where it is negative"
        return signed_image(response, scale), words

    @traitlets.validate("kernel")
    def _check_kernel(self, proposal: dict[str, Any]) -> list[list[float]]:
        rows = proposal["value"]
        if len(rows) not in (3, 5) or any(len(row) != len(rows) for row in rows):
            raise traitlets.TraitError("The kernel must be 3 by 3 or 5 by 5 numbers.")
        return rows

    @traitlets.validate("divisor")
    def _check_divisor(self, proposal: dict[str, Any]) -> float:
        if proposal["value"] == 0:
            raise traitlets.TraitError("The divisor must not be 0.")
        return proposal["value"]


def _find(name: str) -> dict[str, Any]:
    for preset in PRESETS:
        if preset["name"] == name:
            return preset
    known = ", ".join(preset["name"] for preset in PRESETS)
    raise traitlets.TraitError(f"There is no preset {name!r}; there are {known}.")


def _credit(photograph: str) -> str:
    """Who took the photograph and under which license it is shown."""
    for file in DATASETS["photographs"].files:
        if Path(file.name).stem == photograph:
            return f"Photograph: {file.author}, {file.license}"
    return ""


def _shrink(image: np.ndarray) -> np.ndarray:
    """Gray values uint8 (H, W), at most `_WIDTH` wide, each the mean of its area."""
    from PIL import Image

    gray = image if image.ndim == 2 else image @ np.array(_LUMA)
    picture = Image.fromarray(np.rint(gray).clip(0, 255).astype(np.uint8))
    width = min(_WIDTH, picture.width)
    height = round(picture.height * width / picture.width)
    return np.array(picture.resize((width, height), Image.Resampling.BOX))
