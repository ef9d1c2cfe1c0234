"""Code shown to the reader in chapter 14, for later ones to build on.

Collected from the cells of book/14-vision-transformers.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

from collections import Counter
from functools import cache

import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters.c07_resnet_to_convnext import (
    conv,
    jittered_loss,
    make_resnet,
    split,
    unjittered_loss,
)
from c2a.chapters.c13a_attention import sinusoids
from c2a.chapters.c13b_transformers import Block
from c2a.data import load, over_background
from c2a.scale import pick
from c2a.training import History, accuracy, fit, tune
from c2a.training.checkpoint import Checkpoint


class ViT(nn.Module):
    def __init__(self, side, patch, width, depth, heads, classes, channels=3):
        super().__init__()
        n = (side // patch) ** 2
        self.patches = nn.Conv2d(channels, width, patch, stride=patch)
        self.cls = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(0.02 * torch.randn(1, n + 1, width))
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

    def tokens(self, x):  # (B, C, side, side)
        x = self.patches(x).flatten(2).mT  # (B, n, width)
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], 1)  # (B, n + 1, width)
        return x + self.positions

    def forward(self, x):
        x = self.tokens(x)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x[:, 0]))  # the class token's answer


SIZES = (300, 1500, 10_000)  # garments to learn from
SEEDS = (0, 1, 2)


def garment_vit(patch=7):
    """The ViT of this chapter's garments: about as many weights as the ResNet."""
    return ViT(28, patch, 40, 3, 4, 10, channels=1)


def scramble(images, how):
    """Garments (N, 1, 28, 28) with 7 x 7 patches, or what is in them, or all pixels
    in another order, the same for every image.
    """
    generator = torch.Generator().manual_seed(0)
    patches = F.unfold(images, 7, stride=7)  # (N, 49, 16)
    if how == "patches":
        patches = patches[:, :, torch.randperm(16, generator=generator)]
    elif how == "inside":
        patches = patches[:, torch.randperm(49, generator=generator)]
    else:
        mixed = torch.randperm(784, generator=generator)
        patches = patches.flatten(1)[:, mixed].unflatten(1, (49, 16))
    return F.fold(patches, 28, 7, stride=7)


def train_arm(arm, seed, rate):
    """One training of a study: the net and its losses."""
    torch.manual_seed(seed)
    net, count = arm["make"](), arm.get("count", 1500)
    images, labels = (values[:count] for values in split()["train"])
    if "how" in arm:
        images = scramble(images, arm["how"])
    history = fit(
        net, images, labels, batch_size=64, learning_rate=rate, weight_decay=0.05,
        steps=pick(smoke=2, cpu=arm["steps"], gpu=arm["steps"]), seed=seed,
        objective=arm.get("objective", unjittered_loss),
    )  # fmt: skip
    return net, history.loss


def score_arm(arm, net, part):
    images, labels = split()[part]
    return accuracy(
        net, scramble(images, arm["how"]) if "how" in arm else images, labels
    )


def study(results, arms, checkpoint):
    """Tune and repeat each arm: its rate and test accuracies. Goes on if cut off."""
    history = History()
    keeper = Checkpoint(checkpoint, {"arms": len(arms)}, [results, history])
    keeper.load()
    for row, arm in enumerate(arms.values()):
        if results.rate[row] > 0:
            continue
        run = cache(lambda seed, rate, arm=arm: train_arm(arm, seed, rate))
        rate = tune(
            lambda rate, arm=arm, run=run: score_arm(arm, run(0, rate)[0], "choose"),
            arm["rates"],
        ).rate
        for seed in SEEDS:
            net, losses = run(seed, rate)
            results.accuracy[3 * row + seed] = score_arm(arm, net, "test")
            history.loss += losses
        results.rate[row] = rate
        keeper.save()
    return history


VIT = {"make": garment_vit, "steps": 140, "rates": (0.001, 0.003, 0.01)}
CNN = {"make": make_resnet, "steps": 66, "rates": (0.003, 0.01, 0.03)}  # equal seconds
DATA = {
    f"{name}, {count}": kind | {"count": count}
    for name, kind in (("CNN", CNN), ("ViT", VIT))
    for count in SIZES
}
SCRAMBLED = {
    "CNN, patches": CNN | {"how": "patches"},
    "CNN, inside": CNN | {"how": "inside"},
    "CNN, pixels": CNN | {"how": "pixels"},
    "ViT, pixels": VIT | {"how": "pixels"},
}


