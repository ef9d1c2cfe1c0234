"""Code shown to the reader in chapter 6, for later ones to build on.

Collected from the cells of book/06-going-deeper.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import torch
import torch.nn.functional as F
from torch import nn


def convolutions(plan, channels=1, norm=None, k=3):
    """k x k convolutions with ReLU, as wide as planned; "M" halves the map."""
    layers = []
    for width in plan:
        if width == "M":
            layers.append(nn.MaxPool2d(2))
            continue
        layers.append(nn.Conv2d(channels, width, k, padding=k // 2))
        layers += [norm(width)] if norm else []
        layers.append(nn.ReLU())
        channels = width
    return layers


def sizes(net, x, labels):
    """Root mean square of each convolution's output and of the loss's gradient."""
    kept, signal = [], x
    for layer in net:
        signal = layer(signal)
        if isinstance(layer, nn.Conv2d):
            signal.retain_grad()  # keep the gradient, which is dropped otherwise
            kept.append(signal)
    F.cross_entropy(signal, labels).backward()
    rms = [y.detach().square().mean().sqrt().item() for y in kept]
    return rms, [y.grad.square().mean().sqrt().item() for y in kept]


def he_(layer):
    """Draw a layer's weights with variance 2 / fan-in, and set its bias to 0."""
    fan_in = layer.weight[0].numel()  # C_in k k, or the inputs of a dense layer
    with torch.no_grad():
        layer.weight.normal_(std=(2 / fan_in) ** 0.5)
        layer.bias.zero_()


@torch.no_grad()
def scale_by_data_(layers, x):
    """Make every layer's output mean 0 and standard deviation 1 on a batch x."""
    for layer in layers:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.bias.zero_()
            layer.weight /= layer(x).std()
            layer.bias -= layer(x).mean()
        x = layer(x)


def normalize(x, mean, var, gamma, beta, eps=1e-5):
    """Each channel of x (N, C, H, W), by one mean and variance (C,)."""
    mean, var = mean[:, None, None], var[:, None, None]
    unit = (x - mean) / (var + eps).sqrt()
    return gamma[:, None, None] * unit + beta[:, None, None]


class BatchNorm2d(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels))
        self.beta = nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))  # saved, not trained
        self.register_buffer("var", torch.ones(channels))

    def forward(self, x):  # (N, C, H, W)
        mean, var = self.mean, self.var
        if self.training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            update_running_(self, x)
        return normalize(x, mean, var, self.gamma, self.beta)


@torch.no_grad()
def update_running_(layer, x, momentum=0.1):
    """Mix the batch's statistics into the running ones."""
    layer.mean += momentum * (x.mean((0, 2, 3)) - layer.mean)
    layer.var += momentum * (x.var((0, 2, 3)) - layer.var)  # divided by count - 1


def dropout(x, p, training, inverted=True):
    """Zero each number of x with probability p in training, and keep the mean."""
    if training:
        kept = (torch.rand_like(x) >= p) * x
        return kept / (1 - p) if inverted else kept
    return x if inverted else (1 - p) * x
