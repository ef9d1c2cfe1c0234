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


def merge_in_place(self):
    """Wrong: the wrapped layer itself is changed."""
    self.layer.weight.data += self.scale * (self.B @ self.A).data
    return self.layer


def merge_new_bias(self):
    """Wrong: the bias of a fresh nn.Linear stays."""
    merged = nn.Linear(*reversed(self.layer.weight.shape))
    merged.weight.data = (self.layer.weight + self.scale * self.B @ self.A).data
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
    if not all(isinstance(each, nn.Parameter) for each in (net.A, net.B)):
        raise TypeError("A and B have to be nn.Parameter, under these names.")
    if tuple(net.A.shape) != tuple(A.shape) or tuple(net.B.shape) != tuple(B.shape):
        raise ValueError(
            f"A has the shape {tuple(net.A.shape)} and B {tuple(net.B.shape)}. Asked "
            f"for were {tuple(A.shape)} and {tuple(B.shape)}."
        )
    start, spread = net(x), net.A.detach().std()
    start.square().sum().backward()
    moves = [p.grad is not None and bool(p.grad.any()) for p in (net.A, net.B)]
    learning = sum(p.numel() for p in net.parameters() if p.requires_grad)
    with torch.no_grad():
        net.A.copy_(A)
        net.B.copy_(B)
        adapted = net(x)
        torch.manual_seed(seed)
        merged = net.merge()
        if not isinstance(merged, nn.Linear):
            raise TypeError("merge() has to return an nn.Linear.")
        return {
            "output at the start": start.detach(),
            "do A and B get a gradient?": moves,
            "do the numbers of A differ?": bool(spread > 0),
            "numbers that learn": learning,
            "output with A and B": adapted,
            "output of the merged layer": merged(x),
            "output after merging": net(x),
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
            2, lambda d: layer(d, 2, 2), rtol=1e-3, atol=1e-4, hidden=2
        ),
        "other alphas": Group(
            2,
            lambda d: layer(d, d.int(1, 3), d.int(4, 9)),
            rtol=1e-3,
            atol=1e-4,
            hidden=2,
        ),
    },
    mistakes={
        "B does not start at zero, so the layer's output has changed before anything "
        "was learned.": started(random_b=True),
        "A and B both start at zero: then both gradients are zero, and nothing will "
        "ever move.": started(zero_a=True),
        "The start is turned round: A is zero and B random. Nothing has changed then, "
        "either, but the task asks for the other way.": started(True, True),
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
        "Merging changes the wrapped layer, and after it the detour counts twice. "
        "Return a new nn.Linear.": with_methods(Reference, merge=merge_in_place),
        "The merged layer has a bias of its own, drawn at random. Copy that of the "
        "wrapped layer.": with_methods(Reference, merge=merge_new_bias),
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
