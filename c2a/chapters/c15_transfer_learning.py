"""Code shown to the reader in chapter 15, for later ones to build on.

Collected from the cells of book/15-transfer-learning.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

from copy import deepcopy
from functools import cache, partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters.c07_resnet_to_convnext import Results, conv
from c2a.data import load, over_background
from c2a.data.backbone import EfficientNetLite0, preprocess
from c2a.training import History, accuracy, fit, tune
from c2a.training.checkpoint import Checkpoint

LABELS = {  # labeled examples of each class
    "garments": (5, 20, 100, 500),
    "emoji": (5, 20, 40),
    "digits": (5, 20, 100, 300),
}


@cache
def target(name):
    """Parts that share nothing: pictures (N, H, W, 3) in bytes, and labels (N,)."""
    if name == "emoji":  # whole families of pictures go to one part
        emoji, both = load(name), ("train", "test")
        images, labels, families = (
            np.concatenate([getattr(emoji, f"{part}_{what}") for part in both])
            for what in ("images", "category_labels", "families")
        )
        images, fold = over_background(images), families % 6
        rows = {"pool": fold > 2, "choose": fold == 2, "test": fold < 2}
    else:
        data = load({"garments": "fashion-mnist", "digits": "mnist-5k"}[name])
        labels = np.concatenate([data.train_labels, data.test_labels])
        gray = np.concatenate([data.train_images, data.test_images])
        images = np.repeat(gray[..., None], 3, axis=-1)
        place, train = np.arange(len(labels)), len(data.train_labels)
        rows = {
            "pool": (place >= 400) & (place < min(train, 6400)),
            "choose": place < 400,
            "test": (place >= train) & (place < train + 400),
        }
    parts = {part: (images[keep], labels[keep]) for part, keep in rows.items()}
    parts["test"] = tuple(each[:400] for each in parts["test"])
    return {part: (x, torch.tensor(y)) for part, (x, y) in parts.items()}


def draw(labels, count, seed):
    """Rows of `count` examples of each class."""
    random = np.random.default_rng(seed)
    classes = [np.flatnonzero(labels == c) for c in range(int(labels.max()) + 1)]
    return np.concatenate([random.permutation(rows)[:count] for rows in classes])


STRATEGIES = "last", "adapters", "gradual", "by_depth", "all"
CHEAP = "pixels", "random", "probe"  # a head alone, on cached features
DRAWS = {"cnn": 3, "scratch": 3}
DRAWS |= dict.fromkeys(CHEAP, 5) | dict.fromkeys(STRATEGIES, 3)
WHOLE = "gradual", "by_depth", "all"  # these train every layer: on the emoji alone
RATES = dict.fromkeys(CHEAP, (0.001, 0.01, 0.1))  # weight decay of the probe
RATES |= {"cnn": (0.002, 0.006, 0.02), "scratch": (0.001, 0.004, 0.016)}
RATES |= {"all": (0.0005, 0.002, 0.008), "gradual": (0.001, 0.004, 0.016)}
RATES |= {"last": (0.001, 0.004, 0.016)}
RATES |= dict.fromkeys(("adapters", "by_depth"), (0.002, 0.008, 0.032))


def pixels(pictures):
    return torch.tensor(pictures).flatten(1) / 255


class Steady(nn.Sequential):
    """Layers whose batch norm keeps the statistics that it came with."""

    def train(self, mode=True):
        return super().train(False)


def body(pretrained=True, seed=0):
    """The stem and the first 11 blocks: (N, 3, 48, 48) -> (N, 112, 3, 3)."""
    torch.manual_seed(seed)
    net = load("efficientnet-lite0") if pretrained else EfficientNetLite0()
    stem = nn.Sequential(net._conv_stem, net._bn0, nn.ReLU6())
    return Steady(stem, *net._blocks[:11])


def seen(pictures):
    """What the network gets: (N, 3, 48, 48), numbers from -1 to 1."""
    x = preprocess(pictures, 48)
    return x.contiguous(memory_format=torch.channels_last)  # the faster order


@torch.no_grad()
def maps(layers, pictures):
    """What layers make of pictures, a few at a time: (N, C, H, W)."""
    layers.eval()
    starts = range(0, len(pictures), 100)
    return torch.cat([layers(seen(pictures[i : i + 100])) for i in starts])


def features(layers, pictures):
    """The mean of each map over its places: (N, C)."""
    return maps(layers, pictures).mean((2, 3))


def probe(x, labels, decay=0.01):
    """Softmax regression on features (N, C), trained until it stands still."""
    mean, deviation = x.mean(0), x.std(0) + 0.01
    z = (x - mean) / deviation
    head = nn.Linear(x.shape[1], int(labels.max()) + 1)
    nn.init.zeros_(head.weight)
    optimizer = torch.optim.LBFGS(
        head.parameters(), max_iter=100, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(head(z), labels) + decay * head.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    with torch.no_grad():  # from now on it takes features as they are
        head.weight /= deviation
        head.bias -= head.weight @ mean
    return head


def classifier(layers, classes, width=112):
    """Layers, the mean over places, and a new head."""
    head = nn.Linear(width, classes)
    return nn.Sequential(layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)


def small_net(classes, channels=3):
    """Five convolutions of our own, to be trained from scratch."""
    plan = (channels, 16, 2), (16, 32, 1), (32, 32, 1), (32, 64, 2), (64, 64, 1)
    layers = [nn.Sequential(conv(c, o, 3, s), nn.ReLU()) for c, o, s in plan]
    return classifier(nn.Sequential(*layers), classes, width=64)


def random_body(pictures, seed=0):
    """The same layers, random weights; batch norm has seen the target's pictures."""
    layers = nn.Sequential(*body(pretrained=False, seed=seed)).train()
    for layer in layers.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None  # the plain mean of what it sees
    with torch.no_grad():
        layers(seen(pictures))
    return Steady(*layers).eval()


