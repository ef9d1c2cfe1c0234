"""Code shown to the reader in chapter 7, for later ones to build on.

Collected from the cells of book/07-resnet-to-convnext.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

from functools import cache

import torch
import torch.nn.functional as F
from torch import nn

from c2a.data import load
from c2a.scale import pick
from c2a.training import History, accuracy, fit, tune

DEPTHS, KINDS, SEEDS = (8, 20, 56, 110), ("plain", "delta", "residual"), (0, 1, 2)


@cache
def garments(part):
    """Images (N, 1, 28, 28), mean 0 and variance 1 over all pixels, and labels (N,)."""
    data, count = load("fashion-mnist"), pick(smoke=300, cpu=None, gpu=None)
    images = torch.tensor(getattr(data, f"{part}_images")[:count])[:, None] / 255
    labels = torch.tensor(getattr(data, f"{part}_labels")[:count])
    return (images - 0.286) / 0.353, labels


@cache
def split():
    """10,000 garments to train, 2,000 to choose a learning rate, 5,000 to test."""
    images, labels = garments("train")
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    held_out = len(labels) // 6
    rows = {"train": order[held_out:], "choose": order[:held_out]}
    parts = {name: (images[which], labels[which]) for name, which in rows.items()}
    return parts | {"test": garments("test")}


def gradient_ratio(net):
    """Norm of the gradient of the first 3 x 3 layer, over the last one's."""
    layers = [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)]
    return (layers[1].weight.grad.norm() / layers[-1].weight.grad.norm()).item()


def train_tower(depth, kind, seed, rate, steps, count=4000):
    """A tower trained on some garments: it, its losses, its gradient ratios."""
    torch.manual_seed(seed)
    net, ratios = tower(depth, kind), []
    images, labels = (part[:count] for part in split()["train"])
    history = fit(
        net, images, labels, steps=steps, batch_size=64, learning_rate=rate, seed=seed,
        after_step=lambda step, net: ratios.append(gradient_ratio(net)),
    )  # fmt: skip
    return net, history.loss, ratios


class Results(nn.Module):
    """Numbers of a long experiment, kept as weights are: lists by name."""

    def __init__(self, **lengths):
        super().__init__()
        for name, length in lengths.items():
            self.register_buffer(name, torch.zeros(length))

    def keep(self, losses, **lists):
        for name, values in lists.items():
            setattr(self, name, torch.tensor(values).float())
        return History(loss=losses)


