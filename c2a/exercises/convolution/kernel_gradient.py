"""Exercise: the gradient of a loss with respect to the kernel."""

import numpy as np
from scipy.signal import correlate2d

from c2a.exercises.convolution import kernel_gradient_answers as answers
from c2a.exercises.convolution.inputs import (
    FORMS,
    LIBRARIES,
    WITH_NUMPY,
    draw,
    fixed,
    pad,
)
from c2a.exercises.core import Case, Exercise, Mistake

Size = tuple[int, int]


def reference(
    x: np.ndarray, grad_y: np.ndarray, kernel_size: Size, stride: int, padding: int
) -> np.ndarray:
    """Correlation of the input with the gradient, spread out by the stride."""
    x = pad(x, padding)
    spread = _spread(grad_y, stride)
    rows, columns = kernel_size
    return np.stack(
        [
            np.stack(
                [correlate2d(each, g, mode="valid")[:rows, :columns] for each in x]
            )
            for g in spread
        ]
    )


def _spread(grad_y: np.ndarray, stride: int) -> np.ndarray:
    """Gradients with stride - 1 zeros between them."""
    rows, columns = ((size - 1) * stride + 1 for size in grad_y.shape[1:])
    spread = np.zeros((len(grad_y), rows, columns), grad_y.dtype)
    spread[:, ::stride, ::stride] = grad_y
    return spread


def _case(
    rng: np.random.Generator,
    group: str,
    x: tuple[int, int, int],
    w: tuple[int, int, int],
    setting: tuple[int, int] = (1, 0),
    form: str = "whole",
) -> Case:
    """A case with input shape `x` and w = (out_channels, k_h, k_w)."""
    stride, padding = setting
    out, *kernel_size = w
    height, width = (
        (size + 2 * padding - k) // stride + 1
        for size, k in zip(x[1:], kernel_size, strict=True)
    )
    gradient_form = form if form in ("whole", "float32") else "float64"
    gradient = draw(rng, (out, height, width), gradient_form)
    return Case((draw(rng, x, form), gradient, tuple(kernel_size), *setting), group)


def _visible() -> list[Case]:
    rng = fixed()
    return [
        _case(rng, "one channel", (1, 3, 3), (1, 2, 2)),
        _case(rng, "one channel", (1, 4, 4), (1, 2, 2)),
        _case(rng, "one channel", (1, 5, 5), (1, 3, 3), form="float32"),
        _case(rng, "channels", (2, 3, 3), (3, 2, 2)),
        _case(rng, "channels", (3, 4, 4), (2, 3, 3), form="strided"),
        _case(rng, "stride", (1, 5, 5), (1, 2, 2), (2, 0)),
        _case(rng, "stride", (1, 8, 8), (1, 2, 2), (3, 0), "float64"),
        _case(rng, "stride", (2, 6, 6), (3, 2, 2), (2, 0)),
        _case(rng, "padding", (1, 3, 3), (1, 3, 3), (1, 1)),
        _case(rng, "padding", (1, 4, 4), (1, 2, 2), (1, 2), "float64"),
        _case(rng, "padding", (2, 3, 4), (3, 3, 3), (1, 1)),
        _case(rng, "not square", (1, 3, 4), (1, 2, 2)),
        _case(rng, "not square", (1, 5, 4), (1, 2, 2)),
        _case(rng, "not square", (1, 3, 3), (1, 1, 2)),
        _case(rng, "not square", (1, 4, 4), (1, 3, 2), form="float64"),
    ]


