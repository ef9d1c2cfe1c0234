"""Exercise: the parameters of any network that is given as a list."""

import torch

from c2a.exercises.kit import Draw, Group, declare, such_that


def out_size(size, kernel, stride):
    """Windows along one side, without padding."""
    return (size - kernel) // stride + 1


def build(
    flat=False,
    biases=True,
    window=out_size,
    spots=None,
    slices=True,
    own_biases=True,
    onward=True,
):
    """The answer, or one with a slip of those that the arguments name."""

    def count_parameters(shape, layers):
        channels, rows, columns = shape
        total = 0
        for layer in layers:
            kind, outputs, *settings = layer
            if kind == "dense":
                inputs = channels * (1 if flat else rows * columns)
                total += outputs * (inputs + biases)
                if onward:
                    channels, rows, columns = outputs, 1, 1
                continue
            kernel, stride = settings
            rows, columns = (
                window(rows, kernel, stride),
                window(columns, kernel, stride),
            )
            places = (spots or rows * columns) if kind == "local" else 1
            total += places * outputs * (channels if slices else 1) * kernel**2
            total += outputs * biases * (places if own_biases else 1)
            channels = outputs
        return total

    return count_parameters


def by_torch(shape, layers):
    """Right: PyTorch's own layers, with an array in the place of a local one."""
    total, at = 0, shape
    for kind, outputs, *settings in layers:
        if kind == "dense":
            inputs = at[0] * at[1] * at[2]
            total += sum(
                p.numel()
                for p in torch.nn.Linear(inputs, outputs, device="meta").parameters()
            )
            at = outputs, 1, 1
        else:
            kernel, stride = settings
            layer = torch.nn.Conv2d(at[0], outputs, kernel, stride, device="meta")
            at = tuple(layer(torch.zeros(1, *at, device="meta")).shape[1:])
            size = sum(p.numel() for p in layer.parameters())
            total += size * (at[1] * at[2] if kind == "local" else 1)
    return total


def recursive(shape, layers):
    """Right: the first layer, and what remains."""
    if not layers:
        return 0
    (kind, outputs, *settings), rest = layers[0], layers[1:]
    depth, height, width = shape
    if kind == "dense":
        own = outputs * depth * height * width + outputs
        return own + recursive((outputs, 1, 1), rest)
    kernel, stride = settings
    height, width = (
        len(range(0, side - kernel + 1, stride)) for side in (height, width)
    )
    own = outputs * (depth * kernel * kernel + 1)
    if kind == "local":
        own *= height * width
    return own + recursive((outputs, height, width), rest)


def rounded_up(size, kernel, stride):
    return -(-(size - kernel) // stride) + 1


def size_over_stride(size, kernel, stride):
    return size // stride


def image(d: Draw):
    return d.int(1, 3), d.int(9, 14), d.int(9, 14)


def shared(d: Draw):
    return "conv", d.int(2, 6), d.int(2, 4), d.int(1, 2)


def local(d: Draw):
    return "local", d.int(2, 6), d.int(2, 4), d.int(1, 2)


def dense(d: Draw):
    return "dense", d.int(2, 9)


def fits(shape, layers):
    """Whether every window finds a place."""
    rows, columns = shape[1:]
    for _, _, *settings in layers:
        if settings:
            rows, columns = (out_size(side, *settings) for side in (rows, columns))
    return min(rows, columns) > 0


reference = build()

EXERCISE = declare(
    "count_parameters",
    "Count any network",
    reference,
    difficulty=3,
    minutes=20,
    example=((1, 6, 6), [("conv", 2, 3, 1), ("dense", 10)]),
    groups={
        "dense": Group(1, lambda d: (image(d), [dense(d), dense(d), dense(d)])),
        "convolutions": Group(
            1, such_that(lambda d: (image(d), [shared(d), shared(d)]), fits)
        ),
        "local": Group(1, such_that(lambda d: (image(d), [local(d), local(d)]), fits)),
        "all together": Group(
            2,
            such_that(
                lambda d: (image(d), [shared(d), local(d), dense(d), dense(d)]), fits
            ),
            ((1, 28, 28), []),
        ),
    },
    mistakes={
        "The biases are missing: one for each output of a dense layer, one for each "
        "channel of a convolution, one for each output of a local layer.": build(
            biases=False
        ),
        "A dense layer after a convolution sees every place of every channel, not one "
        "number a channel.": build(flat=True),
        "A local layer has weights of its own at each place. You counted one place.": (
            build(spots=1)
        ),
        "A local layer has a bias at every place, too. You counted one for each "
        "channel.": build(own_biases=False),
        "A kernel has a slice for each input channel.": build(slices=False),
        "After a dense layer the shape is (outputs, 1, 1): the next layer sees these "
        "numbers, not the image.": build(onward=False),
        "The division by the stride rounds down: a window that hangs over the edge "
        "does not count.": build(window=rounded_up),
        "The output is smaller than size / stride, because a window must fit whole: "
        "(size - kernel) // stride + 1.": build(window=size_over_stride),
    },
    alternatives=(by_torch, recursive),
    hints=(
        "Walk through the layers and carry the shape along: (channels, rows, columns).",
        "A dense layer turns the shape into (outputs, 1, 1); then it, too, is a shape.",
        "A local layer has what a convolution has, once for each place of its output.",
    ),
    section="three-layers",
)