def conv(c_in, c_out, k=3, stride=1):
    """A convolution that keeps the size (up to its stride), then batch norm."""
    weights = nn.Conv2d(c_in, c_out, k, stride, padding=k // 2, bias=False)
    return nn.Sequential(weights, nn.BatchNorm2d(c_out))


def tower(depth, kind, width=16):
    """`depth` layers; all but the first and the last are 3 x 3, on maps of 7 x 7."""
    layers = [nn.Conv2d(1, width, 4, stride=4), nn.BatchNorm2d(width), nn.ReLU()]
    for _ in range((depth - 2) // 2):
        pair = nn.Sequential(conv(width, width), nn.ReLU(), conv(width, width))
        if kind == "residual":
            layers += [Residual(pair, width, width)]
        else:
            layers += [pair, nn.ReLU()]
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 10)
    net = nn.Sequential(*layers, *head)
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if kind == "delta" and layer.in_channels == width:
                nn.init.dirac_(layer.weight)
    return net


class Residual(nn.Module):
    """relu(x + F(x)); where F changes the shape, a 1 x 1 convolution fits x."""

    def __init__(self, change, c_in, c_out, stride=1):
        super().__init__()
        same = c_in == c_out and stride == 1
        self.change = change  # F
        self.shortcut = nn.Identity() if same else conv(c_in, c_out, 1, stride)

    def forward(self, x):
        return F.relu(self.shortcut(x) + self.change(x))


def basic(c_in, c, stride=1):
    """Two 3 x 3 layers with a way around them."""
    change = nn.Sequential(conv(c_in, c, 3, stride), nn.ReLU(), conv(c, c))
    return Residual(change, c_in, c, stride)


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of each pixel of (N, C, H, W)."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class ConvNeXtBlock(nn.Module):
    """x + F(x): filter each channel alone, then mix channels at each pixel."""

    def __init__(self, c, k=7):
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(c, c, k, padding=k // 2, groups=c), ChannelNorm(c),
            nn.Conv2d(c, 4 * c, 1), nn.GELU(), nn.Conv2d(4 * c, c, 1),
        )  # fmt: skip
        self.scale = nn.Parameter(torch.full((c, 1, 1), 1e-6))

    def forward(self, x):
        return x + self.scale * self.change(x)


def convnext(counts, widths, c_in=3, patch=4, classes=1000):
    """Patches, blocks, and before each new width a norm and a 2 x 2 convolution."""
    first = nn.Conv2d(c_in, widths[0], patch, stride=patch)
    layers, c = [first, ChannelNorm(widths[0])], widths[0]
    for count, width in zip(counts, widths, strict=True):
        if width != c:
            layers += [ChannelNorm(c), nn.Conv2d(c, width, 2, stride=2)]
        layers += [ConvNeXtBlock(width) for _ in range(count)]
        c = width
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(c), nn.Linear(c, classes)
    return nn.Sequential(*layers, *head)


ROAD = (
    "ResNet, bottlenecks", "patches at the start", "depthwise 3 x 3",
    "wide in the middle", "depthwise first, 7 x 7", "GELU for ReLU",
    "one activation a block", "one norm a block", "layer norm",
    "separate downsampling",
)  # fmt: skip


def road_layers(c_in, c, stride, step):
    """The change F of one block after so many steps on the road."""
    relu = nn.GELU if step >= 5 else nn.ReLU
    norm = ChannelNorm if step >= 8 else nn.BatchNorm2d
    inner = 4 * c if step >= 3 else c // 2 if step == 2 else c // 4
    k = 7 if step >= 4 else 3
    if step >= 4:  # channels in and out, kernel, stride, groups
        shapes = [(c_in, c_in, k, stride, c_in), (c_in, inner, 1, 1, 1)]
    else:
        middle = (inner, inner, k, stride, inner if step >= 2 else 1)
        shapes = [(c_in, inner, 1, 1, 1), middle]
    layers = []
    for number, (a, b, kernel, s, groups) in enumerate([*shapes, (inner, c, 1, 1, 1)]):
        layers.append(nn.Conv2d(a, b, kernel, s, kernel // 2, groups=groups))
        if step < 7 or number == 0:
            layers.append(norm(b))
        if number < 2 and (step < 6 or number == 1):
            layers.append(relu())
    return nn.Sequential(*layers)


class RoadBlock(nn.Module):
    """A block somewhere on the road from ResNet to ConvNeXt."""

    def __init__(self, c_in, c, stride, step):
        super().__init__()
        self.change = road_layers(c_in, c, stride, step)
        self.shortcut = nn.Identity() if c_in == c else conv(c_in, c, 1, stride)
        self.last = nn.Identity() if step >= 6 else [nn.ReLU(), nn.GELU()][step == 5]

    def forward(self, x):
        return self.last(self.shortcut(x) + self.change(x))


def road_net(step):
    """Two stages of two blocks, of about 60,000 parameters at every step."""
    small, large = (64, 128) if step < 3 else (24, 48)
    first = nn.Conv2d(1, small, 2, stride=2)
    if step == 0:
        first = nn.Conv2d(1, small, 3, stride=2, padding=1)
    norm = ChannelNorm if step >= 8 else nn.BatchNorm2d
    layers = [first, norm(small)] + [nn.ReLU()] * (step == 0)
    layers += [RoadBlock(small, small, 1, step) for _ in range(2)]
    if step >= 9:
        layers += [norm(small), nn.Conv2d(small, large, 2, stride=2)]
        layers += [RoadBlock(large, large, 1, step)]
    else:
        layers += [RoadBlock(small, large, 2, step)]
    layers += [RoadBlock(large, large, 1, step)]
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(large, 10)
    return nn.Sequential(*layers, *head)


def jitter(x):
    """Mirror every second image, and shift the batch by up to two pixels."""
    mirrored = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
    x = torch.where(mirrored, x.flip(-1), x)
    return torch.roll(x, torch.randint(-2, 3, (2,)).tolist(), (-2, -1))


def jittered_loss(net, x, y):
    return F.cross_entropy(net(jitter(x)), y, label_smoothing=0.05)


def unjittered_loss(net, x, y):
    return F.cross_entropy(net(x), y, label_smoothing=0.05)


def train_net(make, seed, rate, steps, objective=jittered_loss):
    """A net of the ladder or the road, trained on 10,000 garments, and its losses."""
    torch.manual_seed(seed)
    net = make()
    options = {"learning_rate": rate, "steps": steps, "seed": seed}
    history = fit(
        net, *split()["train"], objective=objective, weight_decay=0.05, **options
    )
    return net, history.loss


def tuned(make, steps, objective=jittered_loss, rates=(0.001, 0.003, 0.01)):
    """The best rate on held-out garments, test accuracy for each seed, all losses."""

    @cache
    def run(rate, seed=0):
        return train_net(make, seed, rate, steps, objective)

    rate = tune(lambda rate: accuracy(run(rate)[0], *split()["choose"]), rates).rate
    scores = [accuracy(run(rate, seed)[0], *split()["test"]) for seed in SEEDS]
    return rate, scores, [loss for seed in SEEDS for loss in run(rate, seed)[1]]


def make_linear():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))


def make_mlp():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 76), nn.ReLU(),
        nn.Linear(76, 32), nn.ReLU(), nn.Linear(32, 10),
    )  # fmt: skip