def _hidden(rng: np.random.Generator) -> list[Case]:
    def whole(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    def image(channels: int, wider: int = 0) -> tuple[int, int, int]:
        height = whole(6, 10)
        return channels, height, height + wider

    def kernel(out: int, wider: int = 0) -> tuple[int, int, int]:
        k = whole(2, 4)
        return out, k, k + wider

    forms = [str(form) for form in rng.permutation(FORMS)]
    cases = [
        _case(rng, "one channel", image(1), kernel(1), form=form) for form in forms
    ]
    cases += [
        _case(rng, "one channel", (1, 1, 1), (1, 1, 1), form="float64"),
        _case(rng, "one channel", (1, 3, 3), (1, 3, 3), form="float64"),
        _case(rng, "one channel", image(1), (1, 1, 1), form="float64"),
        _case(rng, "not square", (1, 3, 4), (1, 3, 4), form="float64"),
    ]
    # By how much the image and the kernel are wider than high.
    sides = (whole(1, 4), 0), (-whole(1, 4), 0), (0, 1), (0, -1), (-1, 2)
    for form, (of_x, of_w) in zip(forms, sides, strict=False):
        x, w = image(1, of_x), kernel(1, of_w)
        cases.append(_case(rng, "not square", x, w, form=form))
    for form in forms[:3]:
        channels, out = whole(2, 5), whole(2, 5)
        cases += [
            _case(rng, "channels", image(channels), kernel(out), form=form),
            _case(rng, "channels", image(channels), kernel(channels), form=form),
            _case(rng, "stride", image(1), kernel(1), (2, 0), form),
            _case(rng, "stride", image(1), (1, 2, 2), (3, 0), form),
            # One pixel is left over: no window covers the last row.
            _case(rng, "stride", (1, 8, 8), (1, 3, 3), (2, 0), form),
            _case(rng, "padding", image(1), kernel(1), (1, whole(1, 3)), form),
            # The padded input may have sides of its own: not square here, too.
            _case(rng, "padding", image(1, 2), kernel(1), (1, whole(1, 3)), form),
            # Settings together: what works alone may still get in each other's way.
            _case(rng, "stride", image(channels), kernel(out), (2, 0), form),
            _case(rng, "padding", image(channels), kernel(out), (1, 1), form),
            _case(rng, "padding", image(channels), kernel(out), (2, 1), form),
        ]
    return cases


EXERCISE = Exercise(
    name="kernel_gradient",
    title="The gradient of a kernel",
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
            "This gradient is flipped. Flipping belongs to the gradient of the input; "
            "here each weight keeps its place.",
            answers.changed(lambda g, y: g[:, :, ::-1, ::-1]),
        ),
        Mistake(
            "Input and output channels are swapped. The gradient has the kernel's "
            "shape: (O, C, k_h, k_w).",
            answers.changed(lambda g, y: g.swapaxes(0, 1)),
        ),
        Mistake(
            "This is the gradient of the last position alone. Every position used the "
            "same weights, so add up: +=, not =.",
            answers.last_position,
        ),
        Mistake(
            "This is averaged over the positions. The chain rule adds.",
            answers.changed(lambda g, y: g / y[0].size),
        ),
        Mistake(
            "The windows are one pixel apart. With a stride, output row i saw the rows "
            "from i * stride on.",
            answers.steps_of_one,
        ),
        Mistake(
            "All zeros are at the bottom and right. The window at output (0, 0) starts "
            "in the padding at the top left.",
            answers.padding_cut,
        ),
        Mistake(
            "The sign is reversed: this is the step of gradient descent, not the "
            "gradient.",
            answers.changed(lambda g, y: -g),
        ),
        Mistake(
            "The input channels are added together. Each has weights of its own, and "
            "so a gradient of its own.",
            answers.changed(
                lambda g, y: np.broadcast_to(g.sum(1, keepdims=True), g.shape)
            ),
        ),
        Mistake(
            "The axis of the input channels is gone. Each input channel has weights of "
            "its own: the shape is (O, C, k_h, k_w).",
            answers.changed(lambda g, y: g.sum(1)),
        ),
        Mistake(
            "The output channels are added together. `grad_y[o]` reaches the kernel "
            "`w[o]` only.",
            answers.changed(lambda g, y: np.broadcast_to(g.sum(0), g.shape)),
        ),
        Mistake(
            "The input is not padded, so the windows at the border are too small. Pad "
            "it as the forward pass did.",
            lambda x, y, k, s, p: answers.by_positions(x, y, k, s, 0),
        ),
        Mistake(
            "The input is not padded: the last weights meet fewer pixels than grad_y "
            "has numbers. Pad it as the forward pass did.",
            answers.unpadded_products,
        ),
        Mistake(
            "The input is not padded, so the last windows are smaller than the kernel. "
            "Pad it as the forward pass did.",
            answers.unpadded_windows,
        ),
        Mistake(
            "The input is not padded, so the last windows reach over its border. Pad "
            "it as the forward pass did.",
            answers.unpadded_pixels,
        ),
        Mistake(
            "The kernel's size is worked out from the other two shapes, as if the "
            "stride were 1. Take kernel_size.",
            answers.size_at_stride_one,
        ),
        Mistake(
            "There are zeros after the last row and column of the spread-out grad_y. "
            "They belong between its numbers only.",
            answers.zeros_at_the_end,
        ),
        Mistake(
            "The kernel's size is worked out from the other two shapes. Pixels that no "
            "window met make it too large: take kernel_size.",
            answers.size_from_shapes,
        ),
        Mistake(
            "`np.pad(x, padding)` pads the channels, too. Give each axis its own "
            "widths: none for the channels.",
            answers.all_axes_padded,
        ),
        Mistake(
            "The kernel's height is used for its width as well. A kernel need not be "
            "square: kernel_size is (k_h, k_w).",
            answers.square_kernel(0),
        ),
        Mistake(
            "The kernel's width is used for its height as well. A kernel need not be "
            "square: kernel_size is (k_h, k_w).",
            answers.square_kernel(1),
        ),
        Mistake(
            "The loop over columns ends where that over rows does. `grad_y` need not "
            "be square: use its width, too.",
            answers.square_gradient,
        ),
    ),
    alternatives=(answers.by_positions, answers.by_weights),
    hints=(
        "Write y[o, i, j] as a sum over c, a and b. Which terms contain w[o, c, a, b]? "
        "With what factor?",
        "dL/dw[o, c, a, b] is the sum over all positions (i, j) of grad_y[o, i, j] "
        "times the pixel that this weight met there: row i * stride + a, column "
        "j * stride + b of the padded channel c.",
        "Loop over o, i and j. Each position adds something of shape (C, k_h, k_w) to "
        "grad_w[o]: what did all weights of w[o] meet there, and how much did that "
        "count?",
    ),
    section="02-convolution.html#gradients",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