def rates_by_depth(net, rate):
    """Groups for the optimizer: a third of the rate with each step down."""
    layers, head = net[0], net[-1]
    parts = head, layers[9:], layers[4:9], layers[:4]
    return [
        {"params": list(part.parameters()), "lr": rate / 3**depth}
        for depth, part in enumerate(parts)
    ]


def unfreeze_gradually(net, steps):
    """The head alone; after a third of the steps the last blocks; at last, all."""
    layers = net[0].requires_grad_(False)

    def after_step(step, net):
        if step + 1 == steps // 3:
            layers[9:].requires_grad_(True)
        if step + 1 == 2 * steps // 3:
            layers.requires_grad_(True)

    return after_step


class LowRank(nn.Module):
    """A convolution that stays as it is, plus a thin detour that learns."""

    def __init__(self, layer, rank=4, alpha=4):
        super().__init__()
        self.layer, self.scale = layer.requires_grad_(False), alpha / rank
        window = layer.kernel_size, layer.stride, layer.padding
        self.down = nn.Conv2d(layer.in_channels, rank, *window, bias=False)  # A
        self.up = nn.Conv2d(rank, layer.out_channels, 1, bias=False)  # B
        nn.init.zeros_(self.up.weight)

    def forward(self, x):
        return self.layer(x) + self.scale * self.up(self.down(x))


def adapt(layers):
    """Freeze layers, and give each 1 x 1 convolution a detour of rank 4."""
    layers.requires_grad_(False)
    for block in layers:
        block._expand_conv = LowRank(block._expand_conv)
        block._project_conv = LowRank(block._project_conv)
    return layers


STEPS = 32  # of 16 examples each, for every strategy that trains layers
ON_MAPS = "last", "adapters"  # these leave the first nine layers alone


def train_by(strategy, x, labels, rate, seed=0, steps=STEPS):
    """A classifier trained on x: maps of layer 9 for `ON_MAPS`, else pictures."""
    layers, options = body(pretrained=strategy != "scratch", seed=seed), {}
    layers = layers.to(memory_format=torch.channels_last)
    torch.manual_seed(seed)
    if strategy == "scratch":
        layers = nn.Sequential(*layers)  # its batch norm has to learn, too
    elif strategy == "last":
        layers = layers[9:]
    elif strategy == "adapters":
        layers = adapt(layers[9:])
    net = classifier(layers, int(labels.max()) + 1)
    if strategy == "by_depth":
        options["parameters"] = rates_by_depth(net, rate)
    elif strategy == "gradual":
        options["after_step"] = unfreeze_gradually(net, steps)
    history = fit(
        net, x, labels, learning_rate=rate, steps=steps, batch_size=16, seed=seed,
        **options,
    )  # fmt: skip
    return net, history


def arms(name):
    """The strategies that were tried on a target."""
    return [s for s in DRAWS if name == "emoji" or s not in WHOLE]


def label_counts(name, strategy):
    """The label counts at which a strategy was tried."""
    if strategy in CHEAP or strategy == "cnn":
        return LABELS[name]
    return LABELS[name][2:3] if strategy == "scratch" else LABELS[name][:3]


def build_study(name):
    sizes = {s: len(label_counts(name, s)) * DRAWS[s] for s in arms(name)}
    return Results(rates=len(sizes), **sizes)


def inputs_of(name, strategy):
    """What a strategy learns from: inputs and labels of each part, drawn rows first."""
    parts, layers = dict(target(name)), body()
    pictures, labels = parts["pool"]
    draws = [
        draw(labels, count, seed)
        for count in label_counts(name, strategy)
        for seed in range(DRAWS[strategy])
    ]
    kept = np.unique(np.concatenate(draws))
    place = np.zeros(len(labels), dtype=int)  # of each row among those that are kept
    place[kept] = np.arange(len(kept))
    parts["pool"] = pictures[kept], labels[kept]
    if strategy == "pixels":
        make = pixels
    elif strategy == "random":
        make = partial(features, random_body(pictures[:200]))
    elif strategy == "probe":
        make = partial(features, layers)
    elif strategy == "cnn":
        make = partial(preprocess, size=28)
    else:
        make = partial(maps, layers[:9]) if strategy in ON_MAPS else seen
    return place, {part: (make(x), y) for part, (x, y) in parts.items()}


