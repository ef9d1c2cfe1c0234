"""Exercise: a deep bidirectional network with residual links and layer norm."""

import torch
from torch import nn

from c2a.exercises.kit import FORMS32, Draw, Group, declare


class ResidualStack(nn.Module):
    """The stack of the chapter, on torch's bidirectional RNN."""

    def __init__(self, d_x, d_h, depth):
        super().__init__()
        width = 2 * d_h
        self.enter = nn.Linear(d_x, width)
        self.layers = nn.ModuleList(
            nn.RNN(width, d_h, batch_first=True, bidirectional=True)
            for _ in range(depth)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(depth))
        self.last = nn.LayerNorm(width)

    def forward(self, x):
        x = self.enter(x)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = x + layer(norm(x))[0]
        return self.last(x)


def variant(forward):
    """The same parts, put together in another way."""

    class Variant(ResidualStack):
        pass

    Variant.forward = forward
    Variant.__name__ = "ResidualStack"
    return Variant


def with_own_norm(self, x):
    """Right: the norms written out, the sum collected in a list."""
    parts = [self.enter(x)]

    def normalized(norm, z):
        middle = z - z.mean(-1, keepdim=True)
        spread = (middle.pow(2).mean(-1, keepdim=True) + norm.eps).rsqrt()
        return middle * spread * norm.weight + norm.bias

    for layer, norm in zip(self.layers, self.norms, strict=True):
        parts.append(layer(normalized(norm, sum(parts)))[0])
    return normalized(self.last, sum(parts))


def recursively(self, x):
    """Right: layer by layer, counting up."""

    def after(count):
        if count == 0:
            return self.enter(x)
        below = after(count - 1)
        states, _ = self.layers[count - 1](self.norms[count - 1](below))
        return torch.add(states, below)

    return self.last(after(len(self.layers)))


def without_link(self, x):
    x = self.enter(x)
    for layer, norm in zip(self.layers, self.norms, strict=True):
        x = layer(norm(x))[0]
    return self.last(x)


def from_the_normalized(self, x):
    x = self.enter(x)
    for layer, norm in zip(self.layers, self.norms, strict=True):
        z = norm(x)
        x = z + layer(z)[0]
    return self.last(x)


def post_norm(self, x):
    x = self.enter(x)
    for layer, norm in zip(self.layers, self.norms, strict=True):
        x = norm(x + layer(x)[0])
    return self.last(x)


def without_last(self, x):
    x = self.enter(x)
    for layer, norm in zip(self.layers, self.norms, strict=True):
        x = x + layer(norm(x))[0]
    return x


def without_norms(self, x):
    x = self.enter(x)
    for layer in self.layers:
        x = x + layer(x)[0]
    return self.last(x)


def from_the_input(self, x):
    start = x = self.enter(x)
    for layer, norm in zip(self.layers, self.norms, strict=True):
        x = start + layer(norm(x))[0]
    return self.last(x)


def norm_of_the_states(self, x):
    x = self.enter(x)
    for layer, norm in zip(self.layers, self.norms, strict=True):
        x = x + norm(layer(x)[0])
    return self.last(x)


def over_time(self, x):
    x = self.enter(x)
    for layer, norm in zip(self.layers, self.norms, strict=True):
        middle = x - x.mean(1, keepdim=True)
        z = middle / (middle.pow(2).mean(1, keepdim=True) + 1e-5).sqrt()
        x = x + layer(z * norm.weight + norm.bias)[0]
    return self.last(x)


class OneLayer(ResidualStack):
    """Wrong: the same layer again and again."""

    def __init__(self, d_x, d_h, depth):
        super().__init__(d_x, d_h, depth)
        self.layers = nn.ModuleList([self.layers[0]] * depth)


class PlainList(ResidualStack):
    """Wrong: torch does not find the layers."""

    def __init__(self, d_x, d_h, depth):
        super().__init__(d_x, d_h, depth)
        layers = list(self.layers)
        del self.layers
        self.layers = layers


OneLayer.__name__ = PlainList.__name__ = "ResidualStack"


def drive(ResidualStack, x, d_h, depth, seed):
    """Weights by name, from the seed, so that the order of making them is free."""
    torch.manual_seed(seed)  # for weights that have no name
    stack = ResidualStack(x.shape[-1], d_h, depth)
    shapes = {name: tuple(p.shape) for name, p in sorted(stack.named_parameters())}
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for _, parameter in sorted(stack.named_parameters()):
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.7)
        found = [list(shape) for shape in shapes.values()]
        return {"shapes of the parameters": found, "output": stack.eval()(x)}


def stacks(layers):
    """Inputs and sizes for a number of layers."""

    def draw(d: Draw):
        x = d.tensor(d.int(1, 3), d.int(2, 5), d.int(2, 5))
        return x, d.int(2, 4), layers(d), d.seed()

    return draw


EXERCISE = declare(
    "ResidualStack",
    "A deep stack that trains",
    ResidualStack,
    drive=drive,
    difficulty=3,
    minutes=25,
    forms=FORMS32,
    rtol=1e-4,
    atol=1e-4,
    groups={
        "one layer": Group(2, stacks(lambda d: 1)),
        "layers": Group(2, stacks(lambda d: d.int(2, 4))),
    },
    mistakes={
        "The residual link is missing: add the states to what the layer was given.": (
            variant(without_link)
        ),
        "The link starts from the normalized state. It starts from the state itself; "
        "only the layer gets the normalized one.": variant(from_the_normalized),
        "The norm stands behind the sum. Here it stands in front of the layer, inside "
        "the branch.": variant(post_norm),
        "The last norm is missing.": variant(without_last),
        "The norms in front of the layers are not used.": variant(without_norms),
        "Every layer is added to the network's input. Add it to what the layer below "
        "has made.": variant(from_the_input),
        "The layer's states are normalized. Normalize what goes into the layer.": (
            variant(norm_of_the_states)
        ),
        "All layers are one and the same: `[layer] * depth` makes no new ones.": (
            OneLayer
        ),
        "The layers are in a plain list, where torch does not find their weights. Put "
        "them into an `nn.ModuleList`.": PlainList,
        "The mean is taken over the steps. Layer norm takes it over the units of each "
        "step.": variant(over_time),
    },
    alternatives=(variant(with_own_norm), variant(recursively)),
    hints=(
        "How wide is what one layer hands to the next? `enter` makes the input that "
        "wide, too, so that both can be added.",
        "An `nn.RNN` returns two things; you want the first, the states of all steps.",
        "In a loop over layers and norms: x = x + layer(norm(x))[0]. Before the loop "
        "comes `enter`, behind it `last`.",
    ),
    section="deep-residual",
)
