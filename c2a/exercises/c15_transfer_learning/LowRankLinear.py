"""Exercise: a LoRA layer: a dense layer that stays, and a thin detour that learns."""

from __future__ import annotations

import torch
from torch import nn

from c2a.exercises.kit import Draw, Group, declare, with_methods


class Reference(nn.Module):
    """Frozen layer, A random, B zero, the detour scaled by alpha / rank."""

    def __init__(self, layer, rank, alpha):
        super().__init__()
        self.layer = layer.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(rank, layer.in_features) / rank)
        self.B = nn.Parameter(torch.zeros(layer.out_features, rank))
        self.scale = alpha / rank

    def forward(self, x):
        return self.layer(x) + self.scale * (x @ self.A.T @ self.B.T)

    def merge(self):
        layer = self.layer
        merged = nn.Linear(
            layer.in_features, layer.out_features, bias=layer.bias is not None
        )
        with torch.no_grad():
            merged.weight.copy_(layer.weight + self.scale * self.B @ self.A)
            if layer.bias is not None:
                merged.bias.copy_(layer.bias)
        return merged


class Functional(nn.Module):
    """Right: by F.linear, the merged layer a changed copy."""

    def __init__(self, layer, rank, alpha):
        super().__init__()
        self.layer, self.rank, self.alpha = layer, rank, alpha
        for parameter in layer.parameters():
            parameter.requires_grad = False
        self.A = nn.Parameter(torch.empty(rank, layer.weight.shape[1]))
        nn.init.kaiming_uniform_(self.A)
        self.B = nn.Parameter(self.A.new_zeros(layer.weight.shape[0], rank))

    def forward(self, x):
        detour = nn.functional.linear(nn.functional.linear(x, self.A), self.B)
        return self.layer(x) + detour * self.alpha / self.rank

    def merge(self):
        import copy

        merged = copy.deepcopy(self.layer)
        merged.weight.data += self.alpha / self.rank * (self.B @ self.A).data
        return merged


class OneWeight(nn.Module):
    """Right: the two are added to one weight before use."""

    def __init__(self, layer, rank, alpha):
        super().__init__()
        self.layer = layer.requires_grad_(False)
        self.A = nn.Parameter(0.1 * torch.randn(rank, layer.in_features))
        self.B = nn.Parameter(torch.zeros(layer.out_features, rank))
        self.ratio = alpha / rank

    def weight(self):
        return self.layer.weight + self.ratio * torch.einsum(
            "or,ri->oi", self.B, self.A
        )

    def forward(self, x):
        return nn.functional.linear(x, self.weight(), self.layer.bias)

    def merge(self):
        merged = nn.Linear(*reversed(self.layer.weight.shape))
        merged.weight = nn.Parameter(self.weight().detach())
        merged.bias = self.layer.bias
        return merged


def started(random_b: bool = False, zero_a: bool = False, frozen: bool = True):
    """Another start."""

    def __init__(self, layer, rank, alpha):
        nn.Module.__init__(self)
        self.layer = layer.requires_grad_(not frozen)
        start = torch.zeros if zero_a else torch.randn
        self.A = nn.Parameter(start(rank, layer.in_features))
        b = torch.randn if random_b else torch.zeros
        self.B = nn.Parameter(b(layer.out_features, rank))
        self.scale = alpha / rank

    return with_methods(Reference, __init__=__init__)


def scaled(scale):
    """Another factor before the detour."""

    def __init__(self, layer, rank, alpha):
        Reference.__init__(self, layer, rank, alpha)
        self.scale = scale(rank, alpha)

    return with_methods(Reference, __init__=__init__)


def merge_unscaled(self):
    """Wrong: the factor is left out when merging."""
    scale, self.scale = self.scale, 1.0
    merged = Reference.merge(self)
    self.scale = scale
    return merged


def detour_only(self, x):
    """Wrong: the layer itself is gone."""
    return self.scale * (x @ self.A.T @ self.B.T)


def drive(LowRankLinear, x, weight, bias, A, B, alpha, seed):
    """Outputs at the start and adapted, what learns, and the merged layer's output."""
    torch.manual_seed(seed)
    x, weight, bias, A, B = (each.float() for each in (x, weight, bias, A, B))
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    net = LowRankLinear(layer, A.shape[0], alpha)
    if tuple(net.A.shape) != tuple(A.shape) or tuple(net.B.shape) != tuple(B.shape):
        raise ValueError(
            f"A has the shape {tuple(net.A.shape)} and B {tuple(net.B.shape)}. Asked "
            f"for were {tuple(A.shape)} and {tuple(B.shape)}."
        )
    start = net(x)
    start.square().sum().backward()
    moves = net.B.grad is not None and bool((net.B.grad != 0).any())
    learning = sum(p.numel() for p in net.parameters() if p.requires_grad)
    with torch.no_grad():
        net.A.copy_(A)
        net.B.copy_(B)
        return {
            "output at the start": start.detach(),
            "does B get a gradient?": moves,
            "numbers that learn": learning,
            "output with A and B": net(x),
            "output when merged": net.merge()(x),
        }


def layer(d: Draw, rank: int, alpha: int) -> tuple:
    n, m = d.int(3, 6), d.int(3, 6)
    shapes = (d.int(1, 4), n), (m, n), (m,), (rank, n), (m, rank)
    return *(d.tensor(*shape) for shape in shapes), alpha, d.seed()


EXERCISE = declare(
    "LowRankLinear",
    "A LoRA layer",
    Reference,
    drive=drive,
    difficulty=3,
    minutes=25,
    forms=("float32", "strided"),
    groups={
        "alpha equal to the rank": Group(
            2, lambda d: layer(d, 2, 2), rtol=1e-3, atol=1e-4
        ),
        "other alphas": Group(
            2, lambda d: layer(d, d.int(1, 3), d.int(4, 9)), rtol=1e-3, atol=1e-4
        ),
    },
    mistakes={
        "B does not start at zero, so the layer's output has changed before anything "
        "was learned.": started(random_b=True),
        "A and B both start at zero: then both gradients are zero, and nothing will "
        "ever move.": started(zero_a=True),
        "The layer itself still learns: more numbers have `requires_grad` than A "
        "and B hold.": started(frozen=False),
        "The detour is not scaled. Multiply it by alpha / rank.": scaled(
            lambda rank, alpha: 1.0
        ),
        "The detour is multiplied by alpha. Divide by the rank, too.": scaled(
            lambda rank, alpha: alpha
        ),
        "The merged weight lacks the factor alpha / rank.": with_methods(
            Reference, merge=merge_unscaled
        ),
        "The merged layer is the old one: add the product of B and A to its "
        "weight.": with_methods(Reference, merge=lambda self: self.layer),
        "The layer's own output is missing. The detour is added to it.": with_methods(
            Reference, forward=detour_only
        ),
    },
    alternatives=(Functional, OneWeight),
    hints=(
        "A: (rank, inputs), random. B: (outputs, rank), zero. Both `nn.Parameter`.",
        "For rows x: `x @ A.T @ B.T` is the detour. Which factor stands before it?",
        "W x + s B (A x) = (W + s B A) x: merging adds s B A to the weight of a new "
        "nn.Linear, and keeps the bias.",
    ),
    section="transfer-strategies",
)