def make_lenet(norm=nn.Identity):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), norm(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), norm(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(),
        nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip


def make_lenet_norm():
    return make_lenet(nn.BatchNorm2d)


def make_vgg():
    layers, c = [], 1
    for width in (16, 32, 56):
        layers += [conv(c, width), nn.ReLU(), conv(width, width), nn.ReLU()]
        layers, c = [*layers, nn.MaxPool2d(2)], width
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 10)
    return nn.Sequential(*layers, *head)


def make_resnet(width=14, blocks=1):
    layers, c = [conv(1, width), nn.ReLU()], width
    for wider in (width, 2 * width, 4 * width):
        for number in range(blocks):
            layers.append(basic(c, wider, 2 if number == 0 else 1))
            c = wider
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 10)
    return nn.Sequential(*layers, *head)


def make_convnext():
    return convnext((2, 2), (24, 48), c_in=1, patch=2, classes=10)


class SmallTransformer(nn.Module):
    """49 patches and three layers of attention, as in chapter 14."""

    def __init__(self, width=48):
        super().__init__()
        self.patches = nn.Conv2d(1, width, 4, stride=4)
        self.places = nn.Parameter(0.02 * torch.randn(49, width))
        layer = nn.TransformerEncoderLayer(
            width, 4, 2 * width, 0.0, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False)
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 10))

    def forward(self, x):
        tokens = self.patches(x).flatten(2).mT + self.places  # (N, 49, width)
        return self.head(self.layers(tokens).mean(1))


LADDER = {
    "softmax regression": make_linear,
    "MLP": make_mlp,
    "LeNet": make_lenet,
    "LeNet, batch norm": make_lenet_norm,
    "VGG": make_vgg,
    "ResNet": make_resnet,
    "ConvNeXt": make_convnext,
    "transformer": SmallTransformer,
}
DENSE = ("softmax regression", "MLP")  # mirrored, shifted garments make these worse


def climb(steps):
    """Train every net of the ladder for its steps: rates, accuracies, losses."""
    rates, scores, losses = [], [], []
    for name, make in LADDER.items():
        objective = unjittered_loss if name in DENSE else jittered_loss
        rate, accuracies, loss = tuned(make, steps[name], objective)
        rates.append(rate)
        scores += accuracies
        losses += loss
    return rates, scores, losses
