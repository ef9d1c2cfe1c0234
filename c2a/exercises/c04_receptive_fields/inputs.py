"""What the exercises on receptive fields share: stacks of layers along one axis."""

from __future__ import annotations

from collections.abc import Sequence

from c2a.exercises.kit import Draw

Layer = tuple[int, int, int, int]  # kernel, stride, padding, dilation
Layers = Sequence[Layer]
Field = tuple[int, int, int]  # size, jump, start


def check(layers: Layers) -> None:
    """ValueError where a number makes no sense."""
    for k, s, p, d in layers:
        if min(k, s, d) < 1 or p < 0:
            raise ValueError("kernel, stride and dilation start at 1, padding at 0")


def field_of(layers: Layers) -> Field:
    """Size, jump and start of the last layer's fields, by the recurrence."""
    check(layers)
    size, jump, start = 1, 1, 0
    for k, s, p, d in layers:
        size += d * (k - 1) * jump
        start -= p * jump
        jump *= s
    return size, jump, start


def units(layers: Layers, n: int) -> int:
    """How many units the last layer has over n pixels; ValueError if it has none."""
    check(layers)
    for k, s, p, d in layers:
        n = (n + 2 * p - d * (k - 1) - 1) // s + 1
        if n < 1:
            raise ValueError("a kernel does not fit")
    return n


def taps(layers: Layers, unit: int) -> set[int]:
    """The places of the input, borders aside, that a unit reaches: by walking back."""
    places = {unit}
    for k, s, p, d in reversed(layers):
        places = {i * s - p + u * d for i in places for u in range(k)}
    return places


def read(layers: Layers, n: int, unit: int) -> set[int]:
    """The pixels that a unit depends on: on the way back, what is padding drops out."""
    sizes = [n]
    for k, s, p, d in layers:
        sizes.append((sizes[-1] + 2 * p - d * (k - 1) - 1) // s + 1)
    places = {unit}
    for (k, s, p, d), size in zip(reversed(layers), sizes[-2::-1], strict=True):
        below = {i * s - p + u * d for i in places for u in range(k)}
        places = {i for i in below if 0 <= i < size}
    return places


def beyond_doubt(layers: Layers, n: int, unit: int) -> bool:
    """Whether the field, cut at the borders, ends where the unit's dependence does.

    Near a border they differ where an inner layer pads: padding stands there instead of
    units, and what those would have seen does not count.
    """
    size, jump, start = field_of(layers)
    first, reached = start + unit * jump, read(layers, n, unit)
    cut = max(first, 0), min(first + size, n) - 1
    return bool(reached) and (min(reached), max(reached)) == cut


def stack(
    d: Draw,
    *,
    length: tuple[int, int] = (2, 5),
    strides: tuple[int, ...] = (1, 2, 3),
    paddings: tuple[int, ...] = (0, 1, 2),
    dilations: tuple[int, ...] = (1,),
) -> list[Layer]:
    """A stack of layers that makes sense."""
    return [
        (
            d.choose(1, 2, 3, 3, 5),
            d.choose(*strides),
            d.choose(*paddings),
            d.choose(*dilations),
        )
        for _ in range(d.int(*length))
    ]
