"""Exercise: convolution from loops, with channels, stride and padding."""

import numpy as np
from scipy.signal import correlate2d

from c2a.exercises.convolution import conv2d_answers as answers
from c2a.exercises.convolution.inputs import (
    FORMS,
    LIBRARIES,
    WITH_NUMPY,
    draw,
    fixed,
    pad,
)
from c2a.exercises.core import Case, Exercise, Mistake


def reference(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """SciPy's correlation of each pair of channels, summed over input channels."""
    padded = pad(x, padding)
    return np.stack(
        [
            sum(
                correlate2d(channel, kernel, mode="valid")
                for channel, kernel in zip(padded, kernels, strict=True)
            )[::stride, ::stride]
            for kernels in w
        ]
    )


def _case(
    rng: np.random.Generator,
    group: str,
    x: tuple[int, ...],
    w: tuple[int, ...],
    setting: tuple[int, int] = (1, 0),
    form: str = "whole",
) -> Case:
    kernel_form = "float32" if form == "float32" else "float64"
    if form == "whole":
        kernel_form = "whole"
    return Case((draw(rng, x, form), draw(rng, w, kernel_form), *setting), group)


def _visible() -> list[Case]:
    rng = fixed()
    return [
        _case(rng, "one channel", (1, 3, 3), (1, 1, 2, 2)),
        _case(rng, "one channel", (1, 5, 5), (1, 1, 3, 3)),
        _case(rng, "one channel", (1, 6, 6), (1, 1, 3, 3), form="float32"),
        _case(rng, "channels", (2, 2, 2), (1, 2, 2, 2)),
        _case(rng, "channels", (2, 3, 3), (3, 2, 2, 2)),
        _case(rng, "channels", (3, 4, 4), (2, 3, 3, 3), form="strided"),
        _case(rng, "stride", (1, 5, 5), (1, 1, 2, 2), (2, 0)),
        _case(rng, "stride", (1, 7, 7), (1, 1, 2, 2), (3, 0), "float64"),
        _case(rng, "stride", (2, 6, 6), (3, 2, 2, 2), (2, 0)),
        _case(rng, "padding", (1, 3, 3), (1, 1, 3, 3), (1, 1)),
        _case(rng, "padding", (1, 4, 4), (1, 1, 3, 3), (1, 2), "float64"),
        _case(rng, "padding", (2, 2, 2), (1, 2, 2, 2), (1, 1)),
        _case(rng, "padding", (2, 3, 4), (3, 2, 3, 3), (1, 1)),
        _case(rng, "not square", (1, 3, 4), (1, 1, 2, 2)),
        _case(rng, "not square", (1, 5, 4), (1, 1, 2, 2)),
        _case(rng, "not square", (1, 3, 3), (1, 1, 1, 2)),
        _case(rng, "not square", (1, 4, 4), (1, 1, 3, 2), form="float64"),
    ]


def _hidden(rng: np.random.Generator) -> list[Case]:
    def whole(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    def image(channels: int, wider: int = 0) -> tuple[int, int, int]:
        height = whole(6, 10)
        return channels, height, height + wider

    def kernel(out: int, channels: int, wider: int = 0) -> tuple[int, int, int, int]:
        k = whole(2, 4)
        return out, channels, k, k + wider

    forms = [str(form) for form in rng.permutation(FORMS)]
    cases = [_case(rng, "one channel", image(1), kernel(1, 1), form=f) for f in forms]
    cases += [
        _case(rng, "one channel", (1, 1, 1), (1, 1, 1, 1), form="float64"),
        _case(rng, "one channel", (1, 3, 3), (1, 1, 3, 3), form="float64"),
        _case(rng, "one channel", image(1), (1, 1, 1, 1), form="float64"),
        _case(rng, "not square", image(1, 2), (1, 1, 1, 1), form="float64"),
        _case(rng, "not square", (1, 3, 4), (1, 1, 3, 4), form="float64"),
    ]
    # By how much the image and the kernel are wider than high.
    sides = (whole(1, 4), 0), (-whole(1, 4), 0), (0, 1), (0, -1), (-1, 2)
    for form, (of_x, of_w) in zip(forms, sides, strict=False):
        x, w = image(1, of_x), kernel(1, 1, of_w)
        cases.append(_case(rng, "not square", x, w, form=form))
    for form in forms[:3]:
        c, o = whole(2, 5), whole(2, 5)
        cases.append(_case(rng, "channels", image(c), kernel(o, c), form=form))
        cases.append(_case(rng, "channels", image(c), kernel(o, c), form=form))
        cases.append(_case(rng, "stride", image(1), kernel(1, 1), (2, 0), form))
        cases.append(_case(rng, "stride", image(1), (1, 1, 2, 2), (3, 0), form))
        padding = 1, whole(1, 3)
        cases.append(_case(rng, "padding", image(1), kernel(1, 1), padding, form))
        # The padded input may have sides of its own: not square here, too.
        cases.append(_case(rng, "padding", image(1, 2), kernel(1, 1), padding, form))
        # Settings together: what works alone may still get in each other's way.
        cases.append(_case(rng, "stride", image(c), kernel(o, c), (2, 0), form))
        cases.append(_case(rng, "padding", image(c), kernel(o, c), (1, 1), form))
        cases.append(_case(rng, "padding", image(c), kernel(o, c), (2, 1), form))
    cases.append(_case(rng, "padding", (1, 4, 4), (1, 1, 2, 2), (1, 3), "float64"))
    cases.append(_case(rng, "padding", (1, 1, 1), (1, 1, 3, 3), (1, 1), "float64"))
    return cases


EXERCISE = Exercise(
    name="conv2d",
    title="Convolution from loops",
    points={
        "one channel": 2,
        "channels": 1,
        "stride": 1,
        "padding": 1,
        "not square": 1,
    },
    reference=reference,
    visible=_visible,
    hidden=_hidden,
    mistakes=(
        Mistake(
            "This is convolution with the kernel flipped. Deep-learning libraries do "
            "not flip it.",
            lambda x, w, s, p: answers.by_windows(x, w[:, :, ::-1, ::-1], s, p),
        ),
        Mistake(
            "The kernel is transposed: its rows run along the columns of the input.",
            lambda x, w, s, p: answers.by_windows(x, w.swapaxes(2, 3), s, p),
        ),
        Mistake(
            "Only the first input channel is used. Each output channel sums over all "
            "input channels.",
            lambda x, w, s, p: answers.by_windows(x[:1], w[:, :1], s, p),
        ),
        Mistake(
            "Only the last input channel is left: each channel overwrites the one "
            "before. Add them up: +=, not =.",
            lambda x, w, s, p: answers.by_windows(x[-1:], w[:, -1:], s, p),
        ),
        Mistake(
            "Only the last product of each window is left: each overwrites the one "
            "before. Add them up: +=, not =.",
            answers.last_product,
        ),
        Mistake(
            "Only the first output channel is there. Each kernel w[o] gives one.",
            lambda x, w, s, p: answers.by_windows(x, w[:1], s, p),
        ),
        Mistake(
            "Only the first output channel is filled. Each kernel w[o] gives one.",
            lambda x, w, s, p: answers.by_windows(
                x, np.concatenate([w[:1], 0 * w[1:]]), s, p
            ),
        ),
        Mistake(
            "Every input channel meets the weights of the first. Channel c has its "
            "own: w[o, c].",
            lambda x, w, s, p: answers.by_windows(x, w[:, [0] * len(x)], s, p),
        ),
        Mistake(
            "The weights of every channel meet the first channel of the input. Those "
            "of channel c meet x[c].",
            lambda x, w, s, p: answers.by_windows(x[[0] * len(x)], w, s, p),
        ),
        Mistake(
            "The axis of the output channels is gone, and all but the first with it. "
            "The shape is (O, H_out, W_out).",
            lambda x, w, s, p: answers.by_windows(x, w, s, p)[0],
        ),
        Mistake(
            "Every output channel uses the first kernel. Output channel o has its "
            "own: w[o].",
            lambda x, w, s, p: answers.by_windows(x, w[[0] * len(w)], s, p),
        ),
        Mistake(
            "The output lacks its last row and column: the first window counts, too. "
            "Add 1 after dividing by the stride.",
            answers.one_short,
        ),
        Mistake(
            "Height and width of the image are swapped: x.shape is (C, H, W).",
            answers.sizes_swapped,
        ),
        Mistake(
            "Height and width of the output are swapped: rows come first, as in the "
            "input.",
            lambda x, w, s, p: answers.by_windows(x, w, s, p).swapaxes(1, 2),
        ),
        Mistake(
            "The array of the output has height and width swapped: its shape is "
            "(O, H_out, W_out).",
            answers.zeros_swapped,
        ),
        Mistake(
            "Height and width of the kernel are swapped: w.shape is (O, C, k_h, k_w).",
            lambda x, w, s, p: answers.slide(pad(x, p), w, s, w.shape[3], w.shape[2]),
        ),
        Mistake(
            "The input channels are averaged. A convolution adds them.",
            lambda x, w, s, p: answers.by_windows(x, w, s, p) / len(x),
        ),
        Mistake(
            "The products of a window are averaged. A convolution adds them.",
            lambda x, w, s, p: answers.by_windows(x, w, s, p) / w[0].size,
        ),
        Mistake(
            "The stride is not used: this is the response at every position.",
            lambda x, w, s, p: answers.by_windows(x, w, 1, p),
        ),
        Mistake(
            "The size takes the stride into account, but the windows still move by "
            "one pixel. The window of output row i starts at row i * stride.",
            answers.steps_of_one,
        ),
        Mistake(
            "The padding is not used.",
            lambda x, w, s, p: answers.by_windows(x, w, s, 0),
        ),
        Mistake(
            "The zeros are at the top and left only. They belong on all four sides.",
            answers.padded_by(lambda p: (p, 0)),
        ),
        Mistake(
            "The zeros are at the bottom and right only. Put them on all four sides.",
            answers.padded_by(lambda p: (0, p)),
        ),
        Mistake(
            "The border is repeated. This exercise pads with zeros.",
            answers.replicated,
        ),
        Mistake(
            "`np.pad(x, padding)` pads the channels, too. Give each axis its own "
            "widths: none for the channels.",
            lambda x, w, s, p: answers.by_loops(np.pad(x, p), w, s, 0),
        ),
        Mistake(
            "Channels of zeros are in the sum: `np.pad(x, padding)` adds them before "
            "and after your channels. Pad rows and columns only.",
            answers.zero_channels,
        ),
        Mistake(
            "At padding 0, the slice `padding:-padding` is empty. Write where the "
            "inside ends: `padding : padding + H`.",
            answers.filled,
        ),
        Mistake(
            "The slice `padding:-padding` cuts a border off, and leaves nothing at "
            "padding 0. Padding adds a border: the array grows by 2 * padding.",
            answers.cropped,
        ),
        Mistake(
            "The kernel's height is used for its width as well. A kernel need not be "
            "square: k_h = w.shape[2], k_w = w.shape[3].",
            lambda x, w, s, p: answers.slide(pad(x, p), w, s, w.shape[2], w.shape[2]),
        ),
        Mistake(
            "The kernel's width is used for its height as well. A kernel need not be "
            "square: k_h = w.shape[2], k_w = w.shape[3].",
            lambda x, w, s, p: answers.slide(pad(x, p), w, s, w.shape[3], w.shape[3]),
        ),
        Mistake(
            "Both loops over the weights end at the kernel's height. A kernel need not "
            "be square: let the inner one end at w.shape[3].",
            answers.square_sums,
        ),
        Mistake(
            "The output is as wide as it is high. An image need not be square: "
            "calculate the width from W and k_w.",
            answers.as_high_as_wide,
        ),
        Mistake(
            "The output array holds whole numbers, so every sum loses its fraction. "
            "Give np.zeros no integer dtype.",
            answers.truncated,
        ),
    ),
    alternatives=(answers.by_loops, answers.by_weights, answers.by_windows),
    hints=(
        "Start with the output: an array of zeros of shape (O, H_out, W_out). The "
        "formula of output_size gives the two sizes.",
        "Two loops run over the rows i and columns j of the output. The window that "
        "belongs to (i, j) starts at row i * stride and column j * stride.",
        "For output channel o the number is the sum of window * w[o], where the window "
        "has all channels: shape (C, k_h, k_w). Pad x with np.pad before you start, "
        "rows and columns only.",
    ),
    section="02-convolution.html#channels",
    sections={
        "one channel": "02-convolution.html#definition",
        "stride": "02-convolution.html#stride",
        "padding": "02-convolution.html#padding",
    },
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
