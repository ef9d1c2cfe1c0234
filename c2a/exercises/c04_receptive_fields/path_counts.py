"""Exercise: on how many paths does each pixel reach a unit?"""

from __future__ import annotations

import numpy as np
import torch

from c2a.exercises.c04_receptive_fields.inputs import Layer, Layers, field_of, stack
from c2a.exercises.kit import Draw, Group, declare, given, such_that


def reference(layers: Layers) -> np.ndarray:
    """Spread kernels of ones, convolved with each other."""
    counts, jump = np.ones(1, dtype=np.int64), 1
    for k, s, _, d in layers:
        spread = np.zeros(d * (k - 1) * jump + 1, dtype=np.int64)
        spread[:: d * jump] = 1
        counts = np.convolve(counts, spread)
        jump *= s
    return counts


def by_gradient(layers: Layers) -> np.ndarray:
    """Right: the gradient of one unit of a torch network whose weights are all 1."""
    pixels = torch.ones(1, 1, field_of(layers)[0], dtype=torch.float64)
    pixels.requires_grad_()
    y = pixels
    for k, s, _, d in layers:
        ones = torch.ones(1, 1, k, dtype=torch.float64)
        y = torch.nn.functional.conv1d(y, ones, stride=s, dilation=d)
    (gradient,) = torch.autograd.grad(y[..., 0].sum(), pixels)
    return gradient[0, 0].long().numpy()


def by_walking_back(layers: Layers) -> np.ndarray:
    """Right: from the unit down, each place hands its count to what it reads."""
    counts = {0: 1}
    for k, s, _, d in reversed(layers):
        below: dict[int, int] = {}
        for i, count in counts.items():
            for u in range(k):
                place = i * s + u * d
                below[place] = below.get(place, 0) + count
        counts = below
    return np.array([counts.get(i, 0) for i in range(max(counts) + 1)])


def each_once(layers: Layers) -> np.ndarray:
    return (reference(layers) > 0).astype(int)


def flat(layers: Layers) -> np.ndarray:
    total = int(np.prod([k for k, *_ in layers]))
    return np.full(field_of(layers)[0], total)


def unstrided(layers: Layers) -> list[Layer]:
    return [(k, 1, p, d) for k, _, p, d in layers]


def undilated(layers: Layers) -> list[Layer]:
    return [(k, s, p, 1) for k, s, p, _ in layers]


def upside_down(layers: Layers) -> list[Layer]:
    return list(reversed(layers))


def shares(layers: Layers) -> np.ndarray:
    counts = reference(layers)
    return counts / counts.sum()


def added(layers: Layers) -> np.ndarray:
    size = field_of(layers)[0]
    total, jump = np.zeros(size, dtype=int), 1
    for k, s, _, d in layers:
        spread = np.zeros(size, dtype=int)
        spread[: d * (k - 1) * jump + 1 : d * jump] = 1
        total += spread
        jump *= s
    return total


def telling(layers: Layers) -> bool:
    """The order of the layers matters, and so does the last stride but one."""
    own = reference(layers)
    return all(
        not np.array_equal(own, reference(other(layers)))
        for other in (unstrided, upside_down)
    )


def unpadded(d: Draw, **options: tuple) -> list[Layer]:
    layers = stack(d, paddings=(0,), **options)
    return [(max(k, 2), s, p, dilation) for k, s, p, dilation in layers]


EXERCISE = declare(
    "path_counts",
    "Ways from a pixel to a unit",
    reference,
    difficulty=3,
    minutes=20,
    example=([(3, 1, 0, 1), (3, 1, 0, 1)],),
    groups={
        "stride 1": Group(
            2, lambda d: (unpadded(d, strides=(1,)),), ([],), ([(5, 3, 0, 1)],)
        ),
        "stride": Group(
            1, such_that(lambda d: (unpadded(d),), telling), section="stride-and-jump"
        ),
        "dilation": Group(
            1,
            lambda d: (unpadded(d, strides=(1, 1, 2), dilations=(2, 3)),),
            section="dilation-and-holes",
        ),
    },
    mistakes={
        "Each pixel is counted once. Count the paths: two windows that overlap give "
        "two ways from the pixel to the unit.": each_once,
        "All pixels get the number of all paths. That is the sum of the counts.": flat,
        "The strides are not used. After a stride, neighbors in the map lie further "
        "apart in the input.": given(reference, layers=unstrided),
        "The dilation is not used.": given(reference, layers=undilated),
        "The layers are read from the last to the first. The list starts at the "
        "input.": given(reference, layers=upside_down),
        "These are shares. Return the numbers of paths, which are whole.": shares,
        "The layers' windows are added. A path takes one step in every layer, so the "
        "numbers of ways multiply.": added,
    },
    alternatives=(by_gradient, by_walking_back),
    hints=(
        "Two layers of k = 3: pixel 0 has one way up, pixel 1 two, pixel 2 three. Draw "
        "the lines and count.",
        "Walk back from the unit with a row of counts, at first [1]. Every place hands "
        "its count to each of the k places that it reads.",
        "At stride 1 one step back is np.convolve(counts, np.ones(k, int)). "
        "From the input upward the same holds, with zeros between the ones: they lie "
        "d * jump apart.",
    ),
    section="effective-field",
    forbidden=("torch", "scipy"),
    instead="NumPy is enough.",
)