def window_mask(side, size, shift=0):
    """Who may look at whom (n, n): the tokens of one window, moved by `shift`."""
    line = (torch.arange(side) + shift) // size  # the window of each row, or column
    window = (line[:, None] * side + line).flatten()  # (n,) with n = side * side
    return window[:, None] == window


def make_stem(width=40):
    """From (N, 1, 28, 28) to (N, width, 4, 4) by three small steps."""
    first = conv(1, width // 2, 3, 2), nn.ReLU(), conv(width // 2, width, 3, 2)
    return nn.Sequential(*first, nn.ReLU(), nn.Conv2d(width, width, 3, 2, padding=1))


class VariedViT(ViT):
    """The ViT of the garments with something changed.

    stem: cut the patches by three small convolutions, and leave out one block.
    mean: the head reads the mean of the patches, not the class token.
    masks: one for each block, (n, n): which patches may look at which.
    size: standard deviation of the positions at the start.
    """

    def __init__(self, stem=False, mean=False, masks=None, size=0.02):
        super().__init__(28, 7, 40, 2 if stem else 3, 4, 10, channels=1)
        self.mean, self.masks = mean, masks or [None] * len(self.blocks)
        self.positions.data *= size / 0.02
        if stem:
            self.patches = make_stem()

    def forward(self, x):
        x = self.tokens(x)
        x = x[:, 1:] if self.mean else x
        for block, mask in zip(self.blocks, self.masks, strict=True):
            x = block(x, mask)
        return self.head(self.norm(x.mean(1) if self.mean else x[:, 0]))


def varied(**changes):
    return lambda: VariedViT(**changes)


WINDOWS = [window_mask(4, 2), window_mask(4, 2, shift=1), window_mask(4, 2)]
ALONE = [torch.eye(16, dtype=torch.bool)] * 2  # every patch sees itself alone
MEAN, STEM = VIT | {"make": varied(mean=True)}, varied(stem=True, mean=True)
GAP = {
    "positions of size 1": VIT | {"make": varied(size=1.0)},
    "jitter": VIT | {"objective": jittered_loss},
    "CNN, jitter": CNN | {"objective": jittered_loss},
    "mean": MEAN,
    "mean, windows": MEAN | {"make": varied(mean=True, masks=WINDOWS)},
    "mean, stem": MEAN | {"make": STEM, "steps": 130},
    "mean, stem, alone": MEAN
    | {"make": varied(stem=True, mean=True, masks=ALONE), "steps": 130},
}
STUDY = DATA | SCRAMBLED | GAP


def grid_places(side, width):
    """Places in two directions (side * side, width): half row, half column."""
    line = sinusoids(side, width // 2)  # (side, width / 2), as in chapter 13a
    rows, columns = line.repeat_interleave(side, 0), line.repeat(side, 1)
    return torch.cat([rows, columns], 1)


def with_grid():
    """The plain ViT, whose patches keep the places of a grid."""
    net = VariedViT()
    net.positions.data[0, 1:] = grid_places(4, 40)
    net.positions.requires_grad_(False)
    return net


def two_blocks():
    """What the stem's network has besides its stem: one block less."""
    net = VariedViT(mean=True)
    del net.blocks[2], net.masks[2]
    return net


def longer(arm):
    return arm | {"steps": 3 * arm["steps"]}


CONTROLS = {
    "mean, alone": MEAN | {"make": varied(mean=True, masks=ALONE + ALONE[:1])},
    "mean, two blocks": MEAN | {"make": two_blocks, "steps": 195},
    "places of a grid": VIT | {"make": with_grid},
    "CNN, longer": longer(DATA["CNN, 1500"]),
    "ViT, longer": longer(DATA["ViT, 1500"]),
    "ViT, pixels, longer": longer(SCRAMBLED["ViT, pixels"]),
}


def rollout(maps):
    """maps: (B, heads, n, n) of each block, from the first one up -> (B, n, n)."""
    through = itself = torch.eye(maps[0].shape[-1])
    for weights in maps:
        mixed = (weights.mean(1) + itself) / 2  # half by looking, half by residual
        through = mixed @ through  # the later block stands on the left
    return through


def contrastive_loss(scores):
    """scores: (N, N), a row a picture, a column a caption."""
    own = torch.arange(len(scores), device=scores.device)
    choose_caption = F.cross_entropy(scores, own)
    choose_picture = F.cross_entropy(scores.T, own)
    return (choose_caption + choose_picture) / 2


@cache
def emoji(part):
    """Pictures over white (N, 3, 32, 32), -1 to 1, and captions: lists of words."""
    shipped = load("emoji")
    white = torch.tensor(over_background(getattr(shipped, f"{part}_images")))
    captions = [text.split() for text in getattr(shipped, f"{part}_keywords")]
    return white.movedim(-1, 1).float() / 127.5 - 1, captions


@cache
def vocabulary():
    """Words of two training captions or more, numbered from 1."""
    counts = Counter(word for caption in emoji("train")[1] for word in set(caption))
    kept = sorted(word for word, count in counts.items() if count > 1)
    return {word: number for number, word in enumerate(kept, 1)}


def numbers(captions, length=12):
    """The known words of each caption as numbers, then zeros: (N, length)."""
    rows = torch.zeros(len(captions), length, dtype=torch.int64)
    for row, caption in zip(rows, captions, strict=True):
        known = [vocabulary()[w] for w in caption if w in vocabulary()][:length]
        row[: len(known)] = torch.tensor(known)
    return rows


class TextReader(nn.Module):
    def __init__(self, width, out):
        super().__init__()
        self.embedding = nn.Embedding(len(vocabulary()) + 1, width)
        self.cls = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.block, self.norm = Block(width, 4), nn.LayerNorm(width)
        self.head = nn.Linear(width, out)

    def forward(self, words):  # (N, T), 0 where there is no word
        cls = self.cls.expand(len(words), -1, -1)
        x = torch.cat([cls, self.embedding(words)], 1)  # (N, 1 + T, width)
        there = F.pad(words > 0, (1, 0), value=True)  # True: may be looked at
        return self.head(self.norm(self.block(x, there[:, None, None])[:, 0]))


class PictureWords(nn.Module):
    def __init__(self, image=None, width=48, out=32):
        super().__init__()
        self.image = image or emoji_vit(width, out)
        self.text = TextReader(width, out)
        self.log_scale = nn.Parameter(torch.tensor(10.0).log())

    def forward(self, images, words):
        a = F.normalize(self.image(images), dim=-1)  # (N, 32), of length one
        b = F.normalize(self.text(words), dim=-1)  # (M, 32)
        return self.log_scale.exp() * a @ b.T  # (N, M)


def emoji_vit(width, out):
    """A ViT of two blocks over 16 tokens, cut out by two small convolutions."""
    net = ViT(32, 8, width, 2, 4, out)
    net.patches = nn.Sequential(
        nn.Conv2d(3, width // 2, 4, stride=4),
        nn.ReLU(),
        nn.Conv2d(width // 2, width, 3, stride=2, padding=1),
    )
    return net


def pair_loss(model, images, words):
    """Pictures are shifted a little; of each caption many words or few are left out."""
    shift = torch.randint(-2, 3, (2,)).tolist()
    share = 0.9 * torch.rand(len(words), 1, device=words.device)
    words = words * (torch.rand(words.shape, device=words.device) > share)
    return contrastive_loss(model(images.roll(shift, (-2, -1)), words))


def fit_pairs(model, steps, shuffled=False, checkpoint=None):
    images, captions = emoji("train")
    words = numbers(captions)
    if shuffled:  # every picture gets the caption of another one
        words = words[torch.randperm(len(words))]
    return fit(
        model, images, words, objective=pair_loss, steps=steps, learning_rate=0.002,
        weight_decay=0.05, every=100, checkpoint=checkpoint,
    )  # fmt: skip


@torch.no_grad()
def recall(model, k=10):
    """How often a held-out caption finds its picture among the first k of 229."""
    images, captions = emoji("test")
    scores = model.eval()(images, numbers(captions))
    better = (scores > scores.diag()).sum(0)  # pictures before the right one
    return (better < k).float().mean().item()