def one_strategy(name, strategy):
    """The rate chosen, accuracies on the test pictures by label count and draw."""
    place, parts = inputs_of(name, strategy)
    labels, losses = target(name)["pool"][1], []

    @cache
    def run(count, seed, rate):
        rows = place[draw(labels, count, seed)]
        x, y = (part[rows] for part in parts["pool"])
        if strategy in CHEAP:
            return probe(x, y, decay=rate)
        if strategy == "cnn":
            torch.manual_seed(seed)
            net, steps = small_net(int(y.max()) + 1), 60 + 5 * int(len(y) ** 0.5)
            history = fit(
                net, x, y, learning_rate=rate, steps=steps, batch_size=32, seed=seed
            )
        else:
            net, history = train_by(strategy, x, y, rate, seed)
        losses.extend(history.loss)
        return net

    counts = label_counts(name, strategy)
    middle = counts[len(counts) > 1]  # 20 where there are several
    best = tune(
        lambda rate: accuracy(run(middle, 0, rate), *parts["choose"]), RATES[strategy]
    )
    found = [
        accuracy(run(count, seed, best.rate), *parts["test"])
        for count in counts
        for seed in range(DRAWS[strategy])
    ]
    return best.rate, found, losses


def train_study(name, results, checkpoint):
    saved, losses = Checkpoint(checkpoint, {"steps": STEPS}, [results]), []
    saved.load()
    for number, strategy in enumerate(arms(name)):
        if not getattr(results, strategy).any():
            results.rates[number], found, some = one_strategy(name, strategy)
            losses += some
            results.keep(losses, **{strategy: found})
            saved.save()
    return History(loss=losses)


def measure_study(name, results):
    return {
        f"{strategy}, {count} a class": row.mean()
        for strategy in arms(name)
        for count, row in zip(
            label_counts(name, strategy),
            getattr(results, strategy).view(-1, DRAWS[strategy]),
            strict=True,
        )
    }


COPIES = "frozen", "tuned", "random", "all"  # what happens to the first layers
TASKS = "garments", "digits"


@cache
def five(task, part):
    """Gray pictures (N, 1, 28, 28) and labels from 0 of a small net's tasks."""
    if task == "digits":
        data = load("mnist-5k")
        classes = tuple(range(10))
    else:
        data = load("fashion-mnist")
        classes = {"source": (0, 2, 4, 6, 8), "garments": (1, 3, 5, 7, 9)}[task]
    images, labels = (getattr(data, f"{part}_{what}") for what in ("images", "labels"))
    keep = np.isin(labels, classes)
    x = torch.tensor(images[keep])[:, None] / 255
    return x, torch.tensor(np.searchsorted(classes, labels[keep]))


@cache
def source_net(seed=0, steps=200):
    """A small net that has learned to tell five garments apart."""
    torch.manual_seed(seed)
    net = small_net(5, channels=1)
    fit(net, *five("source", "train"), steps=steps, batch_size=64, learning_rate=0.01)
    return net.eval()


def copied(task, k, how, seed=0):
    """A net for a task: its first k layers from the source, and what may be trained.

    "frozen": they stay, the rest is new. "tuned": they learn on, the rest is new.
    "random": they stay, but random. "all": every layer is copied, the first k stay.
    """
    torch.manual_seed(seed)
    net = small_net(10 if task == "digits" else 5, channels=1)
    taken = 5 if how == "all" else 0 if how == "random" else k
    net[0][:taken].load_state_dict(deepcopy(source_net()[0][:taken].state_dict()))
    if how == "random":  # its batch norm may still take the statistics that it sees
        net[0][:k].requires_grad_(False)
    elif how != "tuned":
        net[0] = nn.Sequential(Steady(*net[0][:k]).requires_grad_(False), *net[0][k:])
    return net


def small_run(task, k, how, seed, rate, count=20, steps=80, part="test"):
    """Accuracy on task and source (old head), how far features went, and the losses."""
    x, y = five(task, "train")
    rows = draw(y[500:], count, seed) + 500
    net = copied(task, k, how, seed)
    history = fit(net, x[rows], y[rows], steps=steps, batch_size=16, learning_rate=rate)
    new = five(task, "test") if part == "test" else (x[:500], y[:500])
    old_x, old_y = (each[:300] for each in five("source", "test"))
    with torch.no_grad():
        before, after = source_net()[:-1](old_x), net.eval()[:-1](old_x)
        right = (source_net()[-1](after).argmax(1) == old_y).float().mean().item()
        drift = ((after - before).norm() / before.norm()).item()
    return accuracy(net, *(each[:600] for each in new)), right, drift, history.loss
