"""Exercise: freeze the right layers, so that a training loop can't move them."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import nn

from c2a.exercises.kit import Draw, Group, Mistake, Tensor, declare


def reference(net, count):
    """The first layers in one module that stays in evaluation mode."""

    class Still(nn.Sequential):
        def train(self, mode=True):
            return super().train(False)

    lower = Still(*net[:count]).eval().requires_grad_(False)
    return nn.Sequential(lower, *net[count:])


def by_patching(net, count):
    """Right: the same net; `train` of each frozen layer does nothing."""
    for layer in list(net)[:count]:
        layer.eval()
        for parameter in layer.parameters():
            parameter.requires_grad = False
        layer.train = lambda mode=True, layer=layer: layer
    return net


def by_wrapper(net, count):
    """Right: copies of the layers, the lower ones in a wrapper."""

    class Fixed(nn.Module):
        def __init__(self, layers):
            super().__init__()
            self.layers = layers.requires_grad_(False)

        def train(self, mode=True):
            super().train(mode)
            self.layers.eval()
            return self

        def forward(self, x):
            return self.layers(x)

    net = deepcopy(net)
    return nn.Sequential(Fixed(net[:count]), net[count:])


def gradients_only(net, count):
    """Wrong: requires_grad alone."""
    net[:count].requires_grad_(False)
    return net


def no_momentum(net, count):
    """Wrong: the statistics stand still, and are not used."""
    for layer in net[:count]:
        layer.requires_grad_(False)
        layer[1].momentum = 0.0
    return net


def statistics_only(net, count):
    """Wrong: the statistics stay, the weights learn."""
    lower = reference(net, count)
    for layer in net[:count]:
        layer.requires_grad_(True)
    return lower


def one_more(net, count):
    """Wrong: one layer too many."""
    return reference(net, min(count + 1, len(net)))


def one_less(net, count):
    """Wrong: one layer too few."""
    return reference(net, max(count - 1, 0))


def from_the_top(net, count):
    """Wrong: the last layers instead of the first."""

    class Still(nn.Sequential):
        def train(self, mode=True):
            return super().train(False)

    upper = Still(*net[len(net) - count :]).eval().requires_grad_(False)
    return nn.Sequential(*net[: len(net) - count], upper)


def all_steady(net, count):
    """Wrong: the batch norm of the whole network stays in evaluation mode."""

    class Still(nn.Sequential):
        def train(self, mode=True):
            return super().train(False)

    net[:count].requires_grad_(False)
    return Still(*net).eval()


def nothing(net, count):
    """Wrong: nothing is frozen."""
    return net


def drive(freeze, x, labels, weights, count):
    """State of every layer after two steps of a loop that calls `train()`."""
    width, classes = weights[0].shape[0], weights[-1].shape[0]
    layers = [
        nn.Sequential(nn.Linear(w.shape[1], width), nn.BatchNorm1d(width), nn.ReLU())
        for w in weights[:-1]
    ]
    net = nn.Sequential(*layers, nn.Linear(width, classes))
    linear = [layer[0] for layer in layers] + [net[-1]]
    with torch.no_grad():
        for layer, w in zip(linear, weights, strict=True):
            layer.weight.copy_(w)
            layer.bias.zero_()
    norms = [layer[1] for layer in layers]
    frozen = freeze(net, count)
    if not isinstance(frozen, nn.Module):
        raise TypeError("freeze has to return a network, an nn.Module.")
    if not set(linear) <= set(frozen.modules()):  # copies, in the same order
        linear = [m for m in frozen.modules() if isinstance(m, nn.Linear)]
        norms = [m for m in frozen.modules() if isinstance(m, nn.BatchNorm1d)]
    learning = [p for p in frozen.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(learning, lr=0.1)
    for _ in range(2):
        frozen.train()
        loss = nn.functional.cross_entropy(frozen(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return {
            "weights of each layer": [layer.weight.detach() for layer in linear],
            "scales of each batch norm": [norm.weight.detach() for norm in norms],
            "running means": [norm.running_mean for norm in norms],
            "running variances": [norm.running_var for norm in norms],
            "outputs in evaluation mode": frozen.eval()(x),
        }


def stack(d: Draw, count: int, depth: int) -> tuple:
    """A batch, its labels, weights of `depth` hidden layers and a head."""
    inputs, width, classes = d.int(2, 4), d.int(3, 5), d.int(2, 3)
    shapes = [(width, inputs), *[(width, width)] * (depth - 1), (classes, width)]
    rng = d.rng
    weights = [Tensor(rng.uniform(-1, 1, s).astype("float32")) for s in shapes]
    x = Tensor(rng.uniform(-1, 3, (6, inputs)).astype("float32"))
    labels = Tensor(rng.integers(0, classes, 6))
    return x, labels, weights, count


EXERCISE = declare(
    "freeze",
    "Freeze the right layers",
    reference,
    drive=drive,
    difficulty=2,
    minutes=20,
    forms=("float32",),
    groups={
        "the lowest": Group(
            2, lambda d: stack(d, 1, 2), rtol=1e-4, atol=1e-5, visible=1, hidden=2
        ),
        "several, or none": Group(
            3,
            lambda d: stack(d, 2, 3),
            lambda d: stack(d, 0, 2),
            rtol=1e-4,
            atol=1e-5,
            visible=1,
            hidden=1,
        ),
    },
    mistakes=[
        Mistake(
            "The weights stand still, but the running statistics of the frozen batch "
            "norms have moved: `requires_grad` does not reach them. Frozen layers have "
            "to stay in evaluation mode.",
            gradients_only,
        ),
        Mistake(
            "The statistics stand still, but in training mode a batch norm uses those "
            "of its batch. Frozen layers have to stay in evaluation mode.",
            no_momentum,
        ),
        Mistake(
            "Only the statistics are kept here. The weights of the lower layers still "
            "learn.",
            statistics_only,
        ),
        Mistake("One layer too many is frozen.", one_more),
        Mistake("One layer too few is frozen: the first `count` are meant.", one_less),
        Mistake(
            "The last layers are frozen. The first ones, next to the input, are the "
            "general ones.",
            from_the_top,
        ),
        Mistake(
            "The batch norms above the frozen layers stay in evaluation mode, too. "
            "Layers that learn take the statistics of their batch.",
            all_steady,
        ),
        Mistake("Nothing is frozen here.", nothing),
    ],
    alternatives=(by_patching, by_wrapper),
    hints=(
        "Two things can change in a layer: parameters, by the optimizer, and running "
        "statistics, by every forward pass in training mode.",
        "`layers.requires_grad_(False)` stops the first. The loop calls `net.train()` "
        "before each step: what does that do to the second?",
        "Put the first `count` layers into a module whose `train` calls "
        "`super().train(False)`, like the chapter's `Steady`. Return that module and "
        "the rest in one `nn.Sequential`.",
    ),
    section="transfer-strategies",
)
